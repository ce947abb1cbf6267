"""A follower's book: frames in order, gaps, wrong checksums, fresh snapshots (market.md 13)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.client.feed import Book
from ctn.modules.market.feed import changed_rows, checksum

NAME = "cea24-cny"
Rows = list[tuple[int, int]]
BIDS: Rows = [(60_500, 900_000_000), (60_000, 120_000_000)]
ASKS: Rows = [(61_500, 40_000_000), (62_000, 500_000_000)]
VECTOR = 2_353_058_364


def snapshot(bids: Rows, asks: Rows, *, height: int = 1, seq: int = 1) -> dict[str, Any]:
    return {
        "instrument": NAME, "height": height, "seq": seq, "phase": "open", "bids": bids,
        "asks": asks, "checksum": checksum(bids, asks),
    }  # fmt: skip


def frame(before: tuple[Rows, Rows], after: tuple[Rows, Rows], *, at: int) -> dict[str, Any]:
    """The frame of block `at`, which raises the feed's sequence by one."""
    return {
        "instrument": NAME, "height": at, "seq_prev": at - 1, "seq": at, "phase": "open",
        "bids": changed_rows(before[0], after[0]), "asks": changed_rows(before[1], after[1]),
        "trades": [], "checksum": checksum(*after),
    }  # fmt: skip


def test_the_vector_of_the_checksum_is_taken() -> None:
    book = Book(NAME)
    assert book.take(snapshot(BIDS, ASKS) | {"checksum": VECTOR})
    assert (book.bids, book.asks) == (BIDS, ASKS)


def test_a_frame_before_the_first_snapshot_needs_one() -> None:
    book = Book(NAME)
    assert not book.take(frame(([], []), (BIDS, ASKS), at=2))
    assert book.take(snapshot(BIDS, ASKS, height=2, seq=2))


def test_a_frame_changes_levels_and_removes_those_that_are_0() -> None:
    book = Book(NAME)
    book.take(snapshot(BIDS, ASKS))
    after: tuple[Rows, Rows] = ([(60_700, 1), (60_500, 5)], ASKS[1:])
    assert book.take(frame((BIDS, ASKS), after, at=2))
    assert (book.bids, book.asks, book.seq, book.height) == (*after, 2, 2)


def test_a_gap_needs_a_snapshot_and_goes_on_from_it() -> None:
    book = Book(NAME)
    book.take(snapshot(BIDS, ASKS))
    steps = [(BIDS, ASKS), (BIDS[1:], ASKS), (BIDS, []), (BIDS, ASKS[:1])]
    assert not book.take(frame(steps[1], steps[2], at=3))
    assert not book.take(frame(steps[2], steps[3], at=4))
    assert book.take(snapshot(*steps[2], height=3, seq=3))
    assert book.take(frame(steps[2], steps[3], at=4))
    assert (book.bids, book.asks) == steps[3]


def test_a_wrong_checksum_needs_a_snapshot() -> None:
    book = Book(NAME)
    book.take(snapshot(BIDS, ASKS))
    wrong = frame((BIDS, ASKS), (BIDS[1:], ASKS), at=2) | {"checksum": 1}
    assert not book.take(wrong)
    assert not book.take(frame((BIDS[1:], ASKS), (BIDS, ASKS), at=3))
    assert book.take(snapshot(BIDS, ASKS, height=3, seq=3))


def test_a_snapshot_with_a_wrong_checksum_is_not_taken() -> None:
    book = Book(NAME)
    assert not book.take(snapshot(BIDS, ASKS) | {"checksum": 1})
    assert book.seq == -1


def test_what_is_older_than_the_book_changes_nothing() -> None:
    book = Book(NAME)
    book.take(snapshot(BIDS, ASKS, height=5, seq=5))
    assert book.take(frame(([], []), ([], []), at=4))
    assert book.take(snapshot([], [], height=4, seq=4))
    assert (book.bids, book.seq) == (BIDS, 5)


def test_another_instrument_changes_nothing() -> None:
    book = Book(NAME)
    book.take(snapshot(BIDS, ASKS))
    assert book.take(snapshot([], [], height=9, seq=9) | {"instrument": "other"})
    assert book.bids == BIDS


def test_a_frame_of_a_new_phase_alone_goes_on() -> None:
    book = Book(NAME)
    book.take(snapshot(BIDS, ASKS))
    silent = frame((BIDS, ASKS), (BIDS, ASKS), at=2) | {"seq": 1, "phase": "closed"}
    assert book.take(silent)
    assert (book.phase, book.seq, book.height) == ("closed", 1, 2)


def test_what_is_no_message_of_a_feed_is_an_error() -> None:
    with pytest.raises(KeyError):
        Book(NAME).take({"instrument": NAME})


def sides(levels: dict[int, int]) -> tuple[Rows, Rows]:
    """Prices below 50 are bids, the others asks."""
    bids = sorted([row for row in levels.items() if row[0] < 50], reverse=True)
    return bids, sorted([row for row in levels.items() if row[0] >= 50])


Levels = st.dictionaries(st.integers(1, 99), st.integers(1, 9), max_size=30)


@settings(max_examples=30)
@given(st.lists(Levels, min_size=2, max_size=8), st.sets(st.integers(1, 8)))
def test_whatever_is_lost_the_end_equals_the_book(
    books: list[dict[int, int]], lost: set[int]
) -> None:
    steps = [sides(levels) for levels in books]
    book = Book(NAME)
    book.take(snapshot(*steps[0], height=0, seq=0))
    for at in range(1, len(steps)):
        if at in lost and at < len(steps) - 1:
            continue
        if not book.take(frame(steps[at - 1], steps[at], at=at)):
            assert book.take(snapshot(*steps[at], height=at, seq=at))
    assert (book.bids, book.asks) == steps[-1]
    assert book.seq == len(steps) - 1
