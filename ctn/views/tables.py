"""The tables of the read model, one text for SQLite and PostgreSQL.

A record class makes its own table: the record's id in `place`, then one column for each field
under the name that the field has in the state: whole numbers, text, yes or no, and canonical JSON
for what is nested. The other tables keep what records forget: blocks, transactions, events, ended
orders, trades, candles, and what stood when.
"""

from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Dialect,
    Index,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import TypeEngine

from ctn.kernel.codec import encode
from ctn.kernel.record import Record
from ctn.modules import record_kinds

VERSION: Final = 4

# Text compares by its bytes in both databases.
TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")
NUMBER: Final = BigInteger()
FLAG: Final = Boolean()

# Shared by two records, counters of the machine, or told whole elsewhere: trades are `trades`.
NO_TABLE: Final = (
    "chain", "asset_counter", "market_counters", "pace", "tape", "order", "proposal_counter",
    "last_anchor",
)  # fmt: skip
_MASS: Final = ("money", "standing", "stuck", "liveness", "powers", "evidence", "expelled")
_PLURALS: Final = {
    "methodology": "methodologies", "duty": "duties", "class": "classes",
    "consensus_address": "consensus_addresses",
}  # fmt: skip
_INDEXES: Final = {
    "attestation": ("subject",),
    "ballot": ("proposal",),
    "batch": ("project",),
    "bond": ("operator",),
    "bridge": ("account",),
    "certificate": ("holder", "batch", "time"),
    "compliance_freeze": ("subject",),
    "cpoe": ("owner", "filed"),
    "duty": ("address",),
    "external": ("batch",),
    "freeze": ("subject",),
    "instrument": ("asset",),
    "interval": ("owner",),
    "locked_lot": ("account",),
    "proposal": ("state", "proposer"),
    "redemption": ("account",),
    "unbonding": ("operator",),
}


