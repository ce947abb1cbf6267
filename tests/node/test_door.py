"""The engine's door: calls and refusals over a real socket, proofs that stand alone, the feed."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from ctn.crypto import ed25519
from ctn.crypto.digest import verify_path
from ctn.kernel.block import seal_bytes, unpack_block
from ctn.kernel.codec import encode, from_base64, to_base64
from ctn.kernel.commitment import Step
from ctn.kernel.proof import Present, ProofInvalid, verify_absence, verify_membership
from ctn.kernel.tx import tx_id, unpack
from ctn.node.door import FRAME_MAX, Door
from ctn.node.door_client import DoorClient, EngineGone, EngineRefused
from ctn.node.home import Home
from ctn.node.stops import StateCorrupt
from tests.node.chains import MAKER_KEY, PEOPLE, Running, address, damage, new_home

Scene = tuple[Running, DoorClient]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = new_home(tmp_path_factory.mktemp("door") / "home", interval=20)
    with Running(home) as made:
        yield made


@asynccontextmanager
async def _door(running: Running) -> AsyncIterator[DoorClient]:
    engine = running.engine
    path = str(running.bench.home.socket)
    server = await Door(engine).serve(path)
    client = DoorClient(path)
    try:
        yield client
    finally:
        await client.close()
        server.close()
        engine.listeners.pop()


def _scene(running: Running, play: Callable[[DoorClient], Awaitable[None]]) -> None:
    async def run() -> None:
        async with _door(running) as client:
            await asyncio.wait_for(play(client), 30)

    asyncio.run(run())


async def _refusal(client: DoorClient, call: str, **fields: Any) -> EngineRefused:
    with pytest.raises(EngineRefused) as caught:
        await client.call(call, **fields)
    return caught.value


def _id(envelope: bytes) -> str:
    return tx_id(unpack(envelope)[0])


def test_only_the_owner_can_connect(running: Running) -> None:
    async def play(_client: DoorClient) -> None:
        mode = running.bench.home.socket.stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o600

    _scene(running, play)


def test_status_names_the_chain_its_height_and_root(running: Running) -> None:
    async def play(client: DoorClient) -> None:
        found = await client.call("status")
        head = running.bench.store.head()
        assert head is not None
        assert found.pop("free_mib") > 0
        assert found == {
            "chain": head.chain, "engine": "embedded", "kind": "full", "height": head.height,
            "root": head.root, "app_version": 1, "time": head.time, "pool": 0,
            "read_only": False, "alarms": 0, "profile": "dev", "rejected": {},
        }  # fmt: skip

    _scene(running, play)


def test_a_submission_that_waits_is_answered_with_the_receipt(running: Running) -> None:
    async def play(client: DoorClient) -> None:
        alice = running.bench.sender("alice")
        envelope = alice.pay("bob", 5)
        first = await client.call("submit", tx=to_base64(envelope), wait=True)
        assert first["status"] == "applied"
        assert first["id"] == first["receipt"]["tx"] == _id(envelope)
        again = await client.call("submit", tx=to_base64(envelope))
        assert again == first
        found = await client.call("transaction", place=first["id"])
        assert found == {"receipt": first["receipt"]}
        poor = await client.call("submit", tx=to_base64(alice.pay("bob", 10**12)), wait=True)
        assert poor["status"] == "refused"
        assert poor["receipt"]["refusal"] == "kernel.InsufficientBalance"

    _scene(running, play)


def test_a_submission_that_does_not_wait_is_pending(running: Running) -> None:
    async def play(client: DoorClient) -> None:
        envelope = running.bench.sender("alice").pay("bob")
        found = await client.call("submit", tx=to_base64(envelope))
        assert found == {"id": _id(envelope), "status": "pending"}
        while "receipt" not in await client.call("transaction", place=found["id"]):
            await asyncio.sleep(0.005)
        assert await client.call("transaction", place="00" * 32) == {"pending": False}

    _scene(running, play)


def test_many_callers_at_once_are_each_answered_with_their_own(running: Running) -> None:
    async def play(client: DoorClient) -> None:
        senders = [running.bench.sender(name) for name in PEOPLE]
        envelopes = [sender.pay("alice") for sender in senders for _ in range(15)]
        calls = [client.call("submit", tx=to_base64(one), wait=True) for one in envelopes]
        answers = await asyncio.gather(*calls)
        assert [answer["id"] for answer in answers] == [_id(one) for one in envelopes]
        places = [(a["receipt"]["height"], a["receipt"]["index"]) for a in answers]
        assert len(set(places)) == len(places)

    _scene(running, play)


def test_a_refusal_has_code_sentence_and_facts(running: Running) -> None:
    async def play(client: DoorClient) -> None:
        alice = running.bench.sender("alice")
        gap = await _refusal(client, "submit", tx=to_base64(alice.pay("bob", sequence=10**6)))
        assert gap.code == "kernel.SequenceGap"
        assert gap.sentence == "The sequence is ahead of the account's next one."
        assert gap.facts == {"sequence": 10**6, "next": alice.sequence}
        large = await _refusal(client, "submit", tx="A" * 90_000)
        assert large.code == "kernel.TooLarge"

    _scene(running, play)


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("fly", {}, "call"),
    ("submit", {"tx": "?"}, "tx"),
    ("submit", {"tx": "AAA"}, "tx"),
    ("transaction", {"place": "AB" * 32}, "id"),
    ("transaction", {"place": "ab"}, "id"),
    ("block", {"height": -1}, "height"),
    ("raw", {"height": 1 << 63}, "height"),
    ("changes", {"height": -5}, "height"),
    ("follow", {"height": -5}, "height"),
    ("state", {"table": "account", "place": "x" * 600}, "id"),
    ("state", {"table": "account", "place": "x" * 600, "prove": True}, "id"),
    ("state", {"table": "account", "place": "\u00e9"}, "id"),
    ("records", {"table": "account", "prefix": "x" * 300}, "prefix"),
    ("records", {"table": "account", "after": "x" * 300}, "after"),
    ("records", {"table": "guard", "limit": -3}, "limit"),
    ("records", {"table": "guard", "limit": 0}, "limit"),
    ("records", {"table": "guard", "limit": 5_000}, "limit"),
    ("proofs", {"keys": []}, "keys"),
    ("proofs", {"keys": [["a", "b"]] * 33}, "keys"),
    ("proofs", {"keys": [["a", "b" * 600]]}, "id"),
]


@pytest.mark.parametrize(("call", "fields", "field"), BAD)
def test_refuses_what_no_call_can_mean(
    running: Running, call: str, fields: dict[str, Any], field: str
) -> None:
    async def play(client: DoorClient) -> None:
        refused = await _refusal(client, call, **fields)
        assert (refused.code, refused.facts["field"]) == ("kernel.Malformed", field)
        assert (await client.call("status"))["engine"] == "embedded"

    _scene(running, play)


def test_a_block_is_told_in_words_and_in_bytes(running: Running) -> None:
    async def play(client: DoorClient) -> None:
        envelope = running.bench.sender("alice").pay("bob", 8)
        sent = await client.call("submit", tx=to_base64(envelope), wait=True)
        height = sent["receipt"]["height"]
        told = (await client.call("block", height=height))["block"]
        raw = unpack_block(from_base64((await client.call("raw", height=height))["raw"]))
        assert told["header"] == json.loads(encode(raw.header))
        assert told["seal"] == raw.seal.hex()
        assert told["transactions"] == [sent["id"]]
        assert raw.envelopes == (envelope,)
        ed25519.verify(bytes.fromhex(MAKER_KEY), seal_bytes(encode(raw.header)), raw.seal)
        changes = (await client.call("changes", height=height))["changes"]
        assert [row[:2] for row in changes] == sorted(row[:2] for row in changes)
        assert ["account", address("alice")] in [row[:2] for row in changes]
        for call in ("block", "raw", "changes"):
            assert list((await client.call(call, height=10**6)).values()) == [None]

    _scene(running, play)


def test_a_record_is_read_with_its_height(running: Running) -> None:
    async def play(client: DoorClient) -> None:
        place = f"{address('alice')}/cny"
        found = await client.call("state", table="balance", place=place)
        status = await client.call("status")
        assert found["value"] == running.bench.machine.state.balance(place)
        assert (found["height"], found["time"]) == (status["height"], status["time"])
        none = await client.call("state", table="balance", place="nobody/cny")
        assert none["value"] is None

    _scene(running, play)


@pytest.mark.parametrize("limit", [1, 2, 3, 1_000])
def test_records_come_in_pages_that_miss_and_repeat_nothing(running: Running, limit: int) -> None:
    async def play(client: DoorClient) -> None:
        items: list[Any] = []
        after: str | None = ""
        pages = 0
        while after is not None:
            page = await client.call("records", table="guard", after=after, limit=limit)
            items += page["items"]
            after = page["next"]
            pages += 1
        assert [item[0] for item in items] == sorted(address(name) for name in PEOPLE)
        assert pages == -(-len(PEOPLE) // limit)
        prefix = address("carol")[:8]
        under = await client.call("records", table="guard", prefix=prefix)
        assert [item[0] for item in under["items"]] == [address("carol")]

    _scene(running, play)


def _steps(rows: list[list[str]]) -> list[Step]:
    return [Step(bytes.fromhex(prefix), bytes.fromhex(suffix)) for prefix, suffix in rows]


def _side(row: dict[str, Any] | None) -> Present | None:
    if row is None:
        return None
    return Present(bytes.fromhex(row["key"]), row["value"].encode(), _steps(row["path"]))


def test_proofs_stand_against_a_sealed_header_and_nothing_else(running: Running) -> None:
    async def play(client: DoorClient) -> None:
        await client.call(
            "submit", tx=to_base64(running.bench.sender("alice").pay("bob")), wait=True
        )
        here = [("account", address("alice")), ("balance", f"{address('bob')}/cny"),
                ("chain", "clock")]  # fmt: skip
        gone = [("account", "nobody"), ("balance", "zz/cny"), ("order", "1")]
        found = await client.call("proofs", keys=[*here, *gone])
        header = json.loads(found["header"])
        ed25519.verify(
            bytes.fromhex(MAKER_KEY), seal_bytes(found["header"].encode()),
            bytes.fromhex(found["seal"]),
        )  # fmt: skip
        assert (header["height"], header["state"]) == (found["height"], found["root"])
        root = bytes.fromhex(header["state"])
        for (table, place), row in zip(here, found["records"][:3], strict=True):
            key, value = f"{table}\0{place}".encode(), row["value"].encode()
            verify_membership(root, key, value, _steps(row["path"]))
            with pytest.raises(ProofInvalid):
                verify_membership(root, key, value + b" ", _steps(row["path"]))
        for (table, place), row in zip(gone, found["records"][3:], strict=True):
            sides = row["absent"]
            key = f"{table}\0{place}".encode()
            assert row["value"] is None
            verify_absence(root, key, _side(sides["left"]), _side(sides["right"]))
        one = await client.call("state", table="chain", place="clock", prove=True)
        assert one["records"][0]["path"]
        assert json.loads(one["records"][0]["value"])["height"] == one["height"]

    _scene(running, play)


def test_a_receipt_is_proved_against_the_header_of_its_block(running: Running) -> None:
    async def play(client: DoorClient) -> None:
        senders = [running.bench.sender(name) for name in PEOPLE]
        calls = [
            client.call("submit", tx=to_base64(sender.pay("bob")), wait=True) for sender in senders
        ]
        for sent in await asyncio.gather(*calls):
            proof = (await client.call("transaction", place=sent["id"], prove=True))["proof"]
            header = proof["header"].encode()
            seal = bytes.fromhex(proof["seal"])
            ed25519.verify(bytes.fromhex(MAKER_KEY), seal_bytes(header), seal)
            verify_path(
                [bytes.fromhex(step) for step in proof["path"]], leaf=proof["receipt"].encode(),
                root=bytes.fromhex(json.loads(header)["receipts"]), index=proof["index"],
                size=proof["size"],
            )  # fmt: skip
            assert json.loads(proof["receipt"]) == sent["receipt"]

    _scene(running, play)


def test_a_simulation_is_answered_and_sends_nothing(running: Running) -> None:
    async def play(client: DoorClient) -> None:
        running.engine._trial._spent_ms = 0.0
        alice = running.bench.sender("alice")
        found = await client.call("simulate", tx=to_base64(alice.pay("bob", sequence=0)))
        assert found["receipt"]["status"] == "not_admitted"
        other = alice.pay("bob", chain="other:0123456789abcdef")
        assert (await _refusal(client, "simulate", tx=to_base64(other))).code == (
            "kernel.WrongChain"
        )

    _scene(running, play)


def test_followers_get_every_block_once_from_any_height(running: Running) -> None:
    async def follow(client: DoorClient, start: int, last: int) -> list[Any]:
        found: list[Any] = []
        async for block in client.follow(start):
            found.append(block)
            if block["header"]["height"] == last:
                break
        return found

    async def play(client: DoorClient) -> None:
        head = (await client.call("status"))["height"]
        starts, last = (1, head, head + 3), head + 8
        feeds = [asyncio.create_task(follow(client, start, last)) for start in starts]
        alice = running.bench.sender("alice")
        for _ in range(8):
            await client.call("submit", tx=to_base64(alice.pay("bob")), wait=True)
        for start, feed in zip(starts, feeds, strict=True):
            blocks = await feed
            assert [b["header"]["height"] for b in blocks] == list(range(start, last + 1))
        block = (await feeds[0])[-1]
        assert set(block) == {"header", "seal", "envelopes", "receipts", "changes"}
        assert block["header"]["count"] == len(block["receipts"]) == 1

    _scene(running, play)


async def _is_closed(path: Path, data: bytes) -> bool:
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(data)
    try:
        await writer.drain()
        answer = await asyncio.wait_for(reader.read(), 5)
    except ConnectionError:
        answer = b""
    writer.close()
    return answer == b""


@pytest.mark.parametrize(
    "data",
    [
        (FRAME_MAX + 1).to_bytes(4, "big"),
        b"\xff\xff\xff\xff",
        (1).to_bytes(4, "big") + b"{",
        (2).to_bytes(4, "big") + b"{}",
        (32).to_bytes(4, "big") + b'{"id":1,"call":"status","x":"y"}',
    ],
)
def test_closes_the_connection_of_a_frame_that_is_too_large_or_no_request(
    running: Running, data: bytes
) -> None:
    async def play(client: DoorClient) -> None:
        assert await _is_closed(running.bench.home.socket, data)
        assert (await client.call("status"))["engine"] == "embedded"

    _scene(running, play)


def test_a_caller_that_leaves_early_leaves_nothing_behind(running: Running) -> None:
    async def play(client: DoorClient) -> None:
        envelope = running.bench.sender("alice").pay("bob", 3)
        request = encode({"id": 1, "call": "submit", "tx": to_base64(envelope), "wait": True})
        _reader, writer = await asyncio.open_unix_connection(str(running.bench.home.socket))
        writer.write(len(request).to_bytes(4, "big") + request)
        await writer.drain()
        writer.close()
        while "receipt" not in await client.call("transaction", place=_id(envelope)):
            await asyncio.sleep(0.005)

    _scene(running, play)


def test_says_so_when_no_engine_listens(tmp_path: Path) -> None:
    async def play() -> None:
        with pytest.raises(EngineGone):
            await DoorClient(str(tmp_path / "no.sock")).call("status")

    asyncio.run(play())


def test_a_waiting_caller_is_told_when_its_transaction_is_dropped(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", interval=300)
    with Running(home) as running:

        async def play(client: DoorClient) -> None:
            pool = running.bench.maker.pool
            pool.select = list  # type: ignore[method-assign]
            alice = running.bench.sender("alice")
            pool = running.bench.maker.pool
            pool.select = list  # type: ignore[method-assign]
            waiting = asyncio.create_task(
                client.call("submit", tx=to_base64(alice.pay("bob", expires=1)), wait=True)
            )
            while not len(pool):
                await asyncio.sleep(0.001)
            running.wait_for_blocks(1)
            answer = await waiting
            assert answer["status"] == "dropped"
            assert answer["refusal"]["code"] == "kernel.Expired"
            assert set(answer["refusal"]) == {"code", "sentence", "facts"}

        _scene(running, play)


def test_damage_that_a_reader_finds_stops_the_engine(tmp_path: Path) -> None:
    home: Home = new_home(tmp_path / "home", interval=10)
    with Running(home) as running:
        told: list[BaseException] = []

        async def play(client: DoorClient) -> None:
            running.engine.on_failure = told.append
            alice = running.bench.sender("alice")
            sent = await client.call("submit", tx=to_base64(alice.pay("bob")), wait=True)
            height = sent["receipt"]["height"]
            damage(running.bench.store, "receipts", height.to_bytes(8, "big"))
            with pytest.raises(EngineGone):
                await client.call("block", height=height)

        _scene(running, play)
        assert isinstance(told[0], StateCorrupt)
