"""The fifteen checks of a transaction, in their order; the first failure is the answer.

Source: engine.md 4.2. Each rule is broken alone, and with each later one.
"""

import json
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest

from ctn.kernel.account import Account, Role, Signer, Thresholds, key_address
from ctn.kernel.codec import INT_MAX
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Op
from ctn.kernel.receipt import NOT_ADMITTED
from ctn.kernel.refusal import (
    BadSignature,
    Malformed,
    Refusal,
    SecondApproverNeeded,
    TooMuchWork,
    WeakKey,
)
from ctn.kernel.tx import Body, Reader, Signature, pack
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.sponsor import Sponsor
from ctn.modules.assets.transfer import Transfer
from tests.machine.envelopes import (
    NOTHING,
    Attempt,
    answer,
    canonical,
    raw,
    signature_of,
    transfer,
    with_flipped_signature,
    with_scheme,
)
from tests.modules.accounts.worlds import not_admitted, weak_keys
from tests.worlds import Person, World

BAD_SIGNERS = {
    "op": "accounts.open_multisig",
    "signers": [],
    "thresholds": {"high": 1, "low": 1, "medium": 1},
}
LONG = 65_536


def _break_size(attempt: Attempt) -> None:
    attempt.changes.append(lambda envelope: envelope + bytes(LONG))


def _break_layout(attempt: Attempt) -> None:
    attempt.changes.append(lambda envelope: envelope + b"\0")


def _break_scheme(attempt: Attempt) -> None:
    attempt.changes.insert(0, lambda envelope: with_scheme(envelope, 9))


def _break_decode(attempt: Attempt) -> None:
    attempt.body["extra"] = 1


def _break_canonical(attempt: Attempt) -> None:
    attempt.is_spaced = True


def _break_text(attempt: Attempt) -> None:
    attempt.body["memo"] = "a\u202eb"


def _break_chain(attempt: Attempt) -> None:
    attempt.body["chain"] = "ctn-other:00c0ffee00c0ffee"


def _break_op(attempt: Attempt) -> None:
    attempt.body["ops"].append(BAD_SIGNERS)


def _break_signature(attempt: Attempt) -> None:
    attempt.changes.insert(0, with_flipped_signature)


def _break_expiry(attempt: Attempt) -> None:
    attempt.body["expires"] = 0


def _break_signer(attempt: Attempt) -> None:
    attempt.signer = Person("mallory")


def _break_sequence(attempt: Attempt) -> None:
    attempt.body["sequence"] = 1


def _break_nothing(_attempt: Attempt) -> None:
    """Closed accounts and visitors are made with the world."""


def _break_fee(attempt: Attempt) -> None:
    attempt.body["fee"]["amount"] = 1


CHECKS: list[tuple[int, str, Callable[[Attempt], None]]] = [
    (1, "kernel.TooLarge", _break_size),
    (2, "kernel.Malformed", _break_layout),
    (3, "kernel.SchemeUnknown", _break_scheme),
    (4, "kernel.Malformed", _break_decode),
    (5, "kernel.NotCanonical", _break_canonical),
    (6, "kernel.BadText", _break_text),
    (7, "kernel.WrongChain", _break_chain),
    (8, "accounts.BadSigners", _break_op),
    (9, "kernel.BadSignature", _break_signature),
    (10, "kernel.Expired", _break_expiry),
    (11, "kernel.SignerUnknown", _break_signer),
    (12, "kernel.SequenceGap", _break_sequence),
    (13, "kernel.AccountClosed", _break_nothing),
    (14, "kernel.FeeTooLow", _break_fee),
    (15, "kernel.RoleTooLow", _break_nothing),
]


def _attempt(*broken: int) -> Attempt:
    attempt = Attempt(is_visitor=15 in broken, is_closed=13 in broken)
    for number, _code, breaks in reversed(CHECKS):
        if number in broken:
            breaks(attempt)
    return attempt


def test_a_transaction_that_breaks_nothing_is_refused_nothing() -> None:
    assert Attempt().answer() == NOTHING


@pytest.mark.parametrize(("number", "code"), [check[:2] for check in CHECKS])
def test_each_check_has_its_answer(number: int, code: str) -> None:
    assert _attempt(number).answer() == code


@pytest.mark.parametrize(
    ("first", "second"), list(combinations([number for number, _c, _b in CHECKS], 2))
)
def test_of_two_failures_the_earlier_is_the_answer(first: int, second: int) -> None:
    assert _attempt(first, second).answer() == CHECKS[first - 1][1]


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


# --- 10 to 15: the admission


def test_a_transaction_lives_from_now_to_its_expiry() -> None:
    attempt = Attempt()
    height = attempt.world.machine.height + 1
    for expires, code in (
        (height - 1, "kernel.Expired"),
        (height, NOTHING),
        (height + 5_000_000, NOTHING),
        (height + 5_000_001, "kernel.ExpiryTooFar"),
        (INT_MAX, "kernel.ExpiryTooFar"),
    ):
        attempt.body["expires"] = expires
        assert attempt.answer() == code


