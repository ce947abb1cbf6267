"""Take back a change that waits; an owner also stops a recovery so, but not for ever."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.codec import Count
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, Need, Op
from ctn.kernel.record import Event, Record, numbered
from ctn.kernel.refusal import Refusal
from ctn.modules.accounts.pending import NothingPending, PendingCancelled, drop_pending
from ctn.modules.accounts.records import RecoveryStop
from ctn.modules.accounts.waiting import Pending, RecoveryChange


class RecoveryFinal(Refusal):
    """The owner stopped two recoveries within 30 days; the third cannot be stopped."""


class CancelPending(Op, frozen=True, tag="accounts.cancel_pending"):
    """Cancel a waiting change of the sender: any one signer, and the high threshold a recovery.

    The admission asks for the threshold, since only the state tells what waits under a number.
    """

    needs: ClassVar[Need | tuple[Need, ...]] = Role.VISITOR
    family: ClassVar[str] = "identity"
    threshold: ClassVar[Threshold] = Threshold.ANY
    lane: ClassVar[int] = SAFETY_LANE
    writes: ClassVar[tuple[type[Record], ...]] = (Pending, RecoveryStop)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (NothingPending, RecoveryFinal)
    emits: ClassVar[tuple[type[Event], ...]] = (PendingCancelled,)

    number: Count

    @property
    def work(self) -> int:
        """Up to eight changes fall with a recovery."""
        return 70

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what does not wait or is final; a stopped recovery takes all else with it."""
        pending = pending_of(ledger, sender, self.number)
        if pending is None:
            raise NothingPending(number=self.number)
        change = pending.change
        is_recovery = isinstance(change, RecoveryChange)
        if isinstance(change, RecoveryChange) and change.is_final:
            raise RecoveryFinal(effective=pending.effective)

        if is_recovery:
            stops = ledger.get(RecoveryStop, sender)
            times = () if stops is None else stops.times
            ledger.put(RecoveryStop((*times, ledger.block.time)[-2:]), sender)
            drop_pending(ledger, sender)
        else:
            ledger.drop(Pending, pending.place())
        ledger.emit(PendingCancelled(sender, self.number))


def pending_of(ledger: Ledger, account: str, number: int) -> Pending | None:
    """What waits in an account under a number."""
    return ledger.get(Pending, numbered(account, number))
