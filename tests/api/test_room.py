"""Login and the signing room: who may see, what is kept, what can be done below the threshold."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

from ctn.api.login.sessions import Sessions
from ctn.api.room import shelf
from ctn.api.room.shelf import OF_ONE_KEY_MAX, WAITING_MAX, Waiting
from ctn.api.store import PlatformStore, platform_store
from ctn.kernel.account import Account, Signer, Thresholds
from ctn.kernel.codec import encode, from_base64, to_base64
from ctn.kernel.op import Op
from ctn.kernel.tx import EXPIRY_MAX, Body, Fee, Signature, least_fee, pack, tx_id, unpack
from ctn.modules.accounts.cancel_pending import CancelPending
from ctn.modules.accounts.limit_signer import LimitSigner
from ctn.modules.accounts.records import PERSON, Guard, SignerLimit
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.assets.transfer import Transfer
from ctn.wallet.login import STATEMENT, Login, login_bytes, login_text
from tests.api.chains import CNY, FOREVER, Asked, Chain, address, genesis, key, running

SHARED = address("shared")  # three keys sign for it, two of them are enough
LONE = address("lone")
SIGNERS = ("ann", "ben", "cid")
BOT = "bot"  # a fourth signer, limited to trading


def signer(name: str, weight: int = 1) -> Signer:
    return Signer(1, key(name).public.hex(), weight)


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    """People, and an account of four signers of whom one is limited."""
    founding = genesis()
    signers = tuple(sorted([signer(name) for name in (*SIGNERS, BOT)]))
    records = [row for row in founding.records if row[0] != "balance"]
    records += [
        ("account", SHARED, Account(signers, Thresholds(2, 2, 3), 0, 1, None)),
        ("guard", SHARED, Guard(False, (), (), 0, PERSON, FOREVER)),
        ("signer_limit", f"{SHARED}/1-{signer(BOT).key}", SignerLimit(("trade",))),
        ("balance", f"{SHARED}/cny", 100 * CNY),
    ]
    records += [row for row in founding.records if row[0] == "balance" and row[1][:6] != "issued"]
    records.append(("balance", "issued:cny/cny", -400 * CNY))
    records.sort(key=lambda row: (row[0], row[1]))
    whole = msgspec.structs.replace(founding, records=records)
    with TemporaryDirectory(prefix="ctn-") as folder, running(Path(folder) / "home", whole) as live:
        yield live


@pytest.fixture(autouse=True)
def empty_room(api: Asked) -> Iterator[None]:
    """What a test put up is withdrawn by who put it up."""
    yield
    for name in SIGNERS:
        answer = log_in(api, name, text_of(api, SHARED))
        if answer.status_code != 200:
            continue  # the last test removes a signer
        held = {"Authorization": f"Bearer {answer.json()['token']}"}
        for item in waiting(api, held):
            api.post(f"/pending/{item['id']}/withdraw", {}, headers=held)


def text_of(api: Asked, account: str, **changes: Any) -> str:
    """A login's text for a fresh challenge."""
    found = api.post("/session/challenge", {}).json()
    now = time.time_ns() // 1_000_000
    login = Login(
        found["domain"], account, STATEMENT, found["uri"], found["chain_id"], found["nonce"],
        now, now + 300_000,
    )  # fmt: skip
    return login_text(login._replace(**changes))


def log_in(api: Asked, name: str, text: str, **changes: Any) -> Any:
    """The answer to a login's text that a person signs."""
    ours = key(name)
    body = {
        "message": text, "scheme": 1, "key": ours.public.hex(),
        "signature": ours.sign(login_bytes(text)).hex(),
    }  # fmt: skip
    return api.post("/session", body | changes)


def logged(api: Asked, name: str, account: str = SHARED) -> dict[str, str]:
    """The header of a session."""
    answer = log_in(api, name, text_of(api, account))
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def next_sequence(api: Asked) -> int:
    found: int = api.get(f"/accounts/{SHARED}").json()["sequence"]
    return found


