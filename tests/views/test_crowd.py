"""Ten thousand transactions: the check finds every table equal, and a rebuild beside readers.

The chain is a market under way, made without signatures, as the bench of the read model makes it.
"""

import importlib.util
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from ctn.views import queries, tables
from ctn.views.build import build, check, fold_all, head_of, rebuild
from ctn.views.condition import Condition
from ctn.views.fold import Block, Fold
from ctn.views.reader import Reader
from ctn.views.refusals import ViewRefusal
from ctn.views.rows import Rows
from ctn.views.shelf import CURRENT, NEXT, Shelf
from ctn.views.writer import Writer
from tests.views.lives import LifeFeed
from tests.views.test_build import hashes, never
from tests.views.test_writer import wait_for

BENCH = Path(__file__).parents[2] / "bench"
TRADERS, BLOCKS, EACH = 400, 100, 100
WAIT = 0.02


def bench() -> Any:
    """The bench of the read model, which knows how to make such a chain."""
    sys.path.insert(0, str(BENCH))
    try:
        spec = importlib.util.spec_from_file_location("bench_views", BENCH / "views.py")
        assert spec is not None
        assert spec.loader is not None
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        return made
    finally:
        sys.path.remove(str(BENCH))


@pytest.fixture(scope="module", name="crowd")
def _crowd() -> LifeFeed:
    """The feed of ten thousand orders."""
    chain = bench().made(TRADERS, BLOCKS, EACH)
    assert chain.transactions == BLOCKS * EACH
    return LifeFeed(chain.genesis, chain.frames)


class Growing(LifeFeed):
    """A feed whose blocks keep coming while somebody follows."""

    def __init__(self, whole: LifeFeed, head: int) -> None:
        super().__init__(whole.founding, whole.frames)
        self.head = head
        self.is_over = False

    def follow(self, height: int) -> Iterator[list[Block]]:
        """What there is, then each block as it is made."""
        while not self.is_over:
            if height <= self.head:
                yield [self.block(height)]
                height += 1
            else:
                time.sleep(WAIT)
                yield []


def test_the_check_is_equal_after_ten_thousand_transactions(
    shelf: Shelf, crowd: LifeFeed
) -> None:
    build(shelf, "1", crowd, until=crowd.head // 2, told=never)
    connection = shelf.writing("1")
    fold = Fold(Rows(connection), head_of(connection))
    for height in range(crowd.head // 2 + 1, crowd.head + 1):
        fold_all(shelf, connection, [crowd.block(height)], fold=fold, told=never)
    connection.close()
    shelf.name(CURRENT, "1")
    checked = check(shelf, crowd, never)
    assert checked is not None
    assert (checked.height, checked.different) == (crowd.head, [])
    assert checked.served["transactions"][0] == BLOCKS * EACH
    assert checked.served["trades"][0] > 1_000


class Crowd:
    """Readers that ask without a pause, each answer of one height, until they are told to stop."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.editions: set[str] = set()
        self.heights: list[int] = []
        self.failures: list[BaseException] = []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._read) for _ in range(2)]

    def _read(self) -> None:
        newest = select(func.max(tables.blocks.c.height))
        told = select(func.max(tables.transactions.c.height))
        total = select(func.sum(tables.balances.c.amount)).where(tables.balances.c.asset == "cny")
        try:
            while not self.is_over.is_set():
                with self.reader.view() as view:
                    seen = view.tuples(newest)[0][0], view.tuples(told)[0][0]
                    assert seen == (view.height, view.height)
                    assert view.tuples(total)[0][0] == 0
                    assert queries.blocks(view).rows[0]["time"] == view.time
                    self.heights.append(view.height)
                    self.editions.add(view.edition)
        except (AssertionError, ViewRefusal) as error:
            self.failures.append(error)

    def stop(self) -> None:
        """Let each finish its answer."""
        self.is_over.set()
        for thread in self.threads:
            thread.join()


def test_a_rebuild_beside_readers_while_blocks_keep_coming_gives_equal_tables(
    shelf: Shelf, crowd: LifeFeed
) -> None:
    feed = Growing(crowd, crowd.head - 60)
    build(shelf, "1", feed, until=feed.head, told=never)
    shelf.name(CURRENT, "1")
    condition = Condition(is_good=False)
    writer = Writer(Path("nowhere"), shelf, condition)
    writer.feed = feed
    writer.reader = Reader(shelf, condition)
    asking = Crowd(writer.reader)
    writer.start()
    try:
        wait_for(lambda: condition.served >= 0)
        for thread in asking.threads:
            thread.start()
        makes = threading.Thread(target=grow, args=(feed, crowd.head))
        makes.start()
        made = rebuild(shelf, feed, never)
        assert made.height < crowd.head
        makes.join()
        wait_for(lambda: condition.served == crowd.head and condition.edition == made.edition)
        wait_for(lambda: made.edition in asking.editions)
    finally:
        asking.stop()
        feed.is_over = True
        writer.stop()
        writer.reader.close()
    assert asking.failures == []
    assert asking.editions == {"1", made.edition}
    assert min(asking.heights) <= made.height < max(asking.heights)
    assert (shelf.named(CURRENT), shelf.named(NEXT), shelf.editions()) == ("2", None, ["2"])
    build(shelf, "3", crowd, until=None, told=never)
    assert hashes(shelf, "2") == hashes(shelf, "3")


def grow(feed: Growing, head: int) -> None:
    """One block after another, to the end."""
    while feed.head < head:
        time.sleep(WAIT)
        feed.head += 1
