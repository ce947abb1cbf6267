"""End the emergency stop, by decision of the council and without delay."""

from typing import ClassVar

from ctn.kernel.account import Threshold, Track
from ctn.kernel.block import STOP, Stop, stop_now
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event
from ctn.kernel.refusal import Refusal
from ctn.modules.governance.events import Resumed
from ctn.modules.market.mutators import reopen_all


class NotStopped(Refusal):
    """There is no emergency stop to end."""


class Resume(Op, frozen=True, tag="governance.resume"):
    """End the emergency stop at once."""

    needs: ClassVar[Need | tuple[Need, ...]] = Track.COUNCIL
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    refuses: ClassVar[tuple[type[Refusal], ...]] = (NotStopped,)
    emits: ClassVar[tuple[type[Event], ...]] = (Resumed,)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse when nothing is stopped, then let everything go on."""
        if stop_now(ledger) is None:
            raise NotStopped()

        ledger.drop(Stop, STOP)
        reopen_all(ledger)
        ledger.emit(Resumed(False))