def envelope(api: Asked, *names: str, **changes: Any) -> str:
    """A transfer of the shared account with the signatures of some."""
    ops: tuple[Op, ...] = changes.pop("ops", (Transfer("cny", 5, address("bob")),))
    sequence = changes.pop("sequence", next_sequence(api))
    expires = changes.pop("expires", 400_000)
    fee = least_fee(len(ops), 2_048, 60 * 4 + sum(op.work for op in ops))
    chain = changes.pop("chain", api.chain.name)
    sender = changes.pop("sender", SHARED)
    memo = changes.pop("memo", "")
    body = encode(Body(chain, sender, sequence, expires, Fee(fee, None), memo, ops))
    return to_base64(pack(body, [key_signature(name, body) for name in names]))


def key_signature(name: str, body: bytes) -> Signature:
    ours = key(name)
    return Signature(ours.scheme, ours.public, ours.sign(b"ctn/tx/1\n" + body))


def put_up(api: Asked, held: dict[str, str], tx: str) -> Any:
    return api.post("/pending", {"tx": tx}, headers=held)


def waiting(api: Asked, held: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("/pending", headers=held).json()["items"]
    return found


# --- login


def test_a_signer_logs_in_for_the_account(api: Asked) -> None:
    found = api.get("/session", headers=logged(api, "ann")).json()
    assert (found["account"], found["key"]) == (SHARED, signer("ann").key)
    assert 0 < found["expires"] - time.time_ns() // 1_000_000 <= 600_000


def test_a_fresh_address_logs_in_by_its_own_key(api: Asked) -> None:
    held = logged(api, "nobody-yet", address("nobody-yet"))
    assert api.get("/session", headers=held).status_code == 200


@pytest.mark.parametrize("name", ["alice", BOT])
def test_refuses_a_key_that_is_no_unlimited_signer(api: Asked, name: str) -> None:
    answer = log_in(api, name, text_of(api, SHARED))
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signer")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"domain": "evil.example"}, "wrong_domain"),
        ({"uri": "http://evil.example"}, "wrong_domain"),
        ({"chain": "ctn-other"}, "wrong_chain"),
        ({"nonce": "0" * 32}, "nonce_used"),
        ({"issued": 1_000, "expires": 200_000}, "expired"),
        ({"issued": 4_000_000_000_000, "expires": 4_000_000_100_000}, "expired"),
        ({"statement": "a\ttab"}, "bad_message"),
        ({"account": "ctn1nobody"}, "bad_message"),
    ],
)
def test_refuses_a_text_that_is_not_for_here_and_now(
    api: Asked, changes: dict[str, Any], code: str
) -> None:
    account = changes.pop("account", SHARED)
    answer = log_in(api, "ann", text_of(api, account, **changes))
    assert (answer.status_code, answer.json()["code"]) == (401, code)


def test_refuses_a_life_above_ten_minutes(api: Asked) -> None:
    now = time.time_ns() // 1_000_000
    text = text_of(api, SHARED, issued=now, expires=now + 660_000)
    assert log_in(api, "ann", text).json()["facts"]["field"] == "Expiration Time"


def test_a_nonce_serves_once(api: Asked) -> None:
    text = text_of(api, SHARED)
    assert log_in(api, "ann", text).status_code == 200
    assert log_in(api, "ann", text).json()["code"] == "nonce_used"


def test_refuses_the_signature_of_another_key_or_purpose(api: Asked) -> None:
    answer = log_in(api, "ann", text_of(api, SHARED), key=signer("ben").key)
    assert answer.json()["code"] == "bad_signature"
    text = text_of(api, SHARED)
    as_tx = key("ann").sign(b"ctn/tx/1\n" + text.encode()).hex()
    assert log_in(api, "ann", text, signature=as_tx).json()["code"] == "bad_signature"


