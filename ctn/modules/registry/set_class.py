"""Define a class of credits or allowances, or change the rules of one."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from ctn.kernel.account import Threshold, Track
from ctn.kernel.codec import Amount, Ppm
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Text160
from ctn.modules.registry.records import Class, ClassId, RegistryCode


class ClassFixed(Refusal):
    """Kind, registry and transfer rule of a class stay, since batches were issued under them."""


class ClassSet(Event, frozen=True):
    """The rules of `class_id` are now those of its record."""

    class_id: str
    status: str


class SetClass(Op, frozen=True, tag="registry.set_class"):
    """Put the rules of a class; its freezes stay."""

    needs: ClassVar[Need | tuple[Need, ...]] = Track.GOVERNANCE
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Class,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (ClassFixed,)
    emits: ClassVar[tuple[type[Event], ...]] = (ClassSet,)

    id: ClassId
    kind: Literal["credit", "allowance"]
    name: Text160
    registry: RegistryCode
    verifiers: Annotated[int, Meta(ge=1, le=2)]
    quota_day_t: Amount
    buffer_ppm_min: Ppm
    sop_ppm: Ppm
    omge_ppm: Ppm
    comment_days: Annotated[int, Meta(ge=0, le=365)]
    transfer: Literal["free", "non_trade"]
    status: Literal["active", "closed"]

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse a change of what batches rely on, then put the rules."""
        known = ledger.get(Class, self.id)
        fixed = (self.kind, self.registry, self.transfer)
        if known is not None and fixed != (known.kind, known.registry, known.transfer):
            raise ClassFixed(class_id=self.id)

        freezes = known.freezes if known is not None else ()
        ledger.put(
            Class(
                self.id, self.kind, self.name, self.registry, self.verifiers, self.quota_day_t,
                self.buffer_ppm_min, self.sop_ppm, self.omge_ppm, self.comment_days,
                self.transfer, self.status, freezes,
            )
        )  # fmt: skip
        ledger.emit(ClassSet(self.id, self.status))
