"""Hot data as columns: candles, order book, tape, balance history (thallo.md 4.5)."""

from typing import Any, Final, NamedTuple

from ctn.api.graphql.reading import Reading
from ctn.api.problems import PageTooLarge
from ctn.views import market, queries
from ctn.views.pages import COLUMNS_MAX, columns
from ctn.views.refusals import BadFilter
from ctn.views.rows import COUNTED

ROWS: Final = 500
LEVELS: Final = 25
LEVELS_MAX: Final = 1_000
BOOK: Final = ("side", "price", "qty", "orders")
Value = dict[str, Any]


def sized(limit: int | None, default: int = ROWS, most: int = COLUMNS_MAX) -> int:
    """How many rows were asked for; refuses PageTooLarge, BadFilter."""
    size = default if limit is None else limit
    if size < 1:
        raise BadFilter(field="limit", rule="1 or more")
    if size > most:
        raise PageTooLarge(limit=most, field="limit")
    return size


def is_listed(made: Reading, instrument: str) -> bool:
    """Whether there is such an instrument."""
    return made.record("instrument", instrument) is not None


class Span(NamedTuple):
    """Which candles are asked for: so many, before a time in ms."""

    interval: str
    series: str | None
    limit: int | None
    end: int | None


def candles(made: Reading, instrument: str, span: Span) -> Value | None:
    """The newest candles before `end`, those of sessions without a trade filled (market.md 13)."""
    if not is_listed(made, instrument):
        return None
    rows = sized(span.limit)
    if span.series is not None and span.series != COUNTED:
        return market.series_candles(made.view, instrument, span.series, span.interval, rows)
    now = made.view.time + 1
    until = now if span.end is None else min(span.end, now)
    return market.candles(made.view, instrument, span.interval, rows=rows, until=until)


def order_book(made: Reading, instrument: str, levels: int | None) -> Value | None:
    """The levels of a book: bids from the best on, then asks."""
    state = made.record("instrument_state", instrument)
    if state is None:
        return None
    book = market.order_book(made.view, instrument, sized(levels, LEVELS, LEVELS_MAX))
    rows = [
        (side, *row)
        for side, found in (("buy", book["bids"]), ("sell", book["asks"]))
        for row in zip(found["price"], found["qty"], found["orders"], strict=True)
    ]
    made_of = columns(BOOK, [(row[0], *map(int, row[1:])) for row in rows], made.view.height)
    return made_of | {"seq": state["feed_seq"], "phase": state["phase"]}


def tape(made: Reading, instrument: str, limit: int | None, before: int | None) -> Value | None:
    """Trades of an instrument, the newest first; `before` is the number to go on from."""
    if not is_listed(made, instrument):
        return None
    return market.tape(made.view, instrument, sized(limit), before)


def balance_history(made: Reading, account: str, asset: str, limit: int | None) -> Value:
    """What an account held of an asset after each block that changed it."""
    return queries.balance_history(made.view, account, asset, sized(limit))
