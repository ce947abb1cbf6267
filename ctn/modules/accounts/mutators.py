"""Writes into accounts that other modules may ask for, and the one door of outgoing value."""

from ctn.kernel.account import is_holding
from ctn.kernel.ledger import Ledger
from ctn.kernel.refusal import NotAnOwner, Refusal
from ctn.modules.accounts.freezes import FreezeFlag
from ctn.modules.accounts.halts import require_free_to_spend
from ctn.modules.accounts.outgoing import (
    count_outgoing,
    receive,
    require_trusted,
    require_unheld,
)
from ctn.modules.accounts.records import Cause, Guard, Hold
from ctn.modules.accounts.rules import is_attested

__all__ = [
    "RecipientNotVerified", "count_outgoing", "drop_freeze_flag", "hold", "put_freeze_flag",
    "put_guard", "receive", "release", "require_recipient", "spend", "spend_for",
]  # fmt: skip


class RecipientNotVerified(Refusal):
    """The recipient is a visitor or closed; nothing of value can be sent to it."""


def spend(ledger: Ledger, account: str, *, target: str, asset: str, amount: int) -> None:
    """Refuse value leaving an account for `target` when a rule of protection forbids it.

    Every op that gives value away without equal return calls this before it moves anything
    (people.md 2.4); the caller moves the value itself. Value that leaves for the owner's own bank
    or registry account has the account itself as target. Refuses as `spend_for` does.
    """
    spend_for(ledger, account, target=target, asset=asset, amount=amount)
    if target != account:
        receive(ledger, target, asset)


def spend_for(ledger: Ledger, account: str, *, target: str, asset: str, amount: int) -> None:
    """Refuse value that an account uses up for the benefit of `target`, which receives nothing.

    Refuses NotAnOwner, AccountLocked, DepositHeld, RecipientNotVerified, TargetNotTrusted,
    DailyLimitExceeded, in this order.
    """
    if is_holding(target):
        raise NotAnOwner(target=target)
    require_free_to_spend(ledger, account)
    require_unheld(ledger, account, asset)
    # Closing an account lowers its guard, so the guard alone tells.
    if target != account and not is_attested(ledger.get(Guard, target), ledger.block.time):
        raise RecipientNotVerified(target=target)
    require_trusted(ledger, account, ledger.get(Guard, account), target)
    count_outgoing(ledger, account, asset, amount)


def require_recipient(ledger: Ledger, target: str) -> None:
    """Refuse whom nothing of value can be sent to; all that a seizure asks of its target.

    The account it takes from is frozen, so the rules that protect that account say nothing.
    """
    if is_holding(target):
        raise NotAnOwner(target=target)
    if not is_attested(ledger.get(Guard, target), ledger.block.time):
        raise RecipientNotVerified(target=target)


def put_freeze_flag(ledger: Ledger, flag: FreezeFlag) -> None:
    """Write which freezes hold a subject; asked for by `compliance`."""
    ledger.put(flag)


def drop_freeze_flag(ledger: Ledger, flag: FreezeFlag) -> None:
    """Free a subject whose last freeze ended; asked for by `compliance`."""
    ledger.drop(FreezeFlag, flag.place())


def put_guard(ledger: Ledger, address: str, guard: Guard) -> None:
    """Write what an account is attested as; asked for by `identity`."""
    ledger.put(guard, address)


def hold(ledger: Ledger, account: str, cause: Cause, count: int = 1) -> None:
    """Keep an account from being closed for one more thing of a cause."""
    known = ledger.get(Hold, f"{account}/{cause}")
    ledger.put(Hold(account, cause, count if known is None else known.count + count))


def release(ledger: Ledger, account: str, cause: Cause, count: int = 1) -> None:
    """Undo a `hold` of the same cause."""
    known = ledger.get(Hold, f"{account}/{cause}")
    assert known is not None, f"{account} is held by no {cause}"
    left = known.count - count
    assert left >= 0, f"{account} is held by fewer of {cause}"
    if left:
        ledger.put(known.replace(count=left))
    else:
        ledger.drop(Hold, f"{account}/{cause}")
