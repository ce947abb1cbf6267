"""Serial intervals: who owns which tonnes of a batch, and in what status.

One serial is one tonne. The intervals of a batch partition its serials 1..issued, so a tonne has
one owner and one status by construction. An interval is cut, never merged; `previous` names the
record it was cut or moved from, as it stood before the block `@height`: a linked list back to
issuance (registry.md 6).
"""

from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta

from ctn.kernel.codec import Time
from ctn.kernel.record import Index, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.registry.starts import Starts

SERIALS_MAX: Final = 10**9
INTERVALS_MAX: Final = 256
PARTS_MAX: Final = 20
FREEZES_MAX: Final = 4
# What an op that moves serials adds to its work: the intervals it crosses stand in no field.
CROSSING_WORK: Final = 20 * INTERVALS_MAX

Status = Literal[
    "held", "custody", "fraction", "buffer", "bridging", "bridged",
    "retired", "cancelled", "surrendered", "invalidated", "converted",
]  # fmt: skip
HELD: Final = "held"
CUSTODY: Final = "custody"
FRACTION: Final = "fraction"
BUFFER: Final = "buffer"
BRIDGING: Final = "bridging"
BRIDGED: Final = "bridged"
RETIRED: Final = "retired"
CANCELLED: Final = "cancelled"
SURRENDERED: Final = "surrendered"
INVALIDATED: Final = "invalidated"
CONVERTED: Final = "converted"
FINAL: Final = (RETIRED, CANCELLED, SURRENDERED, INVALIDATED, CONVERTED)

# The table of registry.md 6: what each status may become; the final ones stay.
STEPS: Final[dict[str, tuple[str, ...]]] = {
    HELD: (HELD, CUSTODY, BRIDGING, RETIRED, CANCELLED, SURRENDERED, INVALIDATED),
    CUSTODY: (HELD, FRACTION, RETIRED, CANCELLED, SURRENDERED, INVALIDATED, CONVERTED),
    FRACTION: (RETIRED,),
    BUFFER: (CANCELLED, HELD, INVALIDATED),
    BRIDGING: (BRIDGED, HELD, INVALIDATED),
    BRIDGED: (HELD,),
    **dict.fromkeys(FINAL, ()),
}

Serial = Annotated[int, Meta(ge=1, le=SERIALS_MAX)]
Part = tuple[Serial, Serial]
Parts = Annotated[tuple[Part, ...], Meta(min_length=1, max_length=PARTS_MAX)]
BatchId = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]{1,7}-[0-9]{5}-[0-9]{4}-[0-9]{3}\Z")]
Freezes = Annotated[tuple[str, ...], Meta(max_length=FREEZES_MAX)]


class PartsInvalid(Refusal):
    """The parts are unsorted, overlap, lie beyond the serials issued, or are out of place here."""


class NotYours(Refusal):
    """Some of the serials have another owner, or a status that does not allow this."""


class Frozen(Refusal):
    """The serials, their batch, project or class are frozen."""


class BatchImpaired(Refusal):
    """The market side of the batch is impaired for ever."""


class NotWholeTonnes(Refusal):
    """The amount is no whole number of tonnes, or of thousands of grams where parts are allowed."""


class TooManyIntervals(Refusal):
    """More than 256 intervals would change; ask for at most `possible_t` tonnes at a time."""


def custody(batch: str) -> str:
    """The owner of the serials whose grams are on the market."""
    return "custody:" + batch


def class_of(batch: str) -> str:
    """The class in a batch id or a project id."""
    return batch.partition("-")[0]


class Intervals:
    """Where the intervals of each batch start: all, by status, and by owner and status."""

    def __init__(self) -> None:
        self.starts: dict[str, Starts] = {}
        self.of_status: dict[tuple[str, str], Starts] = {}
        self.of_owner: dict[tuple[str, str, str], Starts] = {}
        self.tonnes: dict[tuple[str, str], int] = {}

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Replace one interval by another that starts at the same serial."""
        old = before if isinstance(before, Interval) else None
        new = after if isinstance(after, Interval) else None
        if old is None and new is not None:
            self.starts.setdefault(new.batch, Starts()).add(new.start)
        if old is not None and new is None:
            self.starts[old.batch].remove(old.start)
        self._count(old, -1)
        self._count(new, 1)
        if old and new and (old.status, old.owner) == (new.status, new.owner):
            return
        if old is not None:
            self.of_status[(old.batch, old.status)].remove(old.start)
            self.of_owner[(old.owner, old.batch, old.status)].remove(old.start)
        if new is not None:
            self.of_status.setdefault((new.batch, new.status), Starts()).add(new.start)
            self.of_owner.setdefault((new.owner, new.batch, new.status), Starts()).add(new.start)

    def _count(self, interval: "Interval | None", sign: int) -> None:
        """Add or take the tonnes that an owner has in its own name in a class."""
        if interval is not None and interval.status in (HELD, BRIDGING):
            key = (interval.owner, class_of(interval.batch))
            self.tonnes[key] = self.tonnes.get(key, 0) + sign * interval.tonnes


class Interval(Record, frozen=True):
    """Serials of a batch that share owner, status and history; found by `<batch>/<start>`."""

    table: ClassVar[str] = "interval"
    key: ClassVar[tuple[str, ...]] = ("batch", "start")
    index: ClassVar[type[Index] | None] = Intervals

    batch: BatchId
    start: Serial
    end: Serial
    status: Status
    owner: str
    cause: str
    previous: str
    freezes: Freezes
    since: Time

    @property
    def tonnes(self) -> int:
        """How many serials it holds."""
        return self.end - self.start + 1
