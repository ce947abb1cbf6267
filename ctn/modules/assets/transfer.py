"""Give an amount of an asset to another account."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.codec import Amount, Identifier
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event
from ctn.kernel.refusal import AmountZero, InsufficientBalance, NotAnOwner, Refusal
from ctn.kernel.text import AccountId
from ctn.modules.accounts.halts import AccountLocked
from ctn.modules.accounts.mutators import RecipientNotVerified, spend
from ctn.modules.accounts.outgoing import DailyLimitExceeded, DepositHeld, TargetNotTrusted
from ctn.modules.assets.records import FREE, Asset


class TransferNotAllowed(Refusal):
    """The asset is unknown, or of a kind that never changes hands by transfer."""


class Transferred(Event, frozen=True):
    """`source` gave `amount` of `asset` to `to`."""

    asset: str
    source: str
    to: str
    amount: int


class Transfer(Op, frozen=True, tag="assets.transfer"):
    """Give an amount of an asset, in base units, to another account."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "transfer"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        TransferNotAllowed,
        NotAnOwner,
        AccountLocked,
        DepositHeld,
        RecipientNotVerified,
        TargetNotTrusted,
        DailyLimitExceeded,
        AmountZero,
        InsufficientBalance,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (Transferred,)

    asset: Identifier
    amount: Amount
    to: AccountId

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what may not be sent or received, then move it."""
        asset = ledger.get(Asset, self.asset)
        if asset is None or asset.transfer != FREE:
            raise TransferNotAllowed(asset=self.asset)
        spend(ledger, sender, target=self.to, asset=self.asset, amount=self.amount)

        ledger.move(self.asset, self.amount, source=sender, target=self.to)
        ledger.emit(Transferred(self.asset, sender, self.to, self.amount))
