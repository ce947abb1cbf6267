"""Money whose reserve nobody attested in time counts as short: issuing stops by itself."""

from collections.abc import Iterator
from functools import partial

from ctn.kernel.block import Item
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import Event
from ctn.modules.accounts.records import MONEY
from ctn.modules.assets.records import Money


class ReserveShort(Event, frozen=True):
    """The bank holds less than the `supply` of `asset`, or nobody said what it holds (null)."""

    asset: str
    supply: int
    bank_balance: int | None


def late_reserves(ledger: Ledger) -> Iterator[Item]:
    """The money whose reserve is late, as due work."""
    late = [money for money in _waiting(ledger) if _due(money) <= ledger.block.time]
    for money in sorted(late, key=lambda money: (_due(money), money.asset)):
        place = f"reserve-{money.asset}"
        yield Item(_due(money), place, money.asset, partial(_fall_short, asset=money.asset))


def next_late(ledger: Ledger) -> int | None:
    """The earliest block time in ms at which a reserve will be late."""
    return min([_due(money) for money in _waiting(ledger)], default=None)


def _waiting(ledger: Ledger) -> list[Money]:
    found = [ledger.get(Money, asset) for asset in MONEY]
    return [
        money
        for money in found
        if money is not None and money.attest_by is not None and not money.is_short
    ]


def _due(money: Money) -> int:
    assert money.attest_by is not None
    return money.attest_by


def _fall_short(ledger: Ledger, asset: str) -> None:
    money = ledger.get(Money, asset)
    assert money is not None
    ledger.put(money.replace(is_short=True))
    ledger.emit(ReserveShort(asset, money.supply, None))
