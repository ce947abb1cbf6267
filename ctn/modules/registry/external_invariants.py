"""What must hold of number lines and bridges (registry.md 23, 4 and 10).

No two intervals of a line overlap; numbers that are locked for us and serials from there that are
not away map one to one; a request ends once; serials under way are those of open requests.
"""

from ctn.kernel.invariant import Breach, Invariant
from ctn.kernel.ledger import Delta, Ledger
from ctn.kernel.record import numbered
from ctn.modules.registry.bridges import LIVE, OUTWARD, Bridge, OpenBridges, serials_of
from ctn.modules.registry.external import (
    IMMOBILISED,
    External,
    Lines,
    standing_for,
)
from ctn.modules.registry.intervals import BRIDGED, Interval, Intervals, class_of
from ctn.modules.registry.records import HOME, Batch, Class
from ctn.modules.registry.rules import tonnes_of

PAGE = 1_000


def lines_apart(ledger: Ledger, delta: Delta) -> None:
    """A changed interval of a line ends before the next one starts, and begins after the last."""
    starts = ledger.index(Lines).starts
    for key, (_before, after) in delta.records.items():
        if not isinstance(after, External):
            continue
        line = after.line.lower()
        if after.end < after.start:
            raise Breach(f"4 lines: {key!r} ends before it starts")
        following = next(starts[line].above(after.start), None)
        if following is not None and following <= after.end:
            raise Breach(f"4 lines: {key!r} overlaps {following}")
        preceding = starts[line].floor(after.start - 1)
        if preceding is not None:
            known = ledger.get(External, numbered(line, preceding))
            if known is None or known.end >= after.start:
                raise Breach(f"4 lines: {key!r} overlaps {preceding}")


def mapped_one_to_one(ledger: Ledger, delta: Delta) -> None:
    """Numbers of ours are locked there exactly while their serials here are not away."""
    for _before, after in delta.records.values():
        if isinstance(after, External) and after.batch is not None:
            _check_mapping(ledger, after)
        elif isinstance(after, Interval):
            _check_serials(ledger, after)


def requests_end_once(ledger: Ledger, delta: Delta) -> None:
    """A request that is done or stopped never changes, and none disappears."""
    for key, (before, after) in delta.records.items():
        if isinstance(before, Bridge) and (before.status not in LIVE or after is None):
            raise Breach(f"10 bridges: {key!r} had ended, or is gone")


def leaving_serials(ledger: Ledger, delta: Delta) -> None:
    """The bridging serials of a batch are those of its open outbound requests."""
    leaving_t = ledger.index(OpenBridges).leaving_t
    batches: dict[str, None] = {}
    for _before, after in delta.records.values():
        if isinstance(after, Batch):
            batches[after.id] = None
        elif isinstance(after, Bridge) and after.direction == OUTWARD:
            batches[after.home_batch] = None
    for place in batches:
        batch = ledger.get(Batch, place)
        if batch is None or batch.counts.bridging != leaving_t.get(place, 0):
            raise Breach(f"10 bridges: bridging serials of {place}")


def recount_external(ledger: Ledger) -> None:
    """Invariants 4 and 10 over the whole state."""
    last: External | None = None
    after = ""
    while page := ledger.scan(External, "", PAGE, after):
        for place, known in page:
            if last is not None and last.line == known.line and last.end >= known.start:
                raise Breach(f"4 lines: {place} overlaps the interval before")
            if known.batch is not None:
                _check_mapping(ledger, known)
            last, after = known, place
    after = ""
    while intervals := ledger.scan(Interval, "", PAGE, after):
        for place, interval in intervals:
            _check_serials(ledger, interval)
            after = place


def recount_bridges(ledger: Ledger) -> None:
    """The bridging serials of every batch are those of its open outbound requests."""
    leaving_t: dict[str, int] = {}
    after = ""
    while page := ledger.scan(Bridge, "", PAGE, after):
        for place, bridge in page:
            if bridge.direction == OUTWARD and bridge.status in LIVE:
                tonnes = leaving_t.get(bridge.home_batch, 0) + tonnes_of(bridge.parts)
                leaving_t[bridge.home_batch] = tonnes
            after = place
    if leaving_t != ledger.index(OpenBridges).leaving_t:
        raise Breach("10 bridges: the index of open requests differs")
    after = ""
    while batches := ledger.scan(Batch, "", PAGE, after):
        for place, batch in batches:
            if batch.counts.bridging != leaving_t.get(place, 0):
                raise Breach(f"10 bridges: bridging serials of {place}")
            after = place


def _check_mapping(ledger: Ledger, known: External) -> None:
    first, last = known.first_serial, known.last_serial
    # Serials just before belong to the interval before, when that reaches into these.
    around = list(standing_for(ledger, known.home_batch, first - 1, end=last))
    if [other for other in around if other.last_serial >= first] != [known]:
        raise Breach(f"4 lines: two numbers stand for serials of {known.home_batch}/{first}")
    if known.state == IMMOBILISED:
        if _away_up_to(ledger, known.home_batch, last) >= first:
            raise Breach(f"4 lines: locked, but away: {known.home_batch}/{first}")
    elif any(piece.interval.status != BRIDGED for piece in serials_of(ledger, known)):
        # Few: what left in one request is at most 256 intervals, and those do not change.
        raise Breach(f"4 lines: {known.state}, but not away: {known.home_batch}/{first}")


def _away_up_to(ledger: Ledger, batch: str, serial: int) -> int:
    """The last serial of the last interval that is away and starts at `serial` or before."""
    away = ledger.index(Intervals).of_status.get((batch, BRIDGED))
    start = away.floor(serial) if away is not None else None
    if start is None:
        return 0
    interval = ledger.get(Interval, numbered(batch, start))
    assert interval is not None
    return interval.end


def _check_serials(ledger: Ledger, interval: Interval) -> None:
    """Serials that are away, or of units from elsewhere, have numbers there, all of them."""
    is_away = interval.status == BRIDGED
    tonnes = 0
    for known in standing_for(ledger, interval.batch, interval.start, end=interval.end):
        if (known.state == IMMOBILISED) == is_away:
            raise Breach(f"4 lines: {known.state} numbers of {interval.batch}/{interval.start}")
        first, last = max(known.first_serial, interval.start), min(known.last_serial, interval.end)
        tonnes += last - first + 1
    if tonnes != interval.tonnes and (is_away or _is_foreign(ledger, interval.batch)):
        raise Breach(f"4 lines: no numbers for {interval.batch}/{interval.start}")


def _is_foreign(ledger: Ledger, batch: str) -> bool:
    """Whether the serials of a batch came in by bridges; those of genesis have no numbers."""
    if not ledger.index(Lines).mapped.get(batch):
        return False
    kind = ledger.get(Class, class_of(batch))
    return kind is not None and kind.registry != HOME


LINE_INVARIANTS = (
    Invariant("4 lines do not overlap", ("external",), lines_apart),
    Invariant("4 numbers and serials map", ("external", "interval"), mapped_one_to_one),
    Invariant("10 requests end once", ("bridge",), requests_end_once),
    Invariant("10 serials under way", ("bridge", "batch"), leaving_serials),
)
