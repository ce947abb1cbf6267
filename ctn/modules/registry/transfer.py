"""Give held serials to another account."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import NotAnOwner, Refusal
from ctn.kernel.text import AccountId
from ctn.modules.accounts.halts import AccountLocked
from ctn.modules.accounts.mutators import RecipientNotVerified, spend
from ctn.modules.accounts.outgoing import DailyLimitExceeded, TargetNotTrusted
from ctn.modules.registry.intervals import (
    HELD,
    Frozen,
    Interval,
    NotYours,
    PartsInvalid,
    TooManyIntervals,
)
from ctn.modules.registry.over_parts import OverParts
from ctn.modules.registry.reads import find_batch, held_pieces, require_unfrozen
from ctn.modules.registry.records import FREE_TRANSFER, Batch, BatchNotFound, Class
from ctn.modules.registry.rules import tonnes_of
from ctn.modules.registry.steps import Aim, UnitsMoved, step_pieces


class TransferNotAllowed(Refusal):
    """Units of this class change owner by trade only, or when the council enforces it."""


class Transfer(OverParts, frozen=True, tag="registry.transfer"):
    """Give held serials of a batch to another account, outside the market."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "transfer"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Interval, Batch)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        PartsInvalid,
        BatchNotFound,
        TransferNotAllowed,
        TooManyIntervals,
        NotYours,
        Frozen,
        NotAnOwner,
        AccountLocked,
        RecipientNotVerified,
        TargetNotTrusted,
        DailyLimitExceeded,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (UnitsMoved,)

    to: AccountId

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what may not be given or received, then change the owner."""
        batch = find_batch(ledger, self.batch)
        kind = ledger.get(Class, batch.class_id)
        assert kind is not None
        if kind.transfer != FREE_TRANSFER:
            raise TransferNotAllowed(class_id=batch.class_id)
        moved = held_pieces(ledger, batch, self.parts, sender)
        require_unfrozen(ledger, batch, moved, own_use=False)
        grams = tonnes_of(self.parts) * GRAMS_PER_TONNE
        spend(ledger, sender, target=self.to, asset=self.batch, amount=grams)

        step_pieces(ledger, self.batch, moved, Aim(HELD, self.to, ledger.tx.id))
