"""Take the money of a paid redemption out of supply."""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.asset import issued
from ctn.kernel.codec import Count
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.accounts.mutators import release
from ctn.modules.assets.money import (
    BankRefUsed,
    NotTheInstitution,
    RedemptionClosed,
    RedemptionNotFound,
    money_of,
    require_institution,
    require_redemption,
    require_unused,
)
from ctn.modules.assets.records import (
    ACCEPTED,
    REDEMPTION,
    RELEASED,
    BankReference,
    BankUse,
    Money,
    Redemption,
    withdrawal,
)


class NotYetDue(Refusal):
    """The day has not come."""


class RedemptionCompleted(Event, frozen=True):
    """`institution` paid `redemption`; `amount` of `asset` left the supply."""

    redemption: int
    account: str
    asset: str
    amount: int
    institution: str
    bank_ref: str


class CompleteRedemption(Op, frozen=True, tag="assets.complete_redemption"):
    """Complete an accepted redemption once the bank has paid."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.PAYMENT_INSTITUTION
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Money, BankUse, Redemption)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        RedemptionNotFound,
        NotTheInstitution,
        RedemptionClosed,
        NotYetDue,
        BankRefUsed,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (RedemptionCompleted,)

    redemption: Count
    bank_ref: BankReference

    @property
    def work(self) -> int:
        """Three records and a move."""
        return 50

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what this institution did not accept or is not due, then take it back."""
        redemption = require_redemption(ledger, self.redemption)
        asset, amount, time = redemption.asset, redemption.amount, ledger.block.time
        require_institution(ledger, sender, asset)
        # A redemption that nobody accepted is named as such before its day is asked for.
        if redemption.status != ACCEPTED:
            raise RedemptionClosed(status=redemption.status)
        if redemption.institution != sender:
            raise NotTheInstitution(asset=asset)
        if time < redemption.due:
            raise NotYetDue(due=redemption.due)
        require_unused(ledger, sender, self.bank_ref)
        money = money_of(ledger, asset)

        ledger.put(redemption.replace(status=RELEASED))
        release(ledger, redemption.account, REDEMPTION)
        ledger.put(money.replace(completed=money.completed + amount))
        ledger.put(BankUse(sender, self.bank_ref, REDEMPTION, asset, amount, time))
        ledger.move(asset, amount, source=withdrawal(redemption.no), target=issued(asset))
        ledger.emit(
            RedemptionCompleted(
                redemption.no, redemption.account, asset, amount, sender, self.bank_ref
            )
        )
