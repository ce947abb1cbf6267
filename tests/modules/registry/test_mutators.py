"""What other modules may ask the registry to write."""

from typing import Any

import pytest

from ctn.kernel.ledger import Ledger
from ctn.kernel.refusal import AmountZero, InsufficientBalance
from ctn.modules.assets.records import Asset
from ctn.modules.registry.intervals import (
    BatchImpaired,
    Frozen,
    Interval,
    NotWholeTonnes,
    TooManyIntervals,
)
from ctn.modules.registry.mutators import BatchFull, admit, lowest, retire_for, step
from ctn.modules.registry.reads import find_batch, freeze_on, held_g, is_tradable
from ctn.modules.registry.records import Batch, Certificate, ProjectNotFound
from ctn.modules.registry.retirement import Lot, Retirement
from tests.modules.registry.worlds import (
    BATCH,
    CLASS,
    PROJECT,
    TONNE,
    freeze_of,
    put_batch,
    put_project,
)
from tests.worlds import World

SAID = Retirement(None, "", "voluntary", None, "", "CN", None, None, "public", None, None)


def admitting(ledger: Ledger, **changes: Any) -> tuple[str, int, int]:
    fields: dict[str, Any] = {
        "project": PROJECT, "vintage": 2021, "labels": (), "tonnes": 100, "owner": "alice",
        "cause": "b-1",
    }  # fmt: skip
    return admit(ledger, **(fields | changes))


def test_the_first_units_of_a_vintage_make_a_batch_and_an_asset() -> None:
    world = World()
    put_project(world)
    ledger = world.draft()
    assert admitting(ledger, labels=("corsia_first", "ccp", "ccp")) == (BATCH, 1, 100)
    batch = find_batch(ledger, BATCH)
    assert (batch.issued, batch.counts.held, batch.labels) == (100, 100, ("ccp", "corsia_first"))
    assert (batch.start, batch.end, batch.unit_type) == (
        "2021-01-01", "2021-12-31", "removal_nature"
    )  # fmt: skip
    asset = ledger.get(Asset, BATCH)
    assert asset is not None
    assert asset.transfer == "free"
    assert ledger.events[0]["from_status"] == ""
    assert held_g(ledger, "alice", CLASS) == 100 * TONNE


def test_more_units_extend_the_batch_of_the_same_labels_alone() -> None:
    world = World()
    put_project(world, transfer="non_trade")
    ledger = world.draft()
    admitting(ledger)
    assert admitting(ledger, tonnes=5, owner="bob") == (BATCH, 101, 105)
    assert admitting(ledger, labels=("ccp",)) == ("vcs-00001-2021-002", 1, 100)
    assert admitting(ledger, vintage=2022) == ("vcs-00001-2022-001", 1, 100)
    assert admitting(ledger, tonnes=1) == (BATCH, 106, 106)
    asset = ledger.get(Asset, BATCH)
    assert asset is not None
    assert asset.transfer == "none"


def test_a_batch_that_is_full_or_impaired_is_followed_by_the_next_number() -> None:
    world = World()
    put_batch(world, (1, 10, "held", "x"), status="impaired")
    ledger = world.draft()
    assert admitting(ledger, tonnes=10**9) == ("vcs-00001-2021-002", 1, 10**9)
    assert admitting(ledger, tonnes=1)[0] == "vcs-00001-2021-003"


def test_admit_refuses_an_unknown_project_too_much_and_what_is_frozen() -> None:
    world = World()
    put_project(world)
    with pytest.raises(ProjectNotFound):
        admitting(world.draft(), project="vcs-00009")
    with pytest.raises(BatchFull):
        admitting(world.draft(), tonnes=10**9 + 1)
    world = World()
    put_batch(world, (1, 10, "held", "x"))
    freeze_of(world, "batch")
    with pytest.raises(Frozen):
        admitting(world.draft())
    assert admitting(world.draft(), vintage=2022)[1] == 1


