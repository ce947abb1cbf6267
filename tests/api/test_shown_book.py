"""An order that is over leaves the shown book at once, though it waits in the state (2.2)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ctn.api.frames import Frame, Frames
from ctn.api.graphql.news import KINDS, news_of
from ctn.client.feed import Book
from ctn.kernel.tx import Tx
from ctn.machine import Outcome
from ctn.modules.market.feed import applied_rows
from ctn.modules.market.records import InstrumentState
from ctn.views import market
from ctn.views.build import build, fold_all, head_of
from ctn.views.condition import Condition
from ctn.views.fold import Fold
from ctn.views.reader import Reader, View
from ctn.views.rows import Rows
from ctn.views.shelf import CURRENT, FileShelf
from tests.modules.market.worlds import CROWD, NAME, TONNE, MarketWorld, buy, replace, rested, state
from tests.views.lives import Recorded, feed_of
from tests.views.test_build import never
from tests.worlds import DAY, START

LEFT = 300  # more are over than a block takes out
EARLY, FAR = 50_000, 60_000


class RecordedMarket(MarketWorld):
    """A market that writes down each block as its feed would tell it."""

    genesis = Recorded.genesis
    _frame = Recorded._frame

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[bytes] = []
        self.previous = ""
        self.people_of = [self.trader(f"trader {no}") for no in range(CROWD // 200 + 3)]
        self.seller = self.trader("seller", tonnes=10)

    def outcome(self, txs: list[Tx]) -> Outcome:
        """A block as always, written down."""
        outcome = super().outcome(txs)
        self.frames.append(self._frame(outcome))  # type: ignore[misc, arg-type]
        return outcome

    def crowd(self, **changes: Any) -> None:
        """More bids than a block takes out, and one that stays."""
        bids = [
            rested(1 + no, self.people_of[no // 200], "buy", FAR, **changes)
            for no in range(CROWD + LEFT)
        ]
        stays = rested(5_000, self.people_of[-1], "buy", EARLY)
        self.resting(*bids, stays, rested(5_001, self.seller, "sell", 54_000 + FAR // 2))


class Seen:
    """What the public reads after each block, and what a follower made of the frames."""

    def __init__(self, folder: Path, world: RecordedMarket, start: int) -> None:
        self.feed = feed_of(world)  # type: ignore[arg-type]
        self.shelf = FileShelf(folder)
        build(self.shelf, "1", self.feed, until=start, told=never)
        self.shelf.name(CURRENT, "1")
        self.writing = self.shelf.writing("1")
        self.fold = Fold(Rows(self.writing), head_of(self.writing))
        self.reader = Reader(self.shelf, Condition())
        self.frames = Frames(self.reader, self.take)
        self.frames.seed()
        self.book = Book(NAME)
        self.book.take(self.snapshot())
        with self.view() as view:
            _whole, self.stream = KINDS["frames"].whole(view, (NAME,), None)
        self.streamed = list(self.stream.bids)

    def snapshot(self) -> Any:
        """The whole book as the feed tells it."""
        _head, data = self.frames.snapshot(NAME)
        assert data is not None
        return json.loads(data)

    def take(self, frames: list[Frame]) -> None:
        """A follower takes the frames, and each must follow on the last with a right checksum."""
        for frame in frames:
            assert self.book.take(json.loads(frame.data)), "a gap or a wrong checksum"

    def go_on(self, height: int) -> None:
        """Fold the block of a height, and let the feed tell it."""
        block = self.feed.block(height)
        fold_all(self.shelf, self.writing, [block], fold=self.fold, told=never)
        assert self.frames.block(block)
        with self.view() as view:
            news = news_of(view, height - 1)
            told, self.stream = KINDS["frames"].change(news, (NAME,), self.stream)
        if told is not None:
            self.streamed = applied_rows(self.streamed, told["bids"], is_bid=True)

    @contextmanager
    def view(self) -> Iterator[View]:
        """The read model as after the last block."""
        with self.reader.view(60.0) as view:
            yield view

    def bids(self) -> list[tuple[int, int]]:
        """The bids in tonnes, which everything public must agree on."""
        with self.view() as view:
            levels = market.levels(view, NAME, "buy")
            book = market.order_book(view, NAME)
            orders = market.book_orders(view, NAME, 5_000)
            ticker = market.ticker(view, NAME)
        assert book is not None
        assert ticker is not None
        bids = [row for row in table_of(book, market.BOOK) if row["side"] == "buy"]
        assert [(row["price"], row["qty"]) for row in bids] == levels
        shown: dict[int, int] = {}
        for row in table_of(orders, market.BOOK_ORDERS):
            if row["side"] == "buy":
                shown[row["price"]] = shown.get(row["price"], 0) + row["shown"]
        assert sorted(shown.items(), reverse=True) == levels
        assert (ticker["bid"], ticker["bid_qty"]) == (levels[0] if levels else (None, None))
        assert [tuple(row) for row in self.snapshot()["bids"]] == levels
        assert self.book.bids == self.streamed == levels
        return [(price, qty // TONNE) for price, qty in levels]

    def close(self) -> None:
        """Leave the database."""
        self.writing.close()
        self.reader.close()


def table_of(made: dict[str, Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of an answer by columns."""
    turned = zip(*[made[name] for name in names], strict=True)
    return [dict(zip(names, row, strict=True)) for row in turned]


