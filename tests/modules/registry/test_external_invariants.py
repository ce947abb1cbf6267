"""A change that breaks the lines or the bridges is found, by the change and by the recount."""

from collections.abc import Callable

import pytest

from ctn.kernel.invariant import Breach
from ctn.kernel.ledger import Ledger, Mark, delta_since
from ctn.kernel.record import numbered
from ctn.modules.registry.bridges import Bridge
from ctn.modules.registry.external import External
from ctn.modules.registry.external_invariants import (
    LINE_INVARIANTS,
    recount_bridges,
    recount_external,
)
from ctn.modules.registry.intervals import Interval
from ctn.modules.registry.records import Batch
from tests.modules.registry.bridge_worlds import FOREIGN, HOME_BATCH, BridgeWorld, verra

Break = Callable[[Ledger, str], None]


def known(ledger: Ledger, start: int) -> External:
    """An interval of Verra's line."""
    found = ledger.get(External, numbered("verra", start))
    assert found is not None
    return found


def overlap(ledger: Ledger, _done: str) -> None:
    """One interval grows into the next."""
    ledger.put(known(ledger, 1).replace(end=6))


def overlap_from_below(ledger: Ledger, _done: str) -> None:
    """A new interval starts inside another."""
    ledger.put(known(ledger, 1).replace(start=4, batch=None, batch_start=None))


def second_mapping(ledger: Ledger, _done: str) -> None:
    """Two numbers stand for one serial."""
    ledger.put(known(ledger, 1).replace(start=100, end=100, batch_start=2))


def locked_but_away(ledger: Ledger, _done: str) -> None:
    """Numbers are locked for us while their serials are away."""
    ledger.put(known(ledger, 6).replace(state="immobilised"))


def home_but_not_away(ledger: Ledger, _done: str) -> None:
    """Numbers went home while their serials are held here."""
    ledger.put(known(ledger, 1).replace(state="returned"))


def ends_twice(ledger: Ledger, done: str) -> None:
    """A request that was done is stopped."""
    bridge = ledger.get(Bridge, done)
    assert bridge is not None
    ledger.put(bridge.replace(status="stopped"))


def no_numbers(ledger: Ledger, _done: str) -> None:
    """Serials of foreign units stand for no numbers."""
    ledger.drop(External, numbered("verra", 1))
    interval = ledger.get(Interval, numbered(FOREIGN, 1))
    assert interval is not None
    ledger.put(interval.replace(cause="another"))


def uncounted(ledger: Ledger, _done: str) -> None:
    """A batch counts bridging serials of no request."""
    batch = ledger.get(Batch, HOME_BATCH)
    assert batch is not None
    counts = type(batch.counts)(98, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0)
    ledger.put(batch.replace(counts=counts))


@pytest.mark.parametrize(
    ("change", "is_recounted"),
    [
        (overlap, True), (overlap_from_below, True), (second_mapping, True),
        (locked_but_away, True), (home_but_not_away, True), (no_numbers, True), (ends_twice, False),
        (uncounted, True),
    ],
)  # fmt: skip
def test_a_breach_is_found(change: Break, is_recounted: bool) -> None:
    world = BridgeWorld()
    done = world.bring_in(verra(1, 10))
    world.release(world.ask(world.outbound((6, 10))))
    assert world.serials(FOREIGN)[6][0] == "bridged"
    ledger = world.draft()
    start = ledger.mark()
    change(ledger, done)
    with pytest.raises(Breach):
        hold_all(ledger, start)
    if is_recounted:
        with pytest.raises(Breach):
            recount_all(ledger)
    ledger.undo(start)
    recount_all(ledger)


def hold_all(ledger: Ledger, start: Mark) -> None:
    """All invariants of lines and bridges on what changed since."""
    for invariant in LINE_INVARIANTS:
        invariant.holds(ledger, delta_since(ledger, start))


def recount_all(ledger: Ledger) -> None:
    """Both recounts."""
    recount_external(ledger)
    recount_bridges(ledger)
