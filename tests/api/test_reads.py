"""Every public read: what it answers, at which height, and that it is one block's answer."""

import hashlib

import pytest

from ctn.crypto import ed25519
from ctn.crypto.digest import merkle_root, verify_path
from ctn.kernel.block import Header, block_hash, seal_bytes, unpack_block
from ctn.kernel.codec import encode, from_base64
from ctn.kernel.commitment import Step
from ctn.kernel.proof import verify_membership
from ctn.modules.assets.transfer import Transfer
from tests.api.chains import CNY, MAKER, Asked, Chain, address


@pytest.fixture(scope="module")
def sent(api: Asked, chain: Chain) -> str:
    """The id of a committed transfer of 5 units from alice to bob."""
    envelope = chain.envelope("alice", Transfer("cny", 5, address("bob")))
    answer = api.post("/transactions", {"tx": envelope, "wait": "commit"})
    assert answer.json()["status"] == "applied"
    identity: str = answer.json()["id"]
    return identity


def test_status_names_chain_height_root_and_state_of_the_node(api: Asked, chain: Chain) -> None:
    found = api.get("/status").json()
    assert found["chain"] == chain.name
    assert found["engine"] == "embedded"
    assert (found["read_only"], found["alarms"], found["profile"]) == (False, 0, "dev")
    assert len(found["root"]) == 64
    assert found["free_mib"] > 0


@pytest.mark.parametrize(
    "path",
    [
        "/status", "/blocks/1", "/validators/1", "/changes/1", "/state/balance",
        "/state/chain/clock", "/state/chain/clock?prove=1", f"/accounts/{address('alice')}",
    ],
)  # fmt: skip
def test_every_read_names_its_height_and_the_age_of_its_block(
    api: Asked, sent: str, path: str
) -> None:
    found = api.get(path).json()
    assert found["height"] >= 1
    assert found["time"] > 1_000
    assert 0 <= found["age_ms"] < 60_000


def test_a_block_gives_header_hash_seal_and_ids(api: Asked, sent: str) -> None:
    found = api.get("/blocks/1").json()
    header = encode(Header(**found["header"]))
    assert found["hash"] == block_hash(header).hex()
    assert found["transactions"] == [sent]
    ed25519.verify(bytes.fromhex(MAKER), seal_bytes(header), bytes.fromhex(found["seal"]))


def test_a_raw_block_is_its_exact_bytes(api: Asked, sent: str) -> None:
    answer = api.get("/blocks/1/raw")
    block = unpack_block(answer.content)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert merkle_root(block.envelopes).hex() == block.header.transactions
    assert hashlib.sha256(block.envelopes[0][5:-101]).hexdigest() == sent


def test_the_validators_of_an_embedded_block_are_its_maker(api: Asked, sent: str) -> None:
    assert api.get("/validators/1").json()["validators"] == [{"key": MAKER, "power": 1}]


def test_changes_are_keys_in_order_with_their_leaf_hashes(api: Asked, sent: str) -> None:
    rows = api.get("/changes/1").json()["changes"]
    keys = [(row["table"], row["id"]) for row in rows]
    assert keys == sorted(keys)
    assert ("balance", f"{address('bob')}/cny") in keys
    value = str(100 * CNY + 5).encode()
    key = f"balance\0{address('bob')}/cny".encode()
    leaf = hashlib.sha256(
        b"\0" + hashlib.sha256(key).digest() + hashlib.sha256(value).digest()
    ).hexdigest()
    assert rows[keys.index(("balance", f"{address('bob')}/cny"))]["leaf"] == leaf


def test_a_transaction_gives_its_receipt(api: Asked, sent: str) -> None:
    found = api.get(f"/transactions/{sent}").json()
    assert found["id"] == sent
    assert found["receipt"]["events"][0]["event"] == "assets.Transferred"
    assert found["proof"] is None


def test_a_receipt_is_proved_by_a_path_to_a_sealed_header(api: Asked, sent: str) -> None:
    proof = api.get(f"/transactions/{sent}?prove=1").json()["proof"]
    header = proof["header"].encode()
    ed25519.verify(bytes.fromhex(MAKER), seal_bytes(header), bytes.fromhex(proof["seal"]))
    verify_path(
        [bytes.fromhex(step) for step in proof["path"]],
        leaf=proof["receipt"].encode(),
        root=bytes.fromhex(api.get("/blocks/1").json()["header"]["receipts"]),
        index=proof["index"],
        size=proof["size"],
    )


