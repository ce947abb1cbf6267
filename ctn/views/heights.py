"""What `at` means: a height, a day or a moment, and which block that is (`registry.md` 13)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select

from ctn.views import tables
from ctn.views.reader import View
from ctn.views.refusals import BadFilter, HeightNotKept

DAY_MS: Final = 86_400_000
UTC8: Final = timezone(timedelta(hours=8))
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
RULE: Final = "a height, YYYY-MM-DD, or a time as of RFC 3339"
_HEIGHT: Final = re.compile(r"(?:0|[1-9][0-9]{0,18})")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class At(NamedTuple):
    """The block that a past state is of."""

    height: int
    time: int


def resolve(view: View, at: str | None) -> At:
    """The block that `at` names, the newest for None; refuses BadFilter, HeightNotKept."""
    if at is None:
        return At(view.height, view.time)
    if _HEIGHT.fullmatch(at):
        return _of_height(view, int(at))
    if _DATE.fullmatch(at):
        # The last block before the next midnight of UTC+8.
        return _before(view, _moment(f"{at}T00:00:00+08:00") + DAY_MS, at)
    if _TIME.fullmatch(at):
        return _before(view, _moment(at) + 1, at)
    raise BadFilter(field="at", rule=RULE)


def _of_height(view: View, height: int) -> At:
    if height > view.height:
        raise BadFilter(field="at", rule=f"a height up to {view.height}")
    if height < view.head.keep_from:
        raise HeightNotKept(height=height, keep_from=view.head.keep_from)
    wanted = select(tables.blocks.c.time).where(tables.blocks.c.height == height)
    return At(height, view.tuples(wanted)[0][0])


def _before(view: View, before: int, at: str) -> At:
    """The last block whose time in ms is before another; block times never fall."""
    wanted = select(func.max(tables.blocks.c.height)).where(tables.blocks.c.time < before)
    height: Any = view.tuples(wanted)[0][0]
    if height is None:
        raise HeightNotKept(at=at, keep_from=view.head.keep_from)
    return _of_height(view, height)


def _moment(text: str) -> int:
    """A time of RFC 3339 in ms, down; digits of a second beyond six are dropped before."""
    whole, point, rest = text.upper().replace(" ", "T").partition(".")
    if point:
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        whole += f".{digits[:6].ljust(6, '0')}{rest[len(digits) :]}"
    try:
        return (datetime.fromisoformat(whole) - EPOCH) // MILLISECOND
    except ValueError:
        raise BadFilter(field="at", rule=RULE) from None
