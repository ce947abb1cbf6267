"""The types and root fields of the ledger itself: blocks, transactions, accounts, what is held."""

from typing import Any, Final

from sqlalchemy import and_, select
from strawberry.types import Info

from ctn.api.graphql import scalars
from ctn.api.graphql.connections import (
    Collection,
    Filter,
    at_least,
    at_most,
    equal,
    nested_connection,
)
from ctn.api.graphql.kinds import text_of
from ctn.api.graphql.nodes import Field, Value, many, maybe, object_type, some
from ctn.api.graphql.objects import OBJECTS, event_row
from ctn.api.graphql.pages import Sort
from ctn.api.graphql.reading import reading
from ctn.kernel.account import Account
from ctn.kernel.refusal import Refusal
from ctn.reference import refusals
from ctn.views import past, tables

EVENTS_MAX: Final = 200
MOVES_MAX: Final = 100
OPS_MAX: Final = 16
FACTS_MAX: Final = 16
STATUSES: Final = ("applied", "refused", "broken", "not_admitted")
SUBMITTED: Final = ("pending", *STATUSES, "rejected")
KINDS: Final = OBJECTS.kinds



def _seen(text: str) -> str:
    """Hex, empty where it stands for a key or a seal that nobody has."""
    return text if text.strip("0") else ""


Block: Final = object_type(
    "Block",
    "A block: ordered transactions and one time; block 0 stands for the genesis.",
    {
        "height": Field(scalars.Height),
        "hash": Field(scalars.Hash, "The hash of its header as this node keeps it."),
        "time": Field(scalars.Time),
        "previous": Field(str, "The hash of the block before."),
        "maker": Field(
            str, "The key that sealed it, in hex; empty where validators commit the blocks.",
            lambda root: _seen(root["maker"]),
        ),
        "count": Field(int, "How many transactions it holds."),
        "transactions_root": Field(str, "", lambda root: root["transactions"]),
        "receipts_root": Field(str, "", lambda root: root["receipts"]),
        "state_root": Field(str, "The root of the state after it.", lambda root: root["state"]),
        "seal": Field(str, "Its maker's signature, in hex; empty like `maker`.",
                      lambda root: _seen(root["seal"])),
    },
    lambda row: str(row["height"]),
)  # fmt: skip
Fact: Final = object_type(
    "Fact", "A fact of a refusal, its value as text.", {"name": Field(str), "value": Field(str)}
)
RefusalGiven: Final = object_type(
    "Refusal",
    "Why a transaction or an operation was refused; `module` and `code` are its stable name.",
    {
        "code": Field(str),
        "module": Field(str),
        "message": Field(str, "The public sentence."),
        "facts": Field(many(Fact), list_max=FACTS_MAX),
        "op": Field(maybe(int), "The operation that was refused, counted from 0."),
    },
)
Move: Final = object_type(
    "Move",
    "An amount that left one account for another.",
    {
        "asset": Field(str), "source": Field(scalars.Address), "target": Field(scalars.Address),
        "amount": Field(scalars.Amount),
    },
)  # fmt: skip
FeePaid: Final = object_type(
    "FeePaid",
    "The network fee of a transaction, and who paid it.",
    {
        "payer": Field(scalars.Address), "asset": Field(str), "amount": Field(scalars.Amount),
    },
)  # fmt: skip


def refusal_of(name: str, facts: Value, op: int | None, sentence: str = "") -> Value:
    """A refusal by its stable name, as the schema has it."""
    module, _, code = name.partition(".")
    kind = refusals().get(name)
    told = sentence or first_line(kind)
    rows = [{"name": key, "value": value if isinstance(value, str) else text_of(value)}
            for key, value in facts.items()]  # fmt: skip
    return {"code": code, "module": module, "message": told, "facts": rows, "op": op}


def first_line(kind: type[Refusal] | None) -> str:
    """The public sentence of a refusal class."""
    return "" if kind is None else (kind.__doc__ or "").strip().split("\n", 1)[0]


def _refusal(root: Any) -> Any:
    if root["refusal"] is None:
        return None
    return refusal_of(root["refusal"], root["facts"] or {}, root["op"])


def moves(root: Any, _info: Info, first: int) -> Any:
    """The first moves of a transaction or receipt."""
    names = ("asset", "source", "target", "amount")
    return [dict(zip(names, move, strict=True)) for move in root["moves"][:first]]


def _fee(root: Any) -> Any:
    if root["fee_payer"] is None:
        return None
    return {name: root["fee_" + name] for name in ("payer", "asset", "amount")}


def _events(root: Any, info: Info, first: int) -> Any:
    table = tables.events
    found = (
        select(table)
        .where(table.c.height == root["height"], table.c.index == root["index"])
        .order_by(table.c.number)
        .limit(first)
    )
    return [event_row(row) for row in reading(info).view.rows(found)]


def _block(root: Any, info: Info) -> Any:
    return block_at(info, root["height"])


