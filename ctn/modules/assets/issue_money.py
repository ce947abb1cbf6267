"""Issue money on the ledger for money that came into a bank account."""

from typing import ClassVar

from ctn.kernel.account import Account, DutyKind, Threshold
from ctn.kernel.asset import issued
from ctn.kernel.codec import Amount
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import AmountZero, BalanceTooLarge, Refusal
from ctn.kernel.text import Address
from ctn.modules.accounts.mutators import RecipientNotVerified, receive
from ctn.modules.accounts.records import Guard
from ctn.modules.accounts.rules import is_attested
from ctn.modules.assets.money import (
    BankRefUsed,
    NotTheInstitution,
    grace_end,
    money_calendar,
    money_of,
    require_institution,
    require_unused,
)
from ctn.modules.assets.mutators import define
from ctn.modules.assets.records import (
    FREE,
    ISSUE,
    ISSUE_DAY_MAX,
    Asset,
    BankReference,
    BankUse,
    Money,
    MoneyId,
)
from ctn.modules.assets.rules import day_of
from ctn.modules.identity.mutators import DailyValueExceeded, enter


class IssuingSuspended(Refusal):
    """The reserve is below the supply, or was not attested for three trading days."""


class IssueLimit(Refusal):
    """More of this money would be issued today than may be in one day."""


class MoneyIssued(Event, frozen=True):
    """`institution` issued `amount` of `asset` to `to`, for the bank's `bank_ref`."""

    asset: str
    to: str
    amount: int
    institution: str
    bank_ref: str


class IssueMoney(Op, frozen=True, tag="assets.issue_money"):
    """Issue an amount of money, in units of 1/10^4, to an attested account."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.PAYMENT_INSTITUTION
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Asset, Money, BankUse)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        NotTheInstitution,
        IssuingSuspended,
        BankRefUsed,
        RecipientNotVerified,
        IssueLimit,
        DailyValueExceeded,
        AmountZero,
        BalanceTooLarge,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (MoneyIssued,)

    asset: MoneyId
    to: Address
    amount: Amount
    bank_ref: BankReference

    @property
    def work(self) -> int:
        """Four records and a move."""
        return 60

    @property
    def scope(self) -> str:
        """The money, so that none is issued after its count broke."""
        return self.asset

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse by duty, reserve, reference, recipient and limit, then count and move."""
        require_institution(ledger, sender, self.asset)
        before = money_of(ledger, self.asset)
        if before.is_short:
            raise IssuingSuspended(asset=self.asset)
        require_unused(ledger, sender, self.bank_ref)
        _require_recipient(ledger, self.to)
        money = _counted(ledger, before, self.amount)
        enter(ledger, self.to, self.asset, self.amount)

        define(ledger, self.asset, FREE)
        receive(ledger, self.to, self.asset)
        ledger.put(money)
        time = ledger.block.time
        ledger.put(BankUse(sender, self.bank_ref, ISSUE, self.asset, self.amount, time))
        ledger.move(self.asset, self.amount, source=issued(self.asset), target=self.to)
        ledger.emit(MoneyIssued(self.asset, self.to, self.amount, sender, self.bank_ref))


def _require_recipient(ledger: Ledger, address: str) -> None:
    """Refuse a visitor and a closed account."""
    receiver = ledger.get(Account, address)
    is_closed = receiver is not None and receiver.closed is not None
    if is_closed or not is_attested(ledger.get(Guard, address), ledger.block.time):
        raise RecipientNotVerified(target=address)


def _counted(ledger: Ledger, money: Money, amount: int) -> Money:
    """The state after issuing an amount; refuses above the limit of a day."""
    calendar = money_calendar(ledger)
    day = day_of(calendar, ledger.block.time)
    used = money.day_issued if money.day == day else 0
    limit = ledger.param(ISSUE_DAY_MAX)
    if used + amount > limit:
        raise IssueLimit(limit=limit, used=used, asked=amount)
    # Reserves are due from the first issue on, so the first days may pass without one.
    attest_by = money.attest_by if money.attest_by is not None else grace_end(calendar, day)
    total = money.issued + amount
    return money.replace(issued=total, day=day, day_issued=used + amount, attest_by=attest_by)