def test_an_included_transaction_is_never_included_again() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    tx = world.tx(alice, Transfer("cny", 5, bob))
    first = world.block(tx)[0]
    again = world.block(tx)[0]
    assert first.status == "applied"
    assert (again.status, again.refusal) == (NOT_ADMITTED, "kernel.SequenceUsed")
    assert (again.fee, again.work, again.moves, again.events) == (None, 0, [], [])
    assert world.get(Account, alice).sequence == 1


def test_a_refused_transaction_is_never_included_again() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    tx = world.tx(alice, Transfer("cny", 10**9, bob))
    assert world.block(tx)[0].status == "refused"
    assert world.block(tx)[0].refusal == "kernel.SequenceUsed"


def test_a_first_use_is_signed_by_the_key_of_the_address_alone() -> None:
    attempt = Attempt()
    body = canonical(attempt.body)
    alice, bob = (signature_of(Person(name), body) for name in ("alice", "bob"))
    assert answer(attempt.world, pack(body, [alice])) == NOTHING
    for signatures in ([bob], [alice, bob]):
        assert answer(attempt.world, pack(body, signatures)) == "kernel.SignerUnknown"


def test_the_same_key_under_another_scheme_is_another_address() -> None:
    key = Person("alice", scheme=2).key
    assert key_address(1, key[1:]) != key_address(2, key)


def test_an_enterprise_with_one_signer_is_refused_after_the_threshold() -> None:
    world = World(enterprise_min_approvers=2)
    firm, bob = world.enterprise("firm"), world.person("bob")
    not_admitted(world, firm, SecondApproverNeeded, Transfer("cny", 1, bob))


def test_a_sequence_behind_waiting_ones_is_neither_used_nor_a_gap() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    machine = world.machine
    second = world.tx(alice, Transfer("cny", 1, bob), sequence=1)
    with pytest.raises(Refusal) as caught:
        machine.check(second)
    assert caught.value.code == "kernel.SequenceGap"
    machine.check(second, waiting=1)
    with pytest.raises(Refusal) as caught:
        machine.check(second, waiting=2)
    assert caught.value.code == "kernel.SequenceUsed"


def test_a_fee_lies_between_the_least_and_a_million() -> None:
    attempt = Attempt()
    for amount, code in (
        (19, "kernel.FeeTooLow"),
        (20, NOTHING),
        (1_000_000, NOTHING),
        (1_000_001, "kernel.FeeTooHigh"),
    ):
        attempt.body["fee"]["amount"] = amount
        assert attempt.answer() == code


def test_who_pays_holds_the_fee() -> None:
    world = World()
    alice, bob = world.person("alice", cny=0), world.person("bob")
    world.grant(alice, "cny", 20)
    machine = world.machine
    tx = world.tx(alice, Transfer("cny", 1, bob), fee=20)
    machine.check(tx)
    with pytest.raises(Refusal) as caught:
        machine.check(tx, held=1)
    assert caught.value.code == "kernel.CannotPayFee"


def test_a_payer_without_a_sponsorship_pays_nothing() -> None:
    attempt = Attempt()
    attempt.body["fee"]["payer"] = attempt.receiver
    assert attempt.answer() == "kernel.NotSponsored"
    attempt.body["fee"]["amount"] = 2_000_000
    assert attempt.answer() == "kernel.FeeTooHigh"


@pytest.mark.parametrize("key", weak_keys())
def test_a_key_of_small_order_opens_no_account(key: str) -> None:
    world = World()
    raw = bytes.fromhex(key)
    address = key_address(1, raw)
    world.grant(address, "cny", 1_000)
    body = {
        "chain": world.machine.chain, "expires": 9, "fee": {"amount": 100, "payer": None},
        "memo": "", "ops": [transfer(address)], "sender": address, "sequence": 0,
    }  # fmt: skip
    envelope = pack(canonical(body), [Signature(1, raw, bytes(64))])
    # libsodium verifies nothing under such a key, and the admission refuses it by itself.
    assert answer(world, envelope) == "kernel.BadSignature"
    tx = world.machine.read(envelope)
    with pytest.raises(WeakKey):
        world.machine.check(tx)
    empty = Attempt().world
    with pytest.raises(Refusal) as caught:
        empty.machine.check(tx)
    assert caught.value.code == "kernel.CannotPayFee"


def test_an_account_of_several_keys_asks_the_highest_threshold_of_its_ops() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    keys = tuple(sorted([Signer(1, Person(name).key.hex(), 1) for name in ("alice", "bob")]))
    world.put(Account(keys, Thresholds(1, 1, 2), 0, 0, None), alice)
    machine = world.machine
    low = world.tx(alice, Transfer("cny", 1, bob))
    machine.check(low)
    high = world.tx(alice, Transfer("cny", 1, bob), SetSigners(keys, Thresholds(1, 1, 1)))
    with pytest.raises(Refusal) as caught:
        machine.check(high)
    assert caught.value.code == "kernel.ThresholdNotMet"
