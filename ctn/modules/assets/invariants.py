"""What must hold of money: supply is what was issued and not redeemed, and set aside is what waits.

They refine I9 and I10 of `reliability.md`.
"""

from ctn.kernel.asset import issued, split_balance_id
from ctn.kernel.invariant import Breach, Invariant, every
from ctn.kernel.ledger import Delta, Ledger
from ctn.kernel.record import numbered
from ctn.modules.accounts.records import MONEY
from ctn.modules.assets.records import (
    ISSUE,
    OPEN,
    REDEMPTION,
    BankUse,
    Money,
    Redemption,
    withdrawal,
)


def holds_supply(ledger: Ledger, delta: Delta) -> None:
    """The contra account of a money carries opening + issued - completed."""
    for asset in MONEY:
        is_changed = f"{issued(asset)}/{asset}" in delta.balances
        if is_changed or f"{Money.table}\0{asset}" in delta.records:
            _check_supply(ledger, asset)


def _check_supply(ledger: Ledger, asset: str) -> None:
    money = ledger.get(Money, asset)
    supply = -ledger.balance(issued(asset), asset)
    if money is None or money.supply != supply:
        raise Breach(f"money-supply: {asset} has {supply} in supply, counted otherwise")


def holds_withdrawals(ledger: Ledger, delta: Delta) -> None:
    """Each withdrawal account touched holds what its open redemption says, else nothing."""
    numbers: dict[int, None] = {}
    for place in delta.balances:
        if place.startswith("withdrawal:"):
            numbers[_number(place)] = None
    for key, (_before, after) in delta.records.items():
        if key.startswith(Redemption.table + "\0"):
            if not isinstance(after, Redemption):
                raise Breach(f"withdrawals: {key!r} is forgotten")
            numbers[after.no] = None
    for number in numbers:
        redemption = ledger.get(Redemption, numbered(number))
        held = {asset: ledger.balance(withdrawal(number), asset) for asset in MONEY}
        _check_withdrawal(number, redemption, held)


def _number(place: str) -> int:
    account, _asset = split_balance_id(place)
    return int(account.partition(":")[2])


def _check_withdrawal(number: int, redemption: Redemption | None, held: dict[str, int]) -> None:
    is_open = redemption is not None and redemption.status in OPEN
    said = {redemption.asset: redemption.amount} if redemption is not None and is_open else {}
    if {asset: amount for asset, amount in held.items() if amount} != said:
        raise Breach(f"withdrawals: withdrawal:{number} holds {held}, its redemption says {said}")


def recount_money(ledger: Ledger, balances: dict[str, int]) -> None:
    """Every money against its contra account and bank references, every withdrawal."""
    totals = _sum_uses(ledger)
    for asset in MONEY:
        money = ledger.get(Money, asset)
        counted = (totals.get((asset, ISSUE), 0), totals.get((asset, REDEMPTION), 0))
        if money is not None:
            _check_supply(ledger, asset)
        said = (0, 0) if money is None else (money.issued, money.completed)
        if counted != said:
            raise Breach(f"money-supply: references of {asset} sum to {counted}, not {said}")
    held: dict[int, dict[str, int]] = {}
    for place, amount in balances.items():
        if place.startswith("withdrawal:"):
            held.setdefault(_number(place), {})[split_balance_id(place)[1]] = amount
    for _place, redemption in every(ledger, Redemption):
        _check_withdrawal(redemption.no, redemption, held.pop(redemption.no, {}))
    for number, amounts in held.items():
        _check_withdrawal(number, None, amounts)


def _sum_uses(ledger: Ledger) -> dict[tuple[str, str], int]:
    """What the bank references of each money and use sum to."""
    totals: dict[tuple[str, str], int] = {}
    for _place, use in every(ledger, BankUse):
        totals[use.asset, use.use] = totals.get((use.asset, use.use), 0) + use.amount
    return totals


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("money-supply", (Money.table, "balance:issued"), holds_supply),
    Invariant("withdrawals", (Redemption.table, "balance:withdrawal"), holds_withdrawals),
)
