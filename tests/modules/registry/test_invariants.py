"""Planted breaches of registry.md 23 are found, in the change and in the whole state."""

from collections.abc import Callable

import pytest

from ctn.kernel.changes import changes_of
from ctn.kernel.invariant import Breach
from ctn.kernel.ledger import Ledger, delta_since
from ctn.modules.registry.invariants import INVARIANTS
from ctn.modules.registry.reads import find_batch, pieces
from ctn.modules.registry.records import (
    Batch,
    Certificate,
    CertificatePart,
    Fraction,
    Interval,
)
from ctn.modules.registry.steps import Aim, step_pieces
from tests.modules.registry.worlds import BATCH, TONNE, freeze_of, put_batch, retiring
from tests.worlds import World


def life() -> tuple[World, Ledger]:
    """A batch with held, custody, retired serials and an open fraction; and a draft on it."""
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "held", alice), (11, 30, "custody", ""))
    world.grant(alice, BATCH, 20 * TONNE)
    world.accept(alice, retiring(grams=2_300_000))
    return world, world.draft()


def get(ledger: Ledger, start: int) -> Interval:
    record = ledger.get(Interval, f"{BATCH}/{start:020d}")
    assert record is not None
    return record


def shrink(ledger: Ledger) -> None:
    ledger.put(get(ledger, 1).replace(end=9))


def overlap(ledger: Ledger) -> None:
    ledger.put(get(ledger, 1).replace(end=11))


def lose(ledger: Ledger) -> None:
    ledger.drop(Interval, get(ledger, 1).place())


def miscount(ledger: Ledger) -> None:
    ledger.put(get(ledger, 1).replace(status="custody"))


def issue_without_intervals(ledger: Ledger) -> None:
    ledger.put(find_batch(ledger, BATCH).replace(issued=40))


def mint(ledger: Ledger) -> None:
    ledger.move(BATCH, TONNE, source="issued:" + BATCH, target="fund:x")


def revive(ledger: Ledger) -> None:
    ledger.put(get(ledger, 11).replace(owner="thief"))


def add_share(ledger: Ledger) -> None:
    fraction = ledger.get(Fraction, f"{BATCH}/{13:020d}")
    assert fraction is not None
    shares = (*fraction.shares, ("r-x", 100_000))
    ledger.put(fraction.replace(used_g=400_000, shares=shares))


def rewrite_certificate(ledger: Ledger) -> None:
    certificate = _certificate(ledger)
    ledger.put(certificate.replace(holder="thief"))


def claim_twice(ledger: Ledger) -> None:
    certificate = _certificate(ledger)
    parts = (CertificatePart(11, 11, TONNE),)
    ledger.put(certificate.replace(id="r-copy", grams=TONNE, parts=parts))


def _certificate(ledger: Ledger) -> Certificate:
    ((_place, certificate),) = ledger.scan(Certificate, "", 9)
    return certificate


BREACHES: list[tuple[Callable[[Ledger], None], str]] = [
    (shrink, "I2"),
    (overlap, "I2"),
    (lose, "I2"),
    (miscount, "I2"),
    (issue_without_intervals, "I2"),
    (mint, "I1"),
    (revive, "I5"),
    (add_share, "I5"),
    (rewrite_certificate, "I5"),
    (claim_twice, "I5"),
]


def found(world: World, ledger: Ledger, name: str) -> str:
    """What the invariant of a name says of the draft."""
    delta = delta_since(ledger, world.draft().mark())
    invariant = next(i for i in INVARIANTS if i.name.startswith(name))
    with pytest.raises(Breach) as caught:
        invariant.holds(ledger, delta)
    return str(caught.value)


@pytest.mark.parametrize(("breach", "name"), BREACHES)
def test_a_planted_breach_is_found_in_its_change(
    breach: Callable[[Ledger], None], name: str
) -> None:
    world, ledger = life()
    breach(ledger)
    assert found(world, ledger, name).startswith(name)


RECOUNTED = [shrink, overlap, lose, miscount, issue_without_intervals, add_share, claim_twice]


@pytest.mark.parametrize("breach", RECOUNTED)
def test_a_planted_breach_is_found_by_the_recount(breach: Callable[[Ledger], None]) -> None:
    world, ledger = life()
    breach(ledger)
    _store(world, ledger)
    with pytest.raises(Breach):
        world.recount()


def test_grams_without_serials_are_found_by_the_recount() -> None:
    world, ledger = life()
    mint(ledger)
    _store(world, ledger)
    with pytest.raises(Breach, match="I1"):
        world.recount()


def test_a_step_under_a_freeze_is_found_unless_the_freeze_allows_it() -> None:
    for allow_retire, status in ((False, "retired"), (True, "held"), (True, "retired")):
        world = World()
        put_batch(world, (1, 10, "held", world.person("alice")))
        freeze_of(world, "parts", allow_retire=allow_retire)
        ledger = world.draft()
        batch = find_batch(ledger, BATCH)
        moved = pieces(ledger, batch, ((1, 1),))
        step_pieces(ledger, BATCH, moved, Aim(status, "bob", "x"))  # type: ignore[arg-type]
        if allow_retire and status == "retired":
            holds = next(i for i in INVARIANTS if i.name.startswith("I6"))
            holds.holds(ledger, delta_since(ledger, world.draft().mark()))
        else:
            assert "I6" in found(world, ledger, "I6")
        assert ledger.get(Batch, BATCH) is not None


def _store(world: World, ledger: Ledger) -> None:
    """Write a draft as if no invariant had looked at it."""
    machine = world.machine
    source = machine.state.source
    source.write({item.key: item.value for item in changes_of(ledger)})  # type: ignore[attr-defined]
    machine.state.take(ledger.records, ledger.balances, {})
