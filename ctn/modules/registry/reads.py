"""What the registry knows, for its own operations and for later modules."""

from typing import NamedTuple

from ctn.kernel.account import DutyKind
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import numbered
from ctn.kernel.refusal import NotAuthority
from ctn.modules.identity.reads import has_duty
from ctn.modules.identity.records import Duty
from ctn.modules.registry.intervals import (
    FRACTION,
    HELD,
    INTERVALS_MAX,
    Frozen,
    Interval,
    Intervals,
    NotYours,
    PartsInvalid,
    TooManyIntervals,
    class_of,
)
from ctn.modules.registry.records import (
    LIVE,
    REGISTERED,
    Batch,
    BatchNotFound,
    Blocklist,
    Class,
    ClassNotFound,
    Fraction,
    Freeze,
    Project,
    ProjectNotFound,
)
from ctn.modules.registry.rules import holds_year


class Piece(NamedTuple):
    """Serials that lie in one interval."""

    start: int
    end: int
    interval: Interval

    @property
    def tonnes(self) -> int:
        """How many serials it is."""
        return self.end - self.start + 1


def is_tradable(ledger: Ledger, asset: str) -> bool:
    """Whether the market side of an asset is open: true of all that is no batch."""
    batch = ledger.get(Batch, asset)
    if batch is None:
        return True
    return batch.status == LIVE and not freezes_above(ledger, batch)


def is_eligible(ledger: Ledger, batch: str) -> bool:
    """Whether a batch may newly enter pools, baskets, bonds and bridges (registry.md 3)."""
    found = find_batch(ledger, batch)
    blocked = ledger.get(Blocklist, found.methodology)
    return blocked is None or not holds_year(blocked.ranges, found.vintage)


def held_g(ledger: Ledger, owner: str, class_id: str) -> int:
    """The grams of a class that an account has in its own name: serials held, or bridging."""
    return ledger.index(Intervals).tonnes.get((owner, class_id), 0) * GRAMS_PER_TONNE


def find_batch(ledger: Ledger, batch: str) -> Batch:
    """A batch; refuses when there is none."""
    found = ledger.get(Batch, batch)
    if found is None:
        raise BatchNotFound(batch=batch)
    return found


def receiving_project(ledger: Ledger, project: str) -> Project:
    """A project that units may come in for; refuses when it, or its class, takes none."""
    found = ledger.get(Project, project)
    if found is None or found.status != REGISTERED:
        raise ProjectNotFound(project=project)
    kind = ledger.get(Class, found.class_id)
    if kind is None or kind.status != "active":
        raise ClassNotFound(class_id=found.class_id)
    return found


def interval_at(ledger: Ledger, batch: str, serial: int) -> Interval:
    """The interval that holds a serial, which is issued."""
    start = ledger.index(Intervals).starts[batch].floor(serial)
    assert start is not None
    interval = ledger.get(Interval, numbered(batch, start))
    assert interval is not None
    assert interval.end >= serial
    return interval


def open_fraction(ledger: Ledger, batch: str) -> Fraction | None:
    """The serial of a batch that is retired in part, or None."""
    starts = ledger.index(Intervals).of_status.get((batch, FRACTION))
    serial = next(starts.above(0), None) if starts is not None else None
    return None if serial is None else ledger.get(Fraction, numbered(batch, serial))


def pieces(ledger: Ledger, batch: Batch, parts: tuple[tuple[int, int], ...]) -> list[Piece]:
    """The parts, cut at the edges of intervals; refuses serials never issued, or above 256."""
    if parts and parts[-1][1] > batch.issued:
        raise PartsInvalid(issued=batch.issued)
    found: list[Piece] = []
    possible_t = 0
    for start, end in parts:
        at = start
        while at <= end:
            if len(found) == INTERVALS_MAX:
                raise TooManyIntervals(possible_t=possible_t)
            interval = interval_at(ledger, batch.id, at)
            last = min(end, interval.end)
            found.append(Piece(at, last, interval))
            possible_t += last - at + 1
            at = last + 1
    return found


def held_pieces(
    ledger: Ledger, batch: Batch, parts: tuple[tuple[int, int], ...], owner: str | None
) -> list[Piece]:
    """The parts as held serials of an owner; refuses those of another owner or status."""
    found = pieces(ledger, batch, parts)
    for start, end, interval in found:
        if interval.owner != owner or interval.status != HELD:
            raise NotYours(start=start, end=end, status=interval.status, owner=interval.owner)
    return found


def freezes_above(ledger: Ledger, batch: Batch) -> tuple[str, ...]:
    """The freezes of a batch, its project and its class."""
    project = ledger.get(Project, batch.project)
    kind = ledger.get(Class, batch.class_id)
    assert project is not None
    assert kind is not None
    return batch.freezes + project.freezes + kind.freezes


def freeze_on(ledger: Ledger, batch: str, start: int, end: int) -> str | None:
    """A freeze that stops serials start..end of a batch, or None.

    The caller bounds the range: a request that it made crossed at most 256 intervals, and only
    freezes cut those since.
    """
    found = find_batch(ledger, batch)
    above = freezes_above(ledger, found)
    if above:
        return above[0]
    at = start
    while at <= end:
        interval = interval_at(ledger, batch, at)
        if interval.freezes:
            return interval.freezes[0]
        at = interval.end + 1
    return None


def require_unfrozen(ledger: Ledger, batch: Batch, moved: list[Piece], *, own_use: bool) -> None:
    """Refuse what a freeze stops; with `own_use` each `allow_retire` lets it through."""
    frozen = dict.fromkeys(freezes_above(ledger, batch))
    for piece in moved:
        frozen.update(dict.fromkeys(piece.interval.freezes))
    for identity in frozen:
        freeze = ledger.get(Freeze, identity)
        assert freeze is not None
        if not (own_use and freeze.allow_retire):
            raise Frozen(freeze=identity)


def require_scope(ledger: Ledger, sender: str, duty: DutyKind, subject: str) -> None:
    """Refuse an authority whose duty is for another class than that of a batch or project."""
    if not has_duty(ledger, sender, duty, class_of(subject)):
        raise NotAuthority(needs=(duty.value,), scope=class_of(subject))


def require_registrar_of(ledger: Ledger, sender: str, registry: str) -> None:
    """Refuse a registrar whose duty is for a class of another registry."""
    registrar = DutyKind.REGISTRAR.value
    duty = ledger.get(Duty, f"{sender}/{registrar}")
    if duty is not None and duty.scope:
        kind = ledger.get(Class, duty.scope)
        if kind is None or kind.registry != registry:
            raise NotAuthority(needs=(registrar,), scope=registry)
