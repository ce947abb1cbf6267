"""What the market tells of orders and trades; from these alone a reader keeps the whole book."""

from typing import Literal

import msgspec

from ctn.kernel.record import Event

Reason = Literal[
    "user", "ioc", "fok", "stp", "band", "freeze", "expired", "delist", "fills_max", "no_liquidity"
]


class OrderPlaced(Event, frozen=True):
    """`account` placed order `no`, before anything is traded; `price` is its worst price."""

    no: int
    account: str
    instrument: str
    side: str
    kind: str
    price: int
    qty: int
    tif: str
    expires: int
    post_only: bool
    stp: str
    rank: int
    client_id: str | None


class OrderRepeated(Event, frozen=True):
    """`account` sent an order again that it placed before as `no`; nothing changed."""

    no: int
    account: str
    client_id: str


class OrderChanged(Event, frozen=True):
    """Order `no` stands as given here; a new `seq` means that it lost its place."""

    no: int
    account: str
    instrument: str
    price: int
    qty: int
    open: int
    expires: int
    rank: int
    seq: int


class Ended(msgspec.Struct, frozen=True):
    """An order that is over with `open` grams not traded, and why; `state` as of 3.4."""

    no: int
    account: str
    instrument: str
    open: int
    state: str
    reason: Reason


class OrdersEnded(Event, frozen=True):
    """These orders are over; `more` says that others of the same wish still stand."""

    orders: tuple[Ended, ...]
    more: bool


class Cleared(Event, frozen=True):
    """A call of `instrument` met at `price`: `qty` of what buyers and sellers would have given."""

    instrument: str
    price: int
    qty: int
    demand: int
    supply: int


class ClearingCut(Event, frozen=True):
    """A clearing made as many pairs as one block may; the rest follows with the next."""

    instrument: str
    pairs: int


class Traded(Event, frozen=True):
    """Both legs changed hands at `price`; pairs stand as (buyer's, seller's).

    `opens` is what is left of both orders, `seqs` and `ranks` their places in the queue.
    """

    no: int
    instrument: str
    mode: str
    price: int
    qty: int
    notional: int
    buyer: str
    seller: str
    buyer_ref: str
    seller_ref: str
    taker: str | None
    fees: tuple[int, int]
    opens: tuple[int, int]
    ranks: tuple[int, int]
    seqs: tuple[int, int]
