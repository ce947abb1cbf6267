"""What the operations on money share: who may issue it, its state, its days, its references."""

from ctn.kernel.account import DutyKind
from ctn.kernel.asset import issued
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import numbered
from ctn.kernel.refusal import Refusal
from ctn.modules.assets.records import (
    MONEY_CALENDAR,
    BankUse,
    Calendar,
    Money,
    Redemption,
)
from ctn.modules.assets.rules import EVERY_DAY, day_of, day_start, trading_day_after
from ctn.modules.identity.reads import has_duty

GRACE_DAYS = 3  # trading days without a reserve report, or without acceptance


class NotTheInstitution(Refusal):
    """The sender is not the payment institution of this money, or of this redemption."""


class BankRefUsed(Refusal):
    """The institution used this bank reference before."""


class RedemptionNotFound(Refusal):
    """There is no such redemption."""


class RedemptionClosed(Refusal):
    """The redemption has ended, or is accepted and can no longer be taken back or accepted."""


def is_institution(ledger: Ledger, address: str, asset: str) -> bool:
    """Whether an account is a payment institution whose duty names this money, or all."""
    return has_duty(ledger, address, DutyKind.PAYMENT_INSTITUTION, asset)


def require_institution(ledger: Ledger, address: str, asset: str) -> None:
    """Refuse an account that may not act for this money."""
    if not is_institution(ledger, address, asset):
        raise NotTheInstitution(asset=asset)


def require_redemption(ledger: Ledger, number: int) -> Redemption:
    """The redemption of a number; refuses when there is none."""
    redemption = ledger.get(Redemption, numbered(number))
    if redemption is None:
        raise RedemptionNotFound(redemption=number)
    return redemption


def require_unused(ledger: Ledger, institution: str, reference: str) -> None:
    """Refuse a bank reference that the institution has used before."""
    if ledger.get(BankUse, f"{institution}/{reference}") is not None:
        raise BankRefUsed(bank_ref=reference)


def money_of(ledger: Ledger, asset: str) -> Money:
    """The state of a currency, fresh when nothing was issued or redeemed yet.

    What stood in genesis is money like any other: from the first operation on its reserve is due.
    """
    money = ledger.get(Money, asset)
    if money is not None:
        return money
    supply = -ledger.balance(issued(asset), asset)
    calendar = money_calendar(ledger)
    attest_by = grace_end(calendar, day_of(calendar, ledger.block.time))
    return Money(asset, supply, 0, 0, 0, 0, None, attest_by, False)


def money_calendar(ledger: Ledger) -> Calendar:
    """The trading days of money: the calendar `money`, else every day at UTC+8."""
    return ledger.get(Calendar, MONEY_CALENDAR) or EVERY_DAY


def grace_end(calendar: Calendar, day: int) -> int:
    """The time in ms at which three whole trading days after a day have passed."""
    return day_start(calendar, trading_day_after(calendar, day, GRACE_DAYS) + 1)
