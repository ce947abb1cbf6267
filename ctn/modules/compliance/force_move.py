"""Seize what the regulator holds frozen, by decision of the council."""

from typing import ClassVar

from ctn.kernel.account import Threshold, Track
from ctn.kernel.codec import Amount, Hash, Identifier, RegistryId
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event
from ctn.kernel.refusal import AmountZero, InsufficientBalance, Refusal
from ctn.kernel.text import Address
from ctn.modules.accounts.freezes import ACCOUNT
from ctn.modules.accounts.mutators import RecipientNotVerified, receive, require_recipient
from ctn.modules.compliance.freeze import NotRegulator
from ctn.modules.compliance.freezes import FreezeNotFound, find_live
from ctn.modules.compliance.records import REGULATOR


class ForceMoved(Event, frozen=True):
    """The council moved `amount` of `asset` from a frozen account, as the order `order` asks."""

    freeze: str
    source: str
    target: str
    asset: str
    amount: int
    order: str


class ForceMove(Op, frozen=True, tag="compliance.force_move"):
    """Move an amount from an account that a regulator froze, on the regulator's request."""

    needs: ClassVar[Need | tuple[Need, ...]] = Track.COUNCIL
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        FreezeNotFound,
        NotRegulator,
        RecipientNotVerified,
        AmountZero,
        InsufficientBalance,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (ForceMoved,)

    freeze: RegistryId
    asset: Identifier
    amount: Amount
    target: Address
    order: Hash

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what no live freeze of a regulator holds, then move it."""
        freeze = find_live(ledger, self.freeze)
        if freeze.scope != ACCOUNT:
            raise FreezeNotFound(freeze=self.freeze, scope=freeze.scope)
        if freeze.duty != REGULATOR:
            raise NotRegulator(by=freeze.by)
        require_recipient(ledger, self.target)

        source = freeze.subject
        receive(ledger, self.target, self.asset)
        ledger.move(self.asset, self.amount, source=source, target=self.target)
        ledger.emit(ForceMoved(freeze.id, source, self.target, self.asset, self.amount, self.order))
