"""The market feed over a real socket: frames, resumption, limits of sockets (reliability.md 2)."""

import asyncio
import collections
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from ctn.api import sockets
from ctn.api.refusals import TooManySockets
from ctn.api.sockets import WAITING_BYTES, WAITING_MAX, Outbox, Sockets
from ctn.client.feed import Book, Feed
from tests.api.open_worlds import PREFIX, PRICE, Platform, opened, trade
from tests.modules.market.worlds import NAME, TONNE, buy, cancel, sell

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "guide" / "follow-the-book.py"


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with opened() as found:
        yield found


def socket(platform: Platform, instrument: str = NAME, **options: Any) -> ClientConnection:
    address = platform.url.replace("http", "ws") + f"{PREFIX}/feed/{instrument}"
    return connect(address, compression=None, proxy=None, **options)


def next_of(found: ClientConnection) -> Any:
    return json.loads(found.recv(timeout=10))


def test_a_socket_gets_the_book_and_then_what_each_block_changed(platform: Platform) -> None:
    with socket(platform) as found:
        first = next_of(found)
        assert first == platform.found(f"/feed/{NAME}")
        receipt = platform.send("alice", sell(3, PRICE))
        number = receipt["events"][0]["no"]
        added = next_of(found)
        assert added["seq_prev"] == first["seq"]
        assert (added["bids"], added["asks"]) == ([], [[PRICE, 3 * TONNE]])
        platform.send("bob", buy(1, PRICE))
        traded = next_of(found)
        assert traded["seq_prev"] == added["seq"]
        assert traded["asks"] == [[PRICE, 2 * TONNE]]
        (trade_row,) = traded["trades"]
        assert trade_row["price"] == PRICE
        assert (trade_row["qty"], trade_row["taker"]) == (TONNE, "buy")
        platform.send("alice", cancel(number))
        assert next_of(found)["asks"] == [[PRICE, 0]]


def test_a_block_without_a_change_of_the_book_sends_no_frame(platform: Platform) -> None:
    with socket(platform) as found:
        next_of(found)
        platform.send("alice", sell(1, PRICE, client_id="mine"))
        frame = next_of(found)
        platform.send("alice", sell(1, PRICE, client_id="mine"))
        platform.send("alice", sell(1, PRICE + 100))
        assert next_of(found)["seq_prev"] == frame["seq"]


def test_a_follower_ends_equal_to_a_snapshot(platform: Platform) -> None:
    book, fresh = Book(NAME), Book(NAME)
    with Feed(platform.url, NAME) as feed:
        messages = iter(feed)
        assert book.take(next(messages))
        trade(platform, 3)
        fresh.take(feed.snapshot())
        while book.height < fresh.height:
            assert book.take(next(messages))
        assert book == fresh


def test_a_follower_connects_again_by_itself(platform: Platform) -> None:
    with Feed(platform.url, NAME) as feed:
        messages = iter(feed)
        next(messages)
        assert feed._socket is not None
        feed._socket.close()
        again = next(messages)
        assert "seq_prev" not in again


def test_the_example_survives_a_forced_gap(platform: Platform) -> None:
    is_over = threading.Event()

    def go_on() -> None:
        number = 0
        while not is_over.wait(0.05) and number < 100:
            number += 1
            platform.send("bob", buy(1, PRICE - 1_000 - 100 * (number % 20)))

    trading = threading.Thread(target=go_on)
    trading.start()
    try:
        done = subprocess.run(
            [sys.executable, str(EXAMPLE), platform.url, NAME, "6"],
            capture_output=True, text=True, timeout=30, check=False, cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    finally:
        is_over.set()
        trading.join()
    assert done.returncode == 0, done.stderr
    assert "thrown away on purpose" in done.stdout
    assert "a gap; a fresh snapshot" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("equal to a fresh snapshot")
    code = EXAMPLE.read_text().split('"""')[2]
    assert len([line for line in code.splitlines() if line.strip()]) <= 20


def test_a_socket_that_sends_is_closed(platform: Platform) -> None:
    with socket(platform) as found:
        next_of(found)
        found.send("{}")
        with pytest.raises(ConnectionClosed):
            found.recv(timeout=10)
        assert found.close_code == 1003


def test_an_unknown_instrument_is_refused_before_the_socket_opens(platform: Platform) -> None:
    with pytest.raises(InvalidStatus) as refused:
        socket(platform, "none")
    assert refused.value.response.status_code == 404
    assert json.loads(refused.value.response.body or b"")["code"] == "not_found"


def test_origins_are_welcome_without_a_cookie_and_foreign_ones_not_with_it(
    platform: Platform,
) -> None:
    evil = "https://evil.example"
    with socket(platform, origin=evil) as found:
        next_of(found)
    with pytest.raises(InvalidStatus) as refused:
        socket(platform, origin=evil, additional_headers={"Cookie": "session=1"})
    assert refused.value.response.status_code == 403
    with socket(platform, origin=platform.url, additional_headers={"Cookie": "session=1"}) as found:
        next_of(found)


def test_a_socket_outlives_the_time_of_a_head(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ctn.api import wire

    monkeypatch.setattr(wire, "SEND_SECONDS", 0.2)
    with socket(platform) as found:
        next_of(found)
        with pytest.raises(TimeoutError):
            found.recv(timeout=0.6)
        platform.send("alice", sell(1, PRICE + 3_000))
        assert next_of(found)["asks"]


def test_an_address_may_have_50_sockets_and_loopback_is_spared_only_in_dev() -> None:
    counted = Sockets(spares_loopback=False)
    for _ in range(50):
        counted.enter("127.0.0.1")
    with pytest.raises(TooManySockets):
        counted.enter("127.0.0.1")
    counted.enter("2001:db8::1")
    counted.leave("127.0.0.1")
    counted.enter("127.0.0.1")
    spared = Sockets(spares_loopback=True)
    for _ in range(60):
        spared.enter("127.0.0.1")


def test_a_network_of_ipv6_counts_as_one_address() -> None:
    counted = Sockets(spares_loopback=False)
    for number in range(50):
        counted.enter(f"2001:db8::{number:x}")
    with pytest.raises(TooManySockets):
        counted.enter("2001:db8::ffff")


def test_a_node_has_2_000_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sockets.SOCKETS_MAX == 2_000
    monkeypatch.setattr(sockets, "SOCKETS_MAX", 3)
    counted = Sockets(spares_loopback=True)
    for number in range(3):
        counted.enter(f"10.0.0.{number}")
    with pytest.raises(TooManySockets):
        counted.enter("127.0.0.1")


def test_an_outbox_ends_after_256_messages_or_1_mib() -> None:
    async def fill() -> None:
        many = Outbox()
        for _ in range(WAITING_MAX):
            many.put(b"x")
        assert not many.is_over
        many.put(b"x")
        assert many.is_over
        large = Outbox()
        large.put(b"x" * WAITING_BYTES)
        assert not large.is_over
        large.put(b"x")
        assert large.is_over

    asyncio.run(fill())


def test_a_slow_reader_is_told_to_come_again(platform: Platform) -> None:
    with socket(platform, max_queue=1) as found:
        next_of(found)
        feeds = platform.app.application.state.feeds  # type: ignore[attr-defined]
        (outbox,) = feeds._followers[NAME]

        def flood() -> None:
            for _ in range(WAITING_MAX + 1):
                outbox.put(b"x" * 1_000)

        platform.loop.call_soon_threadsafe(flood)
        with pytest.raises(ConnectionClosed):
            collections.deque(iter(lambda: found.recv(timeout=10), None), maxlen=0)
        assert found.close_code == 1013
