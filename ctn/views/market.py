"""Questions about trading: trades, candles, books, tickers, orders (`market.md` 13)."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from sqlalchemy import Select, func, or_, select

from ctn.modules.assets.records import Calendar
from ctn.modules.market.candles import LENGTHS_MS, Candle, empty_candle
from ctn.modules.market.days import spans_of
from ctn.modules.market.records import Instrument
from ctn.modules.market.sessions import Span, last_moment
from ctn.views import tables
from ctn.views.pages import START, Page, Slice, Sort, columns, page, rows_wanted
from ctn.views.queries import NO_FILTERS, Filters, as_record, chosen, conditions, record
from ctn.views.reader import View
from ctn.views.refusals import BadFilter
from ctn.views.rows import COUNTED

Value = dict[str, Any]
OPEN: Final = "open"
LEVELS_MAX: Final = 1_000
SECOND_MS: Final = 1_000
SERIES: Final = (COUNTED, "block", "auction", "pool", "correction")
# The column `block` is a trade's height: an answer names its own as `height`.
TAPE: Final = ("no", "price", "qty", "notional", "mode", "taker", "buyer", "seller", "block",
               "time")  # fmt: skip
CANDLE: Final = ("time", "open", "high", "low", "close", "qty", "notional", "trades")

_trades, _orders, _candles = tables.trades.c, tables.orders.c, tables.candles.c
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


def tape(view: View, instrument: str, rows: int = 1_000, before: int | None = None) -> Value:
    """The newest trades by columns, newest first; `before` goes on below a trade's number."""
    wanted = _tape.where(_trades.instrument == instrument)
    if before is not None:
        wanted = wanted.where(_trades.no < before)
    found = view.tuples(wanted.order_by(_trades.no.desc()).limit(rows_wanted(rows)))
    return columns(TAPE, found, view.height)