def test_a_challenge_of_another_page_is_refused(api: Asked) -> None:
    answer = api.post("/session/challenge", {}, headers={"Origin": "http://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_domain")


def cookie_of(answer: Any) -> str:
    stated: str = answer.headers["set-cookie"]
    for word in ("HttpOnly", "Secure", "SameSite=strict", "Path=/api/v1/session"):
        assert word in stated
    return stated.partition(";")[0]


def renew(api: Asked, cookie: str) -> Any:
    api.client.cookies.clear()
    headers = {"Cookie": cookie, "Origin": "http://test"}
    return api.post("/session/refresh", {}, headers=headers)


def test_a_cookie_renews_the_session_once_and_then_ends_it(api: Asked) -> None:
    first = cookie_of(log_in(api, "ann", text_of(api, SHARED)))
    renewed = renew(api, first)
    assert renewed.status_code == 200
    held = {"Authorization": f"Bearer {renewed.json()['token']}"}
    assert api.get("/session", headers=held).status_code == 200
    second = cookie_of(renewed)
    assert renew(api, first).json()["code"] == "login_required"
    assert renew(api, second).json()["code"] == "login_required"
    assert api.get("/session", headers=held).json()["code"] == "login_required"


def test_a_cookie_from_another_page_renews_nothing(api: Asked) -> None:
    cookie = cookie_of(log_in(api, "ann", text_of(api, SHARED)))
    headers = {"Cookie": cookie, "Origin": "http://evil.example"}
    assert api.post("/session/refresh", {}, headers=headers).json()["code"] == "origin_refused"


def test_logging_out_ends_both_tokens(api: Asked) -> None:
    answer = log_in(api, "ann", text_of(api, SHARED))
    held = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert api.post("/session/end", {}, headers=held).json() == {"ended": True}
    assert api.get("/session", headers=held).status_code == 401
    assert renew(api, cookie_of(answer)).status_code == 401
    assert api.post("/session/end", {}).json() == {"ended": False}


async def lived(store: PlatformStore) -> list[str]:
    """What a session says of itself as the hours pass."""
    now = [1_000_000]
    sessions = Sessions(store, lambda: now[0])
    opened = await sessions.open(SHARED, 1, "ab")
    said = [sessions.find(opened.token)[0].account]
    now[0] += 600_001
    for work in (lambda: sessions.find(opened.token), None):
        try:
            if work is not None:
                work()
        except Exception as error:  # noqa: BLE001  its class is what is told
            said.append(type(error).__name__)
    renewed = await Sessions(store, lambda: now[0]).refresh(opened.refresh)
    said.append(renewed.session.account)
    now[0] += 14 * 86_400_000 + 1
    try:
        await sessions.refresh(renewed.refresh)
    except Exception as error:  # noqa: BLE001
        said.append(type(error).__name__)
    return said


def test_a_session_outlives_the_process_and_ends_after_fourteen_days(
    tmp_path: Path, api: Asked
) -> None:
    store = platform_store(tmp_path, "")
    said = api.runner.run(lived(store))
    store.close()
    assert said == [SHARED, "LoginRequired", SHARED, "LoginRequired"]
    assert (tmp_path / "platform.sqlite").stat().st_mode & 0o777 == 0o600
    assert b"ctn_session" not in (tmp_path / "platform.sqlite").read_bytes()


# --- the room


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/pending"), ("POST", "/pending"), ("GET", "/pending/" + "0" * 64),
        ("POST", "/pending/" + "0" * 64 + "/submit"),
        ("POST", "/pending/" + "0" * 64 + "/withdraw"), ("GET", "/session"),
    ],
)  # fmt: skip
def test_needs_a_login(api: Asked, method: str, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}):
        options: dict[str, Any] = {"json": {}} if method == "POST" else {}
        answer = api.request(method, path, headers=headers, **options)
        assert (answer.status_code, answer.json()["code"]) == (401, "login_required")


