"""Put a methodology: how reductions of a type are measured."""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.codec import Hash, RegistryId, Time
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Text160
from ctn.modules.registry.records import Methodology, MethodologyNotActive, UnitType


class MethodologyPut(Event, frozen=True):
    """`methodology` can be used from `active_from` on, as its record says."""

    methodology: str
    active_from: int


class PutMethodology(Op, frozen=True, tag="registry.put_methodology"):
    """Put a methodology, new or in a new wording; one that supersedes another names it."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.REGISTRAR
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Methodology,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (MethodologyNotActive,)
    emits: ClassVar[tuple[type[Event], ...]] = (MethodologyPut,)

    id: RegistryId
    name: Text160
    type: RegistryId
    sector: RegistryId
    unit_type: UnitType
    supersedes: RegistryId | None
    doc: Hash
    active_from: Time
    grace_until: Time | None

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse an unknown predecessor, then put it."""
        if self.supersedes is not None and ledger.get(Methodology, self.supersedes) is None:
            raise MethodologyNotActive(methodology=self.supersedes)

        ledger.put(
            Methodology(
                self.id, self.name, self.type, self.sector, self.unit_type, self.supersedes,
                self.doc, self.active_from, self.grace_until,
            )
        )  # fmt: skip
        ledger.emit(MethodologyPut(self.id, self.active_from))
