"""Change an open order; its number stays."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import Role, Threshold
from ctn.kernel.block import StuckScopes
from ctn.kernel.codec import Amount, Count, Time
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import InsufficientBalance, Refusal, ScopeFrozen
from ctn.modules.identity.mutators import DailyValueExceeded
from ctn.modules.market import entry, refusals
from ctn.modules.market.events import OrderChanged, OrdersEnded, Traded
from ctn.modules.market.finding import check_named, own_order
from ctn.modules.market.floor import Floor
from ctn.modules.market.matching import Taker, cause_over, tell_changed, trade, with_open
from ctn.modules.market.mutators import EXPIRED, forget_order, held, release
from ctn.modules.market.records import (
    FILLS_MAX,
    ClientOrderId,
    Counters,
    Instrument,
    InstrumentState,
    Order,
    Pace,
    Tape,
)
from ctn.modules.market.rules import notional


class ReplaceTooSmall(Refusal):
    """The new total leaves less than one lot beyond what was filled."""


class ReplaceOrder(Op, frozen=True, tag="market.replace_order"):
    """Change the fields of an open order that are given; `qty` is its new total.

    It keeps its place when the price stays and neither quantity nor expiry rises; else it enters
    again, behind the others, and may trade at once.
    """

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "trade"
    threshold: ClassVar[Threshold] = Threshold.LOW
    writes: ClassVar[tuple[type[Record], ...]] = (Order, InstrumentState, Counters, Pace, Tape)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        refusals.OrderNotFound,
        ScopeFrozen,
        refusals.OrderNotOpen,
        refusals.OrderTypeNotAllowed,
        ReplaceTooSmall,
        refusals.MarketClosed,
        refusals.BatchFrozen,
        refusals.NotEligible,
        refusals.OffTick,
        refusals.OffLot,
        refusals.QtyTooLarge,
        refusals.OutsideBand,
        refusals.OutsideCollar,
        refusals.ExpiryInvalid,
        refusals.RateLimited,
        DailyValueExceeded,
        InsufficientBalance,
        refusals.SelfTrade,
        refusals.WouldCross,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (OrderChanged, OrdersEnded, Traded)

    order: Count | None
    client_id: ClientOrderId | None
    qty: Amount | None
    price: Amount | None
    trigger: Amount | None
    display: Amount | None
    expires: Time | None
    fills_max: Annotated[int, Meta(ge=0, le=FILLS_MAX)]

    @property
    def work(self) -> int:
        """100, because the old reservation goes back first, and 80 for each maker touched."""
        return 100 + 80 * self.fills_max

    def check(self) -> None:
        """Refuse a wish that names no order, or a field that no order of this version has."""
        check_named(self.order, self.client_id)
        for field in ("trigger", "display"):
            if getattr(self, field) is not None:
                raise refusals.OrderTypeNotAllowed(field=field)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Check what changes, then shrink the order in its place, or let it enter again."""
        old = own_order(ledger, sender, self.order, self.client_id)
        if ledger.index(StuckScopes).scopes.get(old.instrument, 0):
            # Only the order names the instrument, so `scope` could not.
            raise ScopeFrozen(scope=old.instrument)
        instrument = ledger.get(Instrument, old.instrument)
        state = ledger.get(InstrumentState, old.instrument)
        assert instrument is not None
        assert state is not None
        floor = Floor(ledger, instrument, state)
        # One who may trade here no more may still ask for less; more is refused below.
        if cause_over(floor, old) in EXPIRED:
            raise refusals.OrderNotOpen(order=old.no)
        new = self._changed(old, instrument)
        assert new.price is not None
        is_kept = new.price == old.price and new.qty <= old.qty and new.expires <= old.expires
        if not is_kept:
            entry.open_state(ledger, instrument)
            entry.check_eligible(floor, sender)
        entry.check_size(instrument, state, None if is_kept else new.price, new.qty)
        if not is_kept:
            entry.check_collar(floor, new.side, price=new.price, fills_max=self.fills_max)
        self._check_expiry(ledger, old)
        pace = entry.next_pace(ledger, sender)

        ledger.put(pace, sender)
        if is_kept:
            _shrink(floor, old, new)
        else:
            floor = _enter_again(floor, old, new, self.fills_max)
        floor.close()

    def _changed(self, old: Order, instrument: Instrument) -> Order:
        qty = old.qty if self.qty is None else self.qty
        filled = old.qty - old.open
        if qty - filled < instrument.lot:
            raise ReplaceTooSmall(qty=qty, filled=filled, lot=instrument.lot)
        changed = with_open(old, qty, qty - filled, old.credit)
        price = old.price if self.price is None else self.price
        expires = old.expires if self.expires is None else self.expires
        return changed.replace(price=price, expires=expires)

    def _check_expiry(self, ledger: Ledger, old: Order) -> None:
        if self.expires is None:
            return
        if old.tif != "gtd":
            raise refusals.ExpiryInvalid(expires=self.expires, latest=old.expires)
        entry.check_expiry(ledger, self.expires)


def _shrink(floor: Floor, old: Order, new: Order) -> None:
    """Less of the same: the order keeps its place, and the surplus goes back."""
    surplus = held(old) - held(new)
    if surplus:
        release(floor.ledger, floor.instrument, old, surplus)
    floor.ledger.put(new, f"{new.no:020d}")
    floor.feed += 1
    tell_changed(floor, new, new.qty, new.open)


def _enter_again(floor: Floor, old: Order, new: Order, fills_max: int) -> Floor:
    """The order leaves the book with its reservation, and comes in as a taker under its number."""
    ledger = floor.ledger
    release(ledger, floor.instrument, old, held(old))
    forget_order(ledger, old)
    floor.feed += 1
    terms = entry.terms_of(floor, old.account)
    order = new.replace(
        rank=terms.rank, seq=floor.number(), height=ledger.block.height, cap=terms.rest_cap
    )
    assert old.price is not None
    entry.enter_value(floor, order, notional(old.price, old.open))
    entry.check_funds(floor, order, terms.entry_cap)
    if floor.state.phase == "call":
        entry.check_self_trade(floor, order)
    tell_changed(floor, order, order.qty, order.open)
    taker = Taker(floor, order, fills_max=fills_max, rate=terms.rate)
    return trade(floor, taker)
