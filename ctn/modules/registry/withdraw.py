"""Take whole tonnes off the market: grams go back, and the lowest serials in custody come out."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import Role, Threshold
from ctn.kernel.asset import GRAMS_PER_TONNE, issued
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import AmountZero, InsufficientBalance, Refusal
from ctn.modules.registry.intervals import (
    CROSSING_WORK,
    HELD,
    SERIALS_MAX,
    BatchId,
    BatchImpaired,
    Frozen,
    Interval,
    TooManyIntervals,
)
from ctn.modules.registry.reads import find_batch, require_unfrozen
from ctn.modules.registry.records import LIVE, Batch, BatchNotFound
from ctn.modules.registry.steps import Aim, UnitsMoved, lowest, step_pieces


class Withdrawn(Event, frozen=True):
    """`account` took `tonnes` of `batch` off the market."""

    account: str
    batch: str
    tonnes: int


class Withdraw(Op, frozen=True, tag="registry.withdraw"):
    """Turn own grams of a batch, in whole tonnes, into held serials."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "exit"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Interval, Batch)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        BatchNotFound,
        BatchImpaired,
        Frozen,
        AmountZero,
        InsufficientBalance,
        TooManyIntervals,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (UnitsMoved, Withdrawn)

    batch: BatchId
    tonnes: Annotated[int, Meta(ge=0, le=SERIALS_MAX)]

    @property
    def work(self) -> int:
        """One row, and the intervals that it may cross."""
        return WORK + 20 + CROSSING_WORK

    @property
    def scope(self) -> str:
        """The batch."""
        return self.batch

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what stands still, then exchange grams for serials."""
        batch = find_batch(ledger, self.batch)
        if batch.status != LIVE:
            raise BatchImpaired(batch=self.batch)
        require_unfrozen(ledger, batch, [], own_use=False)

        grams = self.tonnes * GRAMS_PER_TONNE
        ledger.move(self.batch, grams, source=sender, target=issued(self.batch))
        # Whoever holds n tonnes of grams finds n serials: see the invariant of supply.
        moved = lowest(ledger, batch, self.tonnes, owner=None)
        step_pieces(ledger, self.batch, moved, Aim(HELD, sender, ledger.tx.id))
        ledger.emit(Withdrawn(sender, self.batch, self.tonnes))
