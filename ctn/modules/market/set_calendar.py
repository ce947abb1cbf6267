"""State which days trade, and how far a calendar's clock is from UTC."""

from itertools import pairwise
from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.codec import Count, Identifier
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.assets.mutators import put_calendar
from ctn.modules.assets.records import EXTRA_MAX, HOLIDAYS_MAX, Calendar
from ctn.modules.market.book import Books
from ctn.modules.market.days import with_day
from ctn.modules.market.records import INSTRUMENTS_MAX, InstrumentState

OFFSET_MAX_MIN = 14 * 60
EVERY_DAY = 127


class CalendarInvalid(Refusal):
    """A calendar has a weekday at least, and its days stand in order, each once."""


class CalendarSet(Event, frozen=True):
    """`calendar` is what its record says from now on."""

    calendar: str


class SetCalendar(Op, frozen=True, tag="market.set_calendar"):
    """Make or replace a calendar; the trading day of its instruments ends by the new one."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.OPERATOR
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (InstrumentState,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (CalendarInvalid,)
    emits: ClassVar[tuple[type[Event], ...]] = (CalendarSet,)

    id: Identifier
    utc_offset_min: Annotated[int, Meta(ge=0, le=OFFSET_MAX_MIN)]
    weekdays: Annotated[int, Meta(ge=0, le=EVERY_DAY)]
    holidays: Annotated[tuple[Count, ...], Meta(max_length=HOLIDAYS_MAX)]
    extra: Annotated[tuple[Count, ...], Meta(max_length=EXTRA_MAX)]

    @property
    def work(self) -> int:
        """The calendar, and of each instrument that is not delisted one write, with room."""
        return 40 + 8 * INSTRUMENTS_MAX

    @property
    def scope(self) -> str:
        """The calendar."""
        return self.id

    def check(self) -> None:
        """Refuse a calendar without a weekday, or with days out of order."""
        if self.weekdays == 0:
            raise CalendarInvalid(field="weekdays")
        for field, listed in (("holidays", self.holidays), ("extra", self.extra)):
            if any(first >= second for first, second in pairwise(listed)):
                raise CalendarInvalid(field=field)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Remember the calendar, and when the day of each of its instruments ends now."""
        calendar = Calendar(self.id, self.utc_offset_min, self.weekdays, self.holidays, self.extra)

        put_calendar(ledger, calendar)
        books = ledger.index(Books)
        for name, instrument in sorted(books.instruments.items()):
            if instrument.calendar == self.id and instrument.status != "delisted":
                state = books.states[name]
                ledger.put(with_day(state, instrument, calendar, state.day))
        ledger.emit(CalendarSet(self.id))
