"""State what a bank holds for the money on the ledger."""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.codec import Amount, Count, Hash
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.assets.complete_redemption import NotYetDue
from ctn.modules.assets.money import (
    NotTheInstitution,
    grace_end,
    money_calendar,
    money_of,
    require_institution,
)
from ctn.modules.assets.records import Money, MoneyId, ReserveReport
from ctn.modules.assets.reserve import ReserveShort
from ctn.modules.assets.rules import day_of, day_start


class ReserveAttested(Event, frozen=True):
    """`institution` states that a bank held `bank_balance` for a `supply` of `asset`."""

    asset: str
    day: int
    bank_balance: int
    supply: int
    institution: str
    document: str


class AttestReserve(Op, frozen=True, tag="assets.attest_reserve"):
    """Report the bank balance behind a money on a day; a later report of it replaces this one."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.PAYMENT_INSTITUTION
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Money, ReserveReport)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (NotTheInstitution, NotYetDue)
    emits: ClassVar[tuple[type[Event], ...]] = (ReserveAttested, ReserveShort)

    asset: MoneyId
    day: Count
    bank_balance: Amount
    document: Hash

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse another's money and a day to come, then report and judge the cover."""
        require_institution(ledger, sender, self.asset)
        time, calendar = ledger.block.time, money_calendar(ledger)
        if self.day > day_of(calendar, time):
            raise NotYetDue(due=day_start(calendar, self.day))
        before = money_of(ledger, self.asset)
        supply = before.supply

        ledger.put(
            ReserveReport(
                self.asset, self.day, sender, self.bank_balance, supply, self.document, time
            )
        )
        ledger.emit(
            ReserveAttested(
                self.asset, self.day, self.bank_balance, supply, sender, self.document
            )
        )
        # A report of an earlier day adds to the record and judges nothing.
        if before.attested is not None and self.day < before.attested:
            return
        attest_by = grace_end(calendar, self.day)
        is_short = self.bank_balance < supply or attest_by <= time
        ledger.put(before.replace(attested=self.day, attest_by=attest_by, is_short=is_short))
        if is_short:
            ledger.emit(ReserveShort(self.asset, supply, self.bank_balance))
