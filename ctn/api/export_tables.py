"""What can be exported: each table's columns with their units, and its rows (thallo.md 5.5)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, func, select

from ctn.api.amounts import money_exact, tonnes_exact
from ctn.api.carbon import certificates_where
from ctn.api.people import history_of
from ctn.api.refusals import BadFilter
from ctn.kernel.account import is_address
from ctn.kernel.codec import encode
from ctn.kernel.refusal import BadAddress
from ctn.modules.market.candles import LENGTHS_MS
from ctn.views import past, tables
from ctn.views.heights import resolve
from ctn.views.reader import View

Filters = Mapping[str, str]
Cell = str | int | None
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_trades = tables.trades.c
_candles = tables.candles.c
_pieces = tables.interval_history.c
_batches = tables.RECORDS["batch"].table
_certificates = tables.RECORDS["certificate"].table
_instruments = tables.RECORDS["instrument"].table.c


class ExportColumn(NamedTuple):
    """A column: its header, which names the unit, and its cell; `is_ours` when we write numbers."""

    header: str
    cell: Callable[[Any], Cell]
    is_ours: bool = False


class ExportTable(NamedTuple):
    """A table: its filters, its columns in order, and its rows, each with the columns' values."""

    filters: tuple[str, ...]
    columns: tuple[ExportColumn, ...]
    rows: Callable[[View, Filters], Select[Any]]


def _same(value: Cell) -> Cell:
    return value


def _time(value: int) -> str:
    """A time in ms as RFC 3339 in UTC."""
    moment = _EPOCH + timedelta(milliseconds=value)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value % 1000:03d}Z"


def _tonnes(grams: int) -> str:
    return tonnes_exact(grams)


def _json(value: Any) -> str:
    return "" if value is None else encode(value).decode()


def _text(header: str) -> ExportColumn:
    return ExportColumn(header, _same)


def _number(header: str) -> ExportColumn:
    return ExportColumn(header, _same, is_ours=True)


def _decimal(header: str, cell: Callable[[int], str]) -> ExportColumn:
    return ExportColumn(header, cell, is_ours=True)


def _spanned(statement: Select[Any], column: Any, filters: Filters) -> Select[Any]:
    if filters.get("start"):
        statement = statement.where(column >= int(filters["start"]))
    if filters.get("end"):
        statement = statement.where(column < int(filters["end"]))
    return statement


def _trade_rows(_view: View, filters: Filters) -> Select[Any]:
    statement = select(
        _trades.no, _trades.time, _trades.instrument, _trades.mode, _trades.price, _trades.qty,
        _trades.notional, _instruments.quote, _trades.taker, _trades.buyer, _trades.seller,
        _trades.buyer_fee, _trades.seller_fee, _trades.height, _trades.tx,
    ).join(_instruments.place.table, _instruments.place == _trades.instrument)  # fmt: skip
    if filters.get("instrument"):
        statement = statement.where(_trades.instrument == filters["instrument"])
    return _spanned(statement, _trades.time, filters).order_by(_trades.no)


def _candle_rows(_view: View, filters: Filters) -> Select[Any]:
    interval = filters.get("interval") or "1d"
    if interval not in LENGTHS_MS:
        raise BadFilter(field="interval", rule=" ".join(LENGTHS_MS))
    statement = select(
        _candles.open_time, _candles.instrument, _candles.series, _candles.interval,
        _candles.open, _candles.high, _candles.low, _candles.close, _candles.qty,
        _candles.notional, _instruments.quote, _candles.trades,
    ).join(_instruments.place.table, _instruments.place == _candles.instrument)  # fmt: skip
    statement = statement.where(_candles.interval == interval)
    if filters.get("instrument"):
        statement = statement.where(_candles.instrument == filters["instrument"])
    spanned = _spanned(statement, _candles.open_time, filters)
    return spanned.order_by(_candles.instrument, _candles.series, _candles.open_time)


def _certificate_rows(_view: View, filters: Filters) -> Select[Any]:
    some = certificates_where(
        beneficiary=filters.get("beneficiary", ""),
        project=filters.get("project", ""),
        country=filters.get("country", ""),
        year=filters.get("year", ""),
    )
    column = _certificates.c
    return some.with_only_columns(
        column.id, column.time, column.holder, column.batch, column.grams, column.use,
        column.purpose, column.country, column.privacy, column.beneficiary,
        column.on_behalf_of, column.message, column.tx,
    ).order_by(column.time, column.id)  # fmt: skip


