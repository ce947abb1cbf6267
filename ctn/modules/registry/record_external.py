"""Record what files of another registry say of its numbers: they circulate, or ended there.

Nothing is tradable by this. The same facts again change nothing, and the order of files does not
matter: what ended stays ended, and what a bridge locks for us is no news when a file shows it.
What went home may end there, and never enters again.
"""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.codec import Count, Date, Hash
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import NotAuthority, Refusal
from ctn.kernel.text import Text200
from ctn.modules.registry.external import (
    RETURNED,
    SEEN,
    External,
    ForeignRegistry,
    Numbers,
    Reach,
    SerialMalformed,
    SerialOverlap,
    Stretch,
    new_interval,
    numbers_of,
    part,
    put_part,
    stretches,
)
from ctn.modules.registry.intervals import CROSSING_WORK, TooManyIntervals
from ctn.modules.registry.reads import require_registrar_of
from ctn.modules.registry.serials import MalformedSerial, parse

ROWS_MAX = 200
WORK_ROW = 20


class ExternalRecorded(Event, frozen=True):
    """A file of `registry` told a new state of numbers, as of `date`."""

    registry: str
    line: str
    start: int
    end: int
    state: str
    date: str
    file: str


class ExternalRow(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}
):
    """A row of a file: a serial, the numbers beside it where its text has none, its state."""

    text: Text200
    from_: Count | None
    to: Count | None
    state: Literal["seen", "retired"]
    date: Date


class RecordExternal(Op, frozen=True, tag="registry.record_external"):
    """Record states of numbers of another registry as rows of a file show them."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.REGISTRAR
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (External,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        NotAuthority,
        SerialMalformed,
        TooManyIntervals,
        SerialOverlap,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (ExternalRecorded,)

    registry: ForeignRegistry
    rows: Annotated[tuple[ExternalRow, ...], Meta(min_length=1, max_length=ROWS_MAX)]
    file: Hash

    @property
    def work(self) -> int:
        """Each row is read; each interval that they cross or make is read, put and told."""
        return WORK + WORK_ROW * len(self.rows) + CROSSING_WORK

    @property
    def scope(self) -> str:
        """The registry."""
        return f"external:{self.registry}"

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse by duty, and rows that cannot be read; then refuse a clash, or write, each row."""
        require_registrar_of(ledger, sender, self.registry)
        read = [_numbers(row, self.registry, place) for place, row in enumerate(self.rows)]

        reach = Reach()
        for place, (row, numbers) in enumerate(zip(self.rows, read, strict=True)):
            for stretch in stretches(ledger, reach, numbers):
                if _is_news(stretch, row.state, place):
                    self._write(ledger, reach, stretch, row)
            reach.take(0, numbers.grams // GRAMS_PER_TONNE)

    def _write(self, ledger: Ledger, reach: Reach, stretch: Stretch, row: ExternalRow) -> None:
        numbers, known = stretch
        if known is None:
            ledger.put(new_interval(ledger, numbers, row.state, self.file))
            reach.take(1)
        else:
            changed = part(known, numbers.start, end=numbers.end)
            changed = changed.replace(
                state=row.state, source=self.file, since=ledger.block.time
            )
            # The interval that was crossed is counted already.
            reach.take(put_part(ledger, changed) - 1)
        ledger.emit(
            ExternalRecorded(
                self.registry, numbers.line, numbers.start, numbers.end, row.state, row.date,
                self.file,
            )
        )  # fmt: skip


def _numbers(row: ExternalRow, registry: str, place: int) -> Numbers:
    try:
        serial = parse(row.text, row.from_, row.to)
    except MalformedSerial as error:
        raise SerialMalformed(row=place, rule=str(error)) from None
    return numbers_of(serial, registry, place)


def _is_news(stretch: Stretch, state: str, row: int) -> bool:
    """Whether a row changes what is known of a stretch; refuses what contradicts it."""
    numbers, known = stretch
    if known is None:
        return True
    if state in (SEEN, known.state):
        return False
    # Here the row is `retired`: what circulates at its registry may end there.
    if known.state in (SEEN, RETURNED) and not stretch.cuts_serial():
        return True
    raise SerialOverlap(
        row=row, line=numbers.line, start=numbers.start, end=numbers.end, state=known.state
    )
