"""Bring held serials to the market: they go into custody, and grams of the batch come out."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.asset import GRAMS_PER_TONNE, issued
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.registry.intervals import (
    CUSTODY,
    BatchImpaired,
    Frozen,
    Interval,
    NotYours,
    PartsInvalid,
    TooManyIntervals,
    custody,
)
from ctn.modules.registry.over_parts import OverParts
from ctn.modules.registry.reads import find_batch, held_pieces, require_unfrozen
from ctn.modules.registry.records import LIVE, Batch, BatchNotFound
from ctn.modules.registry.rules import tonnes_of
from ctn.modules.registry.steps import Aim, UnitsMoved, step_pieces


class Deposited(Event, frozen=True):
    """`account` brought `tonnes` of `batch` to the market."""

    account: str
    batch: str
    tonnes: int


class Deposit(OverParts, frozen=True, tag="registry.deposit"):
    """Turn held serials of a batch into grams that can be traded."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "transfer"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Interval, Batch)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        PartsInvalid,
        BatchNotFound,
        BatchImpaired,
        TooManyIntervals,
        NotYours,
        Frozen,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (UnitsMoved, Deposited)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what is not the sender's or stands still, then exchange serials for grams."""
        batch = find_batch(ledger, self.batch)
        if batch.status != LIVE:
            raise BatchImpaired(batch=self.batch)
        moved = held_pieces(ledger, batch, self.parts, sender)
        require_unfrozen(ledger, batch, moved, own_use=False)

        tonnes = tonnes_of(self.parts)
        step_pieces(ledger, self.batch, moved, Aim(CUSTODY, custody(self.batch), ledger.tx.id))
        grams = tonnes * GRAMS_PER_TONNE
        ledger.move(self.batch, grams, source=issued(self.batch), target=sender)
        ledger.emit(Deposited(sender, self.batch, tonnes))
