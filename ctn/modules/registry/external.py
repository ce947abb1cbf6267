"""Number lines: what is known of the tonnes of other registries, one interval per state.

A tonne of another registry is a number on a line. A file says that numbers circulate there or
ended there; a bridge locks them there for us. The intervals of a line never overlap, so one
tonne has one state, whatever its serial was spelt like (registry.md 10).
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Final, Literal, NamedTuple

from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.codec import Count, Time
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import Index, Record, numbered
from ctn.kernel.refusal import Refusal
from ctn.modules.registry.intervals import INTERVALS_MAX, NotWholeTonnes, TooManyIntervals
from ctn.modules.registry.serials import Serial, grams_per_number
from ctn.modules.registry.starts import Starts

SEEN: Final = "seen"
RETIRED: Final = "retired"
INBOUND: Final = "inbound"
IMMOBILISED: Final = "immobilised"
RETURNED: Final = "returned"

State = Literal["seen", "retired", "inbound", "immobilised", "returned"]
ForeignRegistry = Literal[
    "verra", "gs", "itl", "acr", "car", "art", "cdc", "iso", "puro", "itmo", "arb", "ccer"
]


class SerialMalformed(Refusal):
    """The text is no serial of the registry that is named, or its numbers are wanting."""


class SerialOverlap(Refusal):
    """Some of the numbers stand here already, in a state that clashes."""


class SourceRetired(Refusal):
    """Some of the numbers ended at their registry and can never enter."""


class Lines:
    """Where the intervals of each line start, and which of them stand for serials of a batch."""

    def __init__(self) -> None:
        self.starts: dict[str, Starts] = {}
        self.mapped: dict[str, Starts] = {}
        self.places: dict[str, dict[int, str]] = {}

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Replace one interval of a line by another that starts at the same number."""
        line, _, start = place.rpartition("/")
        if before is None:
            self.starts.setdefault(line, Starts()).add(int(start))
        if isinstance(before, External) and before.batch is not None:
            self._unmap(before.batch, before.first_serial)
        if isinstance(after, External) and after.batch is not None:
            self._map(after.batch, after.first_serial, place)
        if after is None:
            self.starts[line].remove(int(start))

    def _map(self, batch: str, serial: int, place: str) -> None:
        self.mapped.setdefault(batch, Starts()).add(serial)
        self.places.setdefault(batch, {})[serial] = place

    def _unmap(self, batch: str, serial: int) -> None:
        self.mapped[batch].remove(serial)
        del self.places[batch][serial]


class External(Record, frozen=True):
    """An interval of numbers of another registry with one state, and our serials it stands for."""

    table: ClassVar[str] = "external"
    key: ClassVar[tuple[str, ...]] = ("line", "start")
    index: ClassVar[type[Index] | None] = Lines

    line: str
    start: Count
    end: Count
    state: State
    registry: str
    grams_per_number: Count
    batch: str | None
    batch_start: Count | None
    source: str
    since: Time

    def place(self) -> str:
        """The line in lower case and the first number."""
        return numbered(self.line.lower(), self.start)

    @property
    def tonnes(self) -> int:
        """The whole tonnes of its numbers; the rest of a tonne is dropped."""
        return (self.end - self.start + 1) * self.grams_per_number // GRAMS_PER_TONNE

    @property
    def home_batch(self) -> str:
        """The batch whose serials its numbers stand for; only a mapped interval has one."""
        assert self.batch is not None
        return self.batch

    @property
    def first_serial(self) -> int:
        """The serial that its first number stands for; only a mapped interval has one."""
        assert self.batch_start is not None
        return self.batch_start

    @property
    def last_serial(self) -> int:
        """The serial that its last number stands for."""
        return self.first_serial + self.tonnes - 1


class Numbers(NamedTuple):
    """A range of numbers on a line."""

    registry: str
    line: str
    start: int
    end: int

    @property
    def grams(self) -> int:
        """The grams of the whole range."""
        return (self.end - self.start + 1) * grams_per_number(self.registry.upper())


class Stretch(NamedTuple):
    """A part of a range: numbers of one interval, or numbers of which nothing is known."""

    numbers: Numbers
    known: External | None

    @property
    def tonnes(self) -> int:
        """The whole tonnes of the part."""
        return self.numbers.grams // GRAMS_PER_TONNE

    def cuts_serial(self) -> bool:
        """Whether its edges lie inside a tonne that is one of our serials."""
        numbers, known = self.numbers, self.known
        if known is None or known.batch is None:
            return False
        offset = (numbers.start - known.start) * known.grams_per_number
        return offset % GRAMS_PER_TONNE != 0 or numbers.grams % GRAMS_PER_TONNE != 0

    def split(self, tonnes: int) -> tuple["Stretch", "Stretch | None"]:
        """Its first tonnes, and the rest when there is one."""
        numbers = self.numbers
        per_tonne = GRAMS_PER_TONNE // grams_per_number(numbers.registry.upper())  # exact
        last = numbers.start + tonnes * per_tonne - 1
        head = self._replace(numbers=numbers._replace(end=last))
        if last == numbers.end:
            return head, None
        return head, self._replace(numbers=numbers._replace(start=last + 1))

    def is_whole(self) -> bool:
        """Whether it is whole tonnes, and cuts no serial that its interval stands for."""
        return self.numbers.grams % GRAMS_PER_TONNE == 0 and not self.cuts_serial()


