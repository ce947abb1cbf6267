"""An edition is a pure function of the feed: rebuilt = live = checked, on both databases."""

from itertools import islice

import pytest

from ctn.views.build import build, check, fold_all, head_of, rebuild, table_hashes
from ctn.views.fold import Fold
from ctn.views.refusals import ViewsBroken, ViewsInUse
from ctn.views.rows import Rows
from ctn.views.shelf import CURRENT, NEXT, Shelf
from tests.views.lives import LifeFeed


def never(_done: int, _of: int) -> None:
    """Tell nobody."""


def folded_live(shelf: Shelf, feed: LifeFeed, edition: str, *, together: int = 1) -> None:
    """Genesis, then the blocks some at a time, each time durable, with a restart in the middle."""
    build(shelf, edition, feed, until=0, told=never)
    for half in (range(1, feed.head // 2), range(feed.head // 2, feed.head + 1)):
        connection = shelf.writing(edition)
        fold = Fold(Rows(connection), head_of(connection))
        numbers = iter(half)
        while some := list(islice(numbers, together)):
            blocks = [feed.block(number) for number in some]
            fold_all(shelf, connection, blocks, fold=fold, told=never)
        connection.close()


def hashes(shelf: Shelf, edition: str) -> dict[str, tuple[int, str]]:
    connection = shelf.reading(edition, lambda: False)
    try:
        return table_hashes(connection)
    finally:
        connection.close()


def test_rebuilt_tables_equal_those_that_were_folded_live(shelf: Shelf, feed: LifeFeed) -> None:
    head = build(shelf, "1", feed, until=None, told=never)
    assert (head.height, head.block_hash) == (feed.head, feed.link(feed.head))
    folded_live(shelf, feed, "2")
    folded_live(shelf, feed, "3", together=7)
    rebuilt = hashes(shelf, "1")
    assert hashes(shelf, "2") == rebuilt
    assert hashes(shelf, "3") == rebuilt
    empty = {name for name, (count, _digest) in rebuilt.items() if count == 0}
    # What this life never met: rules of other registries, imports, amendments that stand, bugs.
    # Votes of guardians and closings are there for a while only, as is what decisions leave; few
    # recoveries are stopped.
    assert empty <= {
        "blocklists", "import_anchors", "amendments", "stuck", "recovery_votes", "closings",
        "recovery_stops", "outgoings", "locked_lots", "ballots", "param_changes", "stops",
        "upgrades", "reopenings", "guardian_locks", "pendings",
    }  # fmt: skip


def test_the_check_finds_one_changed_number(shelf: Shelf, feed: LifeFeed) -> None:
    build(shelf, "1", feed, until=None, told=never)
    assert check(shelf, feed, never) is None
    shelf.name(CURRENT, "1")
    checked = check(shelf, feed, never)
    assert checked is not None
    assert checked.different == []
    assert checked.height == feed.head
    connection = shelf.writing("1")
    connection.exec_driver_sql("UPDATE trades SET price = price + 1 WHERE no = 2")
    connection.commit()
    connection.close()
    checked = check(shelf, feed, never)
    assert checked is not None
    assert checked.different == ["trades"]
    assert shelf.editions() == ["1"]


def test_a_check_stops_at_the_height_that_is_served(shelf: Shelf, feed: LifeFeed) -> None:
    build(shelf, "1", feed, until=feed.head // 2, told=never)
    shelf.name(CURRENT, "1")
    checked = check(shelf, feed, never)
    assert checked is not None
    assert (checked.height, checked.different) == (feed.head // 2, [])


def test_a_rebuild_without_a_platform_puts_the_new_edition_forward(
    shelf: Shelf, feed: LifeFeed
) -> None:
    first = rebuild(shelf, feed, never)
    second = rebuild(shelf, feed, never)
    assert (first.edition, first.replaced) == ("1", None)
    assert (second.edition, second.replaced) == ("2", "1")
    assert shelf.editions() == ["2"]
    assert (shelf.named(CURRENT), shelf.named(NEXT)) == ("2", None)


def test_refuses_a_block_that_does_not_follow(shelf: Shelf, feed: LifeFeed) -> None:
    build(shelf, "1", feed, until=3, told=never)
    connection = shelf.writing("1")
    another = feed.block(4)
    another.header["previous"] = "00" * 32
    for block in (feed.block(5), feed.block(3), another):
        with pytest.raises(ViewsBroken):
            Fold(Rows(connection), head_of(connection)).block(block)
    connection.close()


def test_only_one_builds_and_only_one_writes(shelf: Shelf, feed: LifeFeed) -> None:
    held = shelf.lock("build")
    with pytest.raises(ViewsInUse):
        rebuild(shelf, feed, never)
    held.release()
    assert rebuild(shelf, feed, never).edition == "1"
