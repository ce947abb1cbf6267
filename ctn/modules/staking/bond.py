"""Lock credits as stake: they weigh from the next epoch, and are liable for faults at once."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import AmountZero, InsufficientBalance, Refusal
from ctn.modules.accounts.halts import AccountLocked, require_unlocked
from ctn.modules.accounts.mutators import hold
from ctn.modules.registry.intervals import BatchId
from ctn.modules.registry.records import BatchNotFound
from ctn.modules.staking.reads import (
    BatchNotBondable,
    OperatorNotAdmitted,
    TooManyLots,
    lots,
    require_bondable,
    require_validator,
)
from ctn.modules.staking.records import HELD, LOTS_MAX, MIN_BOND_T, Tonnes, bonded
from ctn.modules.staking.records import Bond as Lot


class BondTooSmall(Refusal):
    """The first bond is under the minimum."""


class Bonded(Event, frozen=True):
    """`operator` bonded `tonnes` of `batch`."""

    operator: str
    batch: str
    tonnes: int


class Bond(Op, frozen=True, tag="staking.bond"):
    """Bond whole tonnes of a batch that the operator holds on the market."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ENTERPRISE
    family: ClassVar[str] = "business"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Lot,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        AccountLocked,
        OperatorNotAdmitted,
        BatchNotFound,
        BatchNotBondable,
        BondTooSmall,
        TooManyLots,
        AmountZero,
        InsufficientBalance,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (Bonded,)

    batch: BatchId
    tonnes: Tonnes

    @property
    def work(self) -> int:
        """A constant."""
        return WORK + 20

    @property
    def scope(self) -> str:
        """The batch."""
        return self.batch

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse by lock, admission, batch and size, then bond the tonnes."""
        require_unlocked(ledger, sender)
        require_validator(ledger, sender)
        require_bondable(ledger, sender, self.batch)
        known = {lot.batch: lot for lot in lots(ledger, sender)}
        least = ledger.param(MIN_BOND_T)
        if not known and self.tonnes < least:
            raise BondTooSmall(tonnes=self.tonnes, least=least)
        if self.batch not in known and len(known) >= LOTS_MAX:
            raise TooManyLots(lots=len(known))

        grams = self.tonnes * GRAMS_PER_TONNE
        ledger.move(self.batch, grams, source=sender, target=bonded(sender))
        lot = known.get(self.batch)
        if lot is None:
            hold(ledger, sender, HELD)
        before = 0 if lot is None else lot.tonnes
        since = ledger.block.time if lot is None else lot.since
        ledger.put(Lot(sender, self.batch, before + self.tonnes, since))
        ledger.emit(Bonded(sender, self.batch, self.tonnes))
