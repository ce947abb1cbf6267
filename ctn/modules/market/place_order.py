"""Place an order in the book of an instrument."""

import hashlib
from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import Role, Threshold
from ctn.kernel.codec import Amount, BasisPoints, Identifier, Time, encode
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import InsufficientBalance, Refusal
from ctn.modules.identity.mutators import DailyValueExceeded
from ctn.modules.market import entry, refusals
from ctn.modules.market.events import (
    OrderChanged,
    OrderPlaced,
    OrderRepeated,
    OrdersEnded,
    Traded,
)
from ctn.modules.market.floor import Floor
from ctn.modules.market.matching import Taker, trade
from ctn.modules.market.mutators import ended_row
from ctn.modules.market.records import (
    CLIENT_ID_LIFE_MS,
    FILLS_MAX,
    ORDER_LIFE_MS,
    ClientId,
    ClientOrderId,
    Counters,
    Instrument,
    InstrumentState,
    Kind,
    Order,
    Pace,
    SelfTradeMode,
    Side,
    Tape,
    TimeInForce,
    Via,
)


class ClientIdReused(Refusal):
    """The account used this client id for an order with other fields in the last 100 days."""


class PlaceOrder(Op, frozen=True, tag="market.place_order"):
    """Buy or sell at a limit, or at once at the market within a bound.

    `fills_max` makers at most are touched. A client id makes one order, however often it is sent.
    """

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "trade"
    threshold: ClassVar[Threshold] = Threshold.LOW
    writes: ClassVar[tuple[type[Record], ...]] = (
        Order, InstrumentState, Counters, Pace, ClientId, Tape,
    )  # fmt: skip
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        refusals.InstrumentNotFound,
        ClientIdReused,
        refusals.MarketClosed,
        refusals.BatchFrozen,
        refusals.NotEligible,
        refusals.OrderTypeNotAllowed,
        refusals.OffTick,
        refusals.OffLot,
        refusals.QtyTooSmall,
        refusals.QtyTooLarge,
        refusals.OutsideBand,
        refusals.OutsideCollar,
        refusals.ExpiryInvalid,
        refusals.RateLimited,
        refusals.TooManyOrders,
        DailyValueExceeded,
        InsufficientBalance,
        refusals.SelfTrade,
        refusals.WouldCross,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (
        OrderPlaced, OrderRepeated, OrderChanged, OrdersEnded, Traded,
    )  # fmt: skip

    instrument: Identifier
    side: Side
    kind: Kind
    qty: Amount
    price: Amount | None
    trigger: Amount | None
    protect_bp: BasisPoints | None
    tif: TimeInForce
    expires: Time | None
    post_only: bool
    display: Amount | None
    stp: SelfTradeMode
    fills_max: Annotated[int, Meta(ge=0, le=FILLS_MAX)]
    client_id: ClientOrderId | None
    via: Via | None

    @property
    def work(self) -> int:
        """80, and 80 for each maker that may be touched."""
        return 80 + 80 * self.fills_max

    @property
    def scope(self) -> str:
        """The instrument."""
        return self.instrument

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Check in the order of market.md 3.2, then trade, then let the rest stand or end."""
        instrument = ledger.get(Instrument, self.instrument)
        if instrument is None:
            raise refusals.InstrumentNotFound(instrument=self.instrument)
        digest = "" if self.client_id is None else hashlib.sha256(encode(self)).hexdigest()
        if digest and self._is_known(ledger, sender, digest):
            return
        state = entry.open_state(ledger, instrument)
        floor = Floor(ledger, instrument, state)
        entry.check_eligible(floor, sender)
        self._check_type(instrument)
        self._check_phase(state)
        entry.check_size(instrument, state, self.price, self.qty)
        if self.price is not None:
            entry.check_collar(floor, self.side, price=self.price, fills_max=self.fills_max)
        expires = self._expiry(ledger, state)
        pace = entry.next_pace(ledger, sender)
        terms = entry.terms_of(floor, sender)
        entry.check_count(ledger, sender, terms.rank)
        order = self._order(floor, terms, sender, expires)
        entry.enter_value(floor, order)

        ledger.put(pace, sender)
        if self.client_id is not None:
            due = ledger.block.time + CLIENT_ID_LIFE_MS
            ledger.put(ClientId(sender, self.client_id, order.no, digest, due))
        self._enter(floor, order, terms).close()

    def _order(self, floor: Floor, terms: entry.Terms, sender: str, expires: int) -> Order:
        """The order as it enters; one at the market comes with the edge of the band as price."""
        number = floor.number()
        edge = floor.state.high if self.side == "buy" else floor.state.low
        price = edge if self.price is None else self.price
        return Order(
            number, sender, self.instrument, self.side, self.kind, price, None, self.qty,
            self.qty, None, self.qty, self.tif, expires, self.post_only, self.stp, terms.rank,
            number, floor.ledger.block.height, "open", terms.rest_cap, 0, None, self.client_id,
        )  # fmt: skip

    def _enter(self, floor: Floor, order: Order, terms: entry.Terms) -> Floor:
        """Price a market order, see that it can be paid, tell it, and trade."""
        taker = Taker(floor, order, fills_max=self.fills_max, rate=terms.rate)
        if self.protect_bp is not None:
            worst = entry.worst_price(floor, taker, self.protect_bp)
            if worst is None:
                _tell(floor, order)
                floor.ended.append(ended_row(order, order.open, taker.reason or "no_liquidity"))
                return floor
            order = taker.order = order.replace(price=worst)
        entry.check_funds(floor, order, terms.entry_cap)
        if floor.state.phase == "call":
            entry.check_self_trade(floor, order)
        _tell(floor, order)
        return trade(floor, taker)

    def _is_known(self, ledger: Ledger, sender: str, digest: str) -> bool:
        """Whether this very order was placed before, which is told; refuses another's id."""
        known = ledger.get(ClientId, f"{sender}/{self.client_id}")
        if known is None or known.due <= ledger.block.time:
            return False
        if known.digest != digest:
            raise ClientIdReused(client_id=known.client_id, order=known.no)
        ledger.emit(OrderRepeated(known.no, sender, known.client_id))
        return True

    def _check_type(self, instrument: Instrument) -> None:
        """Refuse what makes no order, or asks for a rule that this version does not have."""
        is_instant = self.tif in ("ioc", "fok")
        if self.kind in ("stop", "take_profit"):
            raise refusals.OrderTypeNotAllowed(field="kind")
        for field in ("trigger", "display", "via"):
            if getattr(self, field) is not None:
                raise refusals.OrderTypeNotAllowed(field=field)
        if (self.price is None) != (self.kind == "market"):
            raise refusals.OrderTypeNotAllowed(field="price")
        if self.kind == "market" and not is_instant:
            raise refusals.OrderTypeNotAllowed(field="tif")
        if self.post_only and is_instant:
            raise refusals.OrderTypeNotAllowed(field="post_only")
        if (self.protect_bp is None) != (self.kind != "market"):
            raise refusals.OrderTypeNotAllowed(field="protect_bp")
        if self.protect_bp is not None and not 1 <= self.protect_bp <= instrument.protect_max_bp:
            raise refusals.OrderTypeNotAllowed(field="protect_bp")

    def _check_phase(self, state: InstrumentState) -> None:
        """Refuse in a call what could not wait for its end."""
        if state.phase == "call" and self.kind != "limit":
            raise refusals.OrderTypeNotAllowed(field="kind", phase="call")
        if state.phase == "call" and self.tif in ("ioc", "fok"):
            raise refusals.OrderTypeNotAllowed(field="tif", phase="call")

    def _expiry(self, ledger: Ledger, state: InstrumentState) -> int:
        """When the order is over: as stated, the end of the day's last session, or 90 days."""
        now = ledger.block.time
        if (self.expires is None) == (self.tif == "gtd"):
            raise refusals.ExpiryInvalid(expires=self.expires, latest=now + ORDER_LIFE_MS)
        if self.expires is not None:
            entry.check_expiry(ledger, self.expires)
            return self.expires
        if self.tif == "day":
            return state.book_end
        return now + ORDER_LIFE_MS if self.tif == "gtc" else now


def _tell(floor: Floor, order: Order) -> None:
    assert order.price is not None
    floor.ledger.emit(
        OrderPlaced(
            order.no, order.account, order.instrument, order.side, order.kind, order.price,
            order.qty, order.tif, order.expires, order.post_only, order.stp, order.rank,
            order.client_id,
        )
    )  # fmt: skip
