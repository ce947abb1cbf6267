"""A seed makes one world: the same root on every machine, in one run or in several."""

import io
from pathlib import Path

from ctn.demo.cast import ACTORS, SEED, Cast
from ctn.demo.history import GENESIS_TIME, span
from ctn.demo.stream import Stream
from ctn.node.export import export_blocks
from ctn.node.home import Home, Opened
from tests.demo.worlds import HEIGHT, Told, last_row, make, start
from tools.verify_export import verify

MACHINES = (
    {"PYTHONHASHSEED": "1", "TZ": "America/Los_Angeles", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "77", "TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"},
)


def test_makes_one_root_whatever_hash_seed_zone_and_locale(told: Told) -> None:
    running = [start(None, "--until", str(HEIGHT), **machine) for machine in MACHINES]
    first, second = [last_row(process) for process in running]
    assert first == second
    assert sorted(first) == ["chain", "height", "root"]
    assert first["height"] == HEIGHT
    with told.open() as chain:
        assert chain.block(HEIGHT).root == first["root"]


def test_makes_the_same_root_when_it_is_made_in_two_runs(told: Told, tmp_path: Path) -> None:
    make(tmp_path / "home", 7)
    again = make(tmp_path / "home", 20)
    with again.open() as chain, told.open() as whole:
        assert chain.head() == whole.block(20)


def test_another_seed_makes_another_world(told: Told, tmp_path: Path) -> None:
    other = make(tmp_path / "home", 2, seed=SEED + 1)
    with other.open() as chain, told.open() as whole:
        assert chain.head().chain != whole.head().chain


def test_keys_follow_from_the_seed_and_differ() -> None:
    addresses = [Cast(SEED).address(actor.name) for actor in ACTORS]
    assert addresses == [Cast(SEED).address(actor.name) for actor in ACTORS]
    others = [Cast(SEED + 1).address(actor.name) for actor in ACTORS]
    assert len({*addresses, *others}) == 2 * len(ACTORS)


def test_the_clock_is_virtual_and_rises() -> None:
    times = [span(SEED, height) for height in range(8)]
    assert times[0] == 0
    assert times == sorted(set(times))


def test_genesis_holds_no_tonne_no_order_and_no_money_of_players() -> None:
    cast = Cast(SEED)
    genesis = cast.genesis(GENESIS_TIME)
    tables = {table for table, _place, _value in genesis.records}
    assert tables == {
        "account", "asset", "attestation", "balance", "calendar", "class", "council", "duty",
        "first_held", "guard",
    }  # fmt: skip
    assert genesis.versions == {}
    funded = {
        place.partition("/")[0]
        for table, place, value in genesis.records
        if table == "balance" and value > 0
    }
    assert funded == {address for address, actor in cast.actors.items() if actor.duty}


def test_an_independent_program_verifies_the_export(told: Told) -> None:
    opened = Opened(Home(told.folder))
    try:
        file = io.BytesIO()
        exported = export_blocks(opened, file)
    finally:
        opened.close()
    file.seek(0)
    counts = verify(file).counts
    assert counts["blocks"] == HEIGHT
    assert counts["transactions"] == exported.transactions == sum(map(len, told.receipts))
    assert counts["roots"] > HEIGHT


def test_draws_stay_in_their_bounds_and_repeat() -> None:
    draws = [Stream(1, "a").between(3, 5), Stream(1, "a").between(3, 5)]
    assert draws[0] == draws[1]
    stream = Stream("bounds")
    assert {stream.between(3, 5) for _ in range(60)} == {3, 4, 5}
    assert sorted(stream.some_of([1, 2, 3], 9)) == [1, 2, 3]
