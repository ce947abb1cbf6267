"""What is public of the market: instruments, tickers, books, tape, candles, open orders."""

from typing import Annotated, Any, Final, NamedTuple

import orjson
from fastapi import Depends, Request
from sqlalchemy import func, select
from starlette.responses import Response

from ctn.api import resources
from ctn.api.amounts import as_texts, with_texts
from ctn.api.asks import (
    Address,
    Interval,
    Milliseconds,
    Name,
    Number,
    Rows,
    Series,
)
from ctn.api.desk import HOT, asked, found, headers_of, refuse_known
from ctn.api.feed import feeds_of
from ctn.api.link import Head
from ctn.api.paging import Listing, Page, Paged, paged
from ctn.api.reads import number
from ctn.api.refusals import NotFound
from ctn.api.routes import Route
from ctn.kernel.account import is_address
from ctn.kernel.refusal import BadAddress
from ctn.views import market as columns
from ctn.views import tables
from ctn.views.pages import COLUMNS_MAX
from ctn.views.reader import View

Value = dict[str, Any]
BP: Final = 10_000
_instruments = tables.RECORDS["instrument"].table
_states = tables.RECORDS["instrument_state"].table
_orders = tables.orders
_trades = tables.trades
BY_ID: Final = Listing("instruments", (_instruments.c.id,))
NEWEST_ORDER: Final = Listing("open_orders", (_orders.c.no,), is_newest_first=True)
NEWEST_TRADE: Final = Listing("trades", (_trades.c.no,), is_newest_first=True)


class Period(NamedTuple):
    """A time in ms from which on, one before which (None: not stated), and the most rows."""

    start: int | None
    end: int | None
    rows: int


async def instruments(request: Request, page: Paged) -> Response:
    """Instruments by id."""

    def shown(row: Value) -> Value:
        return as_texts(without_place(row), resources.INSTRUMENT)

    return await found(
        request, lambda view: paged(view, select(_instruments), BY_ID, page, shown)
    )


async def instrument(request: Request, instrument: Name) -> Response:
    """An instrument: its terms, and where it stands."""

    def read(view: View) -> Value:
        row = instrument_row(view, instrument)
        quote = row["quote"]
        state = _state_row(view, instrument)
        day = None if state is None else with_texts(state, resources.STATE, quote)
        return with_texts(row, resources.INSTRUMENT, quote) | {"state": day}

    return await found(request, read, HOT)


async def ticker(request: Request, instrument: Name) -> Response:
    """Best prices, last trade, change to the reference in basis points, and day figures."""

    def read(view: View) -> Value:
        quote = instrument_row(view, instrument)["quote"]
        state = _state_row(view, instrument)
        if state is None:
            raise NotFound(instrument=instrument)
        last, ref = state["last"], state["ref"]
        moved = None if last is None else last - ref
        return {
            "instrument": instrument,
            "phase": state["phase"],
            "bid": _text(_best(view, instrument, "buy")),
            "ask": _text(_best(view, instrument, "sell")),
            "change": _text(moved),
            # Down for a rise, up for a fall: a change is never shown larger than it is.
            "change_bp": None if moved is None else _towards_zero(moved * BP, ref),
            "last_trade": _last_trade(view, instrument, quote),
            "day": with_texts(state, resources.STATE, quote),
        }

    return await found(request, read, HOT)


async def snapshot(request: Request, instrument: Name) -> Response:
    """The whole book as after a block: what a follower of the feed begins with."""
    feeds = feeds_of(request)
    await feeds.ready()
    head, data = feeds.snapshot(instrument)
    if data is None:
        raise NotFound(instrument=instrument)
    refuse_known(head, request.headers.get("if-none-match", ""))
    return _columns(head, data)


async def book(request: Request, instrument: Name, levels: Rows = "25") -> Response:
    """The best levels of both sides by columns, bids first."""
    most = number(levels, "levels")

    def read(view: View) -> bytes:
        made = columns.order_book(view, instrument, most)
        if made is None:
            raise NotFound(instrument=instrument)
        return orjson.dumps(made)

    return _columns(*await asked(request, read))


async def orders_of(request: Request, instrument: Name, rows: Rows = "500") -> Response:
    """The open orders of a book by columns, in the order in which they trade (L3)."""
    most = number(rows, "rows")

    def read(view: View) -> bytes:
        instrument_row(view, instrument)
        return orjson.dumps(columns.book_orders(view, instrument, most))

    return _columns(*await asked(request, read))


async def tape_of(
    request: Request, instrument: Name, rows: Rows = "500", before: Number = ""
) -> Response:
    """The last trades by columns, newest first; `before` a trade number goes further back."""
    count = number(rows, "rows")
    earlier = number(before, "before") if before else None

    def read(view: View) -> bytes:
        instrument_row(view, instrument)
        return orjson.dumps(columns.tape(view, instrument, count, earlier))

    return _columns(*await asked(request, read))


