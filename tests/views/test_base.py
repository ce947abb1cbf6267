"""Where the past begins: kept from a height on, or from the engine's own records (thallo.md 3)."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from ctn.views import carbon, market, queries, tables
from ctn.views.base import Base, Records
from ctn.views.build import build, check, fold_all, head_of, rebuild, table_hashes
from ctn.views.condition import Condition
from ctn.views.feed import Feed
from ctn.views.fold import Block, Fold
from ctn.views.pages import Slice
from ctn.views.reader import Reader, View
from ctn.views.refusals import HeightNotKept, ViewsBroken
from ctn.views.rows import Rows
from ctn.views.shelf import CURRENT, Shelf, shelf_of
from ctn.views.writer import start_views
from tests.api.chains import running
from tests.properties.flow import NAME
from tests.views.lives import LifeFeed
from tests.views.test_build import never
from tests.views.test_writer import submit, wait_for
from tests.worlds import Person

MIDDLE, LATE = 200, 260
# Told by events alone, so of the time before the first block they cannot be.
PAST = (
    "meta", "blocks", "transactions", "events", "account_history", "balance_changes",
    "interval_history", "lineage", "orders", "trades", "candles", "tickers", "batch_changes",
    "certificate_changes", "project_changes", "standing_changes", "epochs",
)  # fmt: skip


class LaterFeed(LifeFeed):
    """The feed of an engine that has records of a height, and blocks from another one on."""

    def __init__(self, whole: LifeFeed, first: int, records_at: int) -> None:
        super().__init__(whole.founding, whole.frames)
        self.oldest = first
        self.records_at = records_at

    def first(self) -> int:
        """The first block that is left."""
        return self.oldest

    def link(self, height: int) -> str | None:
        """The hash of a block that is left."""
        return super().link(height) if height >= self.oldest else None

    def snapshot(self) -> tuple[Base, Iterator[Records]]:
        """All records of the height, as changes made them."""
        found = {
            (table, place): msgspec.Raw(msgspec.json.encode(value))
            for table, place, value in self.founding.records
        } | {
            ("param", name): msgspec.Raw(msgspec.json.encode(value))
            for name, value in self.founding.params.items()
        }
        for height in range(1, self.records_at + 1):
            for table, place, raw in self.block(height).changes:
                found[table, place] = raw
        rows = [(*key, raw) for key, raw in sorted(found.items()) if bytes(raw) != b"null"]
        link = LifeFeed.link(self, self.records_at)
        assert link is not None
        time = self.block(self.records_at).header["time"]
        parts = iter([rows[start : start + 1_000] for start in range(0, len(rows), 1_000)])
        return Base(self.records_at, link, time), parts

    def follow(self, height: int) -> Iterator[list[Block]]:
        """What is left."""
        assert height >= self.oldest
        return super().follow(height)


def viewed(shelf: Shelf, edition: str, keep_from: int = 0) -> Iterator[View]:
    condition = Condition()
    condition.serving(edition, 0)
    reader = Reader(shelf, condition, keep_from)
    with reader.view(600) as view:
        yield view
    reader.close()


def records_of(shelf: Shelf, edition: str) -> dict[str, tuple[int, str]]:
    connection = shelf.reading(edition, lambda: False)
    found = table_hashes(connection)
    connection.close()
    return {name: pair for name, pair in found.items() if name not in PAST}


def state_at(view: View, height: int) -> list[object]:
    """What the past answers of a height."""
    at = str(height)
    accounts = [row[0] for row in view.tuples(
        tables.balances.select().with_only_columns(tables.balances.c.account).distinct()
        .order_by(tables.balances.c.account)
    )]  # fmt: skip
    pieces = carbon.intervals(view, at=at, part=Slice(first=100)).rows
    plain = [{name: row[name] for name in row if name != "from_height"} for row in pieces]
    ended = carbon.certificates(view, at=at, part=Slice(first=100)).rows
    held = [queries.balances(view, account, at) for account in accounts]
    return [held, plain, ended, [queries.standing(view, account, at) for account in accounts]]


def same_past(shelf: Shelf, height: int) -> None:
    for one in viewed(shelf, "1"):
        for other in viewed(shelf, "2"):
            assert state_at(one, height) == state_at(other, height)


def test_a_past_kept_from_a_height_on_is_equal_from_there_and_refused_before(
    shelf: Shelf, feed: LifeFeed
) -> None:
    build(shelf, "1", feed, until=None, told=never)
    head = build(shelf, "2", feed.keeping(MIDDLE), until=None, told=never)
    assert (head.height, head.keep_from) == (feed.head, MIDDLE)
    assert records_of(shelf, "1") == records_of(shelf, "2")
    for height in (MIDDLE, MIDDLE + 1, LATE, feed.head):
        same_past(shelf, height)
    for view in viewed(shelf, "2"):
        with pytest.raises(HeightNotKept) as caught:
            queries.balances(view, Person("alice").address, str(MIDDLE - 1))
        assert caught.value.facts["keep_from"] == MIDDLE
        oldest = queries.blocks(view, sort="oldest").rows[:2]
        assert [row["height"] for row in oldest] == [MIDDLE - 1, MIDDLE]
        trades = market.trades(view, sort="oldest").rows
        assert trades[0]["height"] >= MIDDLE
        books = [market.queue(view, NAME, side) for side in ("buy", "sell")]
    for view in viewed(shelf, "1"):
        whole = [market.queue(view, NAME, side) for side in ("buy", "sell")]
    known = ("no", "open", "shown", "price", "state", "time", "height", "via")
    assert [[[row[name] for name in known] for row in side] for side in books] == [
        [[row[name] for name in known] for row in side] for side in whole
    ]


def test_an_edition_that_keeps_less_goes_on_live_and_is_checked(
    shelf: Shelf, feed: LifeFeed
) -> None:
    build(shelf, "1", feed.keeping(MIDDLE), until=LATE, told=never)
    connection = shelf.writing("1")
    fold = Fold(Rows(connection), head_of(connection))
    blocks = [feed.block(height) for height in range(LATE + 1, feed.head + 1)]
    fold_all(shelf, connection, blocks, fold=fold, told=never)
    connection.close()
    shelf.name(CURRENT, "1")
    checked = check(shelf, feed, never)
    assert checked is not None
    assert (checked.height, checked.different) == (feed.head, [])


@pytest.mark.parametrize("first", [MIDDLE, LATE + 1])
def test_records_of_the_engine_stand_for_blocks_that_it_no_longer_has(
    shelf: Shelf, feed: LifeFeed, first: int
) -> None:
    build(shelf, "1", feed, until=None, told=never)
    later = LaterFeed(feed, first, LATE)
    head = build(shelf, "2", later, until=None, told=never)
    assert (head.height, head.keep_from) == (feed.head, LATE)
    assert records_of(shelf, "1") == records_of(shelf, "2")
    for height in (LATE, LATE + 1, feed.head):
        same_past(shelf, height)
    for view in viewed(shelf, "2"):
        with pytest.raises(HeightNotKept):
            queries.balances(view, Person("alice").address, str(LATE - 1))
        oldest = queries.transactions(view, sort="oldest").rows[0]["height"]
        assert first <= oldest <= first + 3
    shelf.name(CURRENT, "2")
    with pytest.raises(ViewsBroken):
        check(shelf, later, never)


class Headless(Feed):
    """A real engine that says that it no longer has its first block."""

    def first(self) -> int:
        """The second one."""
        return 2


def test_a_real_engine_gives_all_its_records_of_one_height(tmp_path: Path) -> None:
    with running(tmp_path) as chain:
        for sequence in range(3):
            submit(chain, sequence)
        shelf = shelf_of(tmp_path)
        build(shelf, "1", Feed(tmp_path, lambda: False), until=None, told=never)
        head = build(shelf, "2", Headless(tmp_path, lambda: False), until=None, told=never)
        assert head.keep_from == head.height
        assert records_of(shelf, "1") == records_of(shelf, "2")
        for view in viewed(shelf, "2"):
            assert queries.transactions(view).rows[-1]["height"] >= 2


def test_the_home_says_from_where_the_past_is_kept(tmp_path: Path) -> None:
    with running(tmp_path) as chain:
        found = [submit(chain, sequence) for sequence in range(3)]
        shelf, feed = shelf_of(tmp_path), Feed(tmp_path, lambda: False)
        assert feed.keep_from() == 0
        assert feed.first() == 1
        rebuild(shelf, feed, never)
        keep_from = found[-1]["height"]
        config = tmp_path / "config" / "node.toml"
        kept = config.read_text()
        assert "keep_from = 1" in kept
        config.write_text(kept.replace("keep_from = 1", f"keep_from = {keep_from}"))
        views = start_views(tmp_path)
        wait_for(lambda: views.condition.height >= keep_from)
        with views.reader.view() as view:
            assert view.head.keep_from == keep_from
            with pytest.raises(HeightNotKept):
                queries.balances(view, Person("bob").address, str(keep_from - 1))
            assert queries.balances(view, Person("bob").address, str(keep_from))
        views.close()
        assert rebuild(shelf, feed, never).edition == "2"
        config.write_text(kept)  # a longer past again: what is there is too short
        views = start_views(tmp_path)
        wait_for(lambda: views.condition.edition == "3")
        with views.reader.view() as view:
            assert queries.balances(view, Person("bob").address, "0")
        views.close()