def test_two_of_three_sign_in_the_room_and_send(api: Asked) -> None:
    ann, ben = logged(api, "ann"), logged(api, "ben")
    item = put_up(api, ann, envelope(api, "ann", memo="rent")).json()
    assert (item["weight"], item["needed"], item["is_ready"]) == (1, 2, False)
    assert [row["signed"] for row in item["signers"]].count(True) == 1
    seen = waiting(api, ben)
    assert [each["id"] for each in seen] == [item["id"]]
    assert seen[0]["decoded"]["ops"][0]["amount"] == 5
    refused = api.post(f"/pending/{item['id']}/submit", {"wait": "commit"}, headers=ben)
    assert (refused.status_code, refused.json()["code"]) == (422, "ThresholdNotMet")

    body = item["body"].encode()
    more = to_base64(pack(body, [key_signature("ben", body)]))
    assert put_up(api, ben, more).json()["is_ready"]
    sent = api.post(f"/pending/{item['id']}/submit", {"wait": "commit"}, headers=ben).json()
    assert (sent["status"], sent["id"]) == ("applied", item["id"])
    assert waiting(api, ann) == []


def test_hands_in_no_more_signatures_than_are_needed(api: Asked) -> None:
    ann = logged(api, "ann")
    item = put_up(api, ann, envelope(api, "ann", "ben", "cid")).json()
    assert (item["weight"], item["needed"]) == (3, 2)
    assert item["tx"] == envelope_of_first_two(item)


def envelope_of_first_two(item: dict[str, Any]) -> str:
    body = item["body"].encode()
    names = sorted(SIGNERS, key=lambda name: signer(name).key)[:2]
    return to_base64(pack(body, [key_signature(name, body) for name in names]))


def test_the_same_signature_again_adds_nothing(api: Asked) -> None:
    ann = logged(api, "ann")
    tx = envelope(api, "ann")
    first, again = put_up(api, ann, tx).json(), put_up(api, ann, tx).json()
    assert (first["weight"], again["weight"], len(waiting(api, ann))) == (1, 1, 1)


def test_another_account_sees_neither_list_nor_item(api: Asked) -> None:
    item = put_up(api, logged(api, "ann"), envelope(api, "ann")).json()
    alice = logged(api, "alice", address("alice"))
    assert api.get(f"/pending/{item['id']}", headers=alice).json()["code"] == "not_found"
    assert waiting(api, alice) == []
    missing = api.get("/pending/" + "0" * 64, headers=logged(api, "ben"))
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("changes", "names", "status", "code"),
    [
        ({}, ("alice",), 422, "SignerUnknown"),
        ({"sequence": 0, "expires": 0}, ("ann",), 422, "Expired"),
        ({"chain": "ctn-test:0000000000000000"}, ("ann",), 422, "WrongChain"),
        ({"sender": address("ann")}, ("ann",), 422, "other_sender"),
        ({"memo": "a\u200bb"}, ("ann",), 400, "BadText"),
    ],
)
def test_refuses_what_can_never_be_sent(
    api: Asked, changes: dict[str, Any], names: tuple[str, ...], status: int, code: str
) -> None:
    ann = logged(api, "ann")
    answer = put_up(api, ann, envelope(api, *names, **changes))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert waiting(api, ann) == []


def test_refuses_an_expiry_that_the_ledger_does_not_take(api: Asked) -> None:
    ann = logged(api, "ann")
    height = api.get("/status").json()["height"]
    put_up(api, ann, envelope(api, "ann", expires=height + EXPIRY_MAX))
    answer = put_up(api, ann, envelope(api, "ann", expires=height + EXPIRY_MAX + 1_000))
    assert (answer.status_code, answer.json()["code"]) == (422, "ExpiryTooFar")
    answer = put_up(api, ann, envelope(api, "ann", expires=2**62))
    assert (answer.status_code, answer.json()["code"]) == (422, "ExpiryTooFar")
    assert len(waiting(api, ann)) == 1


