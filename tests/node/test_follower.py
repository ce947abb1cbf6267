"""A follower runs every block of an embedded chain again, and proves the one that is wrong."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ctn.crypto import ed25519
from ctn.kernel.block import BLOCK_TXS_SENDER, pack_block, seal_bytes, unpack_block
from ctn.kernel.codec import encode, from_base64
from ctn.kernel.refusal import NotSynced, Refusal
from ctn.node.follower import Followed, Follower
from ctn.node.home import Home, Opened
from ctn.node.leader import Leader, LeaderAway, Relayed
from ctn.node.stops import BadConfig, WrongBlock
from tests.node.abci.nodes import network_home
from tests.node.chains import (
    MAKER_KEY,
    MAKER_SEED,
    PEOPLE,
    Bench,
    new_home,
    people_genesis,
    settings,
)

Edit = Callable[[int, bytes], bytes | None]


class Platform(ThreadingHTTPServer):
    """The blocks of a chain as its platform shows them; `edit` lies about them."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.edit: Edit = lambda _height, data: data
        self.answer = (202, b"{}")
        self.sent: list[bytes] = []
        super().__init__(("127.0.0.1", 0), _Asked)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Asked(BaseHTTPRequestHandler):
    server: Platform

    def do_GET(self) -> None:
        if self.path == "/api/v1/status":
            return self._say(200, msgspec.json.encode({"height": self.server.bench.machine.height}))
        height = int(self.path.split("/")[4])
        data = self.server.bench.store.block_bytes(height)
        shown = None if data is None else self.server.edit(height, data)
        return self._say(404, b"{}") if shown is None else self._say(200, shown)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.sent.append(from_base64(json.loads(body)["tx"]))
        self._say(*self.server.answer)

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Nothing."""


@pytest.fixture(name="leader")
def _leader(tmp_path: Path) -> Iterator[Platform]:
    bench = Bench(new_home(tmp_path / "leader"))
    platform = Platform(bench)
    yield platform
    platform.shutdown()
    platform.server_close()
    bench.close()


class Following:
    """A follower with a home of its own, which has the genesis and no key."""

    def __init__(self, leader: Platform, folder: Path) -> None:
        self.home = Home(folder)
        if not self.home.genesis.exists():
            self.home.join(leader.bench.home.genesis.read_bytes(), settings())
        self.opened = Opened(self.home)
        self.follower = Follower(Followed(self.opened), Leader(leader.url))
        self.made: list[int] = []
        self.follower.listeners.append(lambda made: self.made.append(made.outcome.height))
        self.follower.start()

    @property
    def height(self) -> int:
        return self.opened.machine.height

    def wait(self, height: int) -> None:
        end = time.monotonic() + 10
        while self.height < height:
            assert self.follower.failure is None, self.follower.failure
            assert time.monotonic() < end, self.height
            time.sleep(0.005)

    def failure(self) -> BaseException:
        end = time.monotonic() + 10
        while self.follower.failure is None:
            assert time.monotonic() < end, self.height
            time.sleep(0.005)
        return self.follower.failure

    def close(self) -> None:
        self.follower.stop()
        self.opened.close()


@pytest.fixture(name="begin")
def _begin(leader: Platform, tmp_path: Path) -> Iterator[Callable[[], Following]]:
    begun: list[Following] = []

    def begin() -> Following:
        begun.append(Following(leader, tmp_path / "follower"))
        return begun[-1]

    yield begin
    for each in begun[-1:]:
        each.close()


Begin = Callable[[], Following]


def pay(bench: Bench, count: int = 1) -> None:
    for _ in range(count):
        bench.admit(bench.sender("alice").pay("bob", 10))
        bench.maker.make(bench.machine.time + 1_000)


def test_has_the_roots_and_bytes_of_the_maker(leader: Platform, begin: Begin) -> None:
    pay(leader.bench, 5)
    following = begin()
    following.wait(5)
    pay(leader.bench, 2)
    following.wait(7)
    store = following.opened.store
    assert following.opened.machine.root == leader.bench.machine.root
    for height in range(1, 8):
        assert store.block_bytes(height) == leader.bench.store.block_bytes(height)
        assert store.receipts(height) == leader.bench.store.receipts(height)
        assert store.changes(height) == leader.bench.store.changes(height)
    assert following.made == list(range(1, 8))


def test_goes_on_where_it_stopped(leader: Platform, begin: Begin) -> None:
    pay(leader.bench, 2)
    first = begin()
    first.wait(2)
    first.close()
    pay(leader.bench, 2)
    second = begin()
    second.wait(4)
    assert second.made == [3, 4]


def sealed_again(data: bytes, **changes: Any) -> bytes:
    """The block with another header, under a good seal of the maker's."""
    block = unpack_block(data)
    header = msgspec.structs.replace(block.header, **changes)
    seal = ed25519.sign(MAKER_SEED, seal_bytes(encode(header)))
    return pack_block(block._replace(header=header, seal=seal))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"state": "ab" * 32}, "state root"), ({"receipts": "ab" * 32}, "receipts root"),
        ({"time": 1}, "time"), ({"chain": "other:" + "0" * 16}, "chain"), ({"height": 9}, "height"),
        ({"count": 7}, "count"), ({"transactions": "ab" * 32}, "envelopes"),
        ({"previous": "ab" * 32}, "link"), ({"maker": "ab" * 32}, "maker"),
    ],
)  # fmt: skip
def test_refuses_a_wrong_block_and_keeps_both_headers(
    leader: Platform, begin: Begin, changes: dict[str, Any], word: str
) -> None:
    pay(leader.bench, 3)
    leader.edit = lambda height, data: sealed_again(data, **changes) if height == 3 else data
    following = begin()
    failure = following.failure()
    assert isinstance(failure, WrongBlock)
    assert failure.code == 70
    assert word in failure.reason
    assert following.height == 2
    found = json.loads((following.home.folder / "evidence" / "block-3.json").read_bytes())
    name, value = next(iter(changes.items()))
    theirs = found["theirs"]["header"]
    assert theirs[name] == value
    signed = seal_bytes(encode(msgspec.convert(theirs, type(unpack_header(leader)))))
    ed25519.verify(bytes.fromhex(MAKER_KEY), signed, bytes.fromhex(found["theirs"]["seal"]))
    if "root" in word:
        assert found["ours"] == msgspec.structs.asdict(unpack_header(leader))


