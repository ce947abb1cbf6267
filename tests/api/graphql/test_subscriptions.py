"""Following the ledger by socket: snapshot, changes, resume, limits (thallo.md 4.11)."""

import contextlib
import time
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from ctn.api import sockets as counting
from ctn.api.graphql import following, sockets
from ctn.modules.market.feed import applied_rows, checksum
from tests.api.graphql.worlds import (
    NAME,
    REF,
    TONNE,
    Follower,
    Platform,
    order,
    platform,
    served,
)
from tests.worlds import Person

FRAMES = "subscription($i: String!, $after: Height){frames(instrument: $i, after: $after)}"
BLOCKS = (
    "subscription($after: Height){blocks(after: $after)"
    "{height snapshot resnapshot blocks{height hash}}}"
)


@pytest.fixture(scope="module")
def address(market: Platform) -> Iterator[str]:
    """A served platform."""
    with served(market) as found:
        yield found


def test_a_snapshot_comes_first_and_then_each_change(market: Platform, address: str) -> None:
    reader = Follower(address).begin()
    reader.subscribe("1", BLOCKS)
    first = reader.data()
    assert (first["snapshot"], first["resnapshot"]) == (True, False)
    assert [block["height"] for block in first["blocks"]] == [first["height"]]
    market.pay()
    second = reader.data()
    assert second["snapshot"] is False
    assert second["height"] == first["height"] + 1
    reader.close()


def test_a_book_is_followed_and_ends_equal_to_a_fresh_snapshot(
    market: Platform, address: str
) -> None:
    reader = Follower(address).begin()
    reader.subscribe("1", FRAMES, i=NAME)
    book = reader.data()
    bids, asks, seq = book["bids"], book["asks"], book["seq"]
    for price, tonnes in ((REF, 2), (REF + 100, 1), (REF, 1)):
        market.send("bob", order("sell", price, tonnes))
    market.send("alice", order("buy", REF, 1))
    height = market.ask("{chain{height}}")["chain"]["height"]
    while book["height"] < height:
        book = reader.data()
        assert book["seq_prev"] == seq
        bids = applied_rows([tuple(row) for row in bids], book["bids"], is_bid=True)
        asks = applied_rows([tuple(row) for row in asks], book["asks"], is_bid=False)
        seq = book["seq"]
        assert book["checksum"] == checksum(bids, asks)
    assert book["trades"][0]["qty"] == TONNE
    other = Follower(address).begin()
    other.subscribe("1", FRAMES, i=NAME)
    fresh = other.data()
    assert [list(row) for row in asks] == fresh["asks"]
    assert fresh["seq"] == seq
    reader.close()
    other.close()


def test_resumes_from_a_height_without_a_gap(market: Platform, address: str) -> None:
    reader = Follower(address).begin()
    reader.subscribe("1", BLOCKS)
    seen = reader.data()["height"]
    reader.close()
    for _ in range(3):
        market.pay()
    again = Follower(address).begin()
    again.subscribe("1", BLOCKS, after=seen)
    told = [again.data() for _ in range(3)]
    assert [message["height"] for message in told] == [seen + 1, seen + 2, seen + 3]
    assert not any(message["snapshot"] for message in told)
    again.close()


def test_a_height_that_is_not_kept_gives_a_new_snapshot(market: Platform, address: str) -> None:
    reader = Follower(address).begin()
    reader.subscribe("1", FRAMES, i=NAME, after=2**40)
    first = reader.data()
    assert (first["snapshot"], first["resnapshot"]) == (True, True)
    reader.close()


def test_a_full_ring_forgets_its_oldest_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "RING_MESSAGES", 2)
    stream = following.Stream(("blocks",))
    stream.since = stream.height = 0
    for height in (1, 2, 3):
        stream.height = height
        stream.keep(following.Told(height, {}, 10, {}))
    assert [told.height for told in stream.ring] == [2, 3]
    assert stream.reaches(1)
    assert not stream.reaches(0)


def test_trades_candles_accounts_and_transactions_are_told(market: Platform, address: str) -> None:
    reader = Follower(address).begin()
    alice = Person("alice").address
    reader.subscribe("t", "subscription($i: String!){trades(instrument: $i){snapshot trades{qty "
                     "instrument{key}}}}", i=NAME)  # fmt: skip
    reader.data()
    reader.subscribe("c", "subscription($i: String!){candles(instrument: $i, interval: M1)"
                     "{snapshot candles}}", i=NAME)  # fmt: skip
    reader.data()
    reader.subscribe("a", "subscription($a: Address!){accountChanged(address: $a){snapshot "
                     "balances{amount} transactions}}", a=alice)  # fmt: skip
    assert reader.data()["transactions"] == []
    sent = market.trade(REF - 200)
    told = [reader.receive() for _ in range(3)]
    found = {message["id"]: message["payload"]["data"] for message in told}
    assert found["t"]["trades"]["trades"] == [{"qty": str(TONNE), "instrument": {"key": NAME}}]
    assert found["c"]["candles"]["candles"]["close"][-1] == REF - 200
    assert found["a"]["accountChanged"]["transactions"] == [sent["id"]]
    reader.subscribe("x", "subscription($t: ID!){transaction(id: $t){transaction{status}}}",
                     t=sent["id"])  # fmt: skip
    assert reader.data() == {"transaction": {"status": "APPLIED"}}
    reader.close()


