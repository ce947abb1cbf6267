"""Numbers and dates as registries write them; anything else is refused, never guessed.

Nothing is read by `int` before its signs are known to be ASCII digits.
Source: registry.md 14.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Final

# Plain or in groups of three, with no other decimals than zeros; 18 digits at most.
INTEGER: Final = re.compile(r"([+-]?)([0-9]{1,18}|[0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\.0+)?")

# Tonnes with at most three decimals that say something, so that kilograms are whole.
TONNES: Final = re.compile(r"([0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.([0-9]{1,3})0*)?")
DEGREES: Final = re.compile(r"(-?)([0-9]{1,3})(?:\.([0-9]{1,20}))?")
MICRO_DIGITS: Final = 6

DAY: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,9})?Z?)?"
)
AMERICAN_DAY: Final = re.compile(
    r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: ([0-9]{1,2}):([0-9]{2}):([0-9]{2}) (?:AM|PM))?"
)


class CellInvalid(ValueError):
    """The cell is no number, or no date, in any form that is known."""


def read_integer(text: str) -> int:
    """Give the whole number of a cell such as `1234`, `1,234`, `12.0` or `-5`."""
    found = INTEGER.fullmatch(text)
    if found is None:
        raise CellInvalid(text)
    number = int(found[2].replace(",", ""))
    return -number if found[1] == "-" else number


def read_kilograms(text: str) -> int:
    """Give the kilograms of a cell in tonnes, such as `1.234`, `1,234.5` or `12.0`."""
    found = TONNES.fullmatch(text)
    if found is None:
        raise CellInvalid(text)
    return int(found[1].replace(",", "")) * 1000 + int((found[2] or "0").ljust(3, "0"))


def read_degrees(text: str) -> int:
    """Give the millionths of a degree of a cell such as `-85.5`, rounded towards zero."""
    found = DEGREES.fullmatch(text)
    if found is None:
        raise CellInvalid(text)
    decimals = (found[3] or "")[:MICRO_DIGITS].ljust(MICRO_DIGITS, "0")
    micro = int(found[2]) * 10**MICRO_DIGITS + int(decimals)
    return -micro if found[1] else micro


def read_period(text: str) -> tuple[str, str]:
    """Give the two days of a cell such as `2019-01-01 / 2019-12-31`."""
    first, separator, last = text.partition(" / ")
    if not separator:
        raise CellInvalid(text)
    return read_date(first.strip()), read_date(last.strip())


@lru_cache(maxsize=65_536)
def read_date(text: str) -> str:
    """Give the UTC day `YYYY-MM-DD` of a cell with or without a time, month first with slashes."""
    if found := DAY.fullmatch(text):
        year, month, day = found[1], found[2], found[3]
        is_time = found[4] is None or int(found[4]) < 24
    elif found := AMERICAN_DAY.fullmatch(text):
        year, month, day = found[3], found[1], found[2]
        is_time = found[4] is None or 1 <= int(found[4]) <= 12
    else:
        raise CellInvalid(text)
    if not is_time or (found[4] is not None and max(int(found[5]), int(found[6])) > 59):
        raise CellInvalid(text)
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise CellInvalid(text) from None
