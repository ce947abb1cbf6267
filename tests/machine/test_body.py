"""The envelope and the body: what is refused before any state is read (engine.md 4.2, 1 to 9)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ctn.kernel.account import Role
from ctn.kernel.codec import INT_MAX
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Op
from ctn.kernel.refusal import (
    BadSignature,
    Malformed,
    Refusal,
    TooMuchWork,
)
from ctn.kernel.tx import Body, Reader, Signature, pack
from ctn.modules.accounts.sponsor import Sponsor
from ctn.modules.assets.transfer import Transfer
from tests.machine.envelopes import (
    NOTHING,
    Attempt,
    answer,
    canonical,
    raw,
    signature_of,
    with_flipped_signature,
    with_scheme,
)
from tests.worlds import Person, World

LONG = 65_536

# --- 1 to 3: the envelope


def test_takes_65536_bytes_and_no_more() -> None:
    attempt = Attempt()
    reader = attempt.world.machine.read
    for size, code in ((LONG, "kernel.Malformed"), (LONG + 1, "kernel.TooLarge")):
        with pytest.raises(Refusal) as caught:
            reader(bytes(size))
        assert caught.value.code == code


@pytest.mark.parametrize(
    "change",
    [
        lambda e: b"",
        lambda e: e[:1],
        lambda e: b"\x02" + e[1:],
        lambda e: b"\x00" + e[1:],
        lambda e: e[:1] + (INT_MAX & 0xFFFFFFFF).to_bytes(4, "big") + e[5:],
        lambda e: e[:-1],
        lambda e: e + b"\0",
        lambda e: e + e,
        lambda e: _count(e, 0),
        lambda e: _count(e, 2),
        lambda e: _count(e, 17),
    ],
)
def test_the_layout_is_exact(change: Callable[[bytes], bytes]) -> None:
    attempt = Attempt()
    attempt.changes.append(change)
    assert attempt.answer() == "kernel.Malformed"


def _count(envelope: bytes, count: int) -> bytes:
    at = 5 + int.from_bytes(envelope[1:5], "big")
    return envelope[:at] + bytes((count,)) + envelope[at + 1 :]


def test_signatures_ascend_strictly_by_scheme_and_key() -> None:
    attempt = Attempt()
    body = canonical(attempt.body)
    people = [Person("alice"), Person("bob"), Person("carol", scheme=2)]
    ascending = sorted([signature_of(person, body) for person in people])
    machine = attempt.world.machine
    assert len(machine.read(raw(body, ascending)).signatures) == 3
    assert pack(body, ascending[::-1]) == raw(body, ascending)
    first, second, third = ascending
    for wrong in ([second, first, third], [first, third, second], [first, first]):
        with pytest.raises(Malformed):
            machine.read(raw(body, wrong))


@pytest.mark.parametrize(("key", "signature"), [(31, 64), (33, 64), (32, 63), (32, 65), (0, 0)])
def test_a_scheme_has_its_lengths(key: int, signature: int) -> None:
    attempt = Attempt()
    wrong = Signature(1, bytes(key), bytes(signature))
    attempt.changes.append(lambda _e: raw(canonical(attempt.body), [wrong]))
    assert attempt.answer() == "kernel.Malformed"


@pytest.mark.parametrize("scheme", [0, 3, 4, 5, 6, 255])
def test_no_other_scheme_is_known(scheme: int) -> None:
    attempt = Attempt()
    attempt.changes.append(lambda envelope: with_scheme(envelope, scheme))
    assert attempt.answer() == "kernel.SchemeUnknown"


# --- 4 to 6: the body


def _answer_to_body(change: Callable[[dict[str, Any]], object]) -> str:
    attempt = Attempt()
    change(attempt.body)
    return attempt.answer()


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.pop("memo"),
        lambda body: body["fee"].pop("payer"),
        lambda body: body["ops"][0].pop("asset"),
        lambda body: body["ops"][0].update(more=1),
        lambda body: body["fee"].update(more=1),
        lambda body: body.update(ops=[]),
        lambda body: body.update(ops=body["ops"] * 17),
        lambda body: body["ops"][0].update(op="assets.mint"),
        lambda body: body["ops"][0].update(op=None),
        lambda body: body["ops"][0].pop("op"),
        lambda body: body.update(sequence=-1),
        lambda body: body.update(sequence=INT_MAX + 1),
        lambda body: body.update(sequence=10**30),
        lambda body: body.update(sequence="0"),
        lambda body: body.update(sequence=True),
        lambda body: body.update(sequence=None),
        lambda body: body.update(sequence=0.0),
        lambda body: body.update(sequence=1e3),
        lambda body: body["ops"][0].update(amount=0.5),
        lambda body: body["ops"][0].update(amount=1.0),
        lambda body: body["ops"][0].update(asset="CNY"),
        lambda body: body["ops"][0].update(asset="cny\n"),
        lambda body: body["ops"][0].update(asset="x" * 97),
        lambda body: body.update(memo=5),
        lambda body: body.update(chain="x" * 65),
    ],
)
def test_refuses_unknown_fields_wrong_types_and_ranges(
    change: Callable[[dict[str, Any]], object],
) -> None:
    assert _answer_to_body(change) == "kernel.Malformed"


def test_a_malformed_field_is_named() -> None:
    attempt = Attempt()
    attempt.body["ops"][0]["amount"] = -1
    with pytest.raises(Malformed) as caught:
        attempt.world.machine.read(attempt.envelope())
    assert caught.value.facts["field"] == "ops[0].amount"


def _last_first(data: bytes) -> bytes:
    fields = list(json.loads(data).items())
    return json.dumps(dict(fields[::-1]), separators=(",", ":")).encode()


def _answer_to_bytes(change: Callable[[bytes], bytes]) -> str:
    attempt = Attempt()
    data = change(canonical(attempt.body))
    return answer(attempt.world, pack(data, [signature_of(Person("alice"), data)]))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b'"memo":""', b'"memo":"","memo":""'),
        lambda data: data.replace(b'"amount":1,', b'"amount":2,"amount":1,'),
        lambda data: data.replace(b":1_000", b":1000").replace(b'":', b'": ', 1),
        lambda data: data + b"\n",
        lambda data: b" " + data,
        lambda data: data.replace(b'"memo":""', b'"memo":"\\u0041"'),
        lambda data: data.replace(b'"memo":""', b'"memo":"\\/"'),
        lambda data: data.replace(b'"sequence":0', b'"sequence":-0'),
        _last_first,
    ],
)
def test_refuses_every_other_spelling_of_the_same_body(change: Callable[[bytes], bytes]) -> None:
    assert _answer_to_bytes(change) == "kernel.NotCanonical"


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"",
        lambda data: b"{",
        lambda data: b"[]",
        lambda data: b"null",
        lambda data: data[:-1],
        lambda data: data + data,
        lambda data: data.replace(b'"memo":""', b'"memo":"\xff"'),
        lambda data: data.replace(b'"memo":""', b'"memo":"\\ud800"'),
        lambda data: data.replace(b'"memo":""', b'"memo":"\x01"'),
        lambda data: data.replace(b'"sequence":0', b'"sequence":00'),
        lambda data: data.replace(b'"sequence":0', b'"sequence":+0'),
        lambda data: data.replace(b'"sequence":0', b'"sequence":NaN'),
        lambda data: data.replace(b'"sequence":0', b'"sequence":1e400'),
        lambda data: data.replace(b'"sequence":0', b'"sequence":0x0'),
        lambda data: data.replace(b'"sequence":0', b'"sequence":' + b"9" * 4_000),
        lambda data: data.replace(b'"sequence":0', '"sequence":٠'.encode()),
        lambda data: b"[" * 60_000,
        lambda data: b'{"a":' * 10_000,
        lambda data: data.replace(b'"memo":""', b'"memo":' + b"[" * 30_000 + b"]" * 30_000),
    ],
)
def test_refuses_what_is_no_json_or_too_deep(change: Callable[[bytes], bytes]) -> None:
    assert _answer_to_bytes(change) == "kernel.Malformed"


REFUSED = [0, 1, 9, 10, 0x1F, 0x7F, 0x85, 0x9F, 0x200B, 0x200F, 0x2028, 0x202E, 0x2060, 0x2069]
TAKEN = [0x20, 0x7E, 0xA0, 0x200A, 0x2010, 0x2027, 0x202F, 0x205F, 0x206A, 0x4E2D, 0x1F600]


@pytest.mark.parametrize("code", [*REFUSED, 0xFEFF])
def test_refuses_control_direction_and_invisible_characters(code: int) -> None:
    assert _answer_to_body(lambda body: body.update(memo=f"a{chr(code)}")) == "kernel.BadText"


@pytest.mark.parametrize("code", TAKEN)
def test_takes_every_other_character(code: int) -> None:
    assert _answer_to_body(lambda body: body.update(memo=f"a{chr(code)}")) == NOTHING


def test_a_memo_has_256_bytes() -> None:
    for memo, code in (
        ("a" * 256, NOTHING),
        ("碳" * 85, NOTHING),
        ("a" * 257, "kernel.BadText"),
        ("碳" * 86, "kernel.BadText"),
    ):
        found = _answer_to_body(lambda body, memo=memo: body.update(memo=memo))  # type: ignore[misc]
        assert found == code


@pytest.mark.parametrize(
    "change",
    [
        lambda body, alice: body.update(sender=alice.upper()),
        lambda body, alice: body.update(sender=alice[:-1] + ("q" if alice[-1] != "q" else "p")),
        lambda body, alice: body.update(sender=alice[:-1]),
        lambda body, alice: body.update(sender=""),
        lambda body, alice: body.update(sender="fees:tx"),
        lambda body, alice: body["fee"].update(payer=alice.capitalize()),
        lambda body, alice: body["fee"].update(payer="fees:tx"),
        lambda body, alice: body["ops"][0].update(to=alice.upper()),
        lambda body, alice: body["ops"][0].update(to="bob"),
        lambda body, alice: body["ops"][0].update(to="x:" + "y" * 199),
        lambda body, alice: body["ops"][0].update(to="x:碳"),
    ],
)
def test_addresses_parse_and_are_lower_case(
    change: Callable[[dict[str, Any], str], object],
) -> None:
    attempt = Attempt()
    change(attempt.body, attempt.sender)
    assert attempt.answer() == "kernel.BadAddress"


# --- 7 to 9: chain, work, signatures


def test_two_networks_of_one_name_refuse_each_others_transactions() -> None:
    one, two = World(), World()
    two.person("somebody")
    for world in (one, two):
        world.person("alice")
        world.person("bob")
    assert one.machine.chain.partition(":")[0] == two.machine.chain.partition(":")[0]
    tx = one.tx(Person("alice").address, Transfer("cny", 1, Person("bob").address))
    assert answer(one, tx.envelope) == NOTHING
    assert answer(two, tx.envelope) == "kernel.WrongChain"


class Heavy(Op, frozen=True, tag="tests.heavy"):
    """States as much work as it is told."""

    needs = Role.VISITOR

    units: int

    @property
    def work(self) -> int:
        """What the field says."""
        return self.units

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Do nothing."""


