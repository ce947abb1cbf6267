"""Lock an account at once: its owner by any signer, or any one of its guardians."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Address
from ctn.modules.accounts.halts import AccountLocked
from ctn.modules.accounts.records import DAYS_14, Guard, GuardianLock
from ctn.modules.accounts.waiting import Lock as LockRecord


class NotGuardian(Refusal):
    """The sender is neither the account's owner nor one of its guardians."""


class LockSpent(Refusal):
    """A guardian may lock an account once in 14 days."""


class Locked(Event, frozen=True):
    """`account` was locked by `by`: no value leaves it, and it places no orders."""

    account: str
    by: str


class Lock(Op, frozen=True, tag="accounts.lock"):
    """Lock one's own account, or one that names the sender as guardian."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.VISITOR
    family: ClassVar[str] = "identity"
    threshold: ClassVar[Threshold] = Threshold.ANY
    lane: ClassVar[int] = SAFETY_LANE
    writes: ClassVar[tuple[type[Record], ...]] = (LockRecord, GuardianLock)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (NotGuardian, AccountLocked, LockSpent)
    emits: ClassVar[tuple[type[Event], ...]] = (Locked,)

    account: Address

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse a stranger, a lock on a lock, and a guardian's second lock; then lock."""
        is_own = self.account == sender
        guard = ledger.get(Guard, self.account)
        if not is_own and (guard is None or sender not in guard.guardians):
            raise NotGuardian(account=self.account)
        if ledger.get(LockRecord, self.account) is not None:
            raise AccountLocked(account=self.account)
        time = ledger.block.time
        last = ledger.get(GuardianLock, f"{self.account}/{sender}")
        if last is not None and time < last.time + DAYS_14:
            raise LockSpent(until=last.time + DAYS_14)

        ledger.put(LockRecord(sender, time), self.account)
        if not is_own:
            ledger.put(GuardianLock(self.account, sender, time))
        ledger.emit(Locked(self.account, sender))