class Packed(TypeDecorator[Any]):
    """A nested value as canonical JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The text of a value."""
        return None if value is None else encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The value of a text."""
        return None if value is None else msgspec.json.decode(value)


PACKED: Final = Packed()
metadata: Final = MetaData()


class RecordTable(NamedTuple):
    """The table of a record class: `names` are its columns after `place`."""

    kind: type[Record]
    table: Table
    names: tuple[str, ...]
    packed: tuple[bool, ...]


def table_name(record_table: str) -> str:
    """The name of the table that holds the records of a table of the state."""
    if record_table in _MASS:
        return record_table
    if record_table in _PLURALS:
        return _PLURALS[record_table]
    return record_table + ("es" if record_table.endswith("ch") else "s")


def _column_type(hint: msgspec.inspect.Type) -> tuple[TypeEngine[Any], bool]:
    """The SQL type of a field, and whether it may be null."""
    kinds = hint.types if isinstance(hint, msgspec.inspect.UnionType) else (hint,)
    plain = [kind for kind in kinds if not isinstance(kind, msgspec.inspect.NoneType)]
    nullable = len(plain) < len(kinds)
    if len(plain) == 1:
        kind = plain[0]
        if isinstance(kind, msgspec.inspect.Metadata):
            kind = kind.type
        if isinstance(kind, msgspec.inspect.IntType):
            return NUMBER, nullable
        if isinstance(kind, msgspec.inspect.BoolType):
            return FLAG, nullable
        if isinstance(kind, msgspec.inspect.StrType | msgspec.inspect.LiteralType):
            return TEXT, nullable
    return PACKED, nullable


def _record_table(kind: type[Record]) -> RecordTable:
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.StructType)
    columns = [Column("place", TEXT, primary_key=True)]
    packed: list[bool] = []
    for field in info.fields:
        column_type, nullable = _column_type(field.type)
        columns.append(Column(field.encode_name, column_type, nullable=nullable))
        packed.append(column_type is PACKED)
    name = table_name(kind.table)
    table = Table(name, metadata, *columns, sqlite_with_rowid=False)
    for column in _INDEXES.get(kind.table, ()):
        Index(f"{name}_{column}", table.c[column])
    return RecordTable(kind, table, tuple([str(c.name) for c in columns[1:]]), tuple(packed))


RECORDS: Final[dict[str, RecordTable]] = {
    kind.table: _record_table(kind) for kind in record_kinds() if kind.table not in NO_TABLE
}


def _table(name: str, *columns: Column[Any]) -> Table:
    return Table(name, metadata, *columns, sqlite_with_rowid=False)


def _key(name: str, kind: TypeEngine[Any] = NUMBER) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _some(name: str, kind: TypeEngine[Any] = NUMBER) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _maybe(name: str, kind: TypeEngine[Any] = NUMBER) -> Column[Any]:
    return Column(name, kind)


# One row: the block that all rows follow from, and the first height that is kept.
meta: Final = _table(
    "meta", _key("id"), _some("version"), _some("chain", TEXT), _some("height"),
    _some("block_hash", TEXT), _some("time"), _some("keep_from"),
)  # fmt: skip

# Block 0, or the one before the first height, is genesis: its hash is that of the genesis.
blocks: Final = _table(
    "blocks", _key("height"), _some("hash", TEXT), _some("time"), _some("previous", TEXT),
    _some("maker", TEXT), _some("count"), _some("transactions", TEXT), _some("receipts", TEXT),
    _some("state", TEXT), _some("version"), _some("seal", TEXT),
)  # fmt: skip
Index("blocks_time", blocks.c.time)
Index("blocks_hash", blocks.c.hash)

transactions: Final = _table(
    "transactions", _key("height"), _key("index"), _some("id", TEXT), _some("sender", TEXT),
    _some("sequence"), _some("expires"), _some("memo", TEXT), _some("ops", PACKED),
    _some("status", TEXT), _maybe("refusal", TEXT), _maybe("op"), _some("facts", PACKED),
    _maybe("fee_payer", TEXT), _maybe("fee_asset", TEXT), _maybe("fee_amount"), _some("work"),
    _some("moves", PACKED), _some("events"),
)  # fmt: skip
Index("transactions_id", transactions.c.id)
Index("transactions_sender", transactions.c.sender, transactions.c.height)

# `index` of a hook's event is the place of the hook receipt, after all transactions.
events: Final = _table(
    "events", _key("height"), _key("index"), _key("number"), _some("event", TEXT),
    _maybe("tx", TEXT), _maybe("hook", TEXT), _maybe("item", TEXT), _some("data", PACKED),
)  # fmt: skip
Index("events_event", events.c.event, events.c.height)

# Every receipt that names an account: as sender, payer, party of a move, or in an event.
account_history: Final = _table(
    "account_history", _key("account", TEXT), _key("height"), _key("index"), _maybe("tx", TEXT),
)  # fmt: skip

params: Final = _table("params", _key("name", TEXT), _some("value", PACKED))
balances: Final = _table(
    "balances", _key("account", TEXT), _key("asset", TEXT), _some("amount")
)
Index("balances_asset", balances.c.asset)
balance_changes: Final = _table(
    "balance_changes", _key("account", TEXT), _key("asset", TEXT), _key("height"), _some("amount")
)

# What an interval was from `from_height` on, until `to_height` (not included).
interval_history: Final = _table(
    "interval_history", _key("batch", TEXT), _key("start"), _key("from_height"),
    _maybe("to_height"), _some("end"), _some("status", TEXT), _some("owner", TEXT),
    _some("cause", TEXT), _some("previous", TEXT), _some("freezes", PACKED), _some("since"),
)  # fmt: skip
Index("interval_history_owner", interval_history.c.owner)

# Every step of serials in order, also those that one block made and changed again.
lineage: Final = _table(
    "lineage", _key("height"), _key("index"), _key("number"), _some("batch", TEXT),
    _some("start"), _some("end"), _some("from_status", TEXT), _some("to_status", TEXT),
    _some("from_owner", TEXT), _some("to_owner", TEXT), _some("cause", TEXT), _maybe("tx", TEXT),
)  # fmt: skip
Index("lineage_batch", lineage.c.batch, lineage.c.start)

certificate_parts: Final = _table(
    "certificate_parts", _key("certificate", TEXT), _key("batch", TEXT), _key("start"),
    _key("end"), _some("grams"),
)  # fmt: skip
Index("certificate_parts_batch", certificate_parts.c.batch, certificate_parts.c.start)

# What records were after each block that changed them; no value: from then on there was none.
CHANGES: Final[dict[str, Table]] = {
    name: _table(f"{name}_changes", _key("place", TEXT), _key("height"), _maybe("value", PACKED))
    for name in ("batch", "certificate", "project", "standing")
}

orders: Final = _table(
    "orders", _key("no"), _some("account", TEXT), _some("instrument", TEXT), _some("side", TEXT),
    _some("kind", TEXT), _maybe("price"), _maybe("trigger"), _some("qty"), _some("open"),
    _maybe("display"), _some("shown"), _some("tif", TEXT), _some("expires"),
    _some("post_only", FLAG), _some("stp", TEXT), _some("rank"), _some("seq"), _some("height"),
    _some("time"), _some("state", TEXT), _maybe("reason", TEXT), _maybe("ended_height"),
    _maybe("ended_time"), _maybe("via", PACKED), _maybe("client_id", TEXT), _maybe("tx", TEXT),
)  # fmt: skip
_is_open = orders.c.state == "open"
Index(
    "orders_book", orders.c.instrument, orders.c.side, orders.c.price,
    sqlite_where=_is_open, postgresql_where=_is_open,
)  # fmt: skip
Index("orders_account", orders.c.account, orders.c.no)
Index("orders_instrument", orders.c.instrument, orders.c.no)

trades: Final = _table(
    "trades", _key("no"), _some("instrument", TEXT), _some("mode", TEXT), _some("price"),
    _some("qty"), _some("notional"), _some("buyer", TEXT), _some("seller", TEXT),
    _some("buyer_ref", TEXT), _some("seller_ref", TEXT), _maybe("taker", TEXT),
    _some("buyer_fee"), _some("seller_fee"), _some("buyer_rank"), _some("seller_rank"),
    _some("height"), _some("time"), _maybe("tx", TEXT),
)  # fmt: skip
Index("trades_instrument", trades.c.instrument, trades.c.no)
Index("trades_buyer", trades.c.buyer, trades.c.no)
Index("trades_seller", trades.c.seller, trades.c.no)

# Spans without a trade have no row; the reader fills them (`market.md` 13).
candles: Final = _table(
    "candles", _key("instrument", TEXT), _key("series", TEXT), _key("interval", TEXT),
    _key("open_time"), _some("open"), _some("high"), _some("low"), _some("close"), _some("qty"),
    _some("notional"), _some("trades"),
)  # fmt: skip

# The last trade of each instrument; day figures and phase are `instrument_states`.
tickers: Final = _table(
    "tickers", _key("instrument", TEXT), _some("no"), _some("price"), _some("qty"),
    _some("mode", TEXT), _maybe("taker", TEXT), _some("time"), _some("height"),
)  # fmt: skip

# Validators at the end of each epoch: what they signed in it, and what they weighed after it.
epochs: Final = _table(
    "epochs", _key("epoch"), _key("operator", TEXT), _some("power"), _some("weight"),
    _some("credit"), _some("blocks"), _some("signed"), _some("height"), _some("time"),
)  # fmt: skip
Index("epochs_operator", epochs.c.operator, epochs.c.epoch)

# What search finds by words: `folded` is the name without the difference of case.
names: Final = _table(
    "names", _key("kind", TEXT), _key("place", TEXT), _key("number"), _some("name", TEXT),
    _some("folded", TEXT),
)  # fmt: skip
Index("names_folded", names.c.folded)


def create_tables(connection: Connection) -> None:
    """Make every table, without its indexes beside the key: a fold reads by keys alone."""
    for table in metadata.sorted_tables:
        connection.execute(CreateTable(table))


def create_indexes(connection: Connection) -> None:
    """Make the indexes that readers need, once the rows are there."""
    for table in metadata.sorted_tables:
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(CreateIndex(index))
