"""Change the terms of an instrument from its next trading day on."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.codec import Amount, BasisPoints, Count, Identifier
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.market.book import Books
from ctn.modules.market.over import rests_any
from ctn.modules.market.records import (
    SESSIONS_MAX,
    Amendment,
    Close,
    Eligible,
    Instrument,
    InstrumentState,
    Matching,
    Mode,
    Session,
)
from ctn.modules.market.refusals import InstrumentNotFound
from ctn.modules.market.terms import BadInstrument, check_names, check_terms


class InstrumentAmended(Event, frozen=True):
    """The `fields` of `instrument` change when its trading day ends, at `day_end` as it stands."""

    instrument: str
    fields: tuple[str, ...]
    day_end: int


class AmendInstrument(Op, frozen=True, tag="market.amend_instrument"):
    """Change the terms that are named, null keeps; they act at the next day roll.

    A new tick, with the lot of auctions, waits for the first at which no order rests.
    A second amendment before that roll builds on the first.
    """

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.OPERATOR
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Amendment,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (InstrumentNotFound, BadInstrument)
    emits: ClassVar[tuple[type[Event], ...]] = (InstrumentAmended,)

    instrument: Identifier
    tick: Amount | None
    modes: Annotated[tuple[Mode, ...], Meta(max_length=5)] | None
    matching: Matching | None
    batch_ms: Count | None
    qty_max: Amount | None
    block_min: Amount | None
    band_bp: BasisPoints | None
    block_band_bp: BasisPoints | None
    sessions: Annotated[tuple[Session, ...], Meta(max_length=SESSIONS_MAX)] | None
    t_plus: Count | None
    holding: Amount | None
    allowance: bool | None
    close: Close | None
    collar_bp: BasisPoints | None
    protect_max_bp: BasisPoints | None
    error_bp: BasisPoints | None
    halt_bp: BasisPoints | None
    halt_s: Count | None
    halts_max: Count | None
    call_s: Count | None
    call_lock_s: Count | None
    auction_lot: Amount | None
    eligible: Annotated[tuple[Eligible, ...], Meta(max_length=4)] | None
    calendar: Identifier | None
    rateable: bool | None
    large_bp: BasisPoints | None

    @property
    def scope(self) -> str:
        """The instrument."""
        return self.instrument

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse terms that do not fit the rest, then let them wait for the day roll."""
        instrument = ledger.get(Instrument, self.instrument)
        state = ledger.get(InstrumentState, self.instrument)
        if instrument is None or state is None:
            raise InstrumentNotFound(instrument=self.instrument)
        if instrument.status == "delisted":
            raise BadInstrument(field="status", rule="not delisted")
        terms = self._terms(ledger, instrument)
        check_terms(terms)
        check_names(ledger, terms)
        is_tick_new = self.tick is not None and self.tick != instrument.tick
        if is_tick_new and rests_any(ledger.index(Books).book(self.instrument)):
            raise BadInstrument(field="tick", rule="changes only while no order rests")

        ledger.put(Amendment(self.instrument, terms))
        ledger.emit(InstrumentAmended(self.instrument, tuple(self._named()), state.day_end))

    def _named(self) -> dict[str, object]:
        fields = msgspec.structs.asdict(self)
        del fields["instrument"]
        return {name: value for name, value in fields.items() if value is not None}

    def _terms(self, ledger: Ledger, instrument: Instrument) -> Instrument:
        """The terms as they will be: on those that wait already, if any."""
        waiting = ledger.get(Amendment, self.instrument)
        terms = instrument if waiting is None else waiting.next
        return terms.replace(**self._named())
