"""The signing room from Python: who enters, what is signed is what waits, both clients alike."""

import asyncio
from collections.abc import Generator

import msgspec
import pytest

from ctn.client.building import sign
from ctn.client.http import AsyncClient, Client
from ctn.client.refusals import RefusalError
from ctn.client.room import AsyncRoom, BodyDiffers, Room, WrongSite, envelope_of, log_in
from ctn.client.talks import Ask, Reply
from ctn.kernel.account import Signer, Thresholds
from ctn.kernel.codec import to_base64
from ctn.kernel.refusal import ThresholdNotMet
from ctn.modules.accounts.open_multisig import OpenMultisig
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.sponsor import Sponsor
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


def test_signs_no_body_but_the_one_that_its_id_names() -> None:
    item = {"body": '{"other":1}', "tx": to_base64(b"\x01")}
    with pytest.raises(BodyDiffers):
        answered(envelope_of("0" * 64, "token"), item)
