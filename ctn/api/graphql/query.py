"""The root of all reads (thallo.md 4.4)."""

from typing import Annotated, Any, Final

import strawberry
from sqlalchemy import select
from strawberry.types import Info

from ctn.api.declared import operations, reasons
from ctn.api.graphql import (
    carbon,
    columns,
    governance,
    ledger,
    market,
    scalars,
    searching,
    stake,
    writes,
)
from ctn.api.graphql.connections import Collection, connection_field, plain, with_arguments
from ctn.api.graphql.kinds import text_of
from ctn.api.graphql.me import Me, me
from ctn.api.graphql.nodes import (
    Field,
    ListMax,
    Node,
    Relation,
    Value,
    many,
    maybe,
    object_type,
    split_node_id,
)
from ctn.api.graphql.objects import OBJECTS
from ctn.api.graphql.protection import Protection, protection
from ctn.api.graphql.reading import reading
from ctn.api.refusals import PageTooLarge
from ctn.kernel.account import DutyKind, Role, is_address
from ctn.modules.market.candles import LENGTHS_MS
from ctn.views import tables
from ctn.views.market import SERIES as SERIES_NAMES
from ctn.views.market import Span
from ctn.views.rights import rights

NODES_MAX: Final = 50
DUTIES_MAX: Final = 32
LISTS_MAX: Final = 300
UNSET: Final = strawberry.UNSET
INTERVAL: Final = OBJECTS.kinds.enum("CandleInterval", tuple(LENGTHS_MS))
ROLE: Final = OBJECTS.kinds.enum("Role", tuple([role.value for role in Role]))
DUTY: Final = OBJECTS.kinds.enum("DutyKind", tuple([duty.value for duty in DutyKind]))
SERIES: Final = OBJECTS.kinds.enum("CandleSeries", SERIES_NAMES)

Parameter: Final = object_type(
    "Parameter",
    "A parameter of the ledger as it is now.",
    {"name": Field(str), "value": Field(str, "", lambda root: text_of(root["value"]))},
)
Reason: Final = object_type(
    "RefusalClass",
    "A reason to refuse: its stable name, sentences and HTTP status.",
    {
        "name": Field(str), "module": Field(str), "code": Field(str),
        "sentence_en": Field(str), "sentence_zh": Field(str), "status": Field(int),
    },
)  # fmt: skip
Declared: Final = object_type(
    "Operation",
    "An operation: who may send it, its fields, how it is refused, what it tells.",
    {
        "op": Field(str), "module": Field(str), "doc": Field(str),
        "fields": Field(list[str], "Each as JSON: name, schema, text.", list_max=32),
        "needs": Field(list[str], list_max=8), "family": Field(str), "threshold": Field(str),
        "lane": Field(int), "delegable": Field(bool),
        "refuses": Field(list[str], list_max=64), "emits": Field(list[str], list_max=32),
    },
)  # fmt: skip
Permissions: Final = object_type(
    "Permissions",
    "What an account may do, and by whose word, at this height.",
    {
        "address": Field(scalars.Address),
        "is_attested": Field(bool, "Whether a live attestation makes it more than a visitor."),
        "roles": Field(many(ROLE), "Those of the five that hold now.", list_max=len(Role)),
        "authorities": Field(
            many(DUTY), "Duties that are in force now.", list_max=len(DutyKind)
        ),
        "kind": Field(maybe(str), "Person, enterprise or institution."),
        "attestations": Field(many(OBJECTS.record("attestation")), list_max=DUTIES_MAX),
        "duties": Field(many(OBJECTS.record("duty")), list_max=DUTIES_MAX),
    },
)


def node(info: Info, id: strawberry.ID) -> Any:  # noqa: A002
    """The object of an id, or null."""
    found = split_node_id(str(id))
    return None if found is None else found_node(info, *found)


def nodes(info: Info, ids: list[strawberry.ID]) -> Any:
    """The objects of ids, in their order."""
    if len(ids) > NODES_MAX:
        raise PageTooLarge(limit=NODES_MAX, field="ids")
    return [node(info, one) for one in ids]


def found_node(info: Info, kind: str, key: str) -> Value | None:
    """An object by the name of its type and its key."""
    for table, record in OBJECTS.classes.items():
        if record.__name__ == kind and kind != "Account":
            return _typed(reading(info).record(table, key), kind)
    if kind == "Account":
        return _typed(ledger.account_of(info, key) if is_address(key) else None, kind)
    if kind == "Transaction":
        return _typed(ledger.transaction_of(info, key), kind)
    if kind in ("Trade", "Order"):
        numbered = tables.trades if kind == "Trade" else tables.orders
        return _typed(market.row_of(info, numbered, key), kind)
    if kind == "Ticker":
        return _typed(reading(info).record("instrument", key), kind)
    return _typed(_block_or_balance(info, kind, key), kind)


