"""What a light client believes of an embedded chain: the maker's key, or one block, is enough."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.client.light.client import LightClient
from ctn.client.light.failures import LightVerifyFailed
from ctn.client.light.trust import Root, Trust, trust_of
from ctn.client.talks import Ask, Reply
from ctn.crypto import ed25519
from ctn.kernel.block import Header, block_hash, seal_bytes
from ctn.kernel.codec import encode
from tests.client import test_proofs as sealed
from tests.client.light.comet_chain import Platform, run

NOW = 60_000 * 10**6  # a minute after 1970, the blocks' own time
KEY = b"asset\0a7"


class Maker(Platform):
    """A platform of an embedded chain; `forked` seals another header at every height."""

    def __init__(self, *, forked: bool = False, seed: bytes = sealed.SEED) -> None:
        self.height = 9
        self.forked = forked
        self.seed = seed
        self.edit: Callable[[dict[str, Any]], None] = lambda _answer: None

    def header(self, height: int) -> bytes:
        maker = ed25519.public_key(self.seed).hex()
        count = 1 if self.forked else 0
        return sealed.header(height=height, time=height, maker=maker, count=count)

    def serve(self, ask: Ask) -> Reply:
        path = ask.path.removeprefix("/api/v1")
        if path == "/status":
            return _reply({"chain": sealed.CHAIN, "engine": "embedded"})
        if path.startswith("/blocks/"):
            height = int(path.rpartition("/")[2])
            if height > self.height:
                return Reply(404, b'{"module":"door","code":"not_found","detail":"","facts":{}}')
            text = self.header(height)
            answer = {"header": json.loads(text), "seal": self.seal(text)}
        else:
            text = self.header(self.height)
            signed = {"header": text.decode(), "seal": self.seal(text), "height": self.height}
            answer = sealed.answer(KEY if "a7" in path else b"asset\0nothing") | signed
        self.edit(answer)
        return _reply(answer)

    def seal(self, text: bytes) -> str:
        return ed25519.sign(self.seed, seal_bytes(text)).hex()


def _reply(answer: dict[str, Any]) -> Reply:
    return Reply(200, msgspec.json.encode(answer))


def client(trust: Trust | None = None, now: int = NOW) -> LightClient:
    return LightClient(trust or Trust(maker=sealed.MAKER), lambda: now)


def ask(light: LightClient, *servers: Platform) -> dict[str, Any]:
    return run(light.state("asset", "a7"), *servers)


def fault(*servers: Platform, light: LightClient | None = None) -> str:
    """The step at which the client stops believing."""
    with pytest.raises(LightVerifyFailed) as caught:
        ask(light or client(), *servers)
    return caught.value.step


def lying(**changes: Any) -> Maker:
    """A platform that replaces fields of its answer about a record."""
    maker = Maker()
    maker.edit = lambda answer: answer.update(changes)
    return maker


def test_a_value_under_the_trusted_makers_seal_is_believed() -> None:
    found = ask(client(), Maker())
    assert (found["value"], found["height"], found["time"]) == ({"n": 7}, 9, 9)
    assert found["block"] == block_hash(Maker().header(9)).hex()
    assert found["age_ms"] == 60_000 - 9


def test_a_trusted_block_names_the_maker() -> None:
    root = Root(3, block_hash(Maker().header(3)).hex())
    assert ask(client(Trust(root=root)), Maker())["value"] == {"n": 7}
    assert fault(Maker(), light=client(Trust(root=Root(3, "00" * 32)))) == "trust"
    assert fault(Maker(), light=client(Trust(root=Root(10, "00" * 32)))) == "header"


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"value": '{"n":8}'}, "path"),
        ({"value": None}, "path"),
        ({"path": []}, "path"),
        ({"path": None}, "path"),
        ({"path": 7}, "format"),
        ({"height": 8}, "height"),
        ({"height": "9"}, "format"),
        ({"header": None}, "header"),
        ({"header": "{}"}, "seal"),
        ({"header": Maker().header(9).decode().replace('"count":0', '"count":1')}, "seal"),
        ({"seal": "00" * 64}, "seal"),
        ({"seal": None}, "header"),
    ],
)
def test_each_lie_is_named_by_its_step(changes: dict[str, Any], step: str) -> None:
    assert fault(lying(**changes)) == step


def test_refuses_another_makers_seal() -> None:
    assert fault(Maker(seed=b"another maker, its 32 byte seed.")) == "seal"


def test_refuses_a_header_of_another_chain() -> None:
    text = sealed.header(chain="ctn-other:0123456789abcdef", time=9)
    maker = Maker()
    assert fault(lying(header=text.decode(), seal=maker.seal(text))) == "chain"


def test_refuses_an_older_height_than_one_seen_before() -> None:
    light, maker = client(), Maker()
    ask(light, maker)
    maker.height = 8
    assert fault(maker, light=light) == "height"


def test_refuses_a_second_header_of_a_height_it_has_seen() -> None:
    light = client()
    ask(light, Maker())
    assert fault(Maker(forked=True), light=light) == "header"


def test_refuses_a_later_height_with_no_later_time() -> None:
    light = client()
    ask(light, Maker())
    maker = Maker()
    text = encode(msgspec.structs.replace(_header(maker.header(10)), time=9))
    assert fault(
        lying(header=text.decode(), seal=maker.seal(text), height=10), light=light
    ) == "time"  # fmt: skip


def test_refuses_a_time_more_than_ten_seconds_ahead() -> None:
    made = 9 * 10**6
    assert fault(Maker(), light=client(now=made - 10 * 10**9 - 1)) == "time"
    assert ask(client(now=made - 10 * 10**9), Maker())["age_ms"] == 0


def _header(data: bytes) -> Header:
    return msgspec.json.decode(data, type=Header)


def test_a_witness_with_another_header_stops_the_client(tmp_path: Path) -> None:
    trust = Trust(maker=sealed.MAKER, witnesses=("http://witness",), folder=tmp_path)
    light = client(trust)
    assert ask(light, Maker(), Maker())["height"] == 9
    assert fault(Maker(), Maker(forked=True), light=light) == "witness"
    (file,) = tmp_path.glob("light-evidence-*.json")
    evidence = json.loads(file.read_bytes())
    assert evidence["primary"]["header"] != evidence["witness"]["header"]
    assert fault(Maker(), Maker(), light=light) == "stopped"
    file.unlink()
    assert ask(client(trust), Maker(), Maker())["height"] == 9


def test_a_header_that_the_maker_never_sealed_is_only_a_bad_witness(tmp_path: Path) -> None:
    trust = Trust(maker=sealed.MAKER, witnesses=("http://witness",), folder=tmp_path)
    light, liar = client(trust), Maker(seed=b"another maker, its 32 byte seed.")
    assert fault(Maker(), liar, light=light) == "witness"
    assert list(tmp_path.iterdir()) == []
    assert ask(light, Maker(), Maker())["height"] == 9


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_flipped_character_of_the_answer_is_believed(data: st.DataObject) -> None:
    place, value = data.draw(st.sampled_from([("a7", {"n": 7}), ("nothing", None)]))
    maker = Maker()
    serve = maker.serve

    def flipped(ask: Ask) -> Reply:
        reply = serve(ask)
        if ask.path.endswith("/status"):
            return reply
        at = data.draw(st.integers(0, len(reply.body) - 1))
        bit = 1 << data.draw(st.integers(0, 6))
        body = reply.body[:at] + bytes([reply.body[at] ^ bit]) + reply.body[at + 1 :]
        return reply._replace(body=body)

    maker.serve = flipped  # type: ignore[method-assign]
    try:
        found = run(client().state("asset", place), maker)
    except (LightVerifyFailed, ConnectionError):
        return
    assert (found["value"], found["height"]) == (value, 9)


@pytest.mark.parametrize(
    "text", ["", "12", "AB" * 32, "ab" * 31, f"07:{'ab' * 32}", f"7:{'ab' * 31}", f"-1:{'ab' * 32}"]
)
def test_refuses_a_trust_of_another_form(text: str) -> None:
    with pytest.raises(ValueError, match="HEIGHT:HASH"):
        trust_of(text)


def test_a_trust_is_either_a_key_or_a_block() -> None:
    assert trust_of("ab" * 32).maker == "ab" * 32
    assert trust_of(f"0:{'ab' * 32}").root == Root(0, "ab" * 32)
    for trust in (Trust(), Trust(maker="ab" * 32, root=Root(1, "ab" * 32))):
        with pytest.raises(ValueError, match="either"):
            LightClient(trust)
