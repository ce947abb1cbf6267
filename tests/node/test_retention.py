"""What a node keeps of the past: pruned blocks, and the values of an archive."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import HeightNotKept
from ctn.node import queries
from ctn.node.config import config_text, read_config
from ctn.node.export import export_blocks
from ctn.node.home import Home
from ctn.node.replay import replay
from ctn.node.retention import AGE_MS, AT_ONCE
from ctn.node.stops import BadConfig
from ctn.node.store import Keeping, Store
from tests.node.chains import Bench, address, new_home
from tests.worlds import START

DAY = 86_400_000


def configured(home: Home, **store: object) -> Home:
    """The home with other words in its table `store`."""
    config = read_config(home.config)
    changed = msgspec.structs.replace(config.store, **store)
    home.config.write_text(config_text(msgspec.structs.replace(config, store=changed)))
    return home


def paying(home: Home, times: list[int], sequence: int = 0) -> Bench:
    """A chain with one payment of alice's to bob in each block, at these times."""
    bench = Bench(home)
    alice = bench.sender("alice")
    for time in times:
        bench.admit(alice.pay("bob", 10))
        bench.maker.make(START + time)
    return bench


def heights(store: Store) -> list[int]:
    return [height for height in range(1, 400) if store.block(height) is not None]


def test_nothing_goes_by_default(tmp_path: Path) -> None:
    bench = paying(new_home(tmp_path / "home"), [DAY, 60 * DAY, 120 * DAY])
    assert heights(bench.store) == [1, 2, 3]
    bench.close()


def test_old_blocks_go_with_all_that_stands_beside_them(tmp_path: Path) -> None:
    home = configured(new_home(tmp_path / "home"), retain_blocks=2)
    bench = paying(home, [1, 2, 3, 4])
    first = bench.store.receipts(1)
    assert first is not None
    identity = json.loads(first[0])["tx"]
    assert bench.store.place(identity) is not None
    bench.admit(bench.sender("alice").pay("bob", 10))
    bench.maker.make(START + AGE_MS + 4)
    assert heights(bench.store) == [4, 5]
    assert bench.store.receipts(1) is None
    assert bench.store.changes(3) is None
    assert bench.store.place(identity) is None
    bench.store.check_places()
    bench.close()
    again = Bench(home)  # links and records are checked at the start
    assert again.machine.height == 5
    again.close()


def test_a_block_younger_than_21_days_stays(tmp_path: Path) -> None:
    home = configured(new_home(tmp_path / "home"), retain_blocks=1)
    bench = paying(home, [1, 2, AGE_MS + 1])
    assert heights(bench.store) == [2, 3]
    bench.close()


def test_at_most_a_hundred_go_at_once(tmp_path: Path) -> None:
    home = configured(new_home(tmp_path / "home"), retain_blocks=1)
    bench = Bench(home)
    for number in range(1, AT_ONCE + 11):
        bench.maker.make(START + number)
    bench.maker.make(START + 2 * AGE_MS)
    assert heights(bench.store)[0] == AT_ONCE + 1
    bench.maker.make(START + 2 * AGE_MS + 1)
    assert heights(bench.store)[0] == AT_ONCE + 11
    bench.close()


def test_what_needs_every_block_says_who_has_them(tmp_path: Path) -> None:
    home = configured(new_home(tmp_path / "home"), retain_blocks=1)
    bench = paying(home, [1, 2, 3 + AGE_MS])
    with (tmp_path / "out").open("wb") as out, pytest.raises(BadConfig, match="ask an archive"):
        export_blocks(bench.opened, out)
    bench.close()
    with pytest.raises(BadConfig, match="no blocks up to 1"):
        replay(home)


def test_an_archive_keeps_every_block_and_every_value(tmp_path: Path) -> None:
    home = configured(new_home(tmp_path / "home"), retain_blocks=1, kind="archive")
    bench = paying(home, [1, 2, 3 + AGE_MS])
    assert heights(bench.store) == [1, 2, 3]
    bob = f"{address('bob')}/cny"
    start = queries.past_record(bench.store, "balance", bob, 0)["value"]
    found = [queries.past_record(bench.store, "balance", bob, h)["value"] for h in range(4)]
    assert found == [start, start + 10, start + 20, start + 30]
    told = queries.past_record(bench.store, "chain", "clock", 2)
    assert told == {"height": 2, "time": START + 2, "value": {"height": 2, "time": START + 2}}
    assert queries.past_record(bench.store, "account", address("alice"), 0)["value"] is None
    assert queries.status(bench.store)["kind"] == "archive"
    bench.close()


def test_refuses_a_height_that_is_not_kept(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home")
    bench = paying(home, [1, 2])
    with pytest.raises(HeightNotKept):
        queries.past_record(bench.store, "balance", "x", 1)
    bench.close()
    bench = paying(configured(home, kind="archive"), [3])
    with pytest.raises(HeightNotKept) as caught:
        queries.past_record(bench.store, "balance", "x", 1)
    assert caught.value.facts == {"height": 1, "first": 2, "last": 3}
    assert queries.past_record(bench.store, "chain", "clock", 2)["value"]["height"] == 2
    with pytest.raises(HeightNotKept):
        queries.past_record(bench.store, "balance", "x", 4)
    bench.close()


def test_an_archive_that_was_none_for_a_while_begins_anew(tmp_path: Path) -> None:
    home = configured(new_home(tmp_path / "home"), kind="archive")
    paying(home, [1]).close()
    paying(configured(home, kind="full"), [2]).close()
    bench = paying(configured(home, kind="archive"), [3])
    assert bench.store.history_from() == 2
    bench.close()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=3)))
def test_the_past_is_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[list[tuple[str, int]]]
) -> None:
    """Keys that begin alike, values that come and go: each height shows its own."""
    home = configured(new_home(tmp_path_factory.mktemp("past") / "home"), kind="archive")
    bench = Bench(home)
    names = {"a": "bob", "b": "carol", "c": "dora"}
    alice = bench.sender("alice")
    shown: list[dict[str, int]] = [balances(bench)]
    for block in blocks:
        bench.admit(*[alice.pay(names[who], amount + 1) for who, amount in block])
        bench.maker.make(bench.machine.time + 1)
        shown.append(balances(bench))
    for height, values in enumerate(shown):
        for place, value in values.items():
            assert queries.past_record(bench.store, "balance", place, height)["value"] == value
    bench.close()


def balances(bench: Bench) -> dict[str, int]:
    rows = bench.store.range(b"balance\0", b"")
    return {key.partition(b"\0")[2].decode(): int(value) for key, value in rows}


def test_a_commit_without_wishes_keeps_no_past() -> None:
    assert Keeping() == (False, False, 0)


def test_the_scrub_goes_on_where_the_writer_drops_what_it_has_not_read(tmp_path: Path) -> None:
    home = configured(new_home(tmp_path / "home"), retain_blocks=2)
    bench = paying(home, [1, 2, 3, 4])
    reading = bench.store.check_places()
    next(reading)
    bench.maker.make(START + AGE_MS + 60_000)
    assert bench.store.block(2) is None
    assert len(list(reading)) == 3
    bench.close()
