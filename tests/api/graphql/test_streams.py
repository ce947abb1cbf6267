"""Streams lose nothing: whatever is late, cut off or bogus, each follower hears all of its own."""

import asyncio
from collections.abc import Coroutine
from itertools import pairwise
from typing import Any

import pytest

from ctn.api.app import graphql_of
from ctn.api.graphql import following, streams
from ctn.api.graphql.following import Follower, Key, Left, Told
from ctn.api.graphql.news import KINDS
from ctn.api.graphql.streams import Streams
from ctn.api.refusals import NotFound, TooManyStreams
from ctn.kernel.refusal import Malformed
from ctn.views.refusals import Deadline
from tests.api.graphql.worlds import NAME, Platform
from tests.worlds import Person

FRAMES: Key = ("frames", NAME)
TRADES: Key = ("trades", NAME)
ALICE: Key = ("accountChanged", Person("alice").address)


class Standing(Streams):
    """Streams that move only when they are told to."""

    def _start(self) -> None:
        """Nothing watches the tables."""

    async def move(self) -> None:
        """One look at the tables."""
        async with self._lock:
            await self._move()


@pytest.fixture
def standing(market: Platform) -> Standing:
    graphql = graphql_of(market.app)
    assert graphql is not None
    return Standing(graphql.runner)


class Reader(Follower):
    """A follower that keeps what it is told."""

    def __init__(self, client: str = "") -> None:
        self.told: list[Told] = []
        super().__init__(self.told.append, client)

    def values(self) -> list[dict[str, Any]]:
        """The changes after the first snapshot."""
        return [told.value for told in self.told[1:]]


def run(market: Platform, work: Coroutine[Any, Any, Any]) -> Any:
    return market.runner.run(work)


def is_whole(reader: Reader) -> bool:
    """Whether each frame goes on from the one before."""
    values = [told.value for told in reader.told]
    return all(b["seq_prev"] == a["seq"] for a, b in pairwise(values))


def late(monkeypatch: pytest.MonkeyPatch, kind: str, part: str, times: int) -> list[int]:
    """A kind of stream whose statements end for their time, so often; counted."""
    made: list[int] = []
    usual = getattr(KINDS[kind], part)

    def read(*arguments: Any) -> Any:
        made.append(1)
        if len(made) <= times:
            raise Deadline()
        return usual(*arguments)

    monkeypatch.setitem(KINDS, kind, KINDS[kind]._replace(**{part: read}))
    return made


def test_a_stream_that_is_late_costs_no_other_a_message_and_tells_its_own_later(
    market: Platform, standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "REST_SECONDS", 0.0)
    late(monkeypatch, "trades", "change", 4)
    first, slow, last = Reader(), Reader(), Reader()
    for key, reader in ((FRAMES, first), (TRADES, slow), (ALICE, last)):
        run(market, standing.follow(key, reader, None))
    for _ in range(3):
        market.trade()
        run(market, standing.move())
    assert len(first.values()) == len(last.values()) == 3
    assert is_whole(first)
    numbers = [trade["no"] for value in slow.values() for trade in value["trades"]]
    assert len(numbers) == 3
    assert numbers == list(range(numbers[0], numbers[0] + 3))


def test_a_stream_that_is_late_by_itself_rests_longer_each_time(
    market: Platform, standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = late(monkeypatch, "trades", "change", 1_000)
    run(market, standing.follow(TRADES, Reader(), None))
    market.trade()
    for _ in range(3):
        run(market, standing.move())
    assert len(made) == 1
    stream = standing.streams[TRADES]
    rested = [stream.rested]
    for _ in range(8):
        stream.rests_until = 0.0
        run(market, standing.move())
        rested.append(stream.rested)
    assert rested == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]


