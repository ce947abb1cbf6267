"""Arithmetic and predicates of the registry: numbers and texts in, numbers and verdicts out."""

from typing import Final

GRAMS_PER_TONNE: Final = 1_000_000
FRACTION_STEP_G: Final = 1_000
MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
LEI_LENGTH: Final = 20
LEI_MODULUS: Final = 97

Ranges = tuple[tuple[int, int], ...]


def ctn_serial(batch: str, start: int, end: int) -> str:
    """The printed serial of serials start..end of a batch, upper case (registry.md 2.1)."""
    return f"CTN-{batch.upper()}-{start}-{end}"


def are_ascending(parts: Ranges) -> bool:
    """Whether ranges (first, last) are each in order, ascending, and share no number."""
    last = 0
    for start, end in parts:
        if start <= last or end < start:
            return False
        last = end
    return True


def tonnes_of(parts: Ranges) -> int:
    """The serials, of one tonne each, in ranges that share none."""
    return sum([end - start + 1 for start, end in parts])


def split_grams(grams: int, open_g: int) -> tuple[int, int, int]:
    """How an amount to retire is split: (whole tonnes, grams to fill, grams to open).

    `grams` is the amount, `open_g` what is still free of the serial that others began to retire
    in part (0: none). The rest below a tonne fills that serial first, then opens the next one
    (registry.md 7). Raises nothing; the three parts always sum to `grams`.
    """
    whole, rest = divmod(grams, GRAMS_PER_TONNE)  # down: the rest is retired in grams
    filled = min(rest, open_g)
    return whole, filled, rest - filled


def is_fractional(grams: int) -> bool:
    """Whether an amount in grams can be retired from the market: thousands of grams."""
    return grams % FRACTION_STEP_G == 0


def is_lei(text: str) -> bool:
    """Whether a text is a legal entity identifier: ISO 17442, checked by ISO 7064 MOD 97-10."""
    if len(text) != LEI_LENGTH or not (text.isascii() and text.isalnum()):
        return False
    if text != text.upper() or not text[-2:].isdigit():
        return False
    return int("".join([str(int(sign, 36)) for sign in text])) % LEI_MODULUS == 1


def is_date(text: str) -> bool:
    """Whether a text `YYYY-MM-DD` with month 01-12 is a day of the Gregorian calendar."""
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:])
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = 29 if month == 2 and is_leap else MONTH_DAYS[month - 1]
    return 1 <= day <= days


def is_period(start: str, end: str) -> bool:
    """Whether two texts `YYYY-MM-DD` are days in order."""
    return is_date(start) and is_date(end) and start <= end


def with_years(ranges: Ranges, first: int, last: int) -> Ranges:
    """Ranges of years, and first..last with them: ascending, disjoint, none touching another."""
    found: list[tuple[int, int]] = []
    for start, end in ranges:
        if end < first - 1 or start > last + 1:
            found.append((start, end))
        else:
            first, last = min(first, start), max(last, end)
    return tuple(sorted([*found, (first, last)]))


def without_years(ranges: Ranges, first: int, last: int) -> Ranges:
    """Ranges of years without the years first..last; what is left keeps its order."""
    found: list[tuple[int, int]] = []
    for start, end in ranges:
        if start < first:
            found.append((start, min(end, first - 1)))
        if end > last:
            found.append((max(start, last + 1), end))
    return tuple(found)


def holds_year(ranges: Ranges, year: int) -> bool:
    """Whether a year lies in one of the ranges."""
    return any(start <= year <= end for start, end in ranges)
