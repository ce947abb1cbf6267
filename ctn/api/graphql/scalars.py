"""The scalars of the schema: whole numbers and texts, never a Float (thallo.md 4.2)."""

from datetime import UTC, datetime
from typing import Any, Final, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from ctn.kernel.account import is_address
from ctn.kernel.codec import INT_MAX

Amount = NewType("Amount", int)
Time = NewType("Time", int)
Address = NewType("Address", str)
Hash = NewType("Hash", str)
Height = NewType("Height", int)
Count = NewType("Count", int)
Columns = NewType("Columns", dict[str, Any])
OpJson = NewType("OpJson", dict[str, Any])

HASH_DIGITS: Final = 64
DIGITS_MAX: Final = 19


def amount_text(value: int) -> str:
    """Base units as decimal digits."""
    return str(value)


def whole(text: str) -> int:
    """The number of decimal digits `0|[1-9][0-9]{0,18}`; raises ValueError for other spellings."""
    if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0"):
        raise ValueError("decimal digits without a sign or leading zeros")
    if len(text) > DIGITS_MAX or int(text) > INT_MAX:
        raise ValueError("at most 2^63 - 1")
    return int(text)


def amount_of(value: object) -> int:
    """An amount from outside, which is a text."""
    if not isinstance(value, str):
        raise ValueError("an Amount is a decimal string")
    return whole(value)


def time_text(milliseconds: int) -> str:
    """RFC 3339 in UTC, with milliseconds where there are some."""
    seconds, rest = divmod(milliseconds, 1000)  # down: the rest is written behind the point
    moment = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{moment}.{rest:03d}Z" if rest else f"{moment}Z"


def safe_time_text(milliseconds: int) -> str:
    """A time as text; one beyond the year 9999 is written as its last moment."""
    try:
        return time_text(milliseconds)
    except (ValueError, OverflowError, OSError):
        return "9999-12-31T23:59:59Z"


def time_of(value: object) -> int:
    """Milliseconds since 1970 of an RFC 3339 text in UTC."""
    if not isinstance(value, str) or not value.endswith("Z"):
        raise ValueError("a Time is RFC 3339 in UTC, such as 2026-01-31T08:00:00Z")
    moment = datetime.fromisoformat(value)
    since = moment - datetime.fromtimestamp(0, UTC)
    whole_seconds = since.days * 86_400 + since.seconds
    return whole_seconds * 1000 + since.microseconds // 1000  # down, to the millisecond


def address_of(value: object) -> str:
    """An address from outside."""
    if not isinstance(value, str) or not is_address(value):
        raise ValueError("an Address of this ledger")
    return value


def hash_of(value: object) -> str:
    """A hash from outside."""
    if not isinstance(value, str) or len(value) != HASH_DIGITS:
        raise ValueError("a Hash is 64 lower-case hex digits")
    if value.strip("0123456789abcdef"):
        raise ValueError("a Hash is 64 lower-case hex digits")
    return value


def number_of(value: object) -> int:
    """A whole number from outside."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= INT_MAX:
        raise ValueError("a whole number from 0")
    return value


def refused(_value: object) -> Any:
    """A scalar that answers only."""
    raise ValueError("this scalar is only answered")


def _same(value: Any) -> Any:
    return value


SCALARS: Final[dict[object, ScalarDefinition]] = {
    Amount: strawberry.scalar(
        name="Amount", serialize=amount_text, parse_value=amount_of,
        description="Base units as a decimal string; unit and decimals belong to the asset.",
    ),
    Time: strawberry.scalar(
        name="Time", serialize=safe_time_text, parse_value=time_of,
        description="A moment in UTC as RFC 3339.",
    ),
    Address: strawberry.scalar(
        name="Address", serialize=_same, parse_value=address_of,
        description="The address of an account, or the name of a holding account.",
    ),
    Hash: strawberry.scalar(
        name="Hash", serialize=_same, parse_value=hash_of, description="64 lower-case hex digits.",
    ),
    Height: strawberry.scalar(
        name="Height", serialize=_same, parse_value=number_of,
        description="The height of a block, a whole number.",
    ),
    Count: strawberry.scalar(
        name="Count", serialize=_same, parse_value=number_of,
        description="A whole number that may pass 2^31, such as the number of an order.",
    ),
    Columns: strawberry.scalar(
        name="Columns", serialize=_same, parse_value=refused,
        description=(
            "Rows as columns: {height, rows, strings, and a list for each name}. Names are "
            "snake_case; a column that `strings` names holds decimal strings."
        ),
    ),
    OpJson: strawberry.scalar(
        name="OpJson", serialize=_same, parse_value=refused,
        description="An operation as it was signed: {op, and its fields}.",
    ),
}  # fmt: skip
