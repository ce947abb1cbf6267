"""What stops an account: closing, a lock, a freeze, and the emergency stop of everything.

Under a lock of its owner or a guardian, and under a freeze of an authority, no value leaves, no
order is placed or matches, and no grant is used; cancels, revocations, tightening, recovery and
retirement for oneself go on (people.md 2.5). Check 13 is tested when a transaction is admitted and
again before each of its operations, because an earlier one may have changed it.
"""

from ctn.kernel.account import Account
from ctn.kernel.block import stop_now
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, Op, Passage
from ctn.kernel.refusal import AccountClosed, AccountFrozen, Refusal, Stopped, module_of
from ctn.modules.accounts.freezes import ACCOUNT, flag_of, is_frozen
from ctn.modules.accounts.waiting import Waiting

GOVERNANCE = "governance"  # no freeze and no stop reaches its operations


class AccountLocked(Refusal):
    """The account is locked: no value leaves it, and it places no orders."""


def is_halted(ledger: Ledger, address: str) -> bool:
    """Whether an account is locked or frozen, so that nothing of its value may move to others."""
    return address in ledger.index(Waiting).locked or is_frozen(ledger, ACCOUNT, address)


def require_open(
    ledger: Ledger, account: Account, address: str, ops: tuple[Op, ...]
) -> None:
    """Refuse operations of an account that is closed or frozen, or while everything is stopped."""
    if account.closed is not None:
        raise AccountClosed()
    flag = flag_of(ledger, ACCOUNT, address)
    if flag is not None:
        for op in ops:
            passage = op.passage(address)
            is_allowed = passage is Passage.RETIREMENT and flag.allow_retire
            if passage is not Passage.FREE and not is_allowed and not _is_governance(op):
                raise AccountFrozen(freeze=flag.freezes[0])
    stop = stop_now(ledger)
    if stop is not None and any(not is_admitted_in_stop(op) for op in ops):
        raise Stopped(until=stop.until)


def is_admitted_in_stop(op: Op) -> bool:
    """Whether an emergency stop lets an operation through: safety and governance."""
    return op.lane == SAFETY_LANE or _is_governance(op)


def require_unlocked(ledger: Ledger, account: str) -> None:
    """Refuse an account that is locked to put up what it could lose."""
    if account in ledger.index(Waiting).locked:
        raise AccountLocked(account=account)


def require_free_to_spend(ledger: Ledger, account: str) -> None:
    """Refuse value leaving an account that is locked, or that an authority froze."""
    require_unlocked(ledger, account)
    flag = flag_of(ledger, ACCOUNT, account)
    if flag is not None:
        raise AccountFrozen(freeze=flag.freezes[0])


def _is_governance(op: Op) -> bool:
    return module_of(type(op)) == GOVERNANCE
