"""What holds of every change of the registry (registry.md 23, reliability.md 11)."""

from typing import NamedTuple, TypeVar

from ctn.kernel.asset import ENDED, GRAMS_PER_TONNE, issued
from ctn.kernel.invariant import Breach, Invariant
from ctn.kernel.ledger import Delta, Ledger
from ctn.kernel.record import Record, event_name
from ctn.modules.registry.enforce_transfer import TransferEnforced, is_regulators
from ctn.modules.registry.intervals import FINAL, FRACTION, HELD, RETIRED, Interval
from ctn.modules.registry.reads import open_fraction
from ctn.modules.registry.records import LIVE, Batch, Certificate, Class, Fraction, Freeze, Project
from ctn.modules.registry.retirement import IN_PARTS

R = TypeVar("R", bound=Record)
ENFORCED = event_name(TransferEnforced)


class Change(NamedTuple):
    """The intervals of one batch that a draft changed: as they were, and as they are."""

    before: list[Interval]
    after: list[Interval]


def holds_partition(ledger: Ledger, delta: Delta) -> None:
    """I2: changed intervals cover the serials they did and those newly issued; counts follow."""
    for batch, change in _changes(delta).items():
        old, new = _pair(ledger, delta, Batch, batch)
        if new is None or (old is not None and new.issued < old.issued):
            raise Breach(f"I2 serials-partition: {batch} is gone or shrank")
        covered = [(interval.start, interval.end) for interval in change.before]
        first = old.issued + 1 if old is not None else 1
        if new.issued >= first:
            covered.append((first, new.issued))
        if _joined(covered) != _joined([(i.start, i.end) for i in change.after]):
            raise Breach(f"I2 serials-partition: {batch} has a gap or an overlap")
        _check_counts(old, new, change)


def holds_supply(ledger: Ledger, delta: Delta) -> None:
    """I1: the grams of a live batch on the market are its tonnes in custody."""
    found = dict.fromkeys(_changes(delta))
    for before, after in delta.records.values():
        record = after or before
        if isinstance(record, Fraction):
            found[record.batch] = None
    for place in delta.balances:
        account, _, asset = place.partition("/")
        if account.endswith(":" + asset):
            found[asset] = None
    for name in found:
        batch = ledger.get(Batch, name)
        if batch is not None and batch.status == LIVE:
            accounts = [issued(name), *[kind + name for kind in ENDED]]
            supply = -sum([ledger.balance(account, name) for account in accounts])
            check_supply(batch, supply, open_fraction(ledger, name))


def holds_final(ledger: Ledger, delta: Delta) -> None:
    """I5: what is final stays, certificates only open, and they cover what was retired."""
    grams: dict[str, int] = {}
    for before, after in delta.records.values():
        if isinstance(before, Interval) and before.status in FINAL and not _stays(before, after):
            raise Breach(f"I5 final-is-final: {before.batch} serial {before.start} changed")
        if isinstance(before, Certificate):
            _check_opened(before, after)
        elif isinstance(after, Certificate):
            grams[after.batch] = grams.get(after.batch, 0) + after.grams
        if isinstance(before, Fraction) or isinstance(after, Fraction):
            batch, used_g = _newly_used(before, after)
            grams[batch] = grams.get(batch, 0) - used_g
    for batch, change in _changes(delta).items():
        retired = whole_retired(change.after) - whole_retired(change.before)
        grams[batch] = grams.get(batch, 0) - retired * GRAMS_PER_TONNE
    for batch, rest in grams.items():
        if rest:
            raise Breach(f"I5 final-is-final: certificates of {batch} differ by {rest} g")


def _stays(before: Interval, after: Record | None) -> bool:
    """Whether a final interval is what it was, but for a freeze that ended."""
    return isinstance(after, Interval) and before.replace(freezes=after.freezes) == after


def holds_frozen(ledger: Ledger, delta: Delta) -> None:
    """I6: what carried a freeze before the draft moved only as `allow_retire` or the council lets.

    The council may move only what a regulator holds.
    """
    for name, change in _changes(delta).items():
        batch, _after = _pair(ledger, delta, Batch, name)
        if batch is None:
            continue
        above = _freezes_before(ledger, delta, batch)
        known = {interval.start: interval for interval in change.before}
        last: Interval | None = None
        for after in sorted(change.after, key=_start):
            # Intervals are cut, never merged: what holds this start now began here or further left.
            last = known.get(after.start, last)
            if last is None or after.start > last.end:
                continue
            if (last.status, last.owner) != (after.status, after.owner):
                freezes = (*above, *last.freezes)
                if is_regulators(ledger, freezes) and _is_enforced(ledger, after):
                    continue
                for freeze in freezes:
                    _check_let_through(ledger, freeze, after)


