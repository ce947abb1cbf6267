"""Trust an address no longer, at once."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Address
from ctn.modules.accounts.outgoing import TargetNotTrusted
from ctn.modules.accounts.records import Trusted


class TrustedRemoved(Event, frozen=True):
    """`account` trusts `address` no longer."""

    account: str
    address: str


class RemoveTrusted(Op, frozen=True, tag="accounts.remove_trusted"):
    """Take an address off the trusted ones."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.VISITOR
    family: ClassVar[str] = "identity"
    threshold: ClassVar[Threshold] = Threshold.LOW
    lane: ClassVar[int] = SAFETY_LANE
    writes: ClassVar[tuple[type[Record], ...]] = (Trusted,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (TargetNotTrusted,)
    emits: ClassVar[tuple[type[Event], ...]] = (TrustedRemoved,)

    address: Address

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Forget the address."""
        place = f"{sender}/{self.address}"
        if ledger.get(Trusted, place) is None:
            raise TargetNotTrusted(target=self.address)

        ledger.drop(Trusted, place)
        ledger.emit(TrustedRemoved(sender, self.address))