def test_a_transaction_states_at_most_100000_units_of_work() -> None:
    reader = Reader(Body[Heavy], "ctn-dev:0")
    alice = Person("alice")
    for units, is_taken in ((49_970, True), (49_971, False)):
        body = {
            "chain": "ctn-dev:0", "expires": 1, "fee": {"amount": 0, "payer": None}, "memo": "",
            "ops": [{"op": "tests.heavy", "units": units}] * 2, "sender": alice.address,
            "sequence": 0,
        }  # fmt: skip
        data = canonical(body)
        envelope = pack(data, [alice.sign(data)])
        if is_taken:
            tx = reader.read(envelope)
            assert tx.work == 100_000
            assert tx.fee_min == 10 * 2 + 10 + 100 * 100
        else:
            with pytest.raises(TooMuchWork):
                reader.read(envelope)


@pytest.mark.parametrize("scheme", [1, 2])
def test_every_signature_is_of_this_body(scheme: int) -> None:
    world = World()
    alice = world.stranger("alice", scheme=scheme)
    tx = world.tx(alice, Sponsor(alice, 1, 1, 1))
    other = world.tx(alice, Sponsor(alice, 2, 1, 1))
    world.machine.verify(tx)
    with pytest.raises(BadSignature):
        world.machine.verify(tx._replace(signatures=other.signatures))
    flipped = with_flipped_signature(tx.envelope)
    with pytest.raises(BadSignature):
        world.machine.verify(world.machine.read(flipped))


def test_one_bad_signature_beside_good_ones_is_the_answer() -> None:
    attempt = Attempt()
    body = canonical(attempt.body)
    good = signature_of(Person("alice"), body)
    bad = signature_of(Person("bob"), body + b" ")
    assert answer(attempt.world, pack(body, [good, bad])) == "kernel.BadSignature"