class Reach:
    """How many intervals an operation crossed or made so far: `INTERVALS_MAX` at most."""

    def __init__(self) -> None:
        self.intervals = 0
        self.possible_t = 0

    def take(self, count: int, tonnes: int = 0) -> None:
        """Count more intervals, and tonnes that are done; refuses past the limit."""
        self.intervals += count
        if self.intervals > INTERVALS_MAX:
            raise TooManyIntervals(possible_t=self.possible_t)
        self.possible_t += tonnes


def numbers_of(serial: Serial, registry: str, row: int) -> Numbers:
    """The range of a serial; refuses one of another registry than the named."""
    if serial.registry.lower() != registry:
        raise SerialMalformed(row=row, rule=f"no serial of {registry}")
    return Numbers(registry, serial.line, serial.start, serial.end)


def touching(ledger: Ledger, numbers: Numbers) -> Iterator[External]:
    """The intervals that hold some of the numbers, ascending; the reader bounds how many."""
    line = numbers.line.lower()
    starts = ledger.index(Lines).starts.get(line)
    if starts is None:
        return
    first = starts.floor(numbers.start)
    if first is not None:
        known = _at(ledger, numbered(line, first))
        if known.end >= numbers.start:
            yield known
    for start in starts.above(numbers.start):
        if start > numbers.end:
            return
        yield _at(ledger, numbered(line, start))


def stretches(ledger: Ledger, reach: Reach, numbers: Numbers) -> list[Stretch]:
    """A range cut, ascending, into what each interval holds of it and what none holds."""
    found: list[Stretch] = []
    free = numbers.start
    for known in touching(ledger, numbers):
        reach.take(1)
        if known.start > free:
            found.append(Stretch(numbers._replace(start=free, end=known.start - 1), None))
        start, end = max(free, known.start), min(numbers.end, known.end)
        found.append(Stretch(numbers._replace(start=start, end=end), known))
        free = end + 1
    if free <= numbers.end:
        found.append(Stretch(numbers._replace(start=free), None))
    return found


def require_disjoint(ranges: list[Numbers]) -> None:
    """Refuse a request that names a number twice."""
    ordered = sorted([(numbers.line, numbers.start, row) for row, numbers in enumerate(ranges)])
    for (_line, _start, row), (line, start, later) in pairwise(ordered):
        if ranges[row].line == line and ranges[row].end >= start:
            end = min(ranges[row].end, ranges[later].end)
            raise SerialOverlap(row=later, line=line, start=start, end=end, state=INBOUND)


def require_free(stretch: Stretch, row: int) -> None:
    """Refuse numbers that may not enter: ended, locked already, or no whole tonnes."""
    numbers, known = stretch.numbers, stretch.known
    start, end = numbers.start, numbers.end
    if known is not None and known.state == RETIRED:
        raise SourceRetired(row=row, line=numbers.line, start=start, end=end)
    if known is not None and known.state in (INBOUND, IMMOBILISED):
        raise SerialOverlap(
            row=row, line=numbers.line, start=start, end=end, state=known.state
        )
    if not stretch.is_whole():
        raise NotWholeTonnes(row=row, line=numbers.line, start=start, end=end)


def standing_for(ledger: Ledger, batch: str, start: int, *, end: int) -> Iterator[External]:
    """The intervals that stand for some of the serials start..end of a batch, ascending."""
    lines = ledger.index(Lines)
    serials = lines.mapped.get(batch)
    if serials is None:
        return
    places = lines.places[batch]
    first = serials.floor(start)
    if first is not None:
        known = _at(ledger, places[first])
        if known.last_serial >= start:
            yield known
    for serial in serials.above(start):
        if serial > end:
            return
        yield _at(ledger, places[serial])


def part(known: External, start: int, *, end: int) -> External:
    """The numbers start..end of an interval, with the serials that just they stand for."""
    if known.batch is None:
        return known.replace(start=start, end=end)
    grams = (start - known.start) * known.grams_per_number
    assert grams % GRAMS_PER_TONNE == 0
    serial = known.first_serial + grams // GRAMS_PER_TONNE  # exact, as just asserted
    return known.replace(start=start, end=end, batch_start=serial)


def part_of_serials(known: External, first: int, *, end: int) -> External:
    """The numbers of a mapped interval that stand for serials first..end."""
    per_tonne = GRAMS_PER_TONNE // known.grams_per_number  # exact: 1 or 1,000
    start = known.start + (first - known.first_serial) * per_tonne
    return part(known, start, end=start + (end - first + 1) * per_tonne - 1)


def put_part(ledger: Ledger, changed: External) -> int:
    """Write numbers that lie in one interval, and leave its edges as they were.

    Gives how many intervals are written. The interval is read again, since a part before may
    have cut the one that `changed` was made from.
    """
    numbers = Numbers(changed.registry, changed.line, changed.start, changed.end)
    known = next(touching(ledger, numbers))
    assert known.start <= changed.start <= changed.end <= known.end
    count = 1
    if known.start < changed.start:
        ledger.put(part(known, known.start, end=changed.start - 1))
        count += 1
    ledger.put(changed)
    if changed.end < known.end:
        ledger.put(part(known, changed.end + 1, end=known.end))
        count += 1
    return count


def new_interval(ledger: Ledger, numbers: Numbers, state: State, source: str) -> External:
    """An interval that stands for no serial yet, since this block."""
    grams = grams_per_number(numbers.registry.upper())
    return External(
        numbers.line, numbers.start, numbers.end, state, numbers.registry, grams, None, None,
        source, ledger.block.time,
    )  # fmt: skip


def _at(ledger: Ledger, place: str) -> External:
    known = ledger.get(External, place)
    assert known is not None
    return known
