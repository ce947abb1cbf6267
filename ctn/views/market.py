"""Questions about trading: trades, candles, books, tickers, orders (`market.md` 13)."""

from collections.abc import Iterator
from itertools import islice, takewhile
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, func, or_, select

from ctn.modules.assets.records import Calendar
from ctn.modules.market import sessions
from ctn.modules.market.candles import (
    LENGTHS_MS,
    MINUTE_MS,
    Candle,
    bucket_start,
    empty_candle,
)
from ctn.modules.market.days import spans_of
from ctn.modules.market.records import Instrument, InstrumentState
from ctn.views import tables
from ctn.views.pages import COLUMNS_MAX, START, Page, Slice, Sort, columns, page, rows_wanted
from ctn.views.queries import NO_FILTERS, Filters, as_record, chosen, conditions, record
from ctn.views.reader import View
from ctn.views.refusals import BadFilter, RangeTooLarge
from ctn.views.rows import COUNTED

Value = dict[str, Any]
OPEN: Final = "open"
LEVELS_MAX: Final = 1_000
SECOND_MS: Final = 1_000
SERIES: Final = (COUNTED, "block", "auction", "pool", "correction")
ROWS: Final = 500
LEVELS: Final = 25
ORDERS_MAX: Final = COLUMNS_MAX // 2  # exact: both sides together
SIDES: Final = ("buy", "sell")
# The column `block` is a trade's height: an answer names its own as `height`.
TAPE: Final = (
    "no", "time", "mode", "price", "qty", "notional", "taker", "buyer", "seller", "block", "tx",
)  # fmt: skip
BOOK: Final = ("side", "price", "qty", "orders")
BOOK_ORDERS: Final = ("side", "no", "price", "shown", "rank", "seq", "account")
CANDLE: Final = ("time", "open", "high", "low", "close", "qty", "notional", "trades")

_trades, _orders, _candles = tables.trades.c, tables.orders.c, tables.candles.c
_states = tables.RECORDS["instrument_state"].table.c
TRADE_SORTS: Final = {
    "newest": Sort("newest", (_trades.no,), True), "oldest": Sort("oldest", (_trades.no,)),
}  # fmt: skip
ORDER_SORTS: Final = {
    "newest": Sort("newest", (_orders.no,), True), "oldest": Sort("oldest", (_orders.no,)),
}  # fmt: skip
_tape: Final = select(*[_trades["height" if name == "block" else name] for name in TAPE])


def trade(view: View, number: int) -> Value | None:
    """A trade by its number."""
    return view.row(select(tables.trades).where(_trades.no == number))


def trade_list(filters: Filters = NO_FILTERS) -> Select[Any]:
    """Trades by instrument, mode, price, qty, height, time, buyer, seller; `account` is either."""
    rest = {name: value for name, value in filters.items() if name != "account"}
    allowed = ("instrument", "mode", "price", "qty", "height", "time", "buyer", "seller", "tx")
    found = select(tables.trades).where(*conditions(tables.trades, rest, allowed))
    account = filters.get("account")
    if account is None:
        return found
    if type(account) is not str:
        raise BadFilter(field="account", rule="an address")
    return found.where(or_(_trades.buyer == account, _trades.seller == account))


def trades(
    view: View,
    filters: Filters = NO_FILTERS,
    *,
    sort: str | None = None,
    part: Slice = START,
) -> Page:
    """A page of trades, the newest first unless asked otherwise."""
    return page(view, trade_list(filters), chosen(TRADE_SORTS, sort), part)


def tape(view: View, instrument: str, rows: int = ROWS, before: int | None = None) -> Value:
    """The newest trades by columns, newest first; `before` goes on below a trade's number."""
    wanted = _tape.where(_trades.instrument == instrument)
    if before is not None:
        wanted = wanted.where(_trades.no < before)
    found = view.tuples(wanted.order_by(_trades.no.desc()).limit(rows_wanted(rows)))
    return columns(TAPE, found, view.height)


class Span(NamedTuple):
    """Which candles are asked for: the newest `rows` in [start, end), times in ms.

    Without `start` as far back as an answer reaches, without `end` up to the last block.
    """

    interval: str
    series: str = COUNTED
    start: int | None = None
    end: int | None = None
    rows: int = ROWS