def test_a_record_is_given_as_it_is_stored(api: Asked, sent: str) -> None:
    found = api.get("/state/asset/cny").json()
    assert found["value"] == {"id": "cny", "transfer": "free"}
    assert api.get("/state/asset/gold").json()["value"] is None


def test_a_proved_record_is_text_that_hashes_to_the_header(api: Asked, sent: str) -> None:
    found = api.get("/state/asset/cny?prove=1").json()
    steps = [Step(bytes.fromhex(left), bytes.fromhex(right)) for left, right in found["path"]]
    root = bytes.fromhex(found["root"])
    verify_membership(root, b"asset\0cny", found["value"].encode(), steps)
    assert f'"state":"{found["root"]}"' in found["header"]
    assert api.get("/state/asset/gold?prove=1").json()["absent"] is not None


def test_a_listing_goes_on_after_the_last_id(api: Asked, sent: str) -> None:
    first = api.get("/state/balance?limit=1&prefix=ctn1").json()
    assert len(first["items"]) == 1
    rest = api.get(f"/state/balance?prefix=ctn1&after={first['next']}").json()
    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert ids == sorted(ids)
    assert f"{address('alice')}/cny" in ids
    assert rest["next"] is None


def test_an_account_gives_balances_as_decimal_strings(api: Asked, sent: str) -> None:
    found = api.get(f"/accounts/{address('bob')}").json()
    assert found["balances"] == [{"asset": "cny", "amount": str(100 * CNY + 5)}]
    assert (found["account"], found["sequence"]) == (None, 0)
    assert api.get(f"/accounts/{address('alice')}").json()["sequence"] == 1


def test_operations_declare_fields_needs_refusals_and_events(api: Asked) -> None:
    found = api.get("/ops").json()
    ops = {row["op"]: row for row in found["ops"]}
    transfer = ops["assets.transfer"]
    assert [(field["name"], field["text"]) for field in transfer["fields"]] == [
        ("asset", None), ("amount", None), ("to", "account"),
    ]  # fmt: skip
    assert (transfer["needs"], transfer["threshold"]) == (["ordinary"], "medium")
    assert (transfer["family"], transfer["delegable"]) == ("transfer", False)
    assert "kernel.InsufficientBalance" in transfer["refuses"]
    assert transfer["emits"][0]["event"] == "assets.Transferred"
    assert {"Signer", "Thresholds"} <= found["schemas"].keys()


def test_every_refusal_has_a_sentence_in_both_languages(api: Asked) -> None:
    rows = {row["name"]: row for row in api.get("/refusals").json()["refusals"]}
    declared = {name for op in api.get("/ops").json()["ops"] for name in op["refuses"]}
    assert declared <= rows.keys()
    row = rows["kernel.InsufficientBalance"]
    assert row["sentence"]["en"] == "The source holds less than the amount."
    assert row["sentence"]["zh"] != row["sentence"]["en"]
    assert rows["door.rate_limited"]["status"] == 429


def test_the_contract_is_openapi_3_1_and_names_every_route(api: Asked) -> None:
    found = api.get("/openapi.json").json()
    assert found["openapi"] == "3.1.0"
    assert "/api/v1/state/{table}/{place}" in found["paths"]
    assert found["paths"]["/api/v1/transactions"]["post"]["requestBody"]["required"]
    for path in ("/docs", "/redoc"):
        assert api.get(path).status_code == 404


def test_answers_not_modified_at_the_same_height_and_only_then(
    api: Asked, chain: Chain, sent: str
) -> None:
    first = api.get("/blocks/1")
    tag = first.headers["etag"]
    assert tag == f'W/"{chain.name.partition(":")[2]}-0-{first.json()["height"]}"'
    again = api.get("/blocks/1", headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    envelope = chain.envelope("carol", Transfer("cny", 1, address("bob")))
    api.post("/transactions", {"tx": envelope, "wait": "commit"})
    assert api.get("/blocks/1", headers={"If-None-Match": tag}).status_code == 200


def test_the_envelope_in_a_block_is_the_one_that_was_sent(api: Asked, sent: str) -> None:
    block = unpack_block(api.get("/blocks/1/raw").content)
    assert (
        from_base64(api.chain.envelope("alice", Transfer("cny", 5, address("bob"))))
        == (block.envelopes[0])
    )
