"""Reading: one request, one height; a bound on every wait; an edition goes with its last reader."""

import threading
import time
from itertools import islice

import pytest
from sqlalchemy import func, literal, select

from ctn.views import tables
from ctn.views.build import build, fold_all, head_of
from ctn.views.condition import Condition
from ctn.views.fold import Fold
from ctn.views.queries import blocks
from ctn.views.reader import Reader
from ctn.views.refusals import Behind, Busy, Deadline
from ctn.views.rows import Rows
from ctn.views.shelf import CURRENT, Shelf
from tests.views.lives import LifeFeed
from tests.views.test_build import never

_a, _b, _c = tables.events.alias(), tables.events.alias(), tables.events.alias()
ENDLESS = select(func.count()).select_from(
    _a.join(_b, literal(True)).join(_c, _a.c.number + _b.c.number + _c.c.number > 10**6)
)


def test_a_view_stays_at_its_height_while_blocks_are_folded(shelf: Shelf, feed: LifeFeed) -> None:
    build(shelf, "1", feed, until=10, told=never)
    shelf.name(CURRENT, "1")
    reader = Reader(shelf, Condition())
    writing = shelf.writing("1")
    fold = Fold(Rows(writing), head_of(writing))
    with reader.view() as view:
        some = [feed.block(number) for number in range(11, 20)]
        fold_all(shelf, writing, some, fold=fold, told=never)
        assert view.height == 10
        assert blocks(view).rows[0]["height"] == 10
        with reader.view() as later:
            assert later.height == blocks(later).rows[0]["height"] == 19
    writing.close()
    reader.close()


def test_nothing_is_read_before_an_edition_serves(shelf: Shelf) -> None:
    reader = Reader(shelf, Condition())
    with pytest.raises(Behind), reader.view():
        pass


def test_nothing_is_read_while_the_tables_do_not_follow_the_engine(served: Shelf) -> None:
    condition = Condition(is_good=False)
    reader = Reader(served, condition)
    condition.building(3, 9)
    with pytest.raises(Behind) as caught, reader.view():
        pass
    assert caught.value.facts == {"height": 3, "goal": 9}
    condition.serving("1", 9)
    with reader.view() as view:
        assert view.edition == "1"
    reader.close()


def test_a_statement_ends_when_the_time_of_its_request_is_up(served: Shelf) -> None:
    reader = Reader(served, Condition())
    start = time.monotonic()
    with reader.view(0.3) as view, pytest.raises(Deadline):
        view.tuples(ENDLESS)
    assert time.monotonic() - start < 5
    with reader.view(0) as view, pytest.raises(Deadline):
        view.rows(select(tables.params))
    with reader.view() as view:
        assert view.rows(select(tables.meta))
    reader.close()


def test_a_later_statement_has_only_what_its_request_has_left(served: Shelf) -> None:
    reader = Reader(served, Condition())
    with reader.view(0.5) as view:
        time.sleep(0.3)
        start = time.monotonic()
        with pytest.raises(Deadline):
            view.rows(ENDLESS)
        assert time.monotonic() - start < 2
    with reader.view(30) as view:
        # Longer than a request of its own may take, when its asker allows it.
        assert view.rows(select(tables.meta))
    reader.close()


def test_more_readers_than_connections_wait_and_are_then_refused(served: Shelf) -> None:
    reader = Reader(served, Condition())
    opened = [reader.view() for _ in range(served.readers)]
    for one in opened:
        one.__enter__()
    with pytest.raises(Busy), reader.view():
        pass
    opened[0].__exit__(None, None, None)
    with reader.view() as view:
        assert view.height > 0
    for one in opened[1:]:
        one.__exit__(None, None, None)
    reader.close()


def test_many_threads_read_at_once(served: Shelf, feed: LifeFeed) -> None:
    reader = Reader(served, Condition())
    seen: list[int] = []

    def read() -> None:
        for _ in islice(iter(int, 1), 5):
            with reader.view() as view:
                seen.append(blocks(view).rows[0]["height"])

    threads = [threading.Thread(target=read) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [feed.head] * 60
    reader.close()


def test_an_old_edition_goes_with_its_last_reader(shelf: Shelf, feed: LifeFeed) -> None:
    for edition in ("1", "2"):
        build(shelf, edition, feed, until=5, told=never)
    shelf.name(CURRENT, "1")
    reader = Reader(shelf, Condition())
    with reader.view() as old:
        shelf.name(CURRENT, "2")
        reader.leave("1", "2")
        assert shelf.editions() == ["1", "2"]
        assert blocks(old).rows[0]["height"] == 5
        with reader.view() as new:
            assert new.edition == "2"
    assert shelf.editions() == ["2"]
    reader.close()