def _batch_rows(_view: View, filters: Filters) -> Select[Any]:
    column = _batches.c
    statement = select(
        column.id, column["class"], column.project, column.vintage, column.start, column.end,
        column.methodology, column.unit_type, column.issued, column.counts, column.status,
    )  # fmt: skip
    if filters.get("project"):
        statement = statement.where(column.project == filters["project"])
    return statement.order_by(column.id)


def _interval_rows(view: View, filters: Filters) -> Select[Any]:
    at = filters.get("at") or None
    statement: Select[Any] = past.intervals(resolve(view, at).height).with_only_columns(
        _pieces.batch, _pieces.start, _pieces.end, _pieces.end - _pieces.start + 1,
        _pieces.status, _pieces.owner, _pieces.cause, _pieces.from_height,
    )  # fmt: skip
    for name in ("batch", "owner", "status"):
        if filters.get(name):
            statement = statement.where(_pieces[name] == filters[name])
    return statement.order_by(_pieces.batch, _pieces.start)


def _history_rows(_view: View, filters: Filters) -> Select[Any]:
    address = filters.get("account", "")
    if not is_address(address):
        raise BadAddress(field="account")
    mine = tables.account_history.c
    statement: Select[Any] = history_of(address)
    spanned = _spanned(statement, tables.blocks.c.time, filters)
    return spanned.order_by(mine.height, mine["index"])


TABLES: Final[dict[str, ExportTable]] = {
    "trades": ExportTable(
        ("instrument", "start", "end"),
        (
            _number("no"), _decimal("time_utc", _time), _text("instrument"), _text("mode"),
            _decimal("price_quote_per_t", money_exact), _decimal("quantity_t", _tonnes),
            _decimal("notional_quote", money_exact), _text("quote"), _text("taker"),
            _text("buyer"), _text("seller"), _decimal("buyer_fee_quote", money_exact),
            _decimal("seller_fee_quote", money_exact), _number("height"), _text("tx"),
        ),
        _trade_rows,
    ),
    "candles": ExportTable(
        ("instrument", "interval", "start", "end"),
        (
            _decimal("open_time_utc", _time), _text("instrument"), _text("series"),
            _text("interval"), _decimal("open_quote_per_t", money_exact),
            _decimal("high_quote_per_t", money_exact), _decimal("low_quote_per_t", money_exact),
            _decimal("close_quote_per_t", money_exact), _decimal("quantity_t", _tonnes),
            _decimal("notional_quote", money_exact), _text("quote"), _number("trades"),
        ),
        _candle_rows,
    ),
    "certificates": ExportTable(
        ("beneficiary", "project", "country", "year"),
        (
            _text("id"), _decimal("time_utc", _time), _text("holder"), _text("batch"),
            _decimal("quantity_t", _tonnes), _text("use"), _text("purpose"), _text("country"),
            _text("privacy"), ExportColumn("beneficiary_json", _json), _text("on_behalf_of"),
            _text("message"), _text("tx"),
        ),
        _certificate_rows,
    ),
    "batches": ExportTable(
        ("project",),
        (
            _text("id"), _text("class"), _text("project"), _number("vintage"), _text("start"),
            _text("end"), _text("methodology"), _text("unit_type"), _number("issued_t"),
            ExportColumn("statuses_t_json", _json), _text("status"),
        ),
        _batch_rows,
    ),
    "intervals": ExportTable(
        ("batch", "owner", "status", "at"),
        (
            _text("batch"), _number("start"), _number("end"), _number("quantity_t"),
            _text("status"), _text("owner"), _text("cause"), _number("from_height"),
        ),
        _interval_rows,
    ),
    "history": ExportTable(
        ("account", "start", "end"),
        (
            _number("height"), _number("index"), _decimal("time_utc", _time), _text("tx"),
            _text("sender"), _text("status"), _text("refusal"),
            ExportColumn("operations_json", _json),
        ),
        _history_rows,
    ),
}  # fmt: skip


def count_of(view: View, statement: Select[Any], limit: int) -> int:
    """How many rows a statement has, counted to one above a limit."""
    some = statement.order_by(None).limit(limit + 1).subquery()
    found: int = view.tuples(select(func.count()).select_from(some))[0][0]
    return found
