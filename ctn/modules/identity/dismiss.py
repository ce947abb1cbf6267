"""Take a duty from an account, by decision of the council or of a public vote."""

from typing import ClassVar

from ctn.kernel.account import Threshold, Track
from ctn.kernel.codec import Hash
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Address
from ctn.modules.identity.records import Duty, DutyName


class DutyNotFound(Refusal):
    """The account holds no such duty."""


class DutyEnded(Event, frozen=True):
    """`address` no longer holds the duty `kind`; `reason` is the hash of a document."""

    address: str
    kind: str
    reason: str


class Dismiss(Op, frozen=True, tag="identity.dismiss"):
    """End a duty at once."""

    needs: ClassVar[Need | tuple[Need, ...]] = Track.GOVERNANCE
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    lane: ClassVar[int] = SAFETY_LANE
    writes: ClassVar[tuple[type[Record], ...]] = (Duty,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (DutyNotFound,)
    emits: ClassVar[tuple[type[Event], ...]] = (DutyEnded,)

    address: Address
    kind: DutyName
    reason: Hash

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Forget the duty."""
        place = f"{self.address}/{self.kind}"
        if ledger.get(Duty, place) is None:
            raise DutyNotFound(kind=self.kind)

        ledger.drop(Duty, place)
        ledger.emit(DutyEnded(self.address, self.kind, self.reason))
