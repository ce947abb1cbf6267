"""Withdraw a methodology: no new project uses it, and issuance ends after a time of grace."""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.codec import RegistryId, Time
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.registry.records import Methodology, MethodologyNotActive


class MethodologyWithdrawn(Event, frozen=True):
    """`methodology` takes no new project; issuance under it goes on until `grace_until`."""

    methodology: str
    grace_until: int


class WithdrawMethodology(Op, frozen=True, tag="registry.withdraw_methodology"):
    """End the use of a methodology for new projects."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.REGISTRAR
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Methodology,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (MethodologyNotActive,)
    emits: ClassVar[tuple[type[Event], ...]] = (MethodologyWithdrawn,)

    id: RegistryId
    grace_until: Time

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse one that is unknown or withdrawn already, then withdraw it."""
        methodology = ledger.get(Methodology, self.id)
        if methodology is None or methodology.grace_until is not None:
            raise MethodologyNotActive(methodology=self.id)

        ledger.put(methodology.replace(grace_until=self.grace_until))
        ledger.emit(MethodologyWithdrawn(self.id, self.grace_until))