async def period_of(start: Milliseconds = "", end: Milliseconds = "", rows: Rows = "") -> Period:
    """The period that is asked for; refuses a number above 2^63 - 1."""
    first = number(start, "start") if start else None
    # A range that is named whole is answered whole; its points are bounded by themselves.
    most = number(rows, "rows") if rows else COLUMNS_MAX if start else columns.ROWS
    return Period(first, number(end, "end") if end else None, most)


async def candles_of(
    request: Request,
    instrument: Name,
    period: Annotated[Period, Depends(period_of)],
    interval: Interval = "1h",
    series: Series = "counted",
) -> Response:
    """Candles by columns; without `start` the last 500. Times of the answer are Unix seconds."""
    span = columns.Span(interval, series, *period)

    def read(view: View) -> bytes:
        instrument_row(view, instrument)
        return orjson.dumps(columns.candles(view, instrument, span))

    return _columns(*await asked(request, read))


async def trades(
    request: Request, instrument: Name, page: Paged
) -> Response:
    """Trades of an instrument, newest first, each with its transaction."""

    def read(view: View) -> Value:
        instrument_row(view, instrument)
        rows = select(_trades).where(_trades.c.instrument == instrument)
        return paged(view, rows, NEWEST_TRADE, page, lambda row: as_texts(row, resources.TRADE))

    return await found(request, read, HOT)


async def open_orders(
    request: Request, address: Address, page: Paged
) -> Response:
    """The open and pending orders of an account, newest first."""
    check_address(address)
    return await found(request, lambda view: _open_orders(view, address, page), HOT)


def _open_orders(view: View, address: str, page: Page) -> Value:
    rows = select(_orders).where(
        _orders.c.account == address, _orders.c.state.in_(("open", "pending"))
    )
    return paged(view, rows, NEWEST_ORDER, page, lambda row: as_texts(row, resources.ORDER))


def check_address(address: str) -> None:
    """Refuse what is no address by its checksum."""
    if not is_address(address):
        raise BadAddress(field="address")


def instrument_row(view: View, instrument: str) -> Value:
    """The terms of an instrument; refuses by NotFound."""
    row = view.row(select(_instruments).where(_instruments.c.place == instrument))
    if row is None:
        raise NotFound(instrument=instrument)
    return without_place(row)


def without_place(row: Value) -> Value:
    """A row without the id under which its record stands in the state."""
    del row["place"]
    return row


def _state_row(view: View, instrument: str) -> Value | None:
    row = view.row(select(_states).where(_states.c.place == instrument))
    return None if row is None else without_place(row)


def _best(view: View, instrument: str, side: str) -> int | None:
    best = func.max(_orders.c.price) if side == "buy" else func.min(_orders.c.price)
    shown = select(best).where(*columns.standing(view, instrument, side))
    found_price: int | None = view.tuples(shown)[0][0]
    return found_price


def _last_trade(view: View, instrument: str, quote: str) -> Value | None:
    table = tables.tickers
    row = view.row(select(table).where(table.c.instrument == instrument))
    if row is None:
        return None
    del row["instrument"]
    return with_texts(row, {"price": "price", "qty": "grams"}, quote)


def _text(amount: int | None) -> str | None:
    return None if amount is None else str(amount)


def _towards_zero(amount: int, unit: int) -> int:
    if unit == 0:
        return 0
    whole = abs(amount) // unit
    return whole if amount >= 0 else -whole


def _columns(head: Head, body: bytes) -> Response:
    return Response(body, 200, headers_of(head, HOT), "application/json")


def listed(item: resources.Shape) -> resources.Shape:
    """The shape of a page."""
    return resources.list_shape(item)


ROUTES: Final[tuple[Route, ...]] = (
    Route("/instruments", instruments, listed(resources.INSTRUMENT_ITEM)),
    Route("/instruments/{instrument}", instrument, resources.INSTRUMENT_ANSWER),
    Route("/instruments/{instrument}/ticker", ticker, resources.TICKER),
    Route("/instruments/{instrument}/book", book, resources.ORDER_BOOK),
    Route("/instruments/{instrument}/orders", orders_of, resources.COLUMNS),
    Route("/feed/{instrument}", snapshot, resources.BOOK),
    Route("/instruments/{instrument}/tape", tape_of, resources.COLUMNS),
    Route("/instruments/{instrument}/candles", candles_of, resources.COLUMNS),
    Route("/instruments/{instrument}/trades", trades, listed(resources.TRADE_ITEM)),
    Route("/accounts/{address}/open-orders", open_orders, listed(resources.ORDER_ITEM)),
)
