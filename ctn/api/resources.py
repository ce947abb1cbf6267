"""What REST gives of records and rows: their fields, with amounts as texts of base units.

The shapes of the contract are made from the record classes, so a field added there is here too.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import Column, Table

from ctn.api.amounts import Units
from ctn.api.answers import Committed
from ctn.kernel.record import Record
from ctn.modules.identity.records import Attestation, Duty
from ctn.modules.market.records import Instrument, InstrumentState
from ctn.modules.registry.records import Batch, Certificate, Project
from ctn.views import tables
from ctn.views.tables import PACKED

Shape = type[msgspec.Struct]
Field = tuple[str, Any]

INSTRUMENT: Final[Units] = {
    "tick": "price", "lot": "grams", "qty_max": "grams", "block_min": "grams",
    "holding": "grams", "auction_lot": "grams", "ref": "price",
}  # fmt: skip
STATE: Final[Units] = {
    "ref": "price", "low": "price", "high": "price", "last": "price", "mark": "price",
    "open": "price", "top": "price", "bottom": "price", "qty": "grams", "notional": "money",
    "tail_qty": "grams", "tail_notional": "money",
}  # fmt: skip
ORDER: Final[Units] = {
    "price": "price", "trigger": "price", "qty": "grams", "open": "grams", "display": "grams",
    "shown": "grams",
}  # fmt: skip
TRADE: Final[Units] = {
    "price": "price", "qty": "grams", "notional": "money", "buyer_fee": "money",
    "seller_fee": "money",
}  # fmt: skip
PROJECT: Final[Units] = {"annual_t": "tonnes"}
BATCH: Final[Units] = {"issued": "tonnes"}
CERTIFICATE: Final[Units] = {"grams": "grams"}
ANSWER: Final[tuple[Field, ...]] = (("height", int), ("time", int), ("age_ms", int))


def fields_of_record(kind: type[Record], units: Units, *, texts: bool) -> list[Field]:
    """The fields of a record as REST gives them, with what a person reads when asked."""
    found: list[Field] = []
    for field in msgspec.structs.fields(kind):
        name = field.encode_name
        found.append((name, _amount(field.type) if name in units else field.type))
    return found + (_texts(found, units) if texts else [])


def fields_of_table(table: Table, units: Units, *, without: tuple[str, ...] = ()) -> list[Field]:
    """The columns of a table of the read model as REST gives them."""
    return [
        (str(column.name), _column(column, column.name in units))
        for column in table.columns
        if column.name not in without
    ]


def shape(name: str, fields: list[Field], doc: str) -> Shape:
    """A shape of the contract."""
    made: Shape = msgspec.defstruct(
        name,
        [(_attribute(field), kind) for field, kind in fields],
        rename={_attribute(field): field for field, _kind in fields if field == "class"},
        frozen=True,
        kw_only=True,
        module=__name__,
    )
    made.__doc__ = doc
    return made


def object_shape(name: str, fields: list[Field], doc: str) -> Shape:
    """The shape of an answer about one thing: its fields and the height it was read at."""
    taken = [field for field, _kind in fields]
    return shape(name, [*[field for field in ANSWER if field[0] not in taken], *fields], doc)


def list_shape(item: Shape, more: tuple[Field, ...] = ()) -> Shape:
    """The shape of a page of things."""
    fields: list[Field] = [*ANSWER, ("items", many(item)), ("next", str | None), *more]
    return shape(item.__name__ + "Page", fields, f"A page: {(item.__doc__ or '').lower()}")


def many(item: Shape) -> Any:
    """A list of things of a shape."""
    return list[item]  # type: ignore[valid-type]


def _attribute(field: str) -> str:
    return "class_id" if field == "class" else field


def _amount(kind: Any) -> Any:
    return str | None if type(None) in getattr(kind, "__args__", ()) else str


def _texts(fields: list[Field], units: Units) -> list[Field]:
    return [(f"{name}_text", kind) for name, kind in fields if name in units]


def _column(column: Column[Any], is_amount: bool) -> Any:
    if column.type is PACKED:
        return Any
    kind = str if is_amount else column.type.python_type
    return kind | None if column.nullable else kind


PARAM = shape(
    "ParamItem",
    [("name", str), ("value", int | str | None), ("default", int | None), ("low", int | None),
     ("high", int | None), ("module", str | None)],
    "A parameter: its value now, its default, and the range that votes are held to.",
)  # fmt: skip
HIT = shape(
    "SearchHit",
    [("kind", str), ("id", str), ("name", str)],
    "Something found: what it is, its id, and the name that matched.",
)
INSTRUMENT_ITEM = shape(
    "InstrumentItem",
    fields_of_record(Instrument, INSTRUMENT, texts=False),
    "An instrument by its terms.",
)
_state = shape(
    "InstrumentDay",
    fields_of_record(InstrumentState, STATE, texts=True),
    "Where an instrument stands: phase, trading day, band, day figures.",
)
INSTRUMENT_ANSWER = object_shape(
    "InstrumentAnswer",
    [*fields_of_record(Instrument, INSTRUMENT, texts=True), ("state", _state | None)],
    "An instrument: its terms and where it stands.",
)
_last = shape(
    "LastTrade",
    [*fields_of_table(tables.tickers, {"price": "price", "qty": "grams"}, without=("instrument",)),
     ("price_text", str), ("qty_text", str)],
    "The last trade of an instrument.",
)  # fmt: skip
TICKER = object_shape(
    "Ticker",
    [("instrument", str), ("phase", str), ("bid", str | None), ("ask", str | None),
     ("change", str | None), ("change_bp", int | None), ("last_trade", _last | None),
     ("day", _state)],
    "Best prices, last trade, change to the reference, and the day's figures.",
)  # fmt: skip
BOOK = shape(
    "BookSnapshot",
    [("instrument", str), ("height", int), ("seq", int), ("phase", str),
     ("bids", list[tuple[int, int]]), ("asks", list[tuple[int, int]]), ("checksum", int)],
    "A whole book as [price, grams shown], best first; the next frame's seq_prev is its seq.",
)  # fmt: skip
COLUMNS = shape(
    "Columns",
    [("height", int), ("rows", int), ("strings", list[str])],
    "Rows by columns: each further member is the list of one column, as text when in `strings`.",
)
ORDER_BOOK = shape(
    "OrderBook",
    [("height", int), ("rows", int), ("strings", list[str]), ("side", list[str]),
     ("price", list[int | str]), ("qty", list[int | str]), ("orders", list[int]), ("seq", int),
     ("phase", str)],
    "The best levels of a book by columns, bids first, and where its feed stands.",
)  # fmt: skip
TRADE_ITEM = shape("TradeItem", fields_of_table(tables.trades, TRADE), "A trade.")
ORDER_ITEM = shape("OrderItem", fields_of_table(tables.orders, ORDER), "An order of the book.")
PROJECT_ITEM = shape(
    "ProjectItem", fields_of_record(Project, PROJECT, texts=False), "A project."
)
PROJECT_ANSWER = object_shape(
    "ProjectAnswer",
    [*fields_of_record(Project, PROJECT, texts=True), ("batches", list[str]),
     ("transactions", list[str])],
    "A project, its batches, and the transactions that made it what it is.",
)  # fmt: skip
BATCH_ITEM = shape("BatchItem", fields_of_record(Batch, BATCH, texts=False), "A batch.")
BATCH_ANSWER = object_shape(
    "BatchAnswer",
    [*fields_of_record(Batch, BATCH, texts=True), ("transactions", list[str])],
    "A batch with its serials by status, and the transactions that moved them last.",
)
INTERVAL_ITEM = shape(
    "IntervalItem",
    [*fields_of_table(tables.interval_history, {}), ("tonnes", str)],
    "Serials of one owner and status, from a height on; `to_height` null while they stand.",
)
STEP = shape(
    "SerialStep",
    [*fields_of_table(tables.lineage, {}), ("time", int)],
    "A step in the life of serials.",
)
FOREIGN = shape(
    "ForeignInterval",
    fields_of_table(tables.RECORDS["external"].table, {}, without=("place",)),
    "What is known of numbers of another registry.",
)
SERIAL_ANSWER = object_shape(
    "SerialAnswer",
    [("text", str), ("grammar", str), ("registry", str), ("line", str), ("start", int),
     ("end", int), ("batch", str | None), ("pieces", many(INTERVAL_ITEM)),
     ("steps", many(STEP)), ("certificates", list[str]),
     ("external", many(FOREIGN)), ("is_cut", bool)],
    "The life of serials, whichever registry's; `is_cut` when there is more than fits here.",
)  # fmt: skip
CERTIFICATE_ITEM = shape(
    "CertificateItem",
    fields_of_record(Certificate, CERTIFICATE, texts=False),
    "A retirement.",
)
_sums = shape(
    "CertificateSums",
    [("certificates", int), ("grams", str), ("grams_text", str)],
    "All retirements of the same filters, not of one page.",
)
CERTIFICATES = list_shape(CERTIFICATE_ITEM, (("sums", _sums),))
CERTIFICATE_SUM = shape(
    "CertificateSum",
    [("key", str | None), ("certificates", int), ("grams", str), ("grams_text", str)],
    "Retirements of one beneficiary, project, country or year, added up.",
)
SUPPLY = shape(
    "SupplyItem",
    [("class", str), ("batches", int), ("issued_t", str), ("statuses", dict[str, str])],
    "Tonnes of a class: all that were issued, and how many stand in each status.",
)
BALANCE = shape(
    "BalanceItem",
    [("asset", str), ("amount", str), ("amount_text", str), ("since", int)],
    "What is held of an asset, and the height that it last changed at.",
)
HISTORY = shape(
    "HistoryItem",
    [("height", int), ("index", int), ("time", int), ("tx", str | None), ("sender", str | None),
     ("status", str | None), ("refusal", str | None), ("ops", Any)],
    "A receipt that names an account; `tx` is null for what the ledger did by itself.",
)  # fmt: skip
_change = shape(
    "RightChange",
    [("height", int), ("time", int), ("event", str), ("tx", str | None), ("data", Any)],
    "What gave or took a right, and the transaction that did.",
)
PERMISSIONS = object_shape(
    "PermissionsAnswer",
    [("address", str), ("roles", list[str]), ("authorities", list[str]), ("guard", Any),
     ("attestations", list[Attestation]),
     ("duties", list[Duty]), ("changes", many(_change))],
    "What an account may do and by whose word, with every change from the first.",
)  # fmt: skip
PROOFS = shape(
    "ProofsAnswer",
    [("chain", str), ("height", int), ("root", str), ("records", list[Any]),
     ("header", str | None), ("seal", str | None), ("committed", Committed | None)],
    "Up to 32 records of one height with their paths to the header that proves them.",
)  # fmt: skip