def test_who_follows_later_takes_no_message_from_those_before_even_when_refused(
    market: Platform, standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Reader()
    run(market, standing.follow(FRAMES, first, None))
    late(monkeypatch, "frames", "whole", 1)
    stream = standing.streams[FRAMES]
    stream.kind = KINDS["frames"]
    market.trade()
    with pytest.raises(Deadline):
        run(market, standing.follow(FRAMES, Reader(), None))
    market.trade()
    run(market, standing.move())
    assert len(first.values()) == 2
    assert is_whole(first)


def test_who_is_cut_off_while_beginning_takes_no_message_from_the_others(
    market: Platform, standing: Standing
) -> None:
    first, gone = Reader(), Reader()
    run(market, standing.follow(FRAMES, first, None))
    market.trade()

    async def begin_and_go() -> None:
        task = asyncio.create_task(standing.follow(FRAMES, gone, None))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        standing.leave(FRAMES, gone)
        await asyncio.gather(task, return_exceptions=True)
        async with standing._lock:
            pass

    run(market, begin_and_go())
    market.trade()
    run(market, standing.move())
    assert len(first.values()) == 2
    assert is_whole(first)
    assert gone.told == []
    assert list(standing.streams[FRAMES].followers) == [first]


def test_who_is_too_far_behind_is_told_all_anew(
    market: Platform, standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ITEMS_MAX", 1)
    reader = Reader()
    run(market, standing.follow(FRAMES, reader, None))
    market.trade()
    run(market, standing.move())
    (anew,) = reader.values()
    assert (anew["snapshot"], anew["resnapshot"]) == (True, True)
    assert not standing.streams[FRAMES].reaches(reader.told[0].height)


@pytest.mark.parametrize("kind", ["frames", "trades"])
def test_an_instrument_that_there_is_not_is_not_followed(
    market: Platform, standing: Standing, kind: str
) -> None:
    with pytest.raises(NotFound):
        run(market, standing.follow((kind, "no-such"), Reader(), None))
    with pytest.raises(NotFound):
        run(market, standing.follow(("candles", "no-such", "1m"), Reader(), None))
    assert standing.streams == {}


@pytest.mark.parametrize("identity", ["", "a" * 63, "A" * 64, "a" * 65, "a" * 64 + "\n"])
def test_what_is_no_id_of_a_transaction_is_not_followed(
    market: Platform, standing: Standing, identity: str
) -> None:
    with pytest.raises(Malformed):
        run(market, standing.follow(("transaction", identity), Reader(), None))
    run(market, standing.follow(("transaction", "a" * 64), Reader(), None))


def test_an_address_and_a_node_follow_so_much_at_once(
    market: Platform, standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PER_ADDRESS_MAX", 2)
    readers = [Reader("198.51.100.1") for _ in range(2)]
    for reader in readers:
        run(market, standing.follow(FRAMES, reader, None))
    with pytest.raises(TooManyStreams):
        run(market, standing.follow(FRAMES, Reader("198.51.100.1"), None))
    run(market, standing.follow(FRAMES, Reader("198.51.100.2"), None))
    standing.leave(FRAMES, readers[0])
    run(market, standing.follow(FRAMES, Reader("198.51.100.1"), None))
    monkeypatch.setattr(streams, "STREAMS_MAX", 1)
    with pytest.raises(TooManyStreams):
        run(market, standing.follow(TRADES, Reader("198.51.100.3"), None))


def test_an_address_leaves_few_streams_behind_and_its_oldest_end(
    market: Platform, standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LEFT_PER_ADDRESS", 2)
    other = Reader("198.51.100.2")
    run(market, standing.follow(FRAMES, other, None))
    standing.leave(FRAMES, other)
    for number in range(4):
        key = ("transaction", f"{number}" * 64)
        reader = Reader("198.51.100.1")
        run(market, standing.follow(key, reader, None))
        standing.leave(key, reader)
    assert list(standing.streams) == [FRAMES, ("transaction", "2" * 64), ("transaction", "3" * 64)]


def test_what_is_left_is_kept_for_its_time_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    left = Left()
    assert left.by(FRAMES, "a") == []
    assert left.by(TRADES, "b") == []
    assert left.over() == []
    left.back(TRADES)
    monkeypatch.setattr(following, "KEPT_SECONDS", -1)
    assert left.over() == [FRAMES]
    assert left.over() == []
    monkeypatch.setattr(following, "LEFT_MAX", 1)
    left.by(FRAMES, "a")
    assert left.by(ALICE, "b") == [FRAMES]


def test_a_stream_that_breaks_does_not_stop_the_others(
    market: Platform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    graphql = graphql_of(market.app)
    assert graphql is not None
    moving = Streams(graphql.runner)
    first, last = Reader(), Reader()
    run(market, moving.follow(TRADES, first, None))
    run(market, moving.follow(FRAMES, last, None))

    def broken(*_arguments: Any) -> Any:
        raise RuntimeError("a bug")

    moving.streams[TRADES].kind = KINDS["trades"]._replace(change=broken)
    market.trade()
    height = market.views.condition.served

    async def heard() -> None:
        async with asyncio.timeout(8):
            while last.told[-1].height < height:
                await asyncio.sleep(0.05)

    run(market, heard())
    assert is_whole(last)
    assert "a bug" in capsys.readouterr().err
    moving.streams[TRADES].kind = KINDS["trades"]
    moving.streams[TRADES].rests_until = 0.0
    run(market, asyncio.sleep(1.5))
    assert len(first.values()) == 1
    run(market, moving.stop())


def test_a_message_is_kept_as_few_documents_ask_for_it() -> None:
    told = Told(1, {}, 0, {})
    first = told.written_for("a")
    assert told.written_for("a") is first
    for number in range(following.WRITTEN_MAX):
        told.written_for(number)
    assert len(told.written) == following.WRITTEN_MAX
    assert told.written_for("a") is not first
