"""Submission and trial: accepted, waiting, repeated, refused at the door, refused in the block."""

from typing import Any

import pytest

from ctn.kernel.account import Signer, Thresholds
from ctn.kernel.codec import from_base64, to_base64
from ctn.kernel.op import Op
from ctn.kernel.tx import Signature, pack, unpack
from ctn.modules.accounts.open_multisig import OpenMultisig
from ctn.modules.assets.transfer import Transfer
from tests.api.chains import CNY, Asked, Chain, address


def sequence(api: Asked, name: str) -> int:
    found: int = api.get(f"/accounts/{address(name)}").json()["sequence"]
    return found


def sign(api: Asked, name: str, *ops: Op, **changes: Any) -> str:
    changes.setdefault("sequence", sequence(api, name))
    return api.chain.envelope(name, *ops, **changes)


def test_holds_the_answer_until_the_transaction_is_in_a_block(api: Asked) -> None:
    envelope = sign(api, "alice", Transfer("cny", 5, address("bob")))
    answer = api.post("/transactions", {"tx": envelope, "wait": "commit"})
    assert answer.status_code == 200
    assert answer.json()["receipt"]["status"] == "applied"


def test_answers_pending_at_once_when_not_told_to_wait(api: Asked) -> None:
    envelope = sign(api, "alice", Transfer("cny", 6, address("bob")))
    answer = api.post("/transactions", {"tx": envelope})
    assert answer.status_code in (200, 202)
    assert (answer.status_code == 202) == (answer.json()["status"] == "pending")
    api.post("/transactions", {"tx": envelope, "wait": "commit"})


def test_the_same_envelope_again_is_the_same_transaction(api: Asked) -> None:
    before = sequence(api, "bob")
    envelope = sign(api, "bob", Transfer("cny", 7, address("alice")))
    answers = [api.post("/transactions", {"tx": envelope, "wait": "commit"}) for _ in range(3)]
    assert len({answer.json()["receipt"]["height"] for answer in answers}) == 1
    assert sequence(api, "bob") == before + 1


def test_a_transaction_refused_in_its_block_has_a_receipt_that_says_so(api: Asked) -> None:
    envelope = sign(api, "carol", Transfer("cny", 10**12, address("bob")))
    answer = api.post("/transactions", {"tx": envelope, "wait": "commit"})
    assert answer.status_code == 200
    assert answer.json()["status"] == "refused"
    assert answer.json()["receipt"]["refusal"] == "kernel.InsufficientBalance"


@pytest.mark.parametrize(
    ("changes", "status", "name"),
    [
        ({"sequence": 999}, 422, "kernel.SequenceGap"),
        ({"chain": "ctn-test:0000000000000000"}, 422, "kernel.WrongChain"),
        ({"fee": 1}, 422, "kernel.FeeTooLow"),
        ({"fee": 10**7}, 422, "kernel.FeeTooHigh"),
        ({"memo": "a\u200bb"}, 400, "kernel.BadText"),
    ],
)
def test_a_refusal_at_the_door_is_a_problem_with_its_class(
    api: Asked, changes: dict[str, Any], status: int, name: str
) -> None:
    envelope = sign(api, "alice", Transfer("cny", 5, address("bob")), **changes)
    answer = api.post("/transactions", {"tx": envelope, "wait": "commit"})
    found = answer.json()
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert f"{found['module']}.{found['code']}" == name
    assert found["type"] == f"/reference/refusals#{name}"


def test_refuses_when_a_signature_does_not_verify(api: Asked) -> None:
    body, found = unpack(from_base64(sign(api, "alice", Transfer("cny", 5, address("bob")))))
    bad = Signature(found[0].scheme, found[0].key, bytes(64))
    answer = api.post("/transactions", {"tx": to_base64(pack(body, [bad]))})
    assert (answer.status_code, answer.json()["code"]) == (422, "BadSignature")


def test_refuses_an_op_whose_own_check_fails(api: Asked) -> None:
    op = OpenMultisig((Signer(1, "00" * 32, 1),), Thresholds(2, 2, 2))
    answer = api.post("/transactions", {"tx": sign(api, "alice", op)})
    assert (answer.status_code, answer.json()["module"]) == (422, "accounts")
    assert answer.json()["code"] == "BadSigners"


@pytest.mark.parametrize("tx", ["", "!", "AAA", "AQ==", "AAAA" * 30])
def test_refuses_what_is_no_envelope(api: Asked, tx: str) -> None:
    for path in ("/transactions", "/simulate"):
        answer = api.post(path, {"tx": tx})
        assert (answer.status_code, answer.json()["code"]) == (400, "Malformed")


def test_refuses_an_envelope_that_is_too_large(api: Asked) -> None:
    answer = api.post("/transactions", {"tx": "A" * 90_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "TooLarge")


def test_simulates_without_changing_anything_and_without_signatures(api: Asked) -> None:
    before = sequence(api, "carol")
    body, found = unpack(from_base64(sign(api, "carol", Transfer("cny", 5, address("bob")))))
    unsigned = pack(body, [Signature(found[0].scheme, found[0].key, bytes(64))])
    answer = api.post("/simulate", {"tx": to_base64(unsigned)})
    assert answer.json()["receipt"]["status"] == "applied"
    assert sequence(api, "carol") == before
    tx = sign(api, "carol", Transfer("cny", 100 * CNY, address("bob")))
    refused = api.post("/simulate", {"tx": tx}).json()["receipt"]
    assert refused["refusal"] == "kernel.InsufficientBalance"


def test_an_unknown_transaction_is_not_found(api: Asked) -> None:
    answer = api.get("/transactions/" + "0" * 64)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_says_busy_when_there_is_no_engine(chain: Chain) -> None:
    away = Asked(chain)
    away.link._door.path = chain.socket + ".gone"
    asks = (away.get("/status"), away.get("/blocks/1"), away.post("/transactions", {"tx": "AQ=="}))
    for answer in asks:
        assert (answer.status_code, answer.json()["code"]) == (503, "engine_away")
        assert answer.headers["retry-after"] == "1"
    away.close()
