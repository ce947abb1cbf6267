"""What is remembered of assets: which there are, money that came in and goes out, trading days."""

from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta

from ctn.kernel.codec import Amount, Count, Hash, Time
from ctn.kernel.param import param
from ctn.kernel.record import Record
from ctn.kernel.text import Address

FREE = "free"
NONE = "none"

HELD, ACCEPTED, RELEASED, REFUNDED = "held", "accepted", "released", "refunded"
OPEN = (HELD, ACCEPTED)
ISSUE: Final = "issue"
REDEMPTION: Final = "redemption"

HOLIDAYS_MAX = 400
EXTRA_MAX = 100
MONEY_CALENDAR = "money"

# 100,000,000 of a currency, in its units of 1/10^4.
ISSUE_DAY_MAX = param("issue_day_max", 1_000_000_000_000)

# What an institution may issue against bank money; batches and points come about otherwise.
MoneyId = Literal["cny", "usd", "eur"]
# A bank writes its references in either case.
BankReference = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,95}\Z")]


class Asset(Record, frozen=True):
    """Something that can be held, written by the module that issues it."""

    table: ClassVar[str] = "asset"
    key: ClassVar[tuple[str, ...]] = ("id",)

    id: str
    transfer: str


class AssetCounter(Record, frozen=True):
    """The last number given; found by what it counts."""

    table: ClassVar[str] = "asset_counter"

    last: Count


class Calendar(Record, frozen=True):
    """Which days trade: a weekday of the mask (1 Monday to 64 Sunday) or an extra day, no holiday.

    Days are numbered from 1970-01-01 in local time, `utc_offset_min` minutes east of UTC; a market
    west of it states 0 and shifts its session hours, for no integer here is negative.
    """

    table: ClassVar[str] = "calendar"
    key: ClassVar[tuple[str, ...]] = ("id",)

    id: str
    utc_offset_min: Annotated[int, Meta(ge=0, le=840)]
    weekdays: Annotated[int, Meta(ge=1, le=127)]
    holidays: Annotated[tuple[Count, ...], Meta(max_length=HOLIDAYS_MAX)]
    extra: Annotated[tuple[Count, ...], Meta(max_length=EXTRA_MAX)]


class Money(Record, frozen=True):
    """How much of a currency was issued and redeemed, and whether a bank covers it.

    `opening` is what was in supply before the first operation here; `attest_by` is the time from
    which the supply counts as uncovered unless a reserve is attested before.
    """

    table: ClassVar[str] = "money"
    key: ClassVar[tuple[str, ...]] = ("asset",)

    asset: str
    opening: Amount
    issued: Amount
    completed: Amount
    day: Count
    day_issued: Amount
    attested: Count | None
    attest_by: Time | None
    is_short: bool

    @property
    def supply(self) -> int:
        """What is in supply: what the contra account carries."""
        return self.opening + self.issued - self.completed


class BankUse(Record, frozen=True):
    """What a bank reference was used for, once for ever; found by `<institution>/<reference>`."""

    table: ClassVar[str] = "bank_use"
    key: ClassVar[tuple[str, ...]] = ("institution", "reference")

    institution: Address
    reference: str
    use: str
    asset: str
    amount: Amount
    time: Time


class Redemption(Record, frozen=True):
    """Money on its way back to a bank account; while open it stands in `withdrawal:<no>`."""

    table: ClassVar[str] = "redemption"
    key: ClassVar[tuple[str, ...]] = ("no",)

    no: Count
    asset: str
    account: Address
    amount: Amount
    payee_hash: Hash
    requested: Time
    due: Time
    refundable: Time
    status: str
    institution: Address | None


class ReserveReport(Record, frozen=True):
    """What an institution said it holds in the bank for a currency on a day."""

    table: ClassVar[str] = "reserve_report"
    key: ClassVar[tuple[str, ...]] = ("asset", "day")

    asset: str
    day: Count
    institution: Address
    bank_balance: Amount
    supply: Amount
    document: Hash
    time: Time


def withdrawal(number: int) -> str:
    """The account that holds the money of an open redemption."""
    return f"withdrawal:{number}"
