"""Which trading day an instrument is in, and when that day ends, by its calendar."""

from ctn.kernel.codec import INT_MAX
from ctn.kernel.ledger import Ledger
from ctn.modules.assets.records import Calendar
from ctn.modules.market.closing import band
from ctn.modules.market.records import TAIL_MS, Instrument, InstrumentState, Mode, Session
from ctn.modules.market.sessions import Span, last_end, roll_time, trading_day


def calendar_of(ledger: Ledger, instrument: Instrument) -> Calendar:
    """The calendar of an instrument."""
    calendar = ledger.get(Calendar, instrument.calendar)
    assert calendar is not None, "an instrument names a known calendar"
    return calendar


def spans_of(sessions: tuple[Session, ...], mode: Mode) -> tuple[Span, ...]:
    """The minutes in which a mode is open on a trading day."""
    return tuple([(item.start, item.end) for item in sessions if item.mode == mode])


def first_state(instrument: Instrument, calendar: Calendar, time: int) -> InstrumentState:
    """The state of an instrument that never traded: closed, its reference as its terms say."""
    low, high = band(instrument.ref, instrument.band_bp, instrument.tick)
    blank = InstrumentState(
        instrument=instrument.id,
        feed_seq=0,
        phase="closed",
        phase_end=None,
        halts=0,
        batch_at=0,
        day=0,
        day_end=0,
        book_end=0,
        tail_from=0,
        ref=instrument.ref,
        low=low,
        high=high,
        last=None,
        mark=None,
        mark_slot=0,
        open=None,
        top=None,
        bottom=None,
        qty=0,
        notional=0,
        trades=0,
        tail_qty=0,
        tail_notional=0,
    )
    return with_day(blank, instrument, calendar, trading_day(calendar, time))


def with_day(
    state: InstrumentState, instrument: Instrument, calendar: Calendar, day: int
) -> InstrumentState:
    """The state in a trading day: when it rolls, and when its last book session ends."""
    day_end = min(roll_time(calendar, day), INT_MAX)
    spans = spans_of(instrument.sessions, "book")
    book_end = min(last_end(calendar, spans, day), INT_MAX) if spans else day_end
    tail_from = max(0, book_end - TAIL_MS)
    return state.replace(day=day, day_end=day_end, book_end=book_end, tail_from=tail_from)
