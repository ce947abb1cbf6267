"""The height that `at` means: a height, a date, or a time (registry.md 13)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from ctn.api.read_problems import BadFilter, HeightNotKept
from ctn.kernel.codec import INT_MAX
from ctn.views import tables
from ctn.views.reader import View

LENGTH: Final = 40
CHINA: Final = timedelta(hours=8)
RULE: Final = "a height, YYYY-MM-DD, or a time of RFC 3339"
_HEIGHT: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(Z|z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def height_at(view: View, at: str) -> int:
    """The height that a text names in a view; empty is the view's own.

    A date means its last block before the next midnight UTC+8, a time the last block not after
    it. Refuses by BadFilter what is no such text or lies beyond the last block, and by
    HeightNotKept what is older than the histories.
    """
    if not at:
        return view.height
    if _HEIGHT.fullmatch(at):
        height = int(at)
        if height > min(view.height, INT_MAX):
            raise BadFilter(field="at", rule="not above the last block")
    else:
        column = tables.blocks.c
        last = select(func.max(column.height)).where(column.time <= time_of(at))
        found: int | None = view.tuples(last)[0][0]
        if found is None:
            raise HeightNotKept(keep_from=view.head.keep_from)
        height = found
    if height < view.head.keep_from:
        raise HeightNotKept(keep_from=view.head.keep_from)
    return height


def time_of(text: str) -> int:
    """The time in ms that a date or time means; refuses by BadFilter."""
    try:
        day = _DATE.fullmatch(text)
        if day is not None:
            year, month, date = [int(part) for part in day.groups()]
            start = datetime(year, month, date, tzinfo=UTC) - CHINA
            return milliseconds(start + timedelta(days=1)) - 1
        found = _TIME.fullmatch(text[:LENGTH])
        if found is None:
            raise ValueError(text)
        zone = "+00:00" if found[4] in "Zz" else found[4]
        # Down: a fraction of a millisecond is not over yet.
        more = int((found[3] or "0").ljust(3, "0")[:3])
        return milliseconds(datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}")) + more
    except (ValueError, OverflowError):
        raise BadFilter(field="at", rule=RULE) from None


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
