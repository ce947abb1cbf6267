"""The day roll: yesterday's close becomes today's reference, and yesterday's fees are shared out.

It runs in the first block at or after local midnight of the next trading day, so that a weekend
or a holiday belongs to the trading day before it (market.md 2.2, 11).
"""

from ctn.kernel.ledger import Ledger
from ctn.kernel.record import Event
from ctn.modules.market.book import Books
from ctn.modules.market.closing import band, close_price, to_tick
from ctn.modules.market.days import calendar_of, with_day
from ctn.modules.market.fees_split import FeeShares, fee_shares
from ctn.modules.market.over import rests_any
from ctn.modules.market.records import (
    SPLIT_INSURANCE_PPM,
    SPLIT_POINTS_PPM,
    SPLIT_SUPPORT_PPM,
    Amendment,
    Instrument,
    InstrumentState,
)
from ctn.modules.market.sessions import trading_day

TREASURY = "fund:treasury"
POINTS = "fund:points"
INSURANCE = "fund:insurance"
SUPPORT = "escrow:support"


class DayRolled(Event, frozen=True):
    """`day` of `instrument` ended at `close`; the new day's band is `low` to `high`.

    `qty`, `notional` and `trades` are of the day that ended; the fees went to four funds.
    """

    instrument: str
    day: int
    close: int
    qty: int
    notional: int
    trades: int
    next_day: int
    low: int
    high: int
    treasury: int
    points: int
    insurance: int
    support: int


def roll_day(ledger: Ledger, instrument: Instrument, state: InstrumentState) -> None:
    """End the trading day of an instrument and begin the one that block time lies in."""
    close = closing(instrument, state)
    shares = share_fees(ledger, instrument)
    terms = _amended(ledger, instrument)
    ref = to_tick(close, terms.tick)
    low, high = band(ref, terms.band_bp, terms.tick)
    calendar = calendar_of(ledger, terms)
    day = trading_day(calendar, ledger.block.time)

    fresh = state.replace(
        ref=ref, low=low, high=high, halts=0,
        open=None, top=None, bottom=None,
        qty=0, notional=0, trades=0, tail_qty=0, tail_notional=0,
    )  # fmt: skip
    ledger.put(with_day(fresh, terms, calendar, day))
    ledger.emit(
        DayRolled(
            instrument.id, state.day, close, state.qty, state.notional, state.trades,
            day, low, high, *shares,
        )
    )  # fmt: skip


def closing(instrument: Instrument, state: InstrumentState) -> int:
    """The close of the day: of its last minutes if so agreed, of all of it, else the one before."""
    if instrument.close == "vwap_tail" and state.tail_qty > 0:
        return close_price(state.tail_notional, state.tail_qty, instrument.tick)
    if state.qty > 0:
        return close_price(state.notional, state.qty, instrument.tick)
    return state.ref


def share_fees(ledger: Ledger, instrument: Instrument) -> FeeShares:
    """Move the fees that an instrument gathered into the funds, the remainder to the treasury."""
    source = f"fees:{instrument.id}"
    shares = fee_shares(
        ledger.balance(source, instrument.quote),
        points_ppm=ledger.param(SPLIT_POINTS_PPM),
        insurance_ppm=ledger.param(SPLIT_INSURANCE_PPM),
        support_ppm=ledger.param(SPLIT_SUPPORT_PPM),
    )
    targets = (TREASURY, POINTS, INSURANCE, SUPPORT)
    for target, amount in zip(targets, shares, strict=True):
        if amount > 0:
            ledger.move(instrument.quote, amount, source=source, target=target)
    return shares


def _amended(ledger: Ledger, instrument: Instrument) -> Instrument:
    """The terms of the new day: an amendment acts now, but a new tick waits for an empty book."""
    amendment = ledger.get(Amendment, instrument.id)
    if amendment is None:
        return instrument
    terms = amendment.next.replace(status=instrument.status)
    if terms.tick != instrument.tick and rests_any(ledger.index(Books).book(terms.id)):
        # The lot of auctions was agreed for the new tick and must fit the one in force.
        terms = terms.replace(tick=instrument.tick, auction_lot=instrument.auction_lot)
    else:
        ledger.drop(Amendment, instrument.id)
    ledger.put(terms)
    return terms