def check_supply(batch: Batch, supply: int, shared: Fraction | None) -> None:
    """The grams on the market are whole serials in custody, and the rest of an open one."""
    rest = GRAMS_PER_TONNE - shared.used_g if shared is not None else 0
    if batch.counts.fraction != (shared is not None):
        raise Breach(f"I1 credits-conserved: {batch.id} counts {batch.counts.fraction} fractions")
    if supply != batch.counts.custody * GRAMS_PER_TONNE + rest:
        raise Breach(f"I1 credits-conserved: {batch.id} has {supply} g on the market")


def whole_retired(intervals: list[Interval]) -> int:
    """The serials among intervals that one certificate each covers whole."""
    return sum([i.tonnes for i in intervals if i.status == RETIRED and i.cause != IN_PARTS])


def _start(interval: Interval) -> int:
    return interval.start


def _changes(delta: Delta) -> dict[str, Change]:
    """What the draft changed, by batch; a batch whose record alone changed has no intervals."""
    found: dict[str, Change] = {}
    for before, after in delta.records.values():
        record = after or before
        if isinstance(record, Batch):
            found.setdefault(record.id, Change([], []))
        if not isinstance(record, Interval):
            continue
        change = found.setdefault(record.batch, Change([], []))
        if isinstance(before, Interval):
            change.before.append(before)
        if isinstance(after, Interval):
            change.after.append(after)
    return found


def _pair(ledger: Ledger, delta: Delta, kind: type[R], place: str) -> tuple[R | None, R | None]:
    """A record before the draft and now."""
    key = kind.table + "\0" + place
    if key in delta.records:
        return delta.records[key]  # type: ignore[return-value]
    record = ledger.get(kind, place)
    return record, record


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges as the fewest that cover the same numbers; an overlap is a breach."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            raise Breach(f"I2 serials-partition: serial {start} stands in two intervals")
        if found and start == found[-1][1] + 1:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _check_counts(old: Batch | None, new: Batch, change: Change) -> None:
    totals = dict.fromkeys(new.counts.__struct_fields__, 0)
    for interval in change.after:
        totals[interval.status] += interval.tonnes
    for interval in change.before:
        totals[interval.status] -= interval.tonnes
    for status, total in totals.items():
        before = getattr(old.counts, status) if old is not None else 0
        if getattr(new.counts, status) - before != total:
            raise Breach(f"I2 serials-partition: {new.id} counts {status} wrongly")


def _check_opened(before: Certificate, after: Record | None) -> None:
    """A certificate never changes, but for what it hid."""
    if not isinstance(after, Certificate) or before.opened is not None:
        raise Breach(f"I5 final-is-final: certificate {before.id} is gone or opened again")
    if after.replace(opened=None) != before:
        raise Breach(f"I5 final-is-final: certificate {before.id} changed")


def _newly_used(before: Record | None, after: Record | None) -> tuple[str, int]:
    """The batch of a changed fraction, and the grams that were added; none are ever taken."""
    if not isinstance(after, Fraction):
        raise Breach("I5 final-is-final: a fraction is gone")
    known = before.shares if isinstance(before, Fraction) else ()
    added = after.shares[len(known) :]
    if after.shares[: len(known)] != known or after.used_g != sum([g for _, g in after.shares]):
        raise Breach(f"I5 final-is-final: shares of {after.batch} serial {after.serial} changed")
    return after.batch, sum([grams for _certificate, grams in added])


def _freezes_before(ledger: Ledger, delta: Delta, batch: Batch) -> tuple[str, ...]:
    """The freezes of a batch, its project and its class as they were before the draft."""
    project, _now = _pair(ledger, delta, Project, batch.project)
    kind, _now_too = _pair(ledger, delta, Class, batch.class_id)
    found = batch.freezes
    found += project.freezes if project is not None else ()
    return found + (kind.freezes if kind is not None else ())


def _check_let_through(ledger: Ledger, identity: str, after: Interval) -> None:
    freeze = ledger.get(Freeze, identity)
    is_retiring = after.status in (RETIRED, FRACTION)
    if freeze is None or not (freeze.allow_retire and is_retiring):
        raise Breach(f"I6 frozen-stays: {after.batch} serial {after.start} moved")


def _is_enforced(ledger: Ledger, after: Interval) -> bool:
    """Whether the council gave all serials of an interval to its owner, in this draft."""
    given = [
        part
        for event in ledger.events
        if event["event"] == ENFORCED
        and (event["batch"], event["to"]) == (after.batch, after.owner)
        for part in event["parts"]
    ]
    is_named = any(start <= after.start and after.end <= end for start, end in given)
    return is_named and after.status == HELD


_SUPPLY = ("interval", "batch", "fraction", "balance:issued", *[f"balance:{k[:-1]}" for k in ENDED])

INVARIANTS: tuple[Invariant, ...] = (
    Invariant("I1 credits-conserved", _SUPPLY, holds_supply),
    Invariant("I2 serials-partition", ("interval", "batch"), holds_partition),
    Invariant("I5 final-is-final", ("interval", "certificate", "fraction"), holds_final),
    Invariant("I6 frozen-stays", ("interval",), holds_frozen),
)
