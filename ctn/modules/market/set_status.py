"""Open a drafted instrument, suspend and reopen it, or delist it for good."""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.codec import Identifier
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.market.day_roll import share_fees
from ctn.modules.market.phases import PhaseChanged, phase_now, put_phase
from ctn.modules.market.records import Amendment, Instrument, InstrumentState, Status
from ctn.modules.market.refusals import InstrumentNotFound
from ctn.modules.market.terms import BadInstrument

NEXT: dict[Status, tuple[Status, ...]] = {
    "draft": ("active", "delisted"),
    "active": ("suspended", "delisted"),
    "suspended": ("active", "delisted"),
    "delisted": (),
}


class SetStatus(Op, frozen=True, tag="market.set_status"):
    """Set the status of an instrument, at once; delisting ends every order in later blocks."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.OPERATOR
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Instrument, InstrumentState, Amendment)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (InstrumentNotFound, BadInstrument)
    emits: ClassVar[tuple[type[Event], ...]] = (PhaseChanged,)

    instrument: Identifier
    status: Status

    @property
    def work(self) -> int:
        """Three records, and four moves of fees when an instrument is delisted."""
        return 100

    @property
    def scope(self) -> str:
        """The instrument."""
        return self.instrument

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse a step that does not follow, then change status and phase."""
        instrument = ledger.get(Instrument, self.instrument)
        state = ledger.get(InstrumentState, self.instrument)
        if instrument is None or state is None:
            raise InstrumentNotFound(instrument=self.instrument)
        if self.status not in NEXT[instrument.status]:
            rule = f"{instrument.status} becomes one of {', '.join(NEXT[instrument.status])}"
            raise BadInstrument(field="status", rule=rule)

        if self.status == "delisted":
            # A delisted instrument sees no further day roll, and nothing more is traded.
            share_fees(ledger, instrument)
            if ledger.get(Amendment, self.instrument) is not None:
                ledger.drop(Amendment, self.instrument)
        changed = instrument.replace(status=self.status)
        ledger.put(changed)
        put_phase(ledger, changed, state, phase_now(ledger, changed, state))
