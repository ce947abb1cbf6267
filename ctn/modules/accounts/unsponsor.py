"""Stop paying another account's network fees."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Address
from ctn.modules.accounts.records import Sponsorship


class SponsorshipNotFound(Refusal):
    """The sender sponsors no such account."""


class Unsponsored(Event, frozen=True):
    """`payer` no longer pays the network fees of `account`."""

    payer: str
    account: str


class Unsponsor(Op, frozen=True, tag="accounts.unsponsor"):
    """End the sponsorship of an account at once."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.VISITOR
    family: ClassVar[str] = "identity"
    threshold: ClassVar[Threshold] = Threshold.LOW
    lane: ClassVar[int] = SAFETY_LANE
    writes: ClassVar[tuple[type[Record], ...]] = (Sponsorship,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (SponsorshipNotFound,)
    emits: ClassVar[tuple[type[Event], ...]] = (Unsponsored,)

    account: Address

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Forget the sponsorship."""
        place = f"{sender}/{self.account}"
        if ledger.get(Sponsorship, place) is None:
            raise SponsorshipNotFound(account=self.account)

        ledger.drop(Sponsorship, place)
        ledger.emit(Unsponsored(sender, self.account))
