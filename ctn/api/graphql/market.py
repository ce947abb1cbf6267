"""The types and root fields of the market: instruments, tickers, orders, trades."""

from typing import Any, Final, get_args

from sqlalchemy import func, select
from strawberry.types import Info

from ctn.api.graphql import scalars
from ctn.api.graphql.connections import Collection, Filter, at_least, at_most, equal
from ctn.api.graphql.nodes import Field, Value, maybe, object_type
from ctn.api.graphql.objects import OBJECTS
from ctn.api.graphql.pages import Sort
from ctn.api.graphql.reading import reading
from ctn.modules.market.records import Kind, Side, TimeInForce, TradeMode
from ctn.views import tables

KINDS: Final = OBJECTS.kinds
INSTRUMENT: Final = OBJECTS.record("instrument")
STATE: Final = OBJECTS.classes["instrument_state"]
SIDE: Final = KINDS.enum("Side", get_args(Side))
MODE: Final = KINDS.enum("TradeMode", get_args(TradeMode))
PHASE: Final = OBJECTS.kinds.enums["InstrumentStatePhase"]
ORDER_STATES: Final = ("open", "pending", "filled", "cancelled", "expired", "rejected")
ORDER_STATE: Final = KINDS.enum("OrderState", ORDER_STATES)
DAY_FIGURES: Final = ("open", "top", "bottom", "qty", "notional", "trades", "ref", "mark")

Trade: Final = object_type(
    "Trade",
    "One exchange of both legs, never changed.",
    {
        "no": Field(scalars.Count),
        "instrument_id": Field(str, "The key of `instrument`."),
        "instrument": OBJECTS.link("instrument", "instrument"),
        "mode": Field(MODE),
        "price": Field(scalars.Amount, "Quote units for a tonne."),
        "qty": Field(scalars.Amount, "Grams."),
        "notional": Field(scalars.Amount, "What was paid, in quote units."),
        "buyer": Field(scalars.Address),
        "seller": Field(scalars.Address),
        "buyer_ref": Field(str, "What the buyer traded by, such as `order:7`."),
        "seller_ref": Field(str),
        "taker": Field(maybe(SIDE), "The side that came last, none in an auction or call."),
        "buyer_fee": Field(scalars.Amount),
        "seller_fee": Field(scalars.Amount),
        "buyer_rank": Field(int),
        "seller_rank": Field(int),
        "height": Field(scalars.Height),
        "time": Field(scalars.Time),
        "tx": Field(maybe(str), "The transaction that made it, none where a hook did."),
    },
    lambda row: str(row["no"]),
)
Order: Final = object_type(
    "Order",
    "An order of a book, open or ended.",
    {
        "no": Field(scalars.Count),
        "account": Field(scalars.Address),
        "instrument_id": Field(str, "The key of `instrument`."),
        "instrument": OBJECTS.link("instrument", "instrument"),
        "side": Field(SIDE),
        "kind": Field(KINDS.enum("OrderKind", get_args(Kind))),
        "price": Field(maybe(scalars.Amount)),
        "trigger": Field(maybe(scalars.Amount)),
        "qty": Field(scalars.Amount, "Grams that it was for."),
        "open": Field(scalars.Amount, "Grams that are left."),
        "display": Field(maybe(scalars.Amount)),
        "shown": Field(scalars.Amount),
        "tif": Field(KINDS.enum("OrderTif", get_args(TimeInForce))),
        "expires": Field(scalars.Time),
        "post_only": Field(bool),
        "stp": Field(str),
        "rank": Field(int),
        "seq": Field(scalars.Count),
        "height": Field(scalars.Height),
        "time": Field(scalars.Time),
        "state": Field(str),
        "reason": Field(maybe(str), "Why it ended."),
        "ended_height": Field(maybe(scalars.Height)),
        "ended_time": Field(maybe(scalars.Time)),
        "client_id": Field(maybe(str)),
        "tx": Field(maybe(str)),
    },
    lambda row: str(row["no"]),
)
TRADES: Final = Collection(
    "Trade",
    Trade,
    tables.trades,
    (Sort("newest", ("no",), descending=True), Sort("oldest", ("no",))),
    {
        "instrument": Filter(str, equal("instrument")),
        "mode": Filter(MODE, equal("mode")),
        "buyer": Filter(scalars.Address, equal("buyer")),
        "seller": Filter(scalars.Address, equal("seller")),
        "from_time": Filter(scalars.Time, at_least("time")),
        "to_time": Filter(scalars.Time, at_most("time")),
    },
    "Trades of all modes.",
)
ORDERS: Final = Collection(
    "Order",
    Order,
    tables.orders,
    (Sort("newest", ("no",), descending=True), Sort("oldest", ("no",))),
    {
        "account": Filter(scalars.Address, equal("account")),
        "instrument": Filter(str, equal("instrument")),
        "side": Filter(SIDE, equal("side")),
        "state": Filter(str, equal("state"), "`open`, `filled`, `cancelled`, `expired` ..."),
    },
    "Orders of the books.",
)
INSTRUMENTS: Final = Collection(
    "Instrument",
    INSTRUMENT,
    tables.RECORDS["instrument"].table,
    (Sort("key", ("place",)),),
    {
        "asset": Filter(str, equal("asset")),
        "quote": Filter(str, equal("quote")),
        "status": Filter(str, equal("status")),
    },
    "What can be traded.",
)


