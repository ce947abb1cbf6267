"""The client against a real platform: submit, refuse, wait, repeat, follow, multisig, trust."""

import asyncio
import threading
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any

import pytest

from ctn.client.building import merge, sign
from ctn.client.http import AsyncClient, Client
from ctn.client.refusals import RefusalError, refusal_of
from ctn.client.talks import Ask, Pause, Reply, Talk, Unanswered, send
from ctn.kernel.account import Signer, Thresholds
from ctn.kernel.proof import ProofInvalid
from ctn.kernel.refusal import InsufficientBalance, SequenceGap, SequenceUsed, ThresholdNotMet
from ctn.modules.accounts.open_multisig import OpenMultisig
from ctn.modules.accounts.sponsor import Sponsor
from ctn.modules.assets.transfer import Transfer
from tests.api.chains import CNY, MAKER, Chain, address, key


@pytest.fixture
def wary(url: str) -> Iterator[Client]:
    """A client that trusts the maker alone."""
    with Client(url, trust=MAKER) as found:
        yield found


def test_submits_and_waits_for_the_block(client: Client) -> None:
    before = client.balance(address("bob"), "cny")
    outcome = client.submit([Transfer("cny", 5, address("bob"))], key("alice"), memo="hello")
    assert outcome.status == "applied"
    assert outcome.receipt is not None
    assert outcome.receipt.events[0]["event"] == "assets.Transferred"
    assert client.balance(address("bob"), "cny") == before + 5
    assert client.transaction(outcome.id)["receipt"]["height"] == outcome.receipt.height
    assert outcome.id in client.block(outcome.receipt.height)["transactions"]


def test_raises_the_class_with_which_the_block_refused(client: Client) -> None:
    with pytest.raises(InsufficientBalance) as refused:
        client.submit([Transfer("cny", 10**15, address("bob"))], key("alice"))
    assert refused.value.facts["need"] == 10**15
    assert "op 0" in refused.value.__notes__[0]


def test_raises_the_class_with_which_the_door_refused(client: Client) -> None:
    with pytest.raises(SequenceGap) as refused:
        client.submit([Transfer("cny", 1, address("bob"))], key("alice"), sequence=999)
    assert refused.value.facts["sequence"] == 999


def test_the_same_envelope_again_gives_the_same_answer(client: Client) -> None:
    outcome = client.submit([Transfer("cny", 1, address("bob"))], key("alice"))
    assert client.send(outcome.envelope) == outcome
    sequence = client.account(address("alice"))["sequence"]
    again = client.submit([Transfer("cny", 1, address("bob"))], key("alice"))
    assert again.id != outcome.id
    assert client.account(address("alice"))["sequence"] == sequence + 1


def test_a_used_sequence_is_refused_and_never_replaced_by_a_new_one(client: Client) -> None:
    sequence = client.account(address("alice"))["sequence"] - 1
    with pytest.raises(SequenceUsed):
        client.submit([Transfer("cny", 3, address("bob"))], key("alice"), sequence=sequence)


def test_without_waiting_it_may_be_pending(client: Client) -> None:
    outcome = client.submit([Transfer("cny", 1, address("bob"))], key("carol"), wait=False)
    assert outcome.status in ("pending", "applied")
    assert client.send(outcome.envelope).status == "applied"


def test_refuses_a_term_that_does_not_exist(client: Client) -> None:
    with pytest.raises(TypeError, match="memmo"):
        client.submit([Transfer("cny", 1, address("bob"))], key("carol"), memmo="x")  # type: ignore[call-arg]


def test_several_keys_need_the_sender_named(client: Client) -> None:
    with pytest.raises(ValueError, match="name the sender"):
        client.submit([Transfer("cny", 1, address("bob"))], [key("carol"), key("bob")])


def test_simulates_without_changing_anything(client: Client) -> None:
    body = client.build([Transfer("cny", 10**15, address("bob"))], address("carol"))
    receipt = client.simulate(sign(body, [key("carol")]))
    assert (receipt.status, receipt.refusal) == ("refused", "kernel.InsufficientBalance")


def test_a_sponsor_pays_the_fee(client: Client) -> None:
    op = Sponsor(address("bob"), 1_000, 1_000, 4_000_000_000_000)
    client.submit([op], key("alice"))
    before = client.balance(address("bob"), "cny")
    client.submit([Transfer("cny", 7, address("alice"))], key("bob"), payer=address("alice"))
    assert client.balance(address("bob"), "cny") == before - 7


def test_collects_the_signatures_of_a_two_of_three_account(client: Client) -> None:
    keys = [key("alice"), key("bob"), key("carol")]
    signers = tuple([Signer(one.scheme, one.public.hex(), 1) for one in keys])
    opened = client.submit([OpenMultisig(signers, Thresholds(1, 2, 2))], keys[0])
    assert opened.receipt is not None
    shared: str = opened.receipt.events[0]["address"]
    with pytest.raises(RefusalError):
        client.block(10**12)
    # Fees can be paid by a sponsor: nobody can transfer to an account without attestation.
    client.submit([Sponsor(shared, 10_000, 1_000, 4_000_000_000_000)], keys[0])
    body = client.build([OpenMultisig(signers, Thresholds(1, 2, 2))], shared, payer=keys[0].address)
    parts = [sign(body, [one]) for one in keys[:2]]
    assert client.send(merge(parts)).status == "applied"
    body = client.build(
        [Transfer("cny", 1, address("bob"))], shared, payer=keys[0].address, schemes=(1,)
    )
    with pytest.raises(ThresholdNotMet):
        client.send(sign(body, [keys[0]]))