def _block_or_balance(info: Info, kind: str, key: str) -> Value | None:
    if kind == "Block" and key.isascii() and key.isdigit() and len(key) <= scalars.DIGITS_MAX:
        return ledger.block_at(info, int(key))
    if kind == "Balance":
        account, _, asset = key.partition("/")
        table = tables.balances
        statement = select(table).where(table.c.account == account, table.c.asset == asset)
        return reading(info).once("balance", key, statement)
    return None


def _typed(row: Value | None, kind: str) -> Value | None:
    return None if row is None else row | {"__typename": kind}


def _record(table: str) -> Any:
    kind = OBJECTS.classes[table].__name__

    def resolve(info: Info, id: strawberry.ID) -> Any:  # noqa: A002
        made, text = reading(info), str(id)
        row = made.record(table, text)
        named = split_node_id(text) if row is None else None
        if named is not None and named[0] == kind:
            return made.record(table, named[1])
        return row

    return strawberry.field(
        resolver=resolve, graphql_type=maybe(OBJECTS.record(table)), directives=[Relation()],
        description=f"A {table} by its key or node id.",
    )  # fmt: skip


def _field(resolver: Any, kind: Any, text: str, *, list_max: int | None = None) -> Any:
    directives: list[object] = [Relation()]
    if list_max is not None:
        directives = [ListMax(n=list_max)]
    return strawberry.field(
        resolver=resolver, graphql_type=kind, description=text, directives=directives
    )


def _connection(collection: Collection) -> Any:
    return connection_field(collection)


def block(
    info: Info,
    height: scalars.Height | None = UNSET,
    hash: str | None = UNSET,  # noqa: A002
) -> Any:
    """A block by its height or hash, the last one when neither is given."""
    made, wanted, link = reading(info), plain(height), plain(hash)
    if link is not None:
        table = tables.blocks
        return made.view.row(select(table).where(table.c.hash == link))
    return ledger.block_at(info, made.view.height if wanted is None else wanted)


def transaction(info: Info, id: strawberry.ID) -> Any:  # noqa: A002
    """A transaction by its id."""
    named = split_node_id(str(id))
    key = named[1] if named is not None and named[0] == "Transaction" else str(id)
    return ledger.transaction_of(info, key)


def account(info: Info, address: scalars.Address) -> Any:
    """An account by its address."""
    return ledger.account_of(info, address)


def permissions(info: Info, address: scalars.Address) -> Any:
    """What an account may do."""
    found = rights(reading(info).view, address)
    return {
        "address": address,
        "is_attested": Role.ORDINARY.value in found.roles,
        "roles": found.roles,
        "authorities": found.authorities,
        "kind": None if found.guard is None else found.guard["kind"],
        "attestations": found.attestations[:DUTIES_MAX],
        "duties": found.duties[:DUTIES_MAX],
    }


def supply(
    info: Info,
    class_: Annotated[str | None, strawberry.argument(name="class")] = UNSET,
    batch: str | None = UNSET,
    at: str | None = UNSET,
) -> Any:
    """Tonnes by what became of them, now or after an earlier block."""
    return carbon.supply_of(info, plain(class_), plain(batch), plain(at))


def serial(info: Info, text: str, at: str | None = UNSET) -> Any:
    """The life of serials in any registry's spelling."""
    return carbon.serial_life(info, text, plain(at))


def ticker(info: Info, instrument: str) -> Any:
    """The ticker of an instrument."""
    return reading(info).record("instrument", instrument)


def candles(info: Info, instrument: str, interval: Any, **given: Any) -> Any:
    """Candles of an instrument, the newest `limit` from `start` on and before `end`."""
    names = {"series": "series", "start": "start", "end": "end", "limit": "rows"}
    found = {names[name]: plain(value) for name, value in given.items()}
    stated = {name: value for name, value in found.items() if value is not None}
    return columns.candles(reading(info), instrument, Span(interval.value, **stated))


candles.__annotations__["interval"] = INTERVAL
with_arguments(
    candles,
    {
        "series": maybe(SERIES), "start": maybe(scalars.Time), "end": maybe(scalars.Time),
        "limit": maybe(int),
    },
)  # fmt: skip


def order_book(info: Info, instrument: str, levels: int | None = UNSET) -> Any:
    """The levels of a book."""
    return columns.order_book(reading(info), instrument, plain(levels))


def book_orders(info: Info, instrument: str, limit: int | None = UNSET) -> Any:
    """The open orders of a book, in the order in which they trade."""
    return columns.book_orders(reading(info), instrument, plain(limit))


def tape(
    info: Info, instrument: str, limit: int | None = UNSET, before: scalars.Count | None = UNSET
) -> Any:
    """Trades as columns, the newest first."""
    return columns.tape(reading(info), instrument, plain(limit), plain(before))


def balance_history(
    info: Info, account: scalars.Address, asset: str, limit: int | None = UNSET
) -> Any:
    """What an account held after each block that changed it."""
    return columns.balance_history(reading(info), account, asset, plain(limit))


def params(info: Info) -> Any:
    """Every parameter that was set."""
    return reading(info).view.rows(select(tables.params).order_by(tables.params.c.name))