def states_left(world: RecordedMarket) -> int:
    """How many orders stand in the state."""
    return len(list(world.machine.state.source.range(b"order\0", b"")))


@pytest.mark.parametrize("start", [1, 2])
def test_bids_above_the_band_of_a_new_day_leave_the_shown_book_at_once(
    tmp_path: Path, start: int
) -> None:
    world = RecordedMarket()
    # The close before was 50,000, so the new day's band ends at 55,000.
    world.put(state(ref=EARLY, day_end=START + 1_500, day=START // DAY - 1))
    world.crowd()
    world.empty_block()  # at START + 1,000
    world.empty_block()  # the roll
    assert world.get(InstrumentState, NAME).high == 55_000
    assert states_left(world) > LEFT
    world.empty_block()
    assert states_left(world) == 2
    seen = Seen(tmp_path, world, start)
    if start == 1:
        assert seen.bids() == [(FAR, CROWD + LEFT), (EARLY, 1)]
        seen.go_on(2)
    assert seen.bids() == [(EARLY, 1)]
    seen.go_on(3)
    assert seen.bids() == [(EARLY, 1)]
    seen.close()


@pytest.mark.parametrize("start", [1, 2])
def test_orders_past_their_expiry_leave_the_shown_book_at_once(tmp_path: Path, start: int) -> None:
    world = RecordedMarket()
    world.crowd(tif="gtd", expires=START + 2_000)
    world.empty_block()
    world.empty_block()
    assert states_left(world) > LEFT
    world.accept(world.people_of[-1], buy(1, EARLY + 5_000))
    seen = Seen(tmp_path, world, start)
    if start == 1:
        assert seen.bids() == [(FAR, CROWD + LEFT), (EARLY, 1)]
        seen.go_on(2)
    assert seen.bids() == [(EARLY, 1)]
    seen.go_on(3)
    assert seen.bids() == [(EARLY + 5_000, 1), (EARLY, 1)]
    seen.close()


def test_an_order_that_moved_is_shown_past_its_first_expiry(tmp_path: Path) -> None:
    world = RecordedMarket()
    bob = world.people_of[0]
    world.resting(rested(1, bob, "buy", EARLY + 5_000, tif="gtd", expires=START + 2_500))
    world.empty_block()
    world.accept(bob, replace(1, expires=START + DAY))
    world.empty_block()
    world.empty_block()
    seen = Seen(tmp_path, world, 1)
    for height in (2, 3, 4):
        seen.go_on(height)
        assert seen.bids() == [(EARLY + 5_000, 1)]
    seen.close()


def test_a_block_of_a_chain_that_was_begun_anew_starts_anew_from_the_tables(
    tmp_path: Path,
) -> None:
    world = RecordedMarket()
    world.resting(rested(1, world.seller, "sell", EARLY))
    world.empty_block()
    world.empty_block()
    seen = Seen(tmp_path, world, 2)
    block = seen.feed.block(1)
    assert seen.frames.block(block)  # one that is known already
    block.header["chain"] = "another:0000000000000000"
    assert not seen.frames.block(block)
    seen.close()
