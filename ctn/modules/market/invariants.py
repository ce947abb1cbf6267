"""What must hold of every change of the market (market.md 20; I11, I20 to I22)."""

from collections.abc import Iterator
from typing import TypeVar

from ctn.kernel.invariant import Breach, Breached
from ctn.kernel.ledger import Delta, Ledger
from ctn.kernel.record import Record, event_name
from ctn.modules.accounts.records import Hold
from ctn.modules.identity.reads import is_same_owner
from ctn.modules.market.book import Books
from ctn.modules.market.events import OrderChanged, OrderPlaced, Traded
from ctn.modules.market.mutators import held
from ctn.modules.market.records import (
    COUNTERS,
    ClientId,
    Counters,
    Instrument,
    InstrumentState,
    Order,
    Tape,
    Trade,
)

R = TypeVar("R", bound=Record)
PAGE = 1_000
ASKS = (event_name(OrderPlaced), event_name(OrderChanged))
TRADED = event_name(Traded)


def reservations_hold(ledger: Ledger, delta: Delta) -> None:
    """I11 order-holds: the balance of `order:<no>` is what the open order still needs."""
    assets: dict[int, dict[str, None]] = {}
    for before, after in delta.records.values():
        for order in (before, after):
            if isinstance(order, Order):
                assets.setdefault(order.no, {}).update(dict.fromkeys(_needs(ledger, order)))
    for place in delta.balances:
        if place.startswith("order:"):
            account, _, asset = place.partition("/")
            assets.setdefault(int(account[6:]), {})[asset] = None
    for number, touched in assets.items():
        standing = ledger.get(Order, f"{number:020d}")
        needs = {} if standing is None else _needs(ledger, standing)
        for asset in {**touched, **needs}:
            balance = ledger.balance(f"order:{number}", asset)
            if balance != needs.get(asset, 0):
                raise Breach(f"I11 order-holds: order {number} holds {balance} of {asset}")


def fills_add_up(ledger: Ledger, delta: Delta) -> None:
    """I21 order: what was filled stands once in both orders, within their limits and owners."""
    filled: dict[str, int] = {}
    trades = {trade.no: trade for trade in new_trades(delta)}
    for trade in trades.values():
        if is_same_owner(ledger, trade.buyer, trade.seller):
            raise Breach(f"I21 order: trade {trade.no} is within one owner")
        for ref in (trade.buyer_ref, trade.seller_ref):
            filled[ref] = filled.get(ref, 0) + trade.qty
    if trades:
        _check_limits(ledger, delta, trades)
    for key, (before, after) in delta.records.items():
        if isinstance(after, Order):
            count, told = filled.get(f"order:{after.no}", 0), _filled(after) - _filled(before)
            if not 0 < after.open <= after.qty or told != count:
                raise Breach(f"I21 order: {key!r} says {told} filled, its trades {count}")


def trades_pay(ledger: Ledger, delta: Delta) -> None:
    """I22 DvP: the buyer paid what seller and fees got, and the fee account took every fee."""
    fees: dict[str, int] = {}
    legs: dict[tuple[str, str], int] = {}
    for trade in new_trades(delta):
        instrument = ledger.get(Instrument, trade.instrument)
        assert instrument is not None
        place = f"fees:{trade.instrument}/{instrument.quote}"
        fees[place] = fees.get(place, 0) + sum(trade.fees)
        paid, got = (trade.seller, instrument.quote), (trade.buyer, instrument.asset)
        legs[paid] = legs.get(paid, 0) + trade.notional - trade.fees[1] - trade.commissions[1]
        legs[got] = legs.get(got, 0) + trade.qty
    if not legs:
        return
    for place, amount in fees.items():
        before, after = delta.balances.get(place, (0, 0))
        if after - before != amount:
            raise Breach(f"I22 DvP: {place} took {after - before}, not {amount}")
    received: dict[tuple[str, str], int] = {}
    for asset, _source, target, amount in delta.moves:
        if (target, asset) in legs:
            received[(target, asset)] = received.get((target, asset), 0) + amount
    for (account, asset), amount in legs.items():
        if received.get((account, asset), 0) < amount:
            raise Breach(f"I22 DvP: {account} did not get {amount} of {asset}")