def candles(view: View, instrument: str, span: Span) -> Value:
    """Candles by columns, oldest first, times in Unix seconds.

    Spans inside a session without a counted trade are filled by the rule of `market.md` 13; other
    series are not. Refuses BadFilter, PageTooLarge, and RangeTooLarge for more than 10,000 spans.
    """
    wanted = rows_wanted(span.rows)
    length = LENGTHS_MS.get(span.interval)
    if length is None:
        raise BadFilter(field="interval", rule=", ".join(LENGTHS_MS))
    if span.series not in SERIES:
        raise BadFilter(field="series", rule=", ".join(SERIES))
    hours = _hours(view, instrument)
    first, end = _bounds(view, span, length, 0 if hours is None else hours.offset)
    key = (instrument, span.series, span.interval)
    found = stored_candles(view, key, wanted, end=end, start=first)
    if span.series == COUNTED and hours is not None:
        if first and len(found) < wanted:
            # The close before stands until the first trade; the candle itself is left out.
            found = stored_candles(view, key, 1, end=first) + found
        made = _filled_back(found, length, end, hours)
        told = takewhile(lambda candle: candle.start >= first, made)
        found = list(islice(told, wanted))[::-1]
    turned = [(candle.start // SECOND_MS, *candle[1:]) for candle in found]  # exact: whole seconds
    return columns(CANDLE, turned, view.height)


def _bounds(view: View, span: Span, length: int, offset: int) -> tuple[int, int]:
    """The start of the first candle that may be told, and the time before which all begin."""
    last = view.time + 1
    if span.start is None:
        return 0, last if span.end is None else min(span.end, last)
    end = last if span.end is None else span.end
    if span.start >= end:
        raise BadFilter(field="start", rule="before `end`")
    first = bucket_start(span.start, length, offset)
    # Up: the candle that `end` falls in is part of the answer.
    if -(-(end - first) // length) > COLUMNS_MAX:
        raise RangeTooLarge(limit=COLUMNS_MAX)
    return first, min(end, last)


def stored_candles(
    view: View, key: tuple[str, str, str], rows: int, *, end: int, start: int | None = None
) -> list[Candle]:
    """The newest candles of (instrument, series, interval) in [start, end), oldest first."""
    names = ("open_time", "open", "high", "low", "close", "qty", "notional", "trades")
    instrument, series, interval = key
    wanted = select(*[_candles[name] for name in names]).where(
        _candles.instrument == instrument, _candles.series == series,
        _candles.interval == interval, _candles.open_time < end,
    )  # fmt: skip
    if start is not None:
        wanted = wanted.where(_candles.open_time >= start)
    found = view.tuples(wanted.order_by(_candles.open_time.desc()).limit(rows))
    return [Candle(*row) for row in found[::-1]]


class Hours(NamedTuple):
    """The calendar and the sessions in which the book of an instrument is open."""

    calendar: Calendar
    sessions: tuple[sessions.Span, ...]

    @property
    def offset(self) -> int:
        """The calendar's distance from UTC in ms."""
        return self.calendar.utc_offset_min * MINUTE_MS


def _hours(view: View, instrument: str) -> Hours | None:
    """The hours of an instrument that is known."""
    row = record(view, Instrument, instrument)
    found = None if row is None else record(view, Calendar, row["calendar"])
    if row is None or found is None:
        return None
    return Hours(as_record(Calendar, found), spans_of(as_record(Instrument, row).sessions, "book"))


def _filled_back(stored: list[Candle], length: int, end: int, hours: Hours) -> Iterator[Candle]:
    """Candles from the newest to the oldest, with those that no trade made (`market.md` 13).

    Backwards, so that a reader who wants few does not walk through all that was quiet.
    """
    for candle in reversed(stored):
        # Up: a span that began before the end is told whole.
        over = candle.start - (candle.start - end) // length * length
        moment = sessions.last_moment(*hours, candle.start + length, over)
        while moment is not None:
            # Down: a span holds its start and not its end.
            start = candle.start + (moment - candle.start) // length * length
            yield empty_candle(start, candle.close)
            moment = sessions.last_moment(*hours, candle.start + length, start)
        yield candle
        end = candle.start


def order_book(view: View, instrument: str, levels: int = LEVELS) -> Value | None:
    """Both sides by columns, bids first, each best first; None for an unknown instrument.

    `qty` is what is shown; beside the columns stand the feed's `seq` and the `phase`.
    """
    most = rows_wanted(levels, LEVELS_MAX)
    state = record(view, InstrumentState, instrument)
    if state is None:
        return None
    rows: list[tuple[Any, ...]] = []
    for side in SIDES:
        found = view.tuples(
            select(_orders.price, func.sum(_orders.shown), func.count())
            .where(*standing(view, instrument, side))
            .group_by(_orders.price)
            .order_by(_best_first(side))
            .limit(most)
        )
        rows += [(side, price, int(shown), count) for price, shown, count in found]
    made = columns(BOOK, rows, view.height)
    return made | {"seq": state["feed_seq"], "phase": state["phase"]}


def book_orders(view: View, instrument: str, rows: int = ROWS) -> Value:
    """The open orders of both sides by columns, in the order in which they trade (L3).

    Bids first; at most `rows` a side.
    """
    wanted = rows_wanted(rows, ORDERS_MAX)
    found = [row for side in SIDES for row in queue(view, instrument, side, wanted)]
    made = [[row[name] for name in BOOK_ORDERS] for row in found]
    return columns(BOOK_ORDERS, made, view.height)


def levels(view: View, instrument: str, side: str) -> list[tuple[int, int]]:
    """Every level of a side, best first, with what is shown: what a feed starts from."""
    found = view.tuples(
        select(_orders.price, func.sum(_orders.shown))
        .where(*standing(view, instrument, side))
        .group_by(_orders.price)
        .order_by(_best_first(side))
    )
    return [(price, int(shown)) for price, shown in found]


def queue(view: View, instrument: str, side: str, rows: int = 1_000) -> list[Value]:
    """The orders of a side in the order in which they trade: price, tier, then time (L3)."""
    return view.rows(
        select(tables.orders)
        .where(*standing(view, instrument, side))
        .order_by(_best_first(side), _orders.rank.desc(), _orders.seq)
        .limit(rows_wanted(rows))
    )


def standing(view: View, instrument: str, side: str) -> tuple[Any, ...]:
    """That an order is in the shown book of a side: not one that is over and waits to leave.

    Outside the band after a roll, or past its expiry, it is over at once (`market.md` 2.2).
    """
    is_buy = side == "buy"
    bound = select(_states.high if is_buy else _states.low).where(_states.place == instrument)
    edge = bound.scalar_subquery()
    return (
        _orders.instrument == instrument, _orders.side == side, _orders.state == OPEN,
        _orders.expires > view.time,
        _orders.price <= edge if is_buy else _orders.price >= edge,
    )  # fmt: skip


def _best_first(side: str) -> Any:
    return _orders.price.desc() if side == "buy" else _orders.price.asc()


def order(view: View, number: int) -> Value | None:
    """An order by its number, open or ended."""
    return view.row(select(tables.orders).where(_orders.no == number))


def order_list(filters: Filters = NO_FILTERS) -> Select[Any]:
    """Orders by account, instrument, side, state, reason, tif, kind, client_id, height, time."""
    allowed = ("account", "instrument", "side", "state", "reason", "tif", "kind", "client_id",
               "height", "time", "tx")  # fmt: skip
    return select(tables.orders).where(*conditions(tables.orders, filters, allowed))


def orders(
    view: View,
    filters: Filters = NO_FILTERS,
    *,
    sort: str | None = None,
    part: Slice = START,
) -> Page:
    """A page of orders, the newest first unless asked otherwise."""
    return page(view, order_list(filters), chosen(ORDER_SORTS, sort), part)


def ticker(view: View, instrument: str) -> Value | None:
    """L1: best prices, the last trade, change to the reference, day figures, phase, band.

    None for an unknown instrument. `change` is null until something traded today.
    """
    state = tables.RECORDS["instrument_state"].table
    row = view.row(select(state).where(state.c.place == instrument))
    if row is None:
        return None
    last = tables.tickers
    newest = view.row(select(last).where(last.c.instrument == instrument)) or {}
    best = {side: _best(view, instrument, side) for side in ("buy", "sell")}
    price = row["last"]
    return {
        "instrument": instrument, "last": price, "last_trade": newest.get("no"),
        "last_qty": newest.get("qty"), "last_time": newest.get("time"),
        "bid": best["buy"][0], "bid_qty": best["buy"][1],
        "ask": best["sell"][0], "ask_qty": best["sell"][1], "ref": row["ref"],
        "change": None if price is None or not row["trades"] else price - row["ref"],
        "open": row["open"], "high": row["top"], "low": row["bottom"], "qty": row["qty"],
        "notional": row["notional"], "trades": row["trades"], "day": row["day"],
        "phase": row["phase"], "phase_end": row["phase_end"], "band_low": row["low"],
        "band_high": row["high"], "mark": row["mark"], "seq": row["feed_seq"],
    }  # fmt: skip


def tickers(view: View) -> list[Value]:
    """L1 of every instrument, by its id."""
    names = [row[0] for row in view.tuples(select(_states.place).order_by(_states.place))]
    return [found for found in (ticker(view, name) for name in names) if found is not None]


def _best(view: View, instrument: str, side: str) -> tuple[int | None, int | None]:
    edge = func.max(_orders.price) if side == "buy" else func.min(_orders.price)
    price = view.tuples(select(edge).where(*standing(view, instrument, side)))[0][0]
    if price is None:
        return None, None
    shown = select(func.sum(_orders.shown)).where(
        *standing(view, instrument, side), _orders.price == price
    )
    return int(price), int(view.tuples(shown)[0][0])