def test_every_trade_of_a_block_is_told_however_many_there_are() -> None:
    with platform() as market, served(market) as address:
        for _ in range(15):
            market.send("bob", *[order("sell", REF, 1) for _ in range(4)])
        reader = Follower(address).begin()
        trades = "subscription($i: String!){trades(instrument: $i){trades{no}}}"
        reader.subscribe("t", trades, i=NAME)
        reader.data()
        watcher = Follower(address).begin()
        watcher.subscribe("f", FRAMES, i=NAME)
        watcher.data()
        market.send("alice", *[order("buy", REF, 20) for _ in range(3)])
        told, frame = reader.data()["trades"], watcher.data()["trades"]
        assert [trade["no"] for trade in told] == [trade["no"] for trade in frame]
        assert len(told) == 60
        reader.close()
        watcher.close()


def test_queries_and_errors_are_answered_and_complete(market: Platform, address: str) -> None:
    reader = Follower(address).begin()
    reader.subscribe("1", "{chain{name}}")
    assert reader.data()["name"] == market.chain.name
    assert reader.receive() == {"id": "1", "type": "complete"}
    reader.subscribe("2", "subscription{blocks{nothing}}")
    error = reader.receive()
    assert error["type"] == "error"
    assert error["payload"][0]["extensions"]["code"] == "invalid_document"
    reader.subscribe("3", 'subscription{blocks{height} frames(instrument: "a")}')
    assert reader.receive()["type"] == "error"
    reader.send({"type": "ping"})
    assert reader.receive() == {"type": "pong"}
    reader.close()


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (['{"type":"connection_init"}', '{"type":"connection_init"}'], 4429),
        (['{"type":"subscribe","id":"1","payload":{"query":"{chain{name}}"}}'], 4401),
        (["nothing"], 4400),
        (['{"type":"connection_init","type":"ping"}'], 4400),
        (['{"type":"start"}'], 4400),
        (['{"type":"connection_init"}', '{"type":"subscribe","payload":{}}'], 4400),
        ([" " * (97 * 1024)], 1009),
    ],
)
def test_closes_a_socket_that_breaks_the_protocol(
    market: Platform, address: str, messages: list[str], code: int
) -> None:
    reader = Follower(address)
    for message in messages:
        reader.send(message)
    assert reader.closed() == code


def test_an_id_is_used_once_at_a_time(market: Platform, address: str) -> None:
    reader = Follower(address).begin()
    reader.subscribe("1", BLOCKS)
    reader.data()
    reader.subscribe("1", BLOCKS)
    assert reader.closed() == 4409


def test_takes_the_one_protocol_alone(market: Platform, address: str) -> None:
    assert Follower(address, subprotocols=["graphql-ws"]).closed() == 4406


def test_closes_a_socket_that_does_not_begin(
    market: Platform, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "INIT_SECONDS", 0.2)
    assert Follower(address).closed() == 4408


def test_a_socket_holds_10_subscriptions(market: Platform, address: str) -> None:
    reader = Follower(address).begin()
    for number in range(10):
        reader.subscribe(str(number), BLOCKS)
        reader.data()
    reader.subscribe("11", BLOCKS)
    assert reader.receive()["payload"][0]["extensions"]["code"] == "too_many_streams"
    reader.send({"id": "0", "type": "complete"})
    reader.subscribe("12", BLOCKS)
    reader.data()
    reader.close()


def test_refuses_sockets_beyond_the_limit(
    market: Platform, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "SOCKETS_MAX", 0)
    assert Follower(address).closed() == 1013


def test_sockets_of_both_doors_are_counted_together(
    market: Platform, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "SOCKETS_MAX", 1)
    feed = address.replace("/graphql", f"/api/v1/feed/{NAME}")
    first = connect(feed, compression=None, legacy=True)
    assert Follower(address).closed() == 1013
    first.close()
    for _ in range(100):
        second = Follower(address)
        second.send({"type": "connection_init"})
        with contextlib.suppress(ConnectionClosed):
            assert second.receive() == {"type": "connection_ack"}
            break
        time.sleep(0.02)
    with pytest.raises(InvalidStatus) as refused:
        connect(feed, compression=None)
    assert refused.value.response.status_code == 429
    second.close()


def test_a_slow_reader_is_closed_and_others_are_not_disturbed(
    market: Platform, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "WAITING_MAX", 0)
    slow = Follower(address)
    slow.send({"type": "connection_init"})
    assert slow.closed() == 1013
    monkeypatch.undo()
    honest = Follower(address).begin()
    honest.subscribe("1", BLOCKS)
    assert honest.data()["snapshot"] is True
    honest.close()


def test_a_cookie_needs_our_origin(market: Platform, address: str) -> None:
    forged = {"cookie": "session=1", "origin": "https://elsewhere.example"}
    with pytest.raises(InvalidStatus) as refused:
        Follower(address, additional_headers=forged)
    assert refused.value.response.status_code == 403
    Follower(address, additional_headers={"origin": "https://elsewhere.example"}).begin().close()
