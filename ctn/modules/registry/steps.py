"""The one way in which serials change owner or status."""

from typing import NamedTuple

import msgspec

from ctn.kernel.account import is_holding
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import Event, numbered
from ctn.modules.accounts.mutators import hold, release
from ctn.modules.registry.intervals import (
    BRIDGING,
    CUSTODY,
    HELD,
    INTERVALS_MAX,
    STEPS,
    Interval,
    Intervals,
    Status,
    TooManyIntervals,
)
from ctn.modules.registry.reads import Piece, find_batch, interval_at, pieces
from ctn.modules.registry.records import Batch, Counts


class UnitsMoved(Event, frozen=True):
    """Serials `start` to `end` of `batch` changed status or owner, because of `cause`."""

    batch: str
    start: int
    end: int
    from_status: str
    to_status: str
    from_owner: str
    to_owner: str
    cause: str


class Aim(NamedTuple):
    """What serials become: status, owner, and the id of what caused it."""

    status: Status
    owner: str
    cause: str


def step(ledger: Ledger, batch: str, start: int, end: int, *to: *tuple[Status, str, str]) -> None:
    """Give serials start..end a status, an owner and a cause, in this order.

    The range may cross intervals: each becomes one of its own, and none is merged. The caller
    has refused what is frozen or not the sender's.
    """
    step_pieces(ledger, batch, pieces(ledger, find_batch(ledger, batch), ((start, end),)), Aim(*to))


def step_pieces(ledger: Ledger, batch: str, moved: list[Piece], aim: Aim) -> None:
    """Give pieces of one batch what `aim` says, and keep the batch's counts."""
    changes: dict[str, int] = {}
    owners = dict.fromkeys([aim.owner, *[interval.owner for _, _, interval in moved]])
    had = [owner for owner in owners if has_serials(ledger, owner, batch)]
    for start, end, _interval in moved:
        # A piece before may have cut the interval that this one was found in.
        known = interval_at(ledger, batch, start)
        assert aim.status in STEPS[known.status]
        interval = cut(ledger, known, start, end=end)
        ledger.put(
            Interval(
                batch, start, end, aim.status, aim.owner, aim.cause, lineage(ledger, known),
                interval.freezes, ledger.block.time,
            )
        )  # fmt: skip
        ledger.emit(
            UnitsMoved(
                batch, start, end, known.status, aim.status, known.owner, aim.owner, aim.cause
            )
        )  # fmt: skip
        tonnes = end - start + 1
        changes[known.status] = changes.get(known.status, 0) - tonnes
        changes[aim.status] = changes.get(aim.status, 0) + tonnes
    found = find_batch(ledger, batch)
    ledger.put(found.replace(counts=counted(found.counts, changes)))
    for owner in owners:
        keep_open(ledger, owner, batch, had=owner in had)


def has_serials(ledger: Ledger, owner: str, batch: str) -> bool:
    """Whether serials of a batch are an owner's now: held, or on their way out."""
    of_owner = ledger.index(Intervals).of_owner
    return any(of_owner.get((owner, batch, status)) for status in (HELD, BRIDGING))


def keep_open(ledger: Ledger, owner: str, batch: str, *, had: bool) -> None:
    """Keep the account of an owner from being closed while it has serials of a batch."""
    has = has_serials(ledger, owner, batch)
    if is_holding(owner) or has == had:
        return
    if has:
        hold(ledger, owner, "serials")
    else:
        release(ledger, owner, "serials")


def cut(ledger: Ledger, interval: Interval, start: int, *, end: int) -> Interval:
    """Serials start..end of an interval, its edges written apart; the caller puts the middle."""
    if (start, end) == (interval.start, interval.end):
        return interval
    assert interval.start <= start <= end <= interval.end
    previous = lineage(ledger, interval)
    if start > interval.start:
        ledger.put(interval.replace(end=start - 1, previous=previous))
    if end < interval.end:
        ledger.put(interval.replace(start=end + 1, previous=previous))
    return interval.replace(start=start, end=end, previous=previous)


def lineage(ledger: Ledger, interval: Interval) -> str:
    """How the records that follow an interval name where they come from, until this block."""
    height = ledger.block.height
    is_issued_now = not interval.previous and interval.since == ledger.block.time
    # What this block made stood at no height, so what follows it names what it was made from.
    if is_issued_now or interval.previous.endswith(f"@{height}"):
        return interval.previous
    return f"{interval.batch}/{interval.start}-{interval.end}@{height}"


def counted(counts: Counts, changes: dict[str, int]) -> Counts:
    """Counts of statuses after some changes."""
    after: dict[str, int] = {
        status: getattr(counts, status) + change for status, change in changes.items()
    }
    assert all(count >= 0 for count in after.values())
    return msgspec.structs.replace(counts, **after)


def lowest(
    ledger: Ledger, batch: Batch, tonnes: int, *, owner: str | None, limit: int = INTERVALS_MAX
) -> list[Piece]:
    """The lowest serials in custody, or held by an owner: whole tonnes, in serial order.

    Refuses above `limit` intervals. The caller knows that there are as many.
    """
    index = ledger.index(Intervals)
    if owner is None:
        starts = index.of_status.get((batch.id, CUSTODY))
    else:
        starts = index.of_owner.get((owner, batch.id, HELD))
    found: list[Piece] = []
    missing = tonnes
    for start in starts.above(0) if starts is not None and tonnes else ():
        if len(found) == limit:
            raise TooManyIntervals(possible_t=tonnes - missing)
        interval = ledger.get(Interval, numbered(batch.id, start))
        assert interval is not None
        taken = min(missing, interval.tonnes)
        found.append(Piece(start, start + taken - 1, interval))
        missing -= taken
        if missing == 0:
            break
    assert missing == 0
    return found
