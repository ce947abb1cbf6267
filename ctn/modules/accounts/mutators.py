"""Writes into accounts that other modules may ask for, and the one door of outgoing value."""

from ctn.kernel.account import is_holding
from ctn.kernel.ledger import Ledger
from ctn.kernel.refusal import NotAnOwner, Refusal
from ctn.modules.accounts.records import Guard
from ctn.modules.accounts.rules import is_attested


class RecipientNotVerified(Refusal):
    """The recipient is a visitor or closed; nothing of value can be sent to it."""


def spend(ledger: Ledger, account: str, *, target: str, asset: str, amount: int) -> None:
    """Refuse value leaving an account for `target` when a rule of protection forbids it.

    Every op that gives value away without equal return calls this before it moves anything
    (people.md 2.4); the caller moves the value itself. Of its rules RecipientNotVerified is built;
    `account`, `asset` and `amount` are what trusted addresses and daily limits will be read by.
    """
    if is_holding(target):
        raise NotAnOwner(target=target)
    # Closing an account ends its attestation, so the guard alone tells. Value that leaves for the
    # owner's own bank or registry account has no other recipient.
    if target != account and not is_attested(ledger.get(Guard, target), ledger.block.time):
        raise RecipientNotVerified(target=target)


def put_guard(ledger: Ledger, address: str, guard: Guard) -> None:
    """Write what an account is attested as; asked for by `identity`."""
    ledger.put(guard, address)