def test_refuses_a_sequence_behind_more_than_may_wait(api: Asked) -> None:
    ann = logged(api, "ann")
    start = next_sequence(api)
    put_up(api, ann, envelope(api, "ann", sequence=start + WAITING_MAX))
    for sequence in (start + WAITING_MAX + 1, 2**62):
        answer = put_up(api, ann, envelope(api, "ann", sequence=sequence))
        assert (answer.status_code, answer.json()["code"]) == (422, "SequenceGap")
        assert answer.json()["facts"] == {"sequence": sequence, "next": start}
    assert [item["sequence"] for item in waiting(api, ann)] == [start + WAITING_MAX]


def keep(api: Asked, body: bytes) -> str:
    """Put a body into what the platform keeps, as one of an earlier life; its id."""
    app = api.client._transport.app.application  # type: ignore[attr-defined]
    signature = key_signature("ann", body)
    kept = Waiting(
        tx_id(body), SHARED, body.decode(), next_sequence(api), 400_000,
        f"1-{signer('ann').key}", 0, (signature,),
    )  # fmt: skip
    api.runner.run(app.state.store.run(lambda connection: shelf.add(connection, kept, ())))
    return kept.id


@pytest.mark.parametrize("left", ["chain", "operation"])
def test_what_a_former_chain_or_version_left_hides_nothing(api: Asked, left: str) -> None:
    """A store is kept when a chain is founded anew, or when a version reads other operations."""
    ann, ben = logged(api, "ann"), logged(api, "ben")
    item = put_up(api, ann, envelope(api, "ann")).json()
    body, _signatures = unpack(from_base64(envelope(api, "ann", memo=left)))
    former = {
        "chain": body.replace(api.chain.name.encode(), b"ctn-test:0123456789abcdef"),
        "operation": body.replace(b"assets.transfer", b"assets.teleport"),
    }[left]
    assert former != body
    identity = keep(api, former)
    assert [each["id"] for each in waiting(api, ben)] == [item["id"]]
    assert api.get(f"/pending/{item['id']}", headers=ben).status_code == 200

    keep(api, former)
    answer = api.get(f"/pending/{identity}", headers=ben)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert put_up(api, ben, envelope(api, "ben")).json()["weight"] == 2


def test_refuses_a_signature_of_another_body(api: Asked) -> None:
    ann = logged(api, "ann")
    body = put_up(api, ann, envelope(api, "ann")).json()["body"].encode()
    other = put_up(api, ann, envelope(api, "ann", memo="other")).json()["body"].encode()
    answer = put_up(api, ann, to_base64(pack(body, [key_signature("ben", other)])))
    assert (answer.status_code, answer.json()["code"]) == (422, "BadSignature")
    assert [item["weight"] for item in waiting(api, ann)] == [1, 1]


def test_refuses_a_text_that_is_no_envelope(api: Asked) -> None:
    answer = put_up(api, logged(api, "ann"), "AAAA")
    assert (answer.status_code, answer.json()["code"]) == (400, "Malformed")
    answer = put_up(api, logged(api, "ann"), "not base64!")
    assert (answer.status_code, answer.json()["field"]) == (400, "tx")


def test_refuses_an_account_of_one_signer(api: Asked) -> None:
    opened = api.chain.envelope("bob", Transfer("cny", 5, address("alice")))
    api.post("/transactions", {"tx": opened, "wait": "commit"})
    held = logged(api, "bob", address("bob"))
    tx = api.chain.envelope("bob", Transfer("cny", 5, address("alice")), sequence=1)
    answer = put_up(api, held, tx)
    assert (answer.status_code, answer.json()["code"]) == (422, "one_signer")


