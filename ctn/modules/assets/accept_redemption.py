"""Take on the payment of a redemption, before the bank is told to pay."""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.codec import Count
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.accounts.halts import require_free_to_spend
from ctn.modules.assets.money import (
    NotTheInstitution,
    RedemptionClosed,
    RedemptionNotFound,
    require_institution,
    require_redemption,
)
from ctn.modules.assets.records import ACCEPTED, HELD, Redemption


class RedemptionAccepted(Event, frozen=True):
    """`institution` will pay `redemption`; its user can no longer take it back."""

    redemption: int
    institution: str


class AcceptRedemption(Op, frozen=True, tag="assets.accept_redemption"):
    """Accept a redemption: from now on no time-out returns its money."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.PAYMENT_INSTITUTION
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Redemption,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        RedemptionNotFound,
        NotTheInstitution,
        RedemptionClosed,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (RedemptionAccepted,)

    redemption: Count

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what is not held for this institution's money, then accept it."""
        redemption = require_redemption(ledger, self.redemption)
        require_institution(ledger, sender, redemption.asset)
        if redemption.status != HELD:
            raise RedemptionClosed(status=redemption.status)
        require_free_to_spend(ledger, redemption.account)

        ledger.put(redemption.replace(status=ACCEPTED, institution=sender))
        ledger.emit(RedemptionAccepted(redemption.no, sender))
