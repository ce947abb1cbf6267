"""Bridges: requests to lock foreign units for serials here, or to release serials to go there.

Each takes two phases. A request alone blocks no number of another registry, so nobody blocks
numbers by asking; the custodian's word that they are locked or released there changes the line.
A request ends once: done, or stopped by someone or by its deadline, which gives back the state
before (registry.md 11).
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Final, Literal

import msgspec

from ctn.kernel.account import DutyKind
from ctn.kernel.block import DAY_MS, Item, StuckScopes
from ctn.kernel.codec import Count, Hash, Time
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import Event, Index, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Address, Text64, Text200
from ctn.modules.accounts.freezes import BRIDGE, refuse_frozen
from ctn.modules.accounts.mutators import hold, release
from ctn.modules.identity.reads import has_duty, is_affiliated
from ctn.modules.registry.external import (
    External,
    ForeignRegistry,
    Numbers,
    Reach,
    State,
    Stretch,
    part,
    require_free,
    stretches,
    touching,
)
from ctn.modules.registry.intervals import HELD, Part, class_of
from ctn.modules.registry.reads import Piece, find_batch, freezes_above, interval_at
from ctn.modules.registry.rules import tonnes_of
from ctn.modules.registry.steps import Aim, step_pieces
from ctn.modules.registry.units import numbers_of_units

OPEN_MAX: Final = 20
REQUEST_TONNES_MAX: Final = 10_000_000
DEADLINE_DAYS_MAX: Final = 60

INWARD: Final = "in"
OUTWARD: Final = "out"
OPEN: Final = "open"
ATTESTED: Final = "attested"
DONE: Final = "done"
STOPPED: Final = "stopped"
LIVE: Final = (OPEN, ATTESTED)
BY_DEADLINE: Final = "deadline"


class RequestNotFound(Refusal):
    """There is no such request in this direction."""


class RequestClosed(Refusal):
    """The request is done, stopped, past its deadline, or not in the phase that this needs."""


class NotCustodian(Refusal):
    """The sender has no such say over this request: the registry or the class is not its own."""


class Conflicted(Refusal):
    """The sender is affiliated with one that its act must be independent of."""


class TooManyRequests(Refusal):
    """The account has 20 open requests, or the request is above 10,000,000 tonnes."""


class DeadlineOutOfRange(Refusal):
    """The deadline is not 1 to 60 days ahead."""


class BridgeStopped(Event, frozen=True):
    """A request ended and the state before is back; `by` is an address, or `deadline`."""

    request: str
    direction: str
    by: str
    reason: str


class Attested(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A custodian's word that units are locked or released at their registry."""

    by: Address
    reference: Text64
    statement: Hash


class OpenBridges:
    """The open requests: how many an account has, by deadline, and the tonnes under way."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.due: list[tuple[int, str]] = []
        self.leaving_t: dict[str, int] = {}

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Discount a request as it was, and count it as it is."""
        if isinstance(before, Bridge) and before.status in LIVE:
            del self.due[bisect_left(self.due, (before.deadline, place))]
            self._count(before, -1)
        if isinstance(after, Bridge) and after.status in LIVE:
            insort(self.due, (after.deadline, place))
            self._count(after, 1)

    def _count(self, bridge: "Bridge", change: int) -> None:
        _add(self.counts, bridge.account, change)
        if bridge.direction == OUTWARD:
            _add(self.leaving_t, bridge.home_batch, change * tonnes_of(bridge.parts))


class Bridge(Record, frozen=True):
    """A request to bring units in or to let serials leave."""

    table: ClassVar[str] = "bridge"
    key: ClassVar[tuple[str, ...]] = ("id",)
    index: ClassVar[type[Index] | None] = OpenBridges

    id: str
    direction: Literal["in", "out"]
    account: Address
    registry: ForeignRegistry
    units: tuple[Text200, ...]
    project: str | None
    vintage: Count | None
    batch: str | None
    parts: tuple[Part, ...]
    account_ref: Text64
    deadline: Time
    attested: Attested | None
    status: Literal["open", "attested", "done", "stopped"]
    before: tuple[tuple[str, Count, Count, State], ...]

    @property
    def home_batch(self) -> str:
        """The batch whose serials leave."""
        assert self.batch is not None
        return self.batch

    @property
    def class_id(self) -> str:
        """The class of the project that units come in for, or of the batch that they leave."""
        subject = self.project if self.direction == INWARD else self.batch
        assert subject is not None
        return class_of(subject)

    @property
    def custodian(self) -> str:
        """Who attested it."""
        assert self.attested is not None
        return self.attested.by


def check_request(ledger: Ledger, account: str, registry: str, *, deadline: int) -> None:
    """Refuse a frozen bridge, a request too many, and a deadline not 1 to 60 days ahead."""
    refuse_frozen(ledger, BRIDGE, registry)
    open_now = ledger.index(OpenBridges).counts.get(account, 0)
    if open_now >= OPEN_MAX:
        raise TooManyRequests(open=open_now, most=OPEN_MAX)
    ahead = deadline - ledger.block.time
    if not DAY_MS <= ahead <= DEADLINE_DAYS_MAX * DAY_MS:
        raise DeadlineOutOfRange(days_min=1, days_max=DEADLINE_DAYS_MAX)


def open_request(ledger: Ledger, bridge: Bridge) -> None:
    """Remember a new request, whose account is not closed while units may come back to it."""
    ledger.put(bridge)
    hold(ledger, bridge.account, "bridge")


def end_request(ledger: Ledger, bridge: Bridge) -> None:
    """Remember how a request ended; it keeps its account open no longer."""
    ledger.put(bridge)
    release(ledger, bridge.account, "bridge")


