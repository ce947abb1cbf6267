"""Freezes: what carries one, and how each ends.

Frozen is no status. While serials, their batch, project or class carry a freeze, nothing steps
but what `allow_retire` lets through. A freeze ends when its time is up, or 48 h after an
authority lifted it, by an item of the `end_block` hook.
"""

from collections.abc import Iterator
from functools import partial
from typing import Final

from ctn.kernel.block import DAY_MS, Item, is_stuck
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import Event
from ctn.modules.registry.intervals import (
    CUSTODY,
    FINAL,
    FRACTION,
    FREEZES_MAX,
    INTERVALS_MAX,
    Interval,
)
from ctn.modules.registry.reads import Piece, interval_at
from ctn.modules.registry.records import (
    Batch,
    BatchNotFound,
    Class,
    ClassNotFound,
    Freeze,
    Freezing,
    Project,
    ProjectNotFound,
)
from ctn.modules.registry.steps import cut

LIFT_DELAY_MS: Final = 2 * DAY_MS

Carrier = Batch | Project | Class


class FreezeEnded(Event, frozen=True):
    """`freeze` of `subject` ended: its time was up, or it had been lifted."""

    freeze: str
    subject: str


def find_carrier(ledger: Ledger, scope: str, subject: str) -> Carrier:
    """The record that a freeze of a scope is written on; refuses an unknown subject."""
    if scope == "project":
        project = ledger.get(Project, subject)
        if project is None:
            raise ProjectNotFound(project=subject)
        return project
    if scope == "class":
        kind = ledger.get(Class, subject)
        if kind is None:
            raise ClassNotFound(class_id=subject)
        return kind
    batch = ledger.get(Batch, subject)
    if batch is None:
        raise BatchNotFound(batch=subject)
    return batch


def is_full(freezes: tuple[str, ...]) -> bool:
    """Whether nothing more can freeze the same."""
    return len(freezes) >= FREEZES_MAX


def put_on(ledger: Ledger, carrier: Carrier | Interval, freeze: str) -> None:
    """Let a record carry a freeze."""
    ledger.put(carrier.replace(freezes=(*carrier.freezes, freeze)))


def is_on_market(frozen: list[Piece]) -> bool:
    """Whether some are in custody: then the whole batch is frozen, since grams carry no serial."""
    return any(piece.interval.status in (CUSTODY, FRACTION) for piece in frozen)


def freeze_pieces(ledger: Ledger, freeze: str, frozen: list[Piece]) -> None:
    """Let serials carry a freeze; what is final cannot change and is passed by."""
    for start, end, interval in frozen:
        if interval.status not in FINAL:
            # A piece before may have cut the interval that this one was found in.
            known = interval_at(ledger, interval.batch, start)
            put_on(ledger, cut(ledger, known, start, end=end), freeze)


def due_items(ledger: Ledger) -> Iterator[Item]:
    """The freezes whose end has come, each once a block."""
    for due, freeze in list(ledger.index(Freezing).due):
        if due > ledger.block.time:
            return
        yield Item(due, freeze, _scope_of(ledger, freeze), partial(_end, identity=freeze))


def earliest(ledger: Ledger) -> int | None:
    """The block time in ms at which the next freeze ends, passing over what a bug stopped."""
    for due, freeze in ledger.index(Freezing).due:
        if not is_stuck(ledger, "registry", freeze):
            return due
    return None


def _scope_of(ledger: Ledger, identity: str) -> str:
    freeze = ledger.get(Freeze, identity)
    assert freeze is not None
    return freeze.subject


def _end(ledger: Ledger, identity: str) -> None:
    """End a freeze, or as much of it as one item may change; the rest follows next block."""
    freeze = ledger.get(Freeze, identity)
    assert freeze is not None
    cursor = _free_parts(ledger, freeze)
    if cursor is not None:
        ledger.put(freeze.replace(cursor=cursor))
        return
    carrier = find_carrier(ledger, freeze.scope, freeze.subject)
    if identity in carrier.freezes:
        ledger.put(carrier.replace(freezes=_without(carrier.freezes, identity)))
    ledger.put(freeze.replace(ended=ledger.block.time))
    ledger.emit(FreezeEnded(identity, freeze.subject))


def _free_parts(ledger: Ledger, freeze: Freeze) -> int | None:
    """Take the freeze off its serials above the cursor; the new cursor, None when all are done."""
    visited = 0
    for start, end in freeze.parts:
        at = max(start, freeze.cursor + 1)
        while at <= end:
            if visited == INTERVALS_MAX:
                return at - 1
            interval = interval_at(ledger, freeze.subject, at)
            if freeze.id in interval.freezes:
                ledger.put(interval.replace(freezes=_without(interval.freezes, freeze.id)))
            visited += 1
            at = interval.end + 1
    return None


def _without(freezes: tuple[str, ...], freeze: str) -> tuple[str, ...]:
    return tuple([known for known in freezes if known != freeze])