def test_the_room_of_an_account_is_full_at_sixty_four(api: Asked) -> None:
    ann, ben = logged(api, "ann"), logged(api, "ben")
    start = next_sequence(api)
    for number in range(WAITING_MAX):
        name, held = ("ann", ann) if number < OF_ONE_KEY_MAX else ("ben", ben)
        assert put_up(api, held, envelope(api, name, sequence=start + number)).status_code == 200
        if number == OF_ONE_KEY_MAX - 1:
            over = put_up(api, ann, envelope(api, "ann", sequence=start + number + 1)).json()
            assert (over["code"], over["facts"]["limit"]) == ("room_full", OF_ONE_KEY_MAX)
    cid = logged(api, "cid")
    answer = put_up(api, cid, envelope(api, "cid", sequence=start + WAITING_MAX))
    assert (answer.status_code, answer.json()["facts"]["limit"]) == (409, WAITING_MAX)
    more = envelope(api, "ben", sequence=start)
    assert put_up(api, ben, more).json()["is_ready"]
    assert len(waiting(api, ann)) == WAITING_MAX


def test_only_who_put_it_up_withdraws_it(api: Asked) -> None:
    ann, ben = logged(api, "ann"), logged(api, "ben")
    item = put_up(api, ann, envelope(api, "ann")).json()
    answer = api.post(f"/pending/{item['id']}/withdraw", {}, headers=ben)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
    assert api.post(f"/pending/{item['id']}/withdraw", {}, headers=ann).json() == {
        "withdrawn": True
    }
    assert waiting(api, ben) == []


def test_a_limited_signer_counts_for_its_families_only(api: Asked) -> None:
    ann = logged(api, "ann")
    item = put_up(api, ann, envelope(api, "ann", BOT)).json()
    row = next(each for each in item["signers"] if each["key"] == signer(BOT).key)
    assert (row["signed"], row["counts"], item["weight"]) == (True, False, 1)
    answer = api.post(f"/pending/{item['id']}/submit", {}, headers=ann)
    assert (answer.status_code, answer.json()["code"]) == (422, "SignerLimited")


def test_what_any_one_may_send_needs_one(api: Asked) -> None:
    item = put_up(api, logged(api, "ann"), envelope(api, "ann", ops=(CancelPending(7),))).json()
    assert (item["needed"], item["is_ready"]) == (1, True)


def test_a_high_operation_shows_the_high_threshold(api: Asked) -> None:
    ops = (LimitSigner(1, signer("cid").key, ("trade",)),)
    item = put_up(api, logged(api, "ann"), envelope(api, "ann", "ben", ops=ops)).json()
    assert (item["weight"], item["needed"], item["is_ready"]) == (2, 3, False)


def test_a_signer_who_is_removed_sees_no_more_and_signed_for_nothing(api: Asked) -> None:
    """The last test: it changes who signs for the account."""
    ann, cid = logged(api, "ann"), logged(api, "cid")
    start = next_sequence(api)
    later = put_up(api, ann, envelope(api, "ann", "cid", sequence=start + 1)).json()
    theirs = put_up(api, cid, envelope(api, "cid", sequence=start + 2)).json()
    assert later["is_ready"]
    assert (later["sequence"], later["next_sequence"]) == (start + 1, start)
    left = tuple(sorted([signer("ann"), signer("ben")]))
    change = envelope(api, "ann", "ben", "cid", ops=(SetSigners(left, Thresholds(2, 2, 2)),))
    sent = api.post("/transactions", {"tx": change, "wait": "commit"}).json()
    assert sent["status"] == "applied", sent

    assert api.get("/pending", headers=cid).json()["code"] == "login_required"
    (item,) = waiting(api, ann)
    assert theirs["id"] != item["id"]
    assert (item["id"], item["weight"], item["is_ready"]) == (later["id"], 1, False)
    answer = api.post(f"/pending/{item['id']}/submit", {}, headers=ann)
    assert answer.json()["code"] == "ThresholdNotMet"
