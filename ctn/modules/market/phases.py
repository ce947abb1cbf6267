"""The phase of an instrument's book: what its status, its asset and the clock make of it."""

from ctn.kernel.ledger import Ledger
from ctn.kernel.record import Event
from ctn.modules.market.days import calendar_of, spans_of
from ctn.modules.market.records import Instrument, InstrumentState, Phase
from ctn.modules.market.sessions import is_open
from ctn.modules.registry.reads import is_tradable


class PhaseChanged(Event, frozen=True):
    """The book of `instrument` is in `phase` now; `status` is what its operator set."""

    instrument: str
    status: str
    phase: str


def phase_now(ledger: Ledger, instrument: Instrument) -> Phase:
    """The phase that the book should be in at block time.

    A suspended asset suspends its instruments, and they come back with it.
    """
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


def put_phase(ledger: Ledger, instrument: Instrument, state: InstrumentState, phase: Phase) -> None:
    """Remember the phase of a book and tell it."""
    ledger.put(state.replace(phase=phase, phase_end=None))
    ledger.emit(PhaseChanged(instrument.id, instrument.status, phase))
