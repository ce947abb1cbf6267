"""A chain starts with those who may give duties and attestations, and with money that sums to 0."""

import msgspec
import pytest

from ctn.client.founding import (
    Authority,
    Founding,
    Member,
    class_records,
    council_record,
    founding,
)
from ctn.genesis import genesis_machine, genesis_values
from ctn.kernel.account import DutyKind, Role
from ctn.kernel.codec import encode
from ctn.kernel.genesis import Genesis
from ctn.kernel.state import MemorySource, State
from ctn.machine import Machine
from ctn.modules.accounts.records import ENTERPRISE, ENTERPRISE_MIN_APPROVERS
from ctn.modules.assets.records import FREE, Asset
from ctn.modules.governance.records import (
    COUNCIL_DELAY,
    COUNCIL_MIN,
    UPGRADE_NOTICE,
    VOTE_MS,
    Council,
)
from ctn.modules.identity.reads import has_duty, is_same_owner, roles
from tests.worlds import START, Person

ALICE, BOB, OCEAN = (Person(name).address for name in ("alice", "bob", "ocean"))
FIRST = Founding(
    time=START,
    maker="11" * 32,
    profile="dev",
    authorities=[
        Authority(OCEAN, DutyKind.REGISTRAR, "verra"),
        Authority(OCEAN, DutyKind.CUSTODIAN),
    ],
    people=[Member(ALICE), Member(BOB, ENTERPRISE, owner=ALICE)],
    money={ALICE: 70, BOB: 30},
)


def machine(genesis: Genesis) -> Machine:
    return genesis_machine(genesis, State(MemorySource(genesis_values(genesis))))


def test_authorities_hold_their_duties_and_people_are_attested() -> None:
    ledger = machine(founding("ctn-test", **FIRST)).draft(START + 1)
    assert has_duty(ledger, OCEAN, DutyKind.REGISTRAR, "verra")
    assert not has_duty(ledger, OCEAN, DutyKind.REGISTRAR, "gs")
    assert has_duty(ledger, OCEAN, DutyKind.CUSTODIAN, "gs")
    assert roles(ledger, ALICE) == (Role.VISITOR, Role.ORDINARY)
    assert Role.ENTERPRISE in roles(ledger, BOB)
    assert is_same_owner(ledger, ALICE, BOB)
    assert not is_same_owner(ledger, ALICE, OCEAN)


def test_money_is_issued_from_the_contra_account() -> None:
    ledger = machine(founding("ctn-test", **FIRST)).draft(START + 1)
    assert ledger.balance(ALICE, "cny") == 70
    assert ledger.balance("issued:cny", "cny") == -100
    assert ledger.get(Asset, "cny") == Asset("cny", FREE)


def test_the_profile_decides_how_many_approve() -> None:
    network = Founding(**{**FIRST, "profile": "network"})
    assert (
        machine(founding("ctn-test", **FIRST)).draft(START + 1).param(ENTERPRISE_MIN_APPROVERS) == 1
    )
    assert (
        machine(founding("ctn-test", **network)).draft(START + 1).param(ENTERPRISE_MIN_APPROVERS)
        == 2
    )


def test_the_council_is_a_record_with_more_than_half_and_two() -> None:
    members = [f"ctn1{place}" for place in range(5)]
    record, place = council_record(members)
    assert (record, place) == (Council(tuple(members), 3, 2), "council")
    assert council_record(members[:1])[0] == Council((members[0],), 1, 1)


@pytest.mark.parametrize("members", [[], ["ctn1a", "ctn1a"]])
def test_refuses_a_council_of_nobody_or_of_one_named_twice(members: list[str]) -> None:
    with pytest.raises(ValueError, match="council"):
        council_record(members)


def test_a_chain_for_development_waits_and_asks_for_little() -> None:
    ledger = machine(founding("ctn-test", **FIRST)).draft(START + 1)
    assert [ledger.param(known) for known in (COUNCIL_DELAY, VOTE_MS, COUNCIL_MIN)] == [
        10_000, 60_000, 1,
    ]  # fmt: skip
    network: Founding = {**FIRST, "profile": "network"}
    ledger = machine(founding("ctn-test", **network)).draft(START + 1)
    assert ledger.param(COUNCIL_DELAY) == COUNCIL_DELAY.default
    assert ledger.param(UPGRADE_NOTICE) == 900_000


def test_the_genesis_is_canonical_sorted_and_read_back() -> None:
    genesis = founding("ctn-test", **FIRST)
    data = encode(genesis)
    assert encode(msgspec.json.decode(data, type=Genesis)) == data
    places = [row[:2] for row in genesis.records]
    assert places == sorted(places)
    assert founding("ctn-test", **FIRST) == genesis


def test_records_of_other_modules_are_added() -> None:
    more: Founding = {**FIRST, "records": [(Asset("usd", FREE), "")]}
    assert machine(founding("ctn-test", **more)).state.record(Asset, "usd") is not None


def test_the_preset_classes_are_records_of_the_registry() -> None:
    more: Founding = {**FIRST, "records": class_records()}
    rows = {place: value for table, place, value in founding("ctn-test", **more).records
            if table == "class"}  # fmt: skip
    assert list(rows) == sorted("ccer phr vcs gs acr car art cdc iso puro itl cea eua".split())
    assert [name for name, row in rows.items() if row.transfer == "non_trade"] == ["ccer", "cea"]
    assert [name for name, row in rows.items() if row.kind == "allowance"] == ["cea", "eua"]
    assert (rows["ccer"].verifiers, rows["ccer"].comment_days) == (2, 20)
    machine(founding("ctn-test", **more))


def test_refuses_a_record_twice_and_money_that_is_none() -> None:
    twice: Founding = {**FIRST, "records": [(Asset("cny", FREE), "")]}
    with pytest.raises(ValueError, match="two records asset/cny"):
        founding("ctn-test", **twice)
    with pytest.raises(ValueError, match="not above 0"):
        founding("ctn-test", **Founding(**{**FIRST, "money": {ALICE: 0}}))
