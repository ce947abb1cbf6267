"""The phase of an instrument's book: what its status, its asset and the clock make of it.

After a gap in block time, an emergency stop, a suspension or a freeze, what was known of prices is
old: a book then opens by a call, in which orders gather and meet at one price (market.md 14,
reliability.md 6.8).
"""

from ctn.kernel.block import STOP, Clock, Stop
from ctn.kernel.codec import INT_MAX
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import Event
from ctn.modules.market.book import Books
from ctn.modules.market.days import calendar_of, spans_of
from ctn.modules.market.over import is_crossed
from ctn.modules.market.records import (
    CALL_MS,
    REOPENING,
    RESUME_GAP,
    Instrument,
    InstrumentState,
    Phase,
    Reopening,
)
from ctn.modules.market.sessions import is_open
from ctn.modules.registry.reads import is_tradable


class PhaseChanged(Event, frozen=True):
    """The book of `instrument` is in `phase` now; `status` is what its operator set."""

    instrument: str
    status: str
    phase: str


def phase_now(ledger: Ledger, instrument: Instrument, state: InstrumentState) -> Phase:
    """The phase that the book should be in at block time; a call stays until it is cleared."""
    phase = _phase_by_clock(ledger, instrument)
    if phase == "closed" and state.phase == "suspended":
        return "suspended"  # until its next session, which then begins by a call
    if phase != "open":
        return phase
    # A call that its session cut short left a crossed book.
    is_call = is_crossed(ledger.index(Books).book(instrument.id)) or is_reopening(ledger)
    return "call" if is_call or state.phase in ("call", "suspended") else "open"


def call_end(ledger: Ledger, instrument: Instrument, state: InstrumentState) -> int | None:
    """When the call of a book is to be cleared, None while it is in none."""
    is_called = state.phase == "call" == phase_now(ledger, instrument, state)
    return state.phase_end if is_called else None


def is_reopening(ledger: Ledger) -> bool:
    """Whether prices are stale in this block: time leapt, or an emergency stop ended."""
    if ledger.get(Reopening, REOPENING) is not None or ledger.get(Stop, STOP) is not None:
        # Hooks of the market run only while no stop is in force, so one that stands is over.
        return True
    clock = ledger.get(Clock, "clock")
    if clock is None or clock.height == 0:
        return False  # nothing was traded before the first block
    return ledger.block.time - clock.time > ledger.param(RESUME_GAP)


def put_phase(ledger: Ledger, instrument: Instrument, state: InstrumentState, phase: Phase) -> None:
    """Remember the phase of a book and tell it."""
    end = min(ledger.block.time + CALL_MS, INT_MAX) if phase == "call" else None
    ledger.put(state.replace(phase=phase, phase_end=end))
    ledger.emit(PhaseChanged(instrument.id, instrument.status, phase))


def _phase_by_clock(ledger: Ledger, instrument: Instrument) -> Phase:
    """The phase by status, asset and session; a suspended asset suspends its instruments."""
    if instrument.status == "delisted":
        return "delisted"
    if instrument.status == "draft":
        return "closed"
    if instrument.status == "suspended" or not is_tradable(ledger, instrument.asset):
        return "suspended"
    calendar = calendar_of(ledger, instrument)
    if is_open(calendar, spans_of(instrument.sessions, "book"), ledger.block.time):
        return "open"
    return "closed"