def unpack_header(leader: Platform, height: int = 3) -> Any:
    block = leader.bench.store.block(height)
    assert block is not None
    return block.header


def test_a_maker_that_sealed_two_blocks_of_a_height_is_shown_with_both(
    leader: Platform, begin: Begin
) -> None:
    pay(leader.bench, 2)
    following = begin()
    following.wait(2)
    time_2 = unpack_header(leader, 2).time
    pay(leader.bench)

    def forked(height: int, data: bytes) -> bytes:
        if height == 2:
            return sealed_again(data, time=time_2 + 1)
        return sealed_again(data, previous="cd" * 32)

    leader.edit = forked
    assert isinstance(following.failure(), WrongBlock)
    found = json.loads((following.home.folder / "evidence" / "block-3.json").read_bytes())
    both = found["before"]
    assert both["ours"]["header"]["time"] + 1 == both["theirs"]["header"]["time"]
    assert both["ours"]["seal"] != both["theirs"]["seal"]


def test_refuses_a_block_above_its_limits(leader: Platform, begin: Begin) -> None:
    """A maker that gives one sender more than its share, under its own seal."""
    bench = leader.bench
    alice = bench.sender(PEOPLE[0])
    txs = [bench.machine.read(alice.pay(PEOPLE[1])) for _ in range(BLOCK_TXS_SENDER + 1)]
    bench.make_of(*txs)
    failure = begin().failure()
    assert isinstance(failure, WrongBlock)
    assert "limit of sender" in failure.reason


@pytest.mark.parametrize("data", [b"", b"\0" * 80, b"junk" * 100])
def test_refuses_what_is_no_block(leader: Platform, begin: Begin, data: bytes) -> None:
    pay(leader.bench)
    leader.edit = lambda _height, _data: data
    assert isinstance(begin().failure(), WrongBlock)


def test_refuses_a_seal_of_anybody_else(leader: Platform, begin: Begin) -> None:
    pay(leader.bench)
    leader.edit = lambda _height, data: data.replace(unpack_block(data).seal, bytes(64))
    failure = begin().failure()
    assert isinstance(failure, WrongBlock)
    assert "seal" in failure.reason


def test_stops_when_a_block_is_kept_no_more(leader: Platform, begin: Begin) -> None:
    pay(leader.bench, 3)
    leader.edit = lambda height, data: data if height > 2 else None
    failure = begin().failure()
    assert isinstance(failure, BadConfig)
    assert "keeps no block 1 any more" in failure.reason


def relayed(leader: Platform, begin: Begin) -> Refusal | None:
    following = begin()
    envelope = leader.bench.sender("alice").pay("bob", 1)
    heard: list[Refusal | None] = []
    following.follower.submit(envelope, lambda _tx, refusal: heard.append(refusal))
    end = time.monotonic() + 10
    while not heard and time.monotonic() < end:
        time.sleep(0.005)
    assert leader.sent == [envelope]
    return heard[0]


def test_relays_what_comes_in(leader: Platform, begin: Begin) -> None:
    assert relayed(leader, begin) is None


def test_a_refusal_of_the_maker_is_the_answer(leader: Platform, begin: Begin) -> None:
    problem = {"module": "kernel", "code": "PoolFull", "detail": "Full.", "facts": {"limit": 5}}
    leader.answer = (503, msgspec.json.encode(problem))
    refusal = relayed(leader, begin)
    assert isinstance(refusal, Relayed)
    assert (refusal.code, refusal.sentence) == ("kernel.PoolFull", "Full.")
    assert refusal.facts == {"limit": 5}


def test_an_answer_that_is_none_counts_as_away(leader: Platform, begin: Begin) -> None:
    leader.answer = (502, b"<html>")
    assert isinstance(relayed(leader, begin), NotSynced)
    with pytest.raises(LeaderAway):
        Leader("http://127.0.0.1:9").raw(1)
    with pytest.raises(NotSynced):
        Leader("http://127.0.0.1:9").submit(b"x")


@pytest.mark.parametrize("url", ["", "ftp://host", "http://", "host:80"])
def test_refuses_what_is_no_address(url: str) -> None:
    with pytest.raises(BadConfig):
        Leader(url)


def test_refuses_a_chain_that_validators_order(tmp_path: Path) -> None:
    opened = Opened(network_home(tmp_path / "home"))
    with pytest.raises(BadConfig, match="validators order this chain"):
        Followed(opened)
    opened.close()


@pytest.mark.parametrize("change", [lambda data: data + b" ", lambda _data: b"{}"])
def test_refuses_a_genesis_that_is_none(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(BadConfig):
        Home(tmp_path / "home").join(change(encode(people_genesis())), settings())
    assert not (tmp_path / "home" / "config").exists()


def test_refuses_to_join_where_a_chain_is(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home")
    with pytest.raises(BadConfig):
        home.join(home.genesis.read_bytes(), settings())
