"""What stands still: an account that its owner or a guardian locked (people.md 2.5).

Under a lock no value leaves, no order is placed or matches, and no grant is used; cancels,
revocations, tightening, recovery and retirement for oneself go on.
"""

from ctn.kernel.ledger import Ledger
from ctn.kernel.refusal import Refusal
from ctn.modules.accounts.waiting import Waiting


class AccountLocked(Refusal):
    """The account is locked: no value leaves it, and it places no orders."""


def is_halted(ledger: Ledger, address: str) -> bool:
    """Whether an account is locked, so that nothing of its value may move to others."""
    return address in ledger.index(Waiting).locked


def require_free_to_spend(ledger: Ledger, account: str) -> None:
    """Refuse value leaving a locked account."""
    if account in ledger.index(Waiting).locked:
        raise AccountLocked(account=account)