def refusals() -> Any:
    """Every reason that the ledger and its doors give."""
    return [
        {
            "name": one.name, "module": one.module, "code": one.code, "status": one.status,
            "sentence_en": one.sentence.en, "sentence_zh": one.sentence.zh,
        }
        for one in reasons().refusals
    ]  # fmt: skip


def ops() -> Any:
    """Every operation of the ledger."""
    names = ("op", "module", "doc", "needs", "family", "threshold", "lane", "delegable", "refuses")
    return [
        {name: getattr(one, name) for name in names}
        | {
            "fields": [text_of(field) for field in one.fields],
            "emits": [event.event for event in one.emits],
        }
        for one in operations().ops
    ]


def order(info: Info, no: scalars.Count) -> Any:
    """An order by its number."""
    return market.row_of(info, tables.orders, str(no))


COLUMNS: Final = maybe(scalars.Columns)
ROOTS: Final[dict[str, Any]] = {
    "node": _field(node, maybe(Node), "Anything by its id."),
    "nodes": _field(nodes, many(maybe(Node)), "At most 50 objects.", list_max=NODES_MAX),
    "chain": _field(ledger.last_block, ledger.Chain, "The chain and its last block."),
    "block": _field(block, maybe(ledger.Block), "A block; the last one by default."),
    "blocks": _connection(ledger.BLOCKS),
    "transaction": _field(transaction, maybe(ledger.Transaction), "A transaction by its id."),
    "transactions": _connection(ledger.TRANSACTIONS),
    "account": _field(account, ledger.AccountShown, "An account; every address has one."),
    "balances": _connection(ledger.BALANCES),
    "permissions": _field(permissions, Permissions, "What an account may do."),
    "protection": _field(protection, Protection, "How an account is protected."),
    "asset": _record("asset"),
    "supply": _field(supply, carbon.Supply, "Tonnes of a class, a batch or all."),
    "project": _record("project"),
    "projects": _connection(carbon.PROJECTS),
    "batch": _record("batch"),
    "batches": _connection(carbon.BATCHES),
    "serial": _field(serial, maybe(carbon.SerialLife), "The life of serials."),
    "certificate": _record("certificate"),
    "certificates": _connection(carbon.CERTIFICATES),
    "instrument": _record("instrument"),
    "instruments": _connection(market.INSTRUMENTS),
    "ticker": _field(ticker, maybe(market.Ticker), "The ticker of an instrument."),
    "tickers": _connection(market.TICKERS),
    "candles": _field(candles, COLUMNS, columns.TEXTS["candles"]),
    "order_book": _field(order_book, COLUMNS, columns.TEXTS["order_book"]),
    "book_orders": _field(book_orders, COLUMNS, columns.TEXTS["book_orders"]),
    "tape": _field(tape, COLUMNS, columns.TEXTS["tape"]),
    "balance_history": _field(balance_history, COLUMNS, columns.TEXTS["balance_history"]),
    "order": _field(order, maybe(market.Order), "An order by its number."),
    "orders": _connection(market.ORDERS),
    "trades": _connection(market.TRADES),
    "params": _field(params, many(Parameter), "Parameters.", list_max=LISTS_MAX),
    "freezes": _connection(carbon.FREEZES),
    "proposal": _field(governance.proposal, maybe(governance.Proposal), "A proposal by its number "
                       "or node id."),
    "proposals": _connection(governance.PROPOSALS),
    "council": _field(governance.council, maybe(governance.Council), "The council."),
    "emergency_stop": _field(governance.emergency_stop, maybe(governance.Stop),
                             "The emergency stop, null while there is none."),
    "account_freezes": _connection(governance.ACCOUNT_FREEZES),
    "anchors": _connection(governance.ANCHORS),
    "validator": _record("validator"),
    "validators": _connection(stake.VALIDATORS),
    "bonds": _connection(stake.BONDS),
    "unbondings": _connection(stake.UNBONDINGS),
    "cpoe": _record("cpoe"),
    "cpoes": _connection(stake.CPOES),
    "epochs": _connection(stake.EPOCHS),
    "search": _field(searching.search, many(searching.Hit), "At most 20 hits for a text.",
                     list_max=searching.ROWS_MAX),
    "refusals": _field(refusals, many(Reason), "Every reason to refuse.", list_max=LISTS_MAX),
    "ops": _field(ops, many(Declared), "Every operation.", list_max=LISTS_MAX),
    "me": _field(me, maybe(Me), "Who is logged in, by the token in `Authorization`."),
    "simulate": _field(writes.simulate, writes.Receipt, "The dry run of an envelope."),
}  # fmt: skip


def _query() -> Any:
    annotations = dict.fromkeys(ROOTS, Any)
    body = {"__annotations__": annotations, "__module__": __name__} | ROOTS
    made = type("Query", (), body)
    return strawberry.type(made, name="Query", description="Everything that can be read.")


Query: Final = _query()