def find_request(ledger: Ledger, request: str, direction: str) -> Bridge:
    """A request of a direction; refuses when there is none."""
    bridge = ledger.get(Bridge, request)
    if bridge is None or bridge.direction != direction:
        raise RequestNotFound(request=request)
    return bridge


def require_phase(ledger: Ledger, bridge: Bridge, status: str) -> None:
    """Refuse a frozen bridge, and what comes too late, twice or too early."""
    refuse_frozen(ledger, BRIDGE, bridge.registry)
    if bridge.status != status or bridge.deadline <= ledger.block.time:
        raise RequestClosed(request=bridge.id, status=bridge.status, deadline=bridge.deadline)


def require_custodian(ledger: Ledger, bridge: Bridge, sender: str) -> None:
    """Refuse one who is no custodian of the request's registry, or attests an affiliate's."""
    if not has_duty(ledger, sender, DutyKind.CUSTODIAN, bridge.registry):
        raise NotCustodian(registry=bridge.registry)
    require_apart(ledger, sender, bridge.account, "requester")


def require_apart(ledger: Ledger, sender: str, other: str, what: str) -> None:
    """Refuse a sender that is affiliated with the other account (registry.md 2.4)."""
    if is_affiliated(ledger, sender, other):
        raise Conflicted(reasons=(f"affiliated with the {what}",))


def stop(ledger: Ledger, bridge: Bridge, by: str, reason: str) -> None:
    """End a live request and give back the state before it."""
    if bridge.direction == OUTWARD:
        aim = Aim(HELD, bridge.account, bridge.id)
        step_pieces(ledger, bridge.home_batch, leaving(ledger, bridge), aim)
    elif bridge.status == ATTESTED:
        _restore(ledger, bridge)
    end_request(ledger, bridge.replace(status=STOPPED))
    ledger.emit(BridgeStopped(bridge.id, bridge.direction, by, reason))


def leaving(ledger: Ledger, bridge: Bridge) -> list[Piece]:
    """The serials of an outbound request, cut at the edges of intervals."""
    return serials_in(ledger, bridge.home_batch, bridge.parts)


def serials_in(ledger: Ledger, batch: str, parts: tuple[Part, ...]) -> list[Piece]:
    """Serials under way, cut at the edges of intervals.

    A request counts at most 256 intervals when it is made; only freezes of parts cut them further.
    """
    found: list[Piece] = []
    for start, end in parts:
        at = start
        while at <= end:
            interval = interval_at(ledger, batch, at)
            last = min(end, interval.end)
            found.append(Piece(at, last, interval))
            at = last + 1
    return found


def serials_of(ledger: Ledger, known: External) -> list[Piece]:
    """The serials that numbers stand for; none for numbers that stand for none."""
    if known.batch is None:
        return []
    return serials_in(ledger, known.batch, ((known.first_serial, known.last_serial),))


def incoming(ledger: Ledger, reach: Reach, numbers: Numbers, row: int) -> list[Stretch]:
    """A range cut at the edges of intervals; refuses numbers that may not enter.

    Serials that would come back are counted too, so that the admission finds at most 256.
    """
    found = stretches(ledger, reach, numbers)
    for stretch in found:
        require_free(stretch, row)
        if stretch.known is not None:
            start, end = stretch.numbers.start, stretch.numbers.end
            reach.take(len(serials_of(ledger, part(stretch.known, start, end=end))))
    return found


def _restore(ledger: Ledger, bridge: Bridge) -> None:
    """Numbers that were locked become what they were; those unknown before are so again."""
    was: dict[tuple[str, int], State] = {
        (line, start): state for line, start, _end, state in bridge.before
    }
    for numbers in numbers_of_units(bridge.units, bridge.registry):
        # At most INTERVALS_MAX: the attestation counted them.
        for known in list(touching(ledger, numbers)):
            state = was.get((known.line, known.start))
            if state is None:
                ledger.drop(External, known.place())
            else:
                ledger.put(known.replace(state=state))


def due_items(ledger: Ledger) -> Iterator[Item]:
    """The requests whose deadline has come, but those that wait for a freeze to be lifted."""
    due = ledger.index(OpenBridges).due
    last = (0, "")
    while True:
        at = bisect_right(due, last)
        if at == len(due) or due[at][0] > ledger.block.time:
            return
        last = due[at]
        if not _waits(ledger, last[1]):
            yield Item(last[0], last[1], last[1], partial(_expire, request=last[1]))


def earliest(ledger: Ledger) -> int | None:
    """The time in ms of the next deadline that does not wait for a freeze to be lifted."""
    for deadline, request in ledger.index(OpenBridges).due:
        if not _waits(ledger, request):
            return deadline
    return None


def _expire(ledger: Ledger, request: str) -> None:
    bridge = ledger.get(Bridge, request)
    assert bridge is not None
    stop(ledger, bridge, BY_DEADLINE, BY_DEADLINE)


def _waits(ledger: Ledger, request: str) -> bool:
    """Whether a timeout cannot fall now: serials are frozen, or a bug stopped it before."""
    if ledger.index(StuckScopes).scopes.get(request, 0):
        return True
    bridge = ledger.get(Bridge, request)
    assert bridge is not None
    if bridge.direction == INWARD:
        return False
    if freezes_above(ledger, find_batch(ledger, bridge.home_batch)):
        return True
    return any(piece.interval.freezes for piece in leaving(ledger, bridge))


def _add(totals: dict[str, int], name: str, change: int) -> None:
    total = totals.get(name, 0) + change
    if total:
        totals[name] = total
    else:
        del totals[name]