def test_lists_the_records_of_a_table(client: Client, wary: Client) -> None:
    rows = list(client.records("guard"))
    assert [row.id for row in rows] == sorted(address(name) for name in ("alice", "bob", "carol"))
    assert list(wary.records("guard")) == rows
    assert [row.id for row in client.records("guard", address("bob"))] == [address("bob")]


def test_follows_blocks_in_order_and_waits_for_the_next(client: Client) -> None:
    blocks = list(islice(client.follow(1), 3))
    assert [block["header"]["height"] for block in blocks] == [1, 2, 3]
    for one, two in pairwise(blocks):
        assert two["header"]["previous"] == one["hash"]
    coming = client.follow(client.status()["height"] + 1)
    sending = threading.Timer(
        0.3, client.submit, ([Transfer("cny", 1, address("bob"))], key("alice"))
    )
    sending.start()
    assert len(next(coming)["transactions"]) <= 1
    sending.join()


def test_believes_what_is_proved_and_that_there_is_none(wary: Client, chain: Chain) -> None:
    assert wary.state("asset", "cny")["value"] == {"id": "cny", "transfer": "free"}
    assert wary.state("asset", "gold")["value"] is None
    assert wary.balance(address("carol"), "cny") > 99 * CNY
    assert wary.balance(address("carol"), "usd") == 0


def test_does_not_believe_another_maker(url: str) -> None:
    with Client(url, trust="ab" * 32) as client, pytest.raises(ProofInvalid, match="maker"):
        client.state("asset", "cny")


def test_a_trusted_block_is_as_good_as_the_makers_key(url: str, client: Client) -> None:
    client.submit([Transfer("cny", 1, address("bob"))], key("alice"))
    block = client.block(1)["hash"]
    with Client(url, trust=f"1:{block}") as wary:
        assert wary.balance(address("bob"), "cny") == client.balance(address("bob"), "cny")
    with Client(url, trust=f"1:{'00' * 32}") as wary, pytest.raises(ProofInvalid, match="trust"):
        wary.balance(address("bob"), "cny")


def test_what_an_account_holds_is_proved_with_its_record(wary: Client, client: Client) -> None:
    client.submit([Transfer("cny", 1, address("bob"))], key("alice"))
    plain, proved = client.account(address("alice")), wary.account(address("alice"))
    for name in ("address", "account", "sequence", "balances"):
        assert proved[name] == plain[name]


def test_a_proved_certificate_needs_a_trust_root(client: Client) -> None:
    with pytest.raises(ValueError, match="trust root"):
        client.certificate("r-" + "00" * 12)


def test_the_asynchronous_client_does_the_same(url: str) -> None:
    async def talk() -> None:
        async with AsyncClient(url, trust=MAKER) as client:
            outcome = await client.submit([Transfer("cny", 2, address("bob"))], key("alice"))
            assert outcome.status == "applied"
            assert await client.send(outcome.envelope) == outcome
            assert (await client.state("asset", "cny"))["value"]["id"] == "cny"
            assert [row.id async for row in client.records("asset")] == ["cny"]
            assert await client.balance(address("bob"), "cny") > 0
            assert (await client.status())["height"] >= 1
            with pytest.raises(InsufficientBalance):
                await client.submit([Transfer("cny", 10**15, address("bob"))], key("alice"))
            async for block in client.follow(1):
                assert block["header"]["height"] == 1
                break

    asyncio.run(talk())


def drive(talk: Talk[Any], replies: list[Reply]) -> tuple[list[Ask], Any]:
    """A talk with replies given: what it asked, and what it ended with."""
    asked: list[Ask] = []
    step = next(talk)
    try:
        while True:
            if isinstance(step, Pause):
                step = talk.send(Reply(0, b""))
            else:
                asked.append(step)
                step = talk.send(replies.pop(0))
    except StopIteration as end:
        return asked, end.value
    except Unanswered as error:
        return asked, error


def test_sends_the_same_bytes_again_while_there_is_no_answer(chain: Chain) -> None:
    envelope = sign(b"{}", [key("alice")])
    lost = [Reply(0, b""), Reply(503, b"{}"), Reply(429, b"{}"), Reply(0, b"")]
    asked, error = drive(send(envelope, wait=True), lost)
    assert len(asked) == 4
    assert len(set(asked)) == 1
    assert isinstance(error, Unanswered)
    assert error.envelope == envelope


def test_goes_on_when_an_answer_comes_late() -> None:
    envelope = sign(b"{}", [key("alice")])
    pending = b'{"id":"x","status":"pending","receipt":null}'
    asked, outcome = drive(send(envelope, wait=False), [Reply(0, b""), Reply(202, pending)])
    assert (len(asked), outcome.status) == (2, "pending")


def test_a_refusal_of_an_unknown_class_keeps_its_name() -> None:
    refusal = refusal_of("market.SomethingNew", "It is new.", {"a": 1})
    assert isinstance(refusal, RefusalError)
    assert str(refusal) == "market.SomethingNew: It is new. (a=1)"
    assert isinstance(refusal_of("kernel.SequenceGap", "", {}), SequenceGap)


def test_says_so_when_nobody_listens() -> None:
    with Client("http://127.0.0.1:1") as client, pytest.raises(Unanswered):
        client.status()
