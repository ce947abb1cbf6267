"""A seat of the running demo: asked for at the platform, given by the cast, once for an account."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from ctn.client.http import Client
from ctn.crypto import ed25519
from ctn.crypto.digest import sha256
from ctn.demo.cast import SEED, Cast
from ctn.demo.seats import SEATS, SOCKET
from ctn.kernel.account import key_address
from ctn.kernel.block import DAY_MS
from ctn.modules.identity.attest import Attest
from tests.demo.worlds import start

KINDS = ("visitor", "commuter", "seller", "trader", "developer")


def fresh(name: str) -> str:
    """The address of a key that nobody used."""
    return key_address(1, ed25519.public_key(sha256(b"tests/seats/" + name.encode())))


class World(NamedTuple):
    """A demo that runs: its folder, and the address of its platform."""

    folder: Path
    url: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A demo world in a process of its own."""
    folder = tmp_path_factory.mktemp("demo") / "home"
    process = start(folder, "--json")
    assert process.stderr is not None
    yield World(
        folder,
        next(
            line.split()[-1].partition("/api")[0]
            for line in process.stderr
            if "/api/v1/status" in line
        ),
    )
    process.terminate()
    process.communicate(timeout=60)


@pytest.fixture(scope="module")
def platform(world: World) -> Iterator[httpx.Client]:
    """The platform of the world."""
    with httpx.Client(base_url=f"{world.url}/api/v1", timeout=40) as client:
        yield client


def command(world: World, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit code and result of `ctn demo ... --json` on the world's folder."""
    process = start(world.folder, *words, "--json")
    out, err = process.communicate(timeout=60)
    assert out, err
    return process.returncode, json.loads(out.splitlines()[-1])


def test_each_kind_of_seat_holds_what_it_says(platform: httpx.Client) -> None:
    for kind in KINDS:
        account = fresh(kind)
        answer = platform.post("/seats", json={"kind": kind, "account": account})
        assert answer.status_code == 200, answer.text
        given = answer.json()
        held = platform.get(f"/accounts/{account}").json()["balances"]
        amounts = {row["asset"]: row["amount"] for row in held}
        assert amounts["cny"] == given["money"] == str(SEATS[kind].money)
        assert amounts.get(given["batch"], "0") == given["grams"]
        rights = platform.get(f"/state/guard/{account}").json()["value"]
        assert rights["kind"] == SEATS[kind].kind


def test_one_account_gets_one_seat(platform: httpx.Client) -> None:
    body = {"account": fresh("faucet")}
    assert platform.post("/faucet", json=body).status_code == 200
    again = platform.post("/faucet", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "seat_taken")
    other = platform.post("/seats", json=body | {"kind": "trader"})
    assert (other.status_code, other.json()["code"]) == (409, "seat_taken")


def test_a_seat_can_buy_at_once_and_its_tonnes_can_be_retired(platform: httpx.Client) -> None:
    rows = platform.get("/instruments?limit=100").json()["items"]
    assert {row["t_plus"] for row in rows} == {0}
    given = platform.post("/seats", json={"kind": "visitor", "account": fresh("buyer")}).json()
    assert given["batch"] in [row["asset"] for row in rows]
    assert int(given["money"]) > max(int(row["ref"]) for row in rows)


def test_what_a_seat_cannot_do_yet_is_named_in_its_answer(platform: httpx.Client) -> None:
    body = {"kind": "commuter", "account": fresh("honest")}
    given = platform.post("/seats", json=body, headers={"accept-language": "en"}).json()
    assert given["missing"] == ["activities", "rewards", "mall"]
    assert "Not in this version yet: activities, rewards, mall." in given["text"]


def test_no_key_of_the_cast_stands_in_an_answer(platform: httpx.Client) -> None:
    answer = platform.post("/seats", json={"kind": "visitor", "account": fresh("last")})
    fields = {"kind", "account", "money", "batch", "grams", "missing", "text"}
    assert set(json.loads(answer.text)) == fields


def test_a_seat_that_was_cut_short_is_finished_when_asked_again(
    world: World, platform: httpx.Client
) -> None:
    cast, account = Cast(SEED), fresh("cut")
    owner = sha256(account.encode()).hex()
    expires = platform.get("/status").json()["time"] + DAY_MS
    word = Attest(account, 2, "person", "CN", (owner,), (), "00" * 32, expires)
    with Client(world.url) as client:
        client.submit([word], cast.signers("attestor", [word]), sender=cast.address("attestor"))
    answer = platform.post("/seats", json={"kind": "visitor", "account": account})
    assert (answer.status_code, answer.json()["money"]) == (200, str(SEATS["visitor"].money))


def test_the_command_takes_a_seat_with_a_fresh_key_and_asks_the_faucet_once(world: World) -> None:
    code, given = command(world, "seats", "trader")
    assert (code, given["money"]) == (0, str(SEATS["trader"].money))
    assert given["account"] in (world.folder / "keys" / "dev-keystore.json").read_text()
    account = fresh("by-command")
    assert command(world, "faucet", account)[0] == 0
    for words in ((), ("--url", world.url)):
        code, again = command(world, "faucet", account, *words)
        assert (code, again["refused"]) == (1, "door.seat_taken")


def test_the_command_lists_the_seats_and_refuses_what_is_no_address(world: World) -> None:
    code, listed = command(world, "seats")
    assert (code, tuple(sorted(listed["seats"]))) == (0, tuple(sorted(KINDS)))
    code, refused = command(world, "faucet", "ctn1nonsense")
    assert (code, refused["facts"]) == (1, {"field": "account"})


def test_a_line_that_is_no_request_leaves_the_world_alone(world: World) -> None:
    for line in (b"[]\n", b"{}\n", b'{"kind":"king","account":"x"}\n', b"\xff" * 2_000 + b"\n"):
        with socket.socket(socket.AF_UNIX) as asker:
            asker.connect(str(world.folder / SOCKET))
            asker.sendall(line)
            assert b"malformed" in asker.recv(100)
    assert httpx.get(f"{world.url}/api/v1/status").status_code == 200
