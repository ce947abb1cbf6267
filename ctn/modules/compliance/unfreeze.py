"""Lift a freeze of an account, a pool or a bridge."""

from typing import ClassVar

from ctn.kernel.account import GOV_COUNCIL, DutyKind, Threshold, Track
from ctn.kernel.codec import RegistryId
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Text
from ctn.modules.compliance.freezes import FreezeNotFound, Unfrozen, end, find_live
from ctn.modules.compliance.records import LIFT_DELAY_MS, ComplianceFreeze


class UnfreezePending(Event, frozen=True):
    """`by` lifted `freeze` of `subject`; it ends at `lift_at`."""

    freeze: str
    subject: str
    by: str
    reason: str
    lift_at: int


class Unfreeze(Op, frozen=True, tag="compliance.unfreeze"):
    """End a freeze: 48 h later by the regulator, at once by the council."""

    needs: ClassVar[Need | tuple[Need, ...]] = (DutyKind.REGULATOR, Track.COUNCIL)
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (ComplianceFreeze,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (FreezeNotFound,)
    emits: ClassVar[tuple[type[Event], ...]] = (UnfreezePending, Unfrozen)

    freeze: RegistryId
    reason: Text

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what has ended or is ending, then set its end, or end it."""
        freeze = find_live(ledger, self.freeze)
        if sender == GOV_COUNCIL:
            end(ledger, freeze)
            return
        if freeze.lift_at is not None:
            raise FreezeNotFound(freeze=self.freeze, lift_at=freeze.lift_at)

        lift_at = ledger.block.time + LIFT_DELAY_MS
        ledger.put(freeze.replace(lift_at=lift_at))
        ledger.emit(UnfreezePending(freeze.id, freeze.subject, sender, self.reason, lift_at))
