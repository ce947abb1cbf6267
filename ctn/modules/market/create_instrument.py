"""Define an instrument: one asset traded for one quote, by stated terms."""

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
from ctn.modules.market.days import calendar_of, first_state
from ctn.modules.market.over import is_in_use
from ctn.modules.market.records import (
    INSTRUMENTS_EVER_MAX,
    INSTRUMENTS_MAX,
    SESSIONS_MAX,
    Close,
    Eligible,
    Instrument,
    InstrumentState,
    Matching,
    Mode,
    Session,
)
from ctn.modules.market.terms import BadInstrument, check_names, check_ref, check_terms


class InstrumentCreated(Event, frozen=True):
    """`instrument` trades `asset` for `quote` once it is active; its first reference is `ref`."""

    instrument: str
    asset: str
    quote: str
    ref: int


class CreateInstrument(Op, frozen=True, tag="market.create_instrument"):
    """Define an instrument as a draft; `market.set_status` opens it."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.OPERATOR
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Instrument, InstrumentState)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (BadInstrument,)
    emits: ClassVar[tuple[type[Event], ...]] = (InstrumentCreated,)

    id: Identifier
    asset: Identifier
    quote: Identifier
    tick: Amount
    lot: Amount
    modes: Annotated[tuple[Mode, ...], Meta(max_length=5)]
    matching: Matching
    batch_ms: Count
    qty_max: Amount
    block_min: Amount
    band_bp: BasisPoints
    block_band_bp: BasisPoints
    sessions: Annotated[tuple[Session, ...], Meta(max_length=SESSIONS_MAX)]
    t_plus: Count
    holding: Amount
    allowance: bool
    close: Close
    collar_bp: BasisPoints
    protect_max_bp: BasisPoints
    error_bp: BasisPoints
    halt_bp: BasisPoints
    halt_s: Count
    halts_max: Count
    call_s: Count
    call_lock_s: Count
    auction_lot: Amount
    eligible: Annotated[tuple[Eligible, ...], Meta(max_length=4)]
    calendar: Identifier
    ref: Amount
    rateable: bool
    large_bp: BasisPoints

    @property
    def scope(self) -> str:
        """The instrument."""
        return self.id

    def terms(self) -> Instrument:
        """The instrument that the fields describe, as a draft."""
        return Instrument(**msgspec.structs.asdict(self), status="draft")

    def check(self) -> None:
        """Refuse terms that do not fit together."""
        terms = self.terms()
        check_terms(terms)
        check_ref(terms)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse a used id, one too many and unknown names, then remember the instrument."""
        if ledger.get(Instrument, self.id) is not None:
            raise BadInstrument(field="id", rule="not used before")
        books = ledger.index(Books)
        if len(books.instruments) >= INSTRUMENTS_EVER_MAX:
            raise BadInstrument(field="id", rule="at most 5,000 instruments with those delisted")
        if sum([is_in_use(books, one) for one in books.instruments.values()]) >= INSTRUMENTS_MAX:
            raise BadInstrument(field="id", rule="at most 500 instruments")
        terms = self.terms()
        check_names(ledger, terms)

        ledger.put(terms)
        ledger.put(first_state(terms, calendar_of(ledger, terms), ledger.block.time))
        ledger.emit(InstrumentCreated(self.id, self.asset, self.quote, self.ref))