def test_step_crosses_intervals_and_keeps_counts() -> None:
    world = World()
    put_batch(world, (1, 10, "held", "x"), (11, 20, "held", "y"))
    ledger = world.draft()
    step(ledger, BATCH, 5, 15, "bridging", "x", "b-1")
    found = [(r.start, r.end, r.status, r.owner) for _, r in ledger.scan(Interval, BATCH, 9)]
    assert found == [
        (1, 4, "held", "x"),
        (5, 10, "bridging", "x"),
        (11, 15, "bridging", "x"),
        (16, 20, "held", "y"),
    ]
    assert find_batch(ledger, BATCH).counts.bridging == 11
    assert [event["start"] for event in ledger.events] == [5, 11]


@pytest.mark.parametrize(
    ("status", "wanted"),
    [("retired", "held"), ("custody", "bridging"), ("fraction", "held"), ("bridged", "retired")],
)
def test_a_step_outside_the_table_is_a_bug(status: str, wanted: Any) -> None:
    world = World()
    put_batch(world, (1, 1, status, "x"))
    with pytest.raises(AssertionError):
        step(world.draft(), BATCH, 1, 1, wanted, "x", "y")


def test_the_lowest_serials_of_custody_or_of_an_owner() -> None:
    world = World()
    put_batch(
        world, (1, 5, "held", "x"), (6, 9, "custody", ""), (10, 12, "held", "y"),
        (13, 20, "custody", ""), (21, 30, "held", "x"),
    )  # fmt: skip
    ledger = world.draft()
    batch = find_batch(ledger, BATCH)
    custody = lowest(ledger, batch, 6, owner=None)
    assert [(piece.start, piece.end) for piece in custody] == [(6, 9), (13, 14)]
    held = lowest(ledger, batch, 7, owner="x")
    assert [(piece.start, piece.end) for piece in held] == [(1, 5), (21, 22)]
    assert lowest(ledger, batch, 0, owner=None) == []
    with pytest.raises(TooManyIntervals) as caught:
        lowest(ledger, batch, 6, owner=None, limit=1)
    assert caught.value.facts == {"possible_t": 4}


def test_grams_in_a_holding_account_are_retired_for_someone() -> None:
    world = World()
    put_batch(world, (1, 10, "custody", ""))
    world.grant("escrow:lock-alice", BATCH, 10 * TONNE)
    ledger = world.draft()
    batch = find_batch(ledger, BATCH)
    identity = retire_for(ledger, Lot(batch, 1_500_000, "escrow:lock-alice", "alice"), SAID)
    certificate = ledger.get(Certificate, identity)
    assert certificate is not None
    assert (certificate.holder, certificate.grams) == ("alice", 1_500_000)
    assert ledger.balance("escrow:lock-alice", BATCH) == 8_500_000


def test_retire_for_refuses_as_a_retirement_from_the_market_does() -> None:
    world = World()
    put_batch(world, (1, 10, "custody", ""))
    world.grant("escrow:x", BATCH, 10 * TONNE)
    ledger = world.draft()
    batch = find_batch(ledger, BATCH)
    for grams, kind in (
        (0, AmountZero), (1_001, NotWholeTonnes), (11 * TONNE, InsufficientBalance)
    ):  # fmt: skip
        with pytest.raises(kind):
            retire_for(ledger, Lot(batch, grams, "escrow:x", "alice"), SAID)
    with pytest.raises(BatchImpaired):
        retire_for(ledger, Lot(batch.replace(status="impaired"), TONNE, "escrow:x", "a"), SAID)


def test_reads_tell_what_is_open_and_what_stops() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 9, "held", alice), (10, 20, "cancelled", alice))
    freeze_of(world, "parts")
    ledger = world.draft()
    step(ledger, BATCH, 6, 9, "bridging", alice, "b-1")
    assert is_tradable(ledger, BATCH)
    assert is_tradable(ledger, "cny")
    assert held_g(ledger, alice, CLASS) == 9 * TONNE
    assert freeze_on(ledger, BATCH, 1, 20) is not None
    assert freeze_on(ledger, BATCH, 2, 20) is None
    ledger.put(find_batch(ledger, BATCH).replace(status="impaired"))
    assert not is_tradable(ledger, BATCH)
    assert ledger.get(Batch, BATCH) is not None
