"""A seat of the running demo: asked for at the platform, given by the cast, once for an account."""

import json

import httpx
import pytest

from ctn.crypto import ed25519
from ctn.crypto.digest import sha256
from ctn.demo.seats import SEATS
from ctn.kernel.account import key_address
from tests.demo.worlds import start

KINDS = ("visitor", "commuter", "seller", "trader", "developer")


def fresh(name: str) -> str:
    """The address of a key that nobody used."""
    return key_address(1, ed25519.public_key(sha256(b"tests/seats/" + name.encode())))


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> object:
    """The address of a demo's platform."""
    process = start(tmp_path_factory.mktemp("demo") / "home", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    address = next(
        line.split()[-1].partition("/api")[0]
        for line in process.stderr
        if "/api/v1/status" in line
    )
    with httpx.Client(base_url=f"{address}/api/v1", timeout=40) as client:
        yield client
    process.terminate()
    process.communicate(timeout=60)


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


def test_no_key_of_the_cast_stands_in_an_answer(platform: httpx.Client) -> None:
    answer = platform.post("/seats", json={"kind": "visitor", "account": fresh("last")})
    assert set(json.loads(answer.text)) == {"kind", "account", "money", "batch", "grams"}
