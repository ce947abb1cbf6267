"""Give the money of an open redemption back to the account that asked for it."""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Role, Threshold
from ctn.kernel.codec import Count
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Text160
from ctn.modules.accounts.mutators import release
from ctn.modules.assets.money import (
    NotTheInstitution,
    RedemptionClosed,
    RedemptionNotFound,
    is_institution,
    require_redemption,
)
from ctn.modules.assets.records import ACCEPTED, OPEN, REDEMPTION, REFUNDED, Redemption, withdrawal


class NotYetRefundable(Refusal):
    """The institution still has time to accept the redemption."""


class RedemptionRefunded(Event, frozen=True):
    """`refunded_by` gave the `amount` of `redemption` back to `account`."""

    redemption: int
    account: str
    asset: str
    amount: int
    refunded_by: str
    reason: str


class RefundRedemption(Op, frozen=True, tag="assets.refund_redemption"):
    """Refund a redemption: the institution, or its user when nobody accepted it in time."""

    needs: ClassVar[Need | tuple[Need, ...]] = (Role.ORDINARY, DutyKind.PAYMENT_INSTITUTION)
    family: ClassVar[str] = "exit"
    threshold: ClassVar[Threshold] = Threshold.LOW
    writes: ClassVar[tuple[type[Record], ...]] = (Redemption,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        RedemptionNotFound,
        RedemptionClosed,
        NotTheInstitution,
        NotYetRefundable,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (RedemptionRefunded,)

    redemption: Count
    reason: Text160

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse who may not refund it, or not yet, then move its money back."""
        redemption = require_redemption(ledger, self.redemption)
        if redemption.status not in OPEN:
            raise RedemptionClosed(status=redemption.status)
        _check_sender(ledger, redemption, sender)

        account, asset, amount = redemption.account, redemption.asset, redemption.amount
        ledger.put(redemption.replace(status=REFUNDED))
        release(ledger, account, REDEMPTION)
        ledger.move(asset, amount, source=withdrawal(redemption.no), target=account)
        ledger.emit(
            RedemptionRefunded(redemption.no, account, asset, amount, sender, self.reason)
        )


def _check_sender(ledger: Ledger, redemption: Redemption, sender: str) -> None:
    """Any institution of the money while nobody accepted, then that one; the user when late."""
    is_accepted = redemption.status == ACCEPTED
    if is_institution(ledger, sender, redemption.asset):
        if is_accepted and redemption.institution != sender:
            raise NotTheInstitution(asset=redemption.asset)
        return
    if sender != redemption.account:
        raise NotTheInstitution(asset=redemption.asset)
    if is_accepted:
        raise RedemptionClosed(status=redemption.status)
    if ledger.block.time < redemption.refundable:
        raise NotYetRefundable(refundable=redemption.refundable)
