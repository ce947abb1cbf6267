"""Call for an emergency stop of everything, as a member of the council."""

from typing import ClassVar

from ctn.kernel.account import Threshold, Track
from ctn.kernel.block import STOP, stop_now
from ctn.kernel.block import Stop as StopRecord
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.refusal import Stopped as AlreadyStopped
from ctn.kernel.text import Text
from ctn.modules.governance.events import Stopped, StopRequested
from ctn.modules.governance.reads import NotCouncil, require_member
from ctn.modules.governance.records import (
    MEMBERS_MAX,
    STOP_CALLS_MS,
    STOP_MS,
    STOP_PAUSE_MS,
    StopCall,
)


class StopRepeated(Refusal):
    """The member called for an emergency stop within 30 days."""


class Stop(Op, frozen=True, tag="governance.stop"):
    """Call for a stop of everything; it begins when enough members call within an hour."""

    needs: ClassVar[Need | tuple[Need, ...]] = Track.MEMBER
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.LOW
    lane: ClassVar[int] = SAFETY_LANE
    writes: ClassVar[tuple[type[Record], ...]] = (StopCall,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (NotCouncil, AlreadyStopped, StopRepeated)
    emits: ClassVar[tuple[type[Event], ...]] = (StopRequested, Stopped)

    reason: Text

    @property
    def work(self) -> int:
        """The call of each member, and the stop."""
        return 30 + 6 * MEMBERS_MAX

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse who may not call now; then count the calls of this hour, and stop."""
        council = require_member(ledger, sender)
        time = ledger.block.time
        stop = stop_now(ledger)
        if stop is not None:
            raise AlreadyStopped(until=stop.until)
        own = ledger.get(StopCall, sender)
        if own is not None and own.time > time - STOP_PAUSE_MS:
            raise StopRepeated(again=own.time + STOP_PAUSE_MS)

        ledger.put(StopCall(time, self.reason, False), sender)
        calls = _calls(ledger, council.members)
        ledger.emit(StopRequested(sender, self.reason, len(calls), council.emergency))
        if len(calls) >= council.emergency:
            for member, call in calls.items():
                ledger.put(call.replace(is_used=True), member)
            ledger.put(StopRecord(time, time + STOP_MS), STOP)
            ledger.emit(Stopped(time + STOP_MS))


def _calls(ledger: Ledger, members: tuple[str, ...]) -> dict[str, StopCall]:
    """The calls of this hour that brought no stop about yet, by member."""
    found: dict[str, StopCall] = {}
    for member in members:
        call = ledger.get(StopCall, member)
        if call is None or call.is_used:
            continue
        if call.time > ledger.block.time - STOP_CALLS_MS:
            found[member] = call
    return found