def _best(side: str) -> Any:
    table = tables.orders
    best = func.max(table.c.price) if side == "buy" else func.min(table.c.price)

    def resolve(root: Any, info: Info) -> Any:
        found = reading(info).view.row(
            select(best.label("price")).where(
                table.c.instrument == root["place"], table.c.side == side,
                table.c.state == "open",
            )
        )  # fmt: skip
        return None if found is None else found["price"]

    return resolve


def _last(name: str) -> Any:
    table = tables.tickers

    def resolve(root: Any, info: Info) -> Any:
        place = root["place"]
        statement = select(table).where(table.c.instrument == place)
        found = reading(info).once("ticker", place, statement)
        return None if found is None else found[name]

    return resolve


def _day(name: str) -> Any:
    def resolve(root: Any, info: Info) -> Any:
        found = reading(info).record("instrument_state", root["place"])
        return None if found is None else found[name]

    return resolve


def _day_fields() -> dict[str, Field]:
    kinds = KINDS.fields(STATE, "InstrumentState")
    found: dict[str, Field] = {}
    for name in DAY_FIGURES:
        found["day_" + name if name not in ("ref", "mark") else name] = Field(
            maybe(kinds[name].kind), "", _day(name)
        )
    return found


Ticker: Final = object_type(
    "Ticker",
    "Best prices, last trade and day figures of an instrument.",
    {
        "instrument_id": Field(str, "The key of `instrument`.", lambda root: root["place"]),
        "instrument": OBJECTS.link("place", "instrument"),
        "phase": Field(maybe(PHASE), "", _day("phase")),
        "best_bid": Field(maybe(scalars.Amount), "", _best("buy"), is_relation=True),
        "best_ask": Field(maybe(scalars.Amount), "", _best("sell"), is_relation=True),
        "last_no": Field(maybe(scalars.Count), "", _last("no")),
        "last_price": Field(maybe(scalars.Amount), "", _last("price")),
        "last_qty": Field(maybe(scalars.Amount), "", _last("qty")),
        "last_mode": Field(maybe(MODE), "", _last("mode")),
        "last_taker": Field(maybe(SIDE), "", _last("taker")),
        "last_time": Field(maybe(scalars.Time), "", _last("time")),
    }
    | _day_fields(),
    lambda row: str(row["place"]),
)
TICKERS: Final = INSTRUMENTS._replace(
    name="Ticker", kind=Ticker, text="Tickers; amounts of the day are of the trading day."
)


def row_of(info: Info, table: Any, number: str) -> Value | None:
    """The row of an order or trade by its number."""
    try:
        no = scalars.whole(number)
    except ValueError:
        return None
    return reading(info).once(table.name, no, select(table).where(table.c.no == no))