def candles(
    view: View,
    instrument: str,
    interval: str,
    *,
    rows: int = 1_000,
    until: int | None = None,
) -> Value:
    """The newest counted candles by columns, oldest first, times in Unix seconds.

    Spans inside a session without a trade are filled by the rule of `market.md` 13. `until` is a
    time in ms: candles that begin at or after it, or after the last block, are left out.
    """
    wanted = rows_wanted(rows)
    length = _length(interval)
    end = view.time + 1 if until is None else min(until, view.time + 1)
    found = _stored(view, (instrument, COUNTED, interval), wanted, end)
    sessions = _sessions(view, instrument)
    if sessions is not None and found:
        found = list(islice(_filled_back(found, length, end, sessions), wanted))[::-1]
    turned = [(candle.start // SECOND_MS, *candle[1:]) for candle in found]  # exact: whole seconds
    return columns(CANDLE, turned, view.height)


def series_candles(view: View, instrument: str, series: str, interval: str, rows: int) -> Value:
    """The newest candles of another series than the counted one; nothing is filled there."""
    if series not in SERIES:
        raise BadFilter(field="series", rule=", ".join(SERIES))
    _length(interval)
    found = _stored(view, (instrument, series, interval), rows_wanted(rows), view.time + 1)
    turned = [(candle.start // SECOND_MS, *candle[1:]) for candle in found]  # exact: whole seconds
    return columns(CANDLE, turned, view.height)


def _length(interval: str) -> int:
    length = LENGTHS_MS.get(interval)
    if length is None:
        raise BadFilter(field="interval", rule=", ".join(LENGTHS_MS))
    return length


def _stored(view: View, key: tuple[str, str, str], rows: int, end: int) -> list[Candle]:
    """The newest stored candles of a series that begin before `end`, oldest first."""
    instrument, series, interval = key
    names = ("open_time", "open", "high", "low", "close", "qty", "notional", "trades")
    found = view.tuples(
        select(*[_candles[name] for name in names])
        .where(
            _candles.instrument == instrument, _candles.series == series,
            _candles.interval == interval, _candles.open_time < end,
        )
        .order_by(_candles.open_time.desc())
        .limit(rows)
    )  # fmt: skip
    return [Candle(*row) for row in found[::-1]]


def _filled_back(
    stored: list[Candle], length: int, end: int, sessions: tuple[Calendar, tuple[Span, ...]]
) -> Iterator[Candle]:
    """Candles from the newest to the oldest, with those that no trade made (`market.md` 13).

    Backwards, so that a reader who wants few does not walk through all that was quiet.
    """
    for candle in reversed(stored):
        # Up: a span that began before the end is told whole.
        over = candle.start - (candle.start - end) // length * length
        moment = last_moment(*sessions, candle.start + length, over)
        while moment is not None:
            # Down: a span holds its start and not its end.
            start = candle.start + (moment - candle.start) // length * length
            yield empty_candle(start, candle.close)
            moment = last_moment(*sessions, candle.start + length, start)
        yield candle
        end = candle.start


def _sessions(view: View, instrument: str) -> tuple[Calendar, tuple[Span, ...]] | None:
    """Calendar and book sessions of an instrument that is known."""
    row = record(view, Instrument, instrument)
    found = None if row is None else record(view, Calendar, row["calendar"])
    if row is None or found is None:
        return None
    return as_record(Calendar, found), spans_of(as_record(Instrument, row).sessions, "book")


def order_book(view: View, instrument: str, levels: int = 25) -> Value:
    """Both sides by columns, best first: price, what is shown, number of orders."""
    most = rows_wanted(levels, LEVELS_MAX)
    answer: Value = {"height": view.height, "seq": _sequence(view, instrument)}
    for side, name in (("buy", "bids"), ("sell", "asks")):
        best = _orders.price.desc() if side == "buy" else _orders.price.asc()
        found = view.tuples(
            select(_orders.price, func.sum(_orders.shown), func.count())
            .where(*_standing(instrument, side))
            .group_by(_orders.price)
            .order_by(best)
            .limit(most)
        )
        rows = [(price, int(shown), count) for price, shown, count in found]
        answer[name] = columns(("price", "qty", "orders"), rows, view.height)
    return answer


def levels(view: View, instrument: str, side: str) -> list[tuple[int, int]]:
    """Every level of a side, best first, with what is shown: what a feed starts from."""
    best = _orders.price.desc() if side == "buy" else _orders.price.asc()
    found = view.tuples(
        select(_orders.price, func.sum(_orders.shown))
        .where(*_standing(instrument, side))
        .group_by(_orders.price)
        .order_by(best)
    )
    return [(price, int(shown)) for price, shown in found]


def queue(view: View, instrument: str, side: str, rows: int = 1_000) -> list[Value]:
    """The orders of a side in the order in which they trade: price, tier, then time (L3)."""
    best = _orders.price.desc() if side == "buy" else _orders.price.asc()
    return view.rows(
        select(tables.orders)
        .where(*_standing(instrument, side))
        .order_by(best, _orders.rank.desc(), _orders.seq)
        .limit(rows_wanted(rows))
    )


def _standing(instrument: str, side: str) -> tuple[Any, ...]:
    return (_orders.instrument == instrument, _orders.side == side, _orders.state == OPEN)


def _sequence(view: View, instrument: str) -> int | None:
    state = tables.RECORDS["instrument_state"].table.c
    found = view.tuples(select(state.feed_seq).where(state.place == instrument))
    return int(found[0][0]) if found else None


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
    state = tables.RECORDS["instrument_state"].table.c
    names = [row[0] for row in view.tuples(select(state.place).order_by(state.place))]
    return [found for found in (ticker(view, name) for name in names) if found is not None]


def _best(view: View, instrument: str, side: str) -> tuple[int | None, int | None]:
    edge = func.max(_orders.price) if side == "buy" else func.min(_orders.price)
    price = view.tuples(select(edge).where(*_standing(instrument, side)))[0][0]
    if price is None:
        return None, None
    shown = select(func.sum(_orders.shown)).where(
        *_standing(instrument, side), _orders.price == price
    )
    return int(price), int(view.tuples(shown)[0][0])
