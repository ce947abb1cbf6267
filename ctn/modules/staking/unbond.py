"""Take stake back: it stops to weigh at the next epoch, and stays liable for 21 days more."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import AmountZero, Refusal
from ctn.modules.accounts.mutators import hold, release
from ctn.modules.registry.intervals import BatchId
from ctn.modules.staking import records
from ctn.modules.staking.reads import TooManyLots, entries
from ctn.modules.staking.records import HELD, UNBONDING_MAX, Bond, Tonnes, bonded, unbonding


class BondNotFound(Refusal):
    """The operator has bonded nothing of the batch."""


class TonnesExceedBond(Refusal):
    """The operator has bonded less of the batch."""


class Unbonding(Event, frozen=True):
    """`operator` takes `tonnes` of `batch` out, as its entry `no`."""

    operator: str
    no: int
    batch: str
    tonnes: int


class Unbond(Op, frozen=True, tag="staking.unbond"):
    """Take whole tonnes of a lot out; they are free again 21 days after their power ended."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ENTERPRISE
    family: ClassVar[str] = "exit"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Bond, records.Unbonding)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        BondNotFound,
        TonnesExceedBond,
        TooManyLots,
        AmountZero,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (Unbonding,)

    batch: BatchId
    tonnes: Tonnes

    @property
    def work(self) -> int:
        """A constant."""
        return WORK + 10

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse more than is bonded, then let it wait."""
        lot = ledger.get(Bond, f"{sender}/{self.batch}")
        if lot is None:
            raise BondNotFound(batch=self.batch)
        if self.tonnes > lot.tonnes:
            raise TonnesExceedBond(tonnes=self.tonnes, bonded=lot.tonnes)
        known = entries(ledger, sender)
        if len(known) >= UNBONDING_MAX:
            raise TooManyLots(entries=len(known))

        grams = self.tonnes * GRAMS_PER_TONNE
        ledger.move(self.batch, grams, source=bonded(sender), target=unbonding(sender))
        if self.tonnes == lot.tonnes:
            ledger.drop(Bond, lot.place())
            release(ledger, sender, HELD)
        else:
            ledger.put(lot.replace(tonnes=lot.tonnes - self.tonnes))
        no = known[-1].no + 1 if known else 1
        time = ledger.block.time
        ledger.put(records.Unbonding(sender, no, self.batch, self.tonnes, time, None))
        hold(ledger, sender, HELD)
        ledger.emit(Unbonding(sender, no, self.batch, self.tonnes))
