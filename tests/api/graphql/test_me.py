"""`me`: what is private to an account, by the token of a session and by nothing else."""

import time
from typing import Any

import pytest
from sqlalchemy import event

from ctn.kernel.account import Signer, Thresholds
from ctn.kernel.codec import encode, to_base64
from ctn.kernel.tx import Body, Fee, pack
from ctn.modules.accounts.open_multisig import OpenMultisig
from ctn.modules.accounts.set_signers import SetSigners
from ctn.wallet.login import STATEMENT, Login, login_bytes, login_text
from tests.api.chains import key
from tests.api.graphql.worlds import Follower, Platform, served
from tests.worlds import Person

ME = "{ me { account signerKey since } }"
PENDING = """{ me { account pendingSignatures(first: 5) {
  transactionId memo ops weight needed isReady sequence nextSequence expires created putUpBy
  signers { scheme key weight signed counts } } } }"""


def logged(market: Platform, name: str, account: str) -> dict[str, str]:
    """The header of a session of a person for an account."""
    found = market.raw("POST", "/api/v1/session/challenge", json={}).json()
    now = time.time_ns() // 1_000_000
    text = login_text(
        Login(
            found["domain"], account, STATEMENT, found["uri"], found["chain_id"], found["nonce"],
            now, now + 60_000,
        )
    )  # fmt: skip
    ours = key(name)
    body = {
        "message": text, "scheme": 1, "key": ours.public.hex(),
        "signature": ours.sign(login_bytes(text)).hex(),
    }  # fmt: skip
    token = market.raw("POST", "/api/v1/session", json=body).json()["token"]
    return {"Authorization": f"Bearer {token}"}


def asked(market: Platform, query: str, headers: dict[str, str]) -> Any:
    return market.post({"query": query}, headers=headers).json()


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer none"}])
def test_needs_a_login(market: Platform, headers: dict[str, str]) -> None:
    answer = asked(market, "{ me { account } chain { height } }", headers)
    assert answer["data"]["me"] is None
    assert answer["data"]["chain"]["height"] >= 0
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["login_required"]


def test_says_who_is_logged_in(market: Platform) -> None:
    alice = Person("alice").address
    found = asked(market, ME, logged(market, "alice", alice))["data"]["me"]
    assert (found["account"], found["signerKey"]) == (alice, key("alice").public.hex())


def test_one_key_has_nothing_to_wait_for(market: Platform) -> None:
    headers = logged(market, "alice", Person("alice").address)
    assert asked(market, PENDING, headers)["data"]["me"]["pendingSignatures"] == []


def test_tells_what_waits_in_the_signing_room_as_rest_does(market: Platform) -> None:
    names = ("alice", "bob")
    signers = tuple(sorted([Signer(1, key(name).public.hex(), 1) for name in names]))
    sent = market.send("alice", OpenMultisig(signers, Thresholds(2, 2, 2)))
    height = sent["receipt"]["height"]
    block = market.raw("GET", f"/api/v1/blocks/{height}").json()
    receipt = market.raw("GET", f"/api/v1/transactions/{block['transactions'][0]}").json()
    shared = receipt["receipt"]["events"][0]["address"]
    body = encode(
        Body(
            market.chain.name, shared, 0, 4_000, Fee(10_000, None), "rent",
            (SetSigners(signers, Thresholds(1, 2, 2)),),
        )
    )  # fmt: skip
    ours = key("alice")
    signature = (ours.scheme, ours.public, ours.sign(b"ctn/tx/1\n" + body))
    tx = to_base64(pack(body, [signature]))  # type: ignore[list-item]
    headers = logged(market, "bob", shared)
    item = market.raw("POST", "/api/v1/pending", json={"tx": tx}, headers=headers).json()

    found = asked(market, PENDING, headers)["data"]["me"]
    (told,) = found["pendingSignatures"]
    assert (found["account"], told["transactionId"]) == (shared, item["id"])
    assert (told["weight"], told["needed"], told["isReady"]) == (1, 2, False)
    assert told["ops"][0]["op"] == "accounts.set_signers"
    assert told["memo"] == "rent"
    assert told["signers"] == item["signers"]
    other = logged(market, "alice", Person("alice").address)
    assert asked(market, PENDING, other)["data"]["me"]["pendingSignatures"] == []


def test_reads_the_room_once_for_all_aliases(market: Platform) -> None:
    market.pay()  # which opens alice's account
    headers = logged(market, "alice", Person("alice").address)
    fields = " ".join(f"a{n}: pendingSignatures(first: 1) {{ sequence }}" for n in range(14))
    read: list[str] = []

    def note(*execution: Any) -> None:
        read.append(execution[2])

    app: Any = market.app.application
    engine = app.state.store._engine
    event.listen(engine, "before_cursor_execute", note)
    query = f"{{ me {{ {fields} }} other: me {{ {fields} }} }}"
    found = asked(market, query, headers)
    event.remove(engine, "before_cursor_execute", note)
    assert len(found["data"]["me"]) == 14
    assert len([statement for statement in read if "ORDER BY sequence" in statement]) == 1


def test_a_kept_document_by_get_and_a_socket_tell_nothing_private(market: Platform) -> None:
    with served(market) as address:
        follower = Follower(address).begin()
        follower.subscribe("1", ME)
        payload = follower.receive()["payload"]
        assert payload["data"]["me"] is None
        assert payload["errors"][0]["extensions"]["code"] == "login_required"
        follower.socket.close()
