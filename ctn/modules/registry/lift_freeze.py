"""Lift a freeze: it ends 48 h later, so that a mistaken or forced lifting can be answered."""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.codec import RegistryId
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import NotAuthority, Refusal
from ctn.modules.identity.reads import has_duty
from ctn.modules.registry.freezes import LIFT_DELAY_MS
from ctn.modules.registry.intervals import class_of
from ctn.modules.registry.records import Freeze


class FreezeNotFound(Refusal):
    """There is no such freeze, or it ended or was lifted already."""


class FreezeLifted(Event, frozen=True):
    """`by` lifted `freeze` of `subject`; it ends at `lift_at`."""

    freeze: str
    subject: str
    by: str
    lift_at: int


class LiftFreeze(Op, frozen=True, tag="registry.lift_freeze"):
    """End a freeze after 48 h: by a regulator, or by who froze."""

    needs: ClassVar[Need | tuple[Need, ...]] = (DutyKind.REGULATOR, DutyKind.REGISTRAR)
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Freeze,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (FreezeNotFound, NotAuthority)
    emits: ClassVar[tuple[type[Event], ...]] = (FreezeLifted,)

    freeze: RegistryId

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse another authority's freeze, then set its end."""
        freeze = ledger.get(Freeze, self.freeze)
        if freeze is None or freeze.ended is not None or freeze.lift_at is not None:
            raise FreezeNotFound(freeze=self.freeze)
        scope = class_of(freeze.subject)
        if freeze.by != sender and not has_duty(ledger, sender, DutyKind.REGULATOR, scope):
            raise NotAuthority(needs=(DutyKind.REGULATOR.value,), by=freeze.by)

        lift_at = ledger.block.time + LIFT_DELAY_MS
        ledger.put(freeze.replace(lift_at=lift_at))
        ledger.emit(FreezeLifted(self.freeze, freeze.subject, sender, lift_at))
