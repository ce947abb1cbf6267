"""Arithmetic of votes and of the times at which parameters act: numbers in, numbers out."""

from math import isqrt

from ctn.kernel.block import DAY_MS, UTC8_MS

PERIOD_OWNERS = (
    "accounts", "identity", "beacon", "quality", "reputation", "rewards", "activities", "mall",
    "content", "models", "platforms",
)  # fmt: skip
QUARTER_OWNERS = ("privacy",)
PERIOD_DAYS = (1, 11, 21)
QUARTER_MONTHS = (1, 4, 7, 10)
BONDED_SHARE = 100
EPOCH_DAYS_MAX = 93


def vote_weight(tonnes: int) -> int:
    """The weight of an owner: the square root of all tonnes it locked, rounded down.

    Square root so that no whale decides; per owner so that splitting does not help
    (reliability.md 6.3).
    """
    return isqrt(tonnes)


def has_quorum(owners: int, tonnes: int, *, quorum: int, least_t: int, bonded_t: int) -> bool:
    """Whether enough owners and tonnes stand behind a yes or a no.

    Tonnes must reach `least_t` and 1 % of all that is bonded, compared without rounding.
    """
    return owners >= quorum and tonnes >= least_t and BONDED_SHARE * tonnes >= bonded_t


def is_carried(yes: int, no: int) -> bool:
    """Whether two thirds of the weight of yes and no say yes, and somebody does."""
    return yes > 0 and 3 * yes >= 2 * (yes + no)


def is_bond_due(yes: int, no: int) -> bool:
    """Whether a proposer gets the bond back: yes reached a third of the weight of yes and no."""
    return yes > 0 and 3 * yes >= yes + no


def is_bond_due_early(yes: int, no: int) -> bool:
    """The same of a proposal that its proposer takes back: also while nobody has voted."""
    return 3 * yes >= yes + no


def approvals_needed(threshold: int, members: int, floor: int) -> int:
    """Approvals that a proposal needs: the council's threshold, or `floor` where more are asked.

    A council with fewer members than `floor` needs all of them.
    """
    return max(threshold, min(floor, members))


def is_council(members: int, threshold: int, emergency: int, *, least: int, alarm: int) -> bool:
    """Whether numbers make a council: `least` members, a threshold of more than half.

    `emergency` is at least `alarm` where a council of one is not allowed, and at most all.
    """
    if members < least or not members < 2 * threshold <= 2 * members:
        return False
    return (1 if least == 1 else alarm) <= emergency <= members


def next_epoch(time: int, module: str, epoch_ms: int) -> int:
    """The block time in ms from which a parameter of a module may act after `time`.

    The next epoch of its owner at UTC+8: the period of ten days for what `people` and `methods`
    own, the quarter for `privacy`, else the engine's epoch (README.md 7).
    """
    if module in PERIOD_OWNERS:
        return _next_start(time, PERIOD_DAYS, tuple(range(1, 13)))
    if module in QUARTER_OWNERS:
        return _next_start(time, (1,), QUARTER_MONTHS)
    return ((time + UTC8_MS) // epoch_ms + 1) * epoch_ms - UTC8_MS


def _next_start(time: int, days: tuple[int, ...], months: tuple[int, ...]) -> int:
    """The start, in ms, of the next day at UTC+8 that has one of these numbers."""
    day = (time + UTC8_MS) // DAY_MS + 1
    for ahead in range(EPOCH_DAYS_MAX):
        month, number = month_and_day(day + ahead)
        if number in days and month in months:
            return (day + ahead) * DAY_MS - UTC8_MS
    raise AssertionError("no quarter is longer than 93 days")


def month_and_day(day: int) -> tuple[int, int]:
    """Month and day of the month of a day counted from 1970-01-01, by the Gregorian calendar.

    After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
    """
    shifted = day + 719_468
    of_era = shifted % 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    from_march = (5 * of_year + 2) // 153
    number = of_year - (153 * from_march + 2) // 5 + 1
    return (from_march + 3 if from_march < 10 else from_march - 9), number