def crossed_books(ledger: Ledger) -> Iterator[Breached]:
    """I20 book: after matching, the best bid of an open continuous book is below its best ask."""
    books = ledger.index(Books)
    for name in sorted(books.books):
        state, instrument = books.states[name], books.instruments[name]
        if state.phase != "open" or instrument.matching != "continuous":
            continue
        bid, ask = books.books[name].bids.best(), books.books[name].asks.best()
        if bid is not None and ask is not None and bid >= ask:
            yield Breached(name, f"I20 book: {name} is crossed, {bid} against {ask}")


def recount(ledger: Ledger, balances: dict[str, int]) -> None:
    """All of it over the whole state: reservations, books as rebuilt from records, the tape."""
    needs: dict[str, int] = {}
    rebuilt = Books()
    for kind in (Instrument, InstrumentState, Order, ClientId):
        for place, record in all_records(ledger, kind):
            rebuilt.apply(place, None, record)
            if isinstance(record, Order):
                for asset, amount in _needs(ledger, record).items():
                    needs[f"order:{record.no}/{asset}"] = amount
    holds = {place: amount for place, amount in balances.items() if place.startswith("order:")}
    if holds != needs:
        raise Breach("I11 order-holds: reservations differ from the open orders")
    if rebuilt.dump() != ledger.index(Books).dump():
        raise Breach("I20 book: the book in memory differs from the one rebuilt from records")
    for breached in crossed_books(ledger):
        raise Breach(breached.reason)
    _check_holds(ledger)
    _check_tape(ledger)


def _check_holds(ledger: Ledger) -> None:
    """Exactly the accounts with open orders are kept from being closed by them."""
    kept = [hold.account for _place, hold in all_records(ledger, Hold) if hold.cause == "order"]
    if kept != sorted(ledger.index(Books).by_account):
        raise Breach("order-holds: accounts are kept open otherwise than by their orders")


def all_records(ledger: Ledger, kind: type[R]) -> Iterator[tuple[str, R]]:
    """Every record of a type with its id, in byte order, read in pages."""
    after = ""
    while True:
        page = ledger.scan(kind, "", PAGE, after)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1][0]


def new_trades(delta: Delta) -> Iterator[Trade]:
    """The trades that a draft appended to the tape."""
    for before, after in delta.records.values():
        if isinstance(after, Tape):
            known = len(before.trades) if isinstance(before, Tape) else 0
            yield from after.trades[known:]


def _check_tape(ledger: Ledger) -> None:
    """Trades are numbered without a gap, up to the counter."""
    counters = ledger.get(Counters, COUNTERS)
    number = -1
    for _place, tape in all_records(ledger, Tape):
        assert isinstance(tape, Tape)
        for trade in tape.trades:
            if number not in (-1, trade.no - 1):
                raise Breach(f"I21 order: the tape leaps from trade {number} to {trade.no}")
            number = trade.no
    if number != -1 and (counters is None or counters.trade != number + 1):
        raise Breach("I21 order: the tape does not end at the counter")


def _check_limits(ledger: Ledger, delta: Delta, trades: dict[int, Trade]) -> None:
    """Every trade is told, and lies within what both orders asked for at that moment.

    What an order asked for may change before and after a fill, and a filled order is gone: only
    the events, which stand in their order, tell its limit then.
    """
    limits: dict[str, int] = {}
    untold = dict(trades)
    for event in ledger.events:
        if event["event"] in ASKS:
            limits[f"order:{event['no']}"] = event["price"]
        elif event["event"] == TRADED:
            trade = untold.pop(event["no"], None)
            if trade is not None:
                _check_limit(delta, limits, trade)
    if untold:
        raise Breach(f"I21 order: trade {min(untold)} is not told")


def _check_limit(delta: Delta, limits: dict[str, int], trade: Trade) -> None:
    for ref, is_buy in ((trade.buyer_ref, True), (trade.seller_ref, False)):
        if not ref.startswith("order:"):
            continue
        limit = limits.get(ref)
        if limit is None:
            resting, _after = delta.records[f"order\0{int(ref[6:]):020d}"]
            assert isinstance(resting, Order)
            assert resting.price is not None
            limit = resting.price
        if limit < trade.price if is_buy else limit > trade.price:
            raise Breach(f"I21 order: trade {trade.no} is worse than the limit of {ref}")


def _needs(ledger: Ledger, order: Order) -> dict[str, int]:
    instrument = ledger.get(Instrument, order.instrument)
    assert instrument is not None
    return {instrument.quote if order.side == "buy" else instrument.asset: held(order)}


def _filled(record: Record | None) -> int:
    return record.qty - record.open if isinstance(record, Order) else 0
