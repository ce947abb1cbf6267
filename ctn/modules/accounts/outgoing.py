"""What outgoing value is held to: a hold on the first money, trusted addresses, daily limits."""

from ctn.kernel.block import local_day
from ctn.kernel.ledger import Ledger
from ctn.kernel.refusal import Refusal
from ctn.modules.accounts.records import (
    FIRST_DEPOSIT_HOLD,
    MONEY,
    FirstHeld,
    Guard,
    Outgoing,
    Trusted,
)
from ctn.modules.accounts.rules import limit_of


class DepositHeld(Refusal):
    """The account's first money came in too short a time ago for any to leave."""


class TargetNotTrusted(Refusal):
    """The address is not trusted, and value of this account reaches trusted addresses only."""


class DailyLimitExceeded(Refusal):
    """More of this asset would leave the account today than it allows."""


def require_unheld(ledger: Ledger, account: str, asset: str) -> None:
    """Refuse money leaving an account soon after its first money came, against carousels."""
    held = ledger.get(FirstHeld, account) if asset in MONEY else None
    if held is None or held.money is None:
        return
    until = held.money + ledger.param(FIRST_DEPOSIT_HOLD)
    if ledger.block.time < until:
        raise DepositHeld(until=until)


def require_trusted(ledger: Ledger, account: str, guard: Guard | None, target: str) -> None:
    """Refuse a target that is not the account's own, when only trusted ones may be reached."""
    if guard is None or not guard.trusted_only or target == account:
        return
    if ledger.get(Trusted, f"{account}/{target}") is None:
        raise TargetNotTrusted(target=target)


def count_outgoing(ledger: Ledger, account: str, asset: str, amount: int) -> None:
    """Count what leaves today against the account's limit; refuses above it.

    Nothing is counted while the asset has no limit, so a new limit counts from where it acts.
    """
    limit = limit_of(ledger.get(Guard, account), asset)
    if limit is None:
        return
    day, place = local_day(ledger.block.time), f"{account}/{asset}"
    last = ledger.get(Outgoing, place)
    used = last.amount if last is not None and last.day == day else 0
    if used + amount > limit:
        raise DailyLimitExceeded(asset=asset, limit=limit, used=used, asked=amount)
    ledger.put(Outgoing(day, used + amount), place)


def receive(ledger: Ledger, account: str, asset: str) -> None:
    """Date the first value and the first money of an account, before either is moved to it.

    What stands in an account without such a date came with the first state of the chain.
    """
    held = ledger.get(FirstHeld, account)
    is_money = asset in MONEY
    if held is not None and (held.money is not None or not is_money):
        return
    time = 0 if ledger.balance(account, asset) else ledger.block.time
    since = time if held is None else held.since
    ledger.put(FirstHeld(since, time if is_money else None), account)


def has_held(ledger: Ledger, account: str) -> bool:
    """Whether anything of value was ever given to an account; until then loosening acts at once."""
    return ledger.get(FirstHeld, account) is not None