Transaction: Final = object_type(
    "Transaction",
    "A signed transaction in a block, and what became of it.",
    {
        "height": Field(scalars.Height),
        "index": Field(int, "Its place in the block."),
        "sender": Field(scalars.Address),
        "sequence": Field(scalars.Count),
        "expires": Field(scalars.Height, "The last height that could hold it."),
        "memo": Field(str),
        "ops": Field(many(scalars.OpJson), "Its operations as they were signed.",
                     list_max=OPS_MAX),
        "status": Field(KINDS.enum("TransactionStatus", STATUSES)),
        "refusal": Field(maybe(RefusalGiven), "", _refusal),
        "fee": Field(maybe(FeePaid), "", _fee),
        "work": Field(scalars.Count),
        "moves": Field(many(Move), "What it moved, 10 by default.",
                       some(moves, MOVES_MAX), list_max=MOVES_MAX),
        "events": Field(many(OBJECTS.event), "What it told, 10 by default.",
                        some(_events, EVENTS_MAX),
                        is_relation=True, list_max=EVENTS_MAX),
        "block": Field(Block, "", _block, is_relation=True),
    },
    lambda row: str(row["id"]),
)  # fmt: skip
Balance: Final = object_type(
    "Balance",
    "What an account holds of an asset.",
    {
        "account": Field(scalars.Address),
        "amount": Field(scalars.Amount),
        "asset_id": Field(str, "The key of `asset`."),
        "asset": OBJECTS.link("asset", "asset"),
    },
    lambda row: f"{row['account']}/{row['asset']}",
)
BALANCES: Final = Collection(
    "Balance",
    Balance,
    tables.balances,
    (Sort("key", ("account", "asset")),),
    {
        "account": Filter(scalars.Address, equal("account")),
        "asset": Filter(str, equal("asset")),
    },
    "What accounts hold, now or after an earlier block.",
    as_of=past.balances,
)
TRANSACTIONS: Final = Collection(
    "Transaction",
    Transaction,
    tables.transactions,
    (
        Sort("newest", ("height", "index"), descending=True),
        Sort("oldest", ("height", "index")),
    ),
    {
        "sender": Filter(scalars.Address, equal("sender")),
        "height": Filter(scalars.Height, equal("height")),
        "status": Filter(KINDS.enum("TransactionStatus", STATUSES), equal("status")),
    },
    "Transactions that are in blocks.",
)
BLOCKS: Final = Collection(
    "Block",
    Block,
    tables.blocks,
    (Sort("newest", ("height",), descending=True), Sort("oldest", ("height",))),
    {
        "from_time": Filter(scalars.Time, at_least("time")),
        "to_time": Filter(scalars.Time, at_most("time")),
        "has_transactions": Filter(
            bool, lambda source, yes: source.c.count > 0 if yes else source.c.count == 0
        ),
    },
    "Blocks, the newest first.",
)


def block_at(info: Info, height: int) -> Value | None:
    """The block of a height."""
    table = tables.blocks
    return reading(info).once("block", height, select(table).where(table.c.height == height))


def transaction_of(info: Info, identity: str) -> Value | None:
    """A transaction by its id; an id that was used again stands where it was first applied."""
    table = tables.transactions
    statement = select(table).where(table.c.id == identity).order_by(table.c.height).limit(1)
    return reading(info).once("transaction", identity, statement)


def _history() -> Collection:
    history, sent = tables.account_history, tables.transactions
    source = (
        select(history.c.account, sent)
        .join(sent, and_(sent.c.height == history.c.height, sent.c.index == history.c.index))
        .where(history.c.tx.is_not(None))
        .subquery("history")
    )
    return TRANSACTIONS._replace(
        name="AccountTransaction",
        source=source,
        filters={},
        text="Transactions that touched the account: as sender, payer or party.",
        within=lambda rows, root: rows.c.account == root["address"],
    )


def _record(name: str) -> Any:
    def resolve(root: Any, info: Info) -> Any:
        return reading(info).record(name, root["address"])

    return resolve


def _account_fields() -> dict[str, Field]:
    """The fields of the record, which an address has from its first transaction on."""
    fields: dict[str, Field] = {"address": Field(scalars.Address)}
    for name, field in KINDS.fields(Account, "Account").items():
        kind = field.kind if name == "sequence" else maybe(field.kind)
        fields[name] = field._replace(kind=kind)
    held = BALANCES._replace(
        name="AccountBalance", filters={"asset": Filter(str, equal("asset"))},
        within=lambda rows, root: rows.c.account == root["address"],
        text="What it holds, now or after an earlier block.",
    )  # fmt: skip
    return fields | {
        "guard": Field(maybe(OBJECTS.record("guard")), "How its value is protected.",
                       _record("guard"), is_relation=True),
        "balances": nested_connection(held),
        "transactions": nested_connection(_history()),
    }  # fmt: skip


AccountShown: Final = object_type(
    "Account",
    "An address: who may sign for it, what it holds and did; most is null until it first signs.",
    _account_fields(),
    lambda row: str(row["address"]),
)


def account_of(info: Info, address: str) -> Value:
    """An account by its address; every address has one."""
    table = tables.RECORDS["account"].table
    empty = dict.fromkeys(column.name for column in table.columns) | {"sequence": 0}
    found = reading(info).record("account", address) or empty
    return found | {"address": address}


def last_block(info: Info) -> Value:
    """The chain and its last block."""
    view = reading(info).view
    block = block_at(info, view.height)
    assert block is not None
    return {
        "name": view.chain, "height": view.height, "time": view.time, "block": block,
        "keep_from": view.head.keep_from, "app_version": block["version"],
    }  # fmt: skip


Chain: Final = object_type(
    "Chain",
    "The chain that is read, and its last block.",
    {
        "name": Field(str, "What transactions name."),
        "height": Field(scalars.Height),
        "time": Field(scalars.Time),
        "app_version": Field(int),
        "keep_from": Field(scalars.Height, "The first height whose state can be read."),
        "block": Field(Block, is_relation=True),
    },
)

