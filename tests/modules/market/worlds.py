"""A world with one instrument in phase open, and short ways to say orders.

Prices are in money base units a tonne (tick 100), quantities in whole tonnes (lot 1 t).
"""

from typing import Any

from ctn.kernel.block import HOOK_ITEMS_MAX
from ctn.kernel.codec import INT_MAX
from ctn.modules.accounts.records import Guard
from ctn.modules.assets.records import Calendar
from ctn.modules.market.book import Books
from ctn.modules.market.cancel_order import CancelOrder
from ctn.modules.market.mutators import held
from ctn.modules.market.place_order import PlaceOrder
from ctn.modules.market.records import (
    COUNTERS,
    Counters,
    Instrument,
    InstrumentState,
    Order,
    Session,
    Side,
)
from ctn.modules.market.replace_order import ReplaceOrder
from tests.worlds import CNY, DAY, START, World

TONNE = 1_000_000
LEAPS = 1 << 62  # these worlds leap in time; what a leap does to a book: test_reopening.py
CEA = "cea24"
NAME = "cea24-cny"
REF = 60_000
LOW, HIGH = 54_000, 66_000
CROWD = HOOK_ITEMS_MAX  # as many are over as the hooks of one block take out


def instrument(**changes: Any) -> Instrument:
    """CEA against CNY after the preset, open to everybody, sessions around the clock."""
    made = Instrument(
        id=NAME, asset=CEA, quote="cny", tick=100, lot=TONNE,
        modes=("book",), matching="continuous", batch_ms=0,
        qty_max=99_999 * TONNE, block_min=100_000 * TONNE, band_bp=1_000, block_band_bp=3_000,
        sessions=(Session("book", 0, 1_440),), t_plus=0, holding=0, allowance=False,
        close="vwap_day", collar_bp=0, protect_max_bp=500, error_bp=0, halt_bp=0, halt_s=0,
        halts_max=0, call_s=0, call_lock_s=0, auction_lot=TONNE, eligible=("ordinary",),
        calendar="always", ref=REF, rateable=False, large_bp=5_000, status="active",
    )  # fmt: skip
    return made.replace(**changes)


def state(**changes: Any) -> InstrumentState:
    """The state of that instrument on a trading day that lasts twenty years."""
    made = InstrumentState(
        instrument=NAME, feed_seq=0, phase="open", phase_end=None, halts=0, batch_at=0,
        day=START // DAY, day_end=INT_MAX, book_end=START + DAY // 2, tail_from=START + DAY,
        ref=REF, low=LOW, high=HIGH, last=None, mark=None, mark_slot=0, open=None, top=None,
        bottom=None, qty=0, notional=0, trades=0, tail_qty=0, tail_notional=0,
    )  # fmt: skip
    return made.replace(**changes)


class MarketWorld(World):
    """A world whose people trade tonnes of `cea24` for CNY."""

    def __init__(self, **changes: Any) -> None:
        super().__init__(resume_gap=LEAPS)
        self.put(Calendar("always", 0, 127, (), ()))
        self.put(instrument(**changes))
        self.put(state())

    def trader(self, name: str, cny: int = 100_000, tonnes: int = 0, **more: Any) -> str:
        """A person with money, in whole CNY, and tonnes."""
        address = self.person(name, cny, **more)
        if tonnes:
            self.grant(address, CEA, tonnes * TONNE)
        return address

    def verified_until(self, address: str, time: int) -> None:
        """Let the attestation of a person end at a block time in ms after genesis."""
        attestation = self._records[("attestation", f"{address}/{0:020d}")]
        self.put(attestation.replace(expires=time))
        self.put(Guard(False, (), (), 0, attestation.kind, time), address)

    def resting(self, *orders: Order) -> None:
        """Orders in genesis, each with what it holds."""
        for account in dict.fromkeys([order.account for order in orders]):
            self.keep(account, "order")
        for order in orders:
            self.put(order)
            self.grant(f"order:{order.no}", "cny" if order.side == "buy" else CEA, held(order))
        self.put(Counters(1 + max(order.no for order in orders), 1, 0), COUNTERS)

    def order(self, number: int) -> Order | None:
        """An open order, or None."""
        found: Order | None = self.get(Order, f"{number:020d}")
        return found

    def figures(self) -> InstrumentState:
        """The state of the instrument."""
        found: InstrumentState = self.get(InstrumentState, NAME)
        return found

    def levels(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Both sides of the book: price and whole tonnes shown, best first."""
        book = self.draft().index(Books).book(NAME)
        bids, asks = book.bids.shown(1_000), book.asks.shown(1_000)
        return [(p, q // TONNE) for p, q in bids], [(p, q // TONNE) for p, q in asks]


def limit(side: str, tonnes: int, at: int, **changes: Any) -> PlaceOrder:
    """A limit order, good till cancelled unless changed."""
    fields: dict[str, Any] = {
        "instrument": NAME, "side": side, "kind": "limit", "qty": tonnes * TONNE, "price": at,
        "trigger": None, "protect_bp": None, "tif": "gtc", "expires": None, "post_only": False,
        "display": None, "stp": "cancel_taker", "fills_max": 20, "client_id": None, "via": None,
    }  # fmt: skip
    return PlaceOrder(**(fields | changes))


def buy(tonnes: int, at: int, **changes: Any) -> PlaceOrder:
    """A limit order to buy."""
    return limit("buy", tonnes, at, **changes)


def sell(tonnes: int, at: int, **changes: Any) -> PlaceOrder:
    """A limit order to sell."""
    return limit("sell", tonnes, at, **changes)


def market(side: str, tonnes: int, protect_bp: int | None = 100, **changes: Any) -> PlaceOrder:
    """An order at the market, within a bound around the best opposite price."""
    fields = {"kind": "market", "price": None, "protect_bp": protect_bp, "tif": "ioc"}
    return limit(side, tonnes, 0, **(fields | changes))


def rested(no: int, account: str, side: Side, at: int, **changes: Any) -> Order:
    """An order of one tonne that rests in genesis, until cancelled."""
    plain = Order(
        no=no, account=account, instrument=NAME, side=side, kind="limit", price=at, trigger=None,
        qty=TONNE, open=TONNE, display=None, shown=TONNE, tif="gtc", expires=START + 89 * DAY,
        post_only=False, stp="cancel_taker", rank=0, seq=no, height=0, state="open",
        cap=3_000_000, credit=0, via=None, client_id=None,
    )  # fmt: skip
    return plain.replace(**changes)


def replace(order: int | None, **changes: Any) -> ReplaceOrder:
    """A replace that keeps everything but what is changed; `qty` in whole tonnes."""
    fields: dict[str, Any] = {
        "order": order, "client_id": None, "qty": None, "price": None, "trigger": None,
        "display": None, "expires": None, "fills_max": 20,
    }  # fmt: skip
    if changes.get("qty") is not None:
        changes["qty"] *= TONNE
    return ReplaceOrder(**(fields | changes))


def cancel(order: int) -> CancelOrder:
    """The end of an order by its number."""
    return CancelOrder(order, None)


def named(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The events of one kind, `Traded` or the like."""
    return [event for event in events if event["event"] == f"market.{name}"]


def ends(events: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Number and reason of each order that ended."""
    return [(row["no"], row["reason"]) for event in named(events, "OrdersEnded")
            for row in event["orders"]]  # fmt: skip


__all__ = ["CEA", "CNY", "CROWD", "HIGH", "LOW", "NAME", "REF", "TONNE", "MarketWorld"]
