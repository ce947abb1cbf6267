"""The signing room from Python: who enters, what is signed is what waits, both clients alike."""

import asyncio
from collections.abc import Generator
from typing import Any

import msgspec
import pytest

from ctn.client.building import sign
from ctn.client.http import AsyncClient, Client
from ctn.client.reading import Unreadable
from ctn.client.refusals import RefusalError
from ctn.client.room import (
    AsyncRoom,
    BodyDiffers,
    Room,
    WrongSite,
    add_signature,
    envelope_of,
    items,
    log_in,
    put_up,
)
from ctn.client.talks import Ask, Reply
from ctn.kernel.account import Signer, Thresholds
from ctn.kernel.codec import encode, to_base64
from ctn.kernel.refusal import ThresholdNotMet
from ctn.kernel.tx import Body, Fee, tx_id
from ctn.modules.accounts.open_multisig import OpenMultisig
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.sponsor import Sponsor
from ctn.modules.assets.transfer import Transfer
from tests.api.chains import address, key

NAMES = ("ann", "ben")
SIGNERS = tuple(Signer(1, key(name).public.hex(), 1) for name in NAMES)


@pytest.fixture
def shared(client: Client) -> str:
    """An account that two keys sign for, whose fees alice pays."""
    opened = client.submit([OpenMultisig(SIGNERS, Thresholds(2, 2, 2))], key("alice"))
    assert opened.receipt is not None
    found: str = opened.receipt.events[0]["address"]
    client.submit([Sponsor(found, 10_000, 1_000, 4_000_000_000_000)], key("alice"))
    return found


def body_of(client: Client, shared: str, memo: str = "") -> bytes:
    change = SetSigners(SIGNERS, Thresholds(1, 2, 2))
    return client.build([change], shared, payer=address("alice"), memo=memo)


def test_two_signers_gather_and_send(client: Client, shared: str) -> None:
    ann, ben = [Room(client, key(name), shared) for name in NAMES]
    item = ann.put_up(sign(body_of(client, shared), [key("ann")]))
    assert [each["id"] for each in ben.items()] == [item["id"]]
    with pytest.raises(ThresholdNotMet):
        ben.submit(item["id"])
    assert ben.sign(item["id"], key("ben"))["is_ready"]
    assert ben.submit(item["id"]).status == "applied"
    assert ann.items() == []


def test_the_asynchronous_room_does_the_same(client: Client, url: str, shared: str) -> None:
    body = body_of(client, shared)

    async def live() -> str:
        other = AsyncClient(url)
        ann, ben = [await AsyncRoom.enter(other, key(name), shared) for name in NAMES]
        dropped = await ann.put_up(sign(body_of(client, shared, "other"), [key("ann")]))
        await ann.withdraw(dropped["id"])
        item = await ann.put_up(sign(body, [key("ann")]))
        assert len(await ben.items()) == 1
        assert await ben.envelope(item["id"]) == sign(body, [key("ann")])
        await ben.sign(item["id"], key("ben"))
        outcome = await ben.submit(item["id"])
        await ann.leave()
        with pytest.raises(RefusalError) as refused:
            await ann.items()
        assert refused.value.code == "door.login_required"
        await other.close()
        return outcome.status

    assert asyncio.run(live()) == "applied"


def test_a_stranger_does_not_enter(client: Client, shared: str) -> None:
    with pytest.raises(RefusalError) as refused:
        Room(client, key("carol"), shared)
    assert refused.value.code == "door.not_signer"


def test_a_room_that_was_left_is_closed(client: Client, shared: str) -> None:
    ann = Room(client, key("ann"), shared)
    ann.leave()
    with pytest.raises(RefusalError):
        ann.items()


def answered(talk: Generator[object, Reply, object], *answers: object) -> Ask:
    """The last request of a talk whose earlier ones were answered so."""
    step = next(talk)
    for answer in answers:
        step = talk.send(Reply(200, msgspec.json.encode(answer)))
    assert isinstance(step, Ask)
    return step


def test_signs_no_login_for_another_site() -> None:
    challenge = {
        "nonce": "0" * 32, "domain": "evil.example", "uri": "https://evil.example",
        "chain_id": "ctn-test", "expires": 1,
    }  # fmt: skip
    with pytest.raises(WrongSite):
        answered(log_in("https://thallo.example", key("ann"), address("ann")), challenge)
    ours = challenge | {"domain": "thallo.example", "uri": "https://thallo.example"}
    asked = answered(log_in("https://thallo.example", key("ann"), address("ann")), ours)
    assert asked.body is not None
    assert msgspec.json.decode(asked.body)["message"].startswith("thallo.example wants you")


CHAIN = "ctn-test:0123456789abcdef"


def body_that_says(**changes: object) -> bytes:
    """A body of a transfer, with some of its members otherwise."""
    ops = (Transfer("cny", 90, address("carol")),)
    body = Body(CHAIN, address("alice"), 0, 4_000, Fee(1_000, None), "rent", ops)
    return encode({**msgspec.to_builtins(body), **changes})


def item_of(body: bytes, **changes: object) -> dict[str, object]:
    """What a platform says of a body that waits, with its lies."""
    said = {"id": tx_id(body), "body": body.decode(), "tx": to_base64(sign(body, [key("ann")]))}
    said["decoded"] = msgspec.json.decode(body)
    return {**said, **changes}


def ended(talk: Generator[object, Reply, object], answer: object) -> Any:
    """What a talk of one request comes to."""
    next(talk)
    with pytest.raises(StopIteration) as end:
        talk.send(Reply(200, msgspec.json.encode(answer)))
    return end.value.value


def test_an_item_says_what_its_bytes_say_and_not_what_the_platform_says() -> None:
    body = body_that_says()
    lie = msgspec.json.decode(body) | {"memo": "nothing", "ops": []}
    said = item_of(body, decoded=lie) | {"body": encode(lie).decode()}
    (item,) = ended(items("token"), {"items": [said]})
    assert item["decoded"] == msgspec.json.decode(body)
    assert item["body"] == body.decode()
    assert ended(put_up(sign(body, [key("ann")]), "token"), said) == item


@pytest.mark.parametrize("text", ["", "AAAA", to_base64(b"\x01" * 40), "not base64"])
def test_signs_no_body_but_the_one_that_its_id_names(text: str) -> None:
    body, other = body_that_says(), body_that_says(memo="other")
    envelope = text or to_base64(sign(other, [key("ann")]))
    said = item_of(body, tx=envelope)
    for talk in (envelope_of(tx_id(body), "token"), add_signature(tx_id(body), key("ben"), "t")):
        with pytest.raises(BodyDiffers):
            answered(talk, said)
    with pytest.raises(BodyDiffers):
        ended(items("token"), {"items": [said]})


@pytest.mark.parametrize(
    "changes",
    [
        {"ops": [{"op": "assets.teleport"}]}, {"memo": "a\u202eb"}, {"more": 1}, {"chain": 7},
        {"ops": [{"op": "assets.transfer", "asset": "cny", "amount": -1, "to": address("bob")}]},
    ],
)  # fmt: skip
def test_signs_nothing_that_it_cannot_read(changes: dict[str, object]) -> None:
    body = body_that_says(**changes)
    said = item_of(body)
    (item,) = ended(items("token"), {"items": [said]})
    assert item["decoded"] is None
    with pytest.raises(Unreadable):
        answered(add_signature(tx_id(body), key("ben"), "token"), said)
