"""The root of all subscriptions; what they tell is made in `streams` (thallo.md 4.11)."""

from typing import Any, Final

import strawberry

from ctn.api.graphql import scalars
from ctn.api.graphql.ledger import Balance, Block, Transaction
from ctn.api.graphql.market import Trade
from ctn.api.graphql.nodes import Field, many, maybe, object_type
from ctn.api.graphql.query import INTERVAL

UNSET: Final = strawberry.UNSET
ITEMS_MAX: Final = 50
STANDING: Final = {
    "height": Field(scalars.Height, "The block that names the message; `after` for a resume."),
    "snapshot": Field(bool, "Whether it says all, not only what changed."),
    "resnapshot": Field(bool, "Whether `after` reached further back than what is kept."),
}

BlocksTold: Final = object_type(
    "BlocksMessage", "Blocks that were made; the snapshot is the last one.",
    STANDING | {"blocks": Field(many(Block), list_max=ITEMS_MAX)},
)  # fmt: skip
TransactionTold: Final = object_type(
    "TransactionMessage", "What became of a transaction; null until it is in a block.",
    STANDING | {"transaction": Field(maybe(Transaction))},
)  # fmt: skip
TradesTold: Final = object_type(
    "TradesMessage", "Trades of an instrument; the snapshot is the last 20.",
    STANDING | {"trades": Field(many(Trade), list_max=ITEMS_MAX)},
)  # fmt: skip
CandlesTold: Final = object_type(
    "CandlesMessage", "Candles that changed; the snapshot is the last 50.",
    STANDING | {"candles": Field(maybe(scalars.Columns))},
)  # fmt: skip
AccountTold: Final = object_type(
    "AccountMessage", "What an account holds now, and the transactions that touched it.",
    STANDING
    | {
        "address": Field(scalars.Address),
        "balances": Field(many(Balance), "Of every asset, at most 50.", list_max=ITEMS_MAX),
        "transactions": Field(list[str], "Ids, at most 50.", list_max=ITEMS_MAX),
    },
)  # fmt: skip



def blocks(root: Any, after: scalars.Height | None = UNSET) -> Any:
    """Blocks as they are made."""
    del after
    return root


def transaction(
    root: Any,
    id: strawberry.ID,  # noqa: A002
    after: scalars.Height | None = UNSET,
) -> Any:
    """A transaction until it is in a block."""
    del id, after
    return root


def frames(root: Any, instrument: str, after: scalars.Height | None = UNSET) -> Any:
    """Frames of a book (market.md 13): absolute quantities, 0 is gone, with a checksum."""
    del instrument, after
    return root


def trades(root: Any, instrument: str, after: scalars.Height | None = UNSET) -> Any:
    """Trades of an instrument."""
    del instrument, after
    return root


def candles(root: Any, instrument: str, interval: Any, after: scalars.Height | None = UNSET) -> Any:
    """Candles of counted trades that changed."""
    del instrument, interval, after
    return root


def account_changed(
    root: Any, address: scalars.Address, after: scalars.Height | None = UNSET
) -> Any:
    """Blocks that touched an account."""
    del address, after
    return root


candles.__annotations__["interval"] = INTERVAL
ROOTS: Final[dict[str, tuple[Any, Any]]] = {
    "blocks": (blocks, BlocksTold),
    "transaction": (transaction, TransactionTold),
    "frames": (frames, scalars.Columns),
    "trades": (trades, TradesTold),
    "candles": (candles, CandlesTold),
    "account_changed": (account_changed, AccountTold),
}


def _subscription() -> Any:
    fields = {
        name: strawberry.field(resolver=resolve, graphql_type=kind, description=resolve.__doc__)
        for name, (resolve, kind) in ROOTS.items()
    }
    body = {"__annotations__": dict.fromkeys(fields, Any), "__module__": __name__} | fields
    text = "What each block changed: a snapshot first; `after` resumes from a height."
    return strawberry.type(type("Subscription", (), body), name="Subscription", description=text)


Subscription: Final = _subscription()
