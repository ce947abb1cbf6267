"""A chain starts with those who may give duties and attestations, and with money that sums to 0."""

import msgspec
import pytest

from ctn.client.founding import (
    Authority,
    Founding,
    Member,
    TooFewSigners,
    class_records,
    council_record,
    founding,
)
from ctn.client.founding_signers import Signing, account_record
from ctn.genesis import genesis_machine, genesis_values
from ctn.kernel.account import DutyKind, Role, Signer, Thresholds
from ctn.kernel.codec import encode
from ctn.kernel.genesis import Genesis
from ctn.kernel.record import Record
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


def opened(name: str, keys: int = 2) -> tuple[Record, str]:
    """The account of a named key that has this many keys in all."""
    people = [Person(name), *[Person(f"{name}/{number}") for number in range(1, keys)]]
    signers = tuple([Signer(one.scheme, one.key.hex(), 1) for one in people])
    return account_record(Signing(signers, Thresholds(1, keys, keys)), START)


NETWORK: Founding = {
    **FIRST, "profile": "network", "records": [opened("ocean"), opened("bob")],
}  # fmt: skip


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
    assert (
        machine(founding("ctn-test", **FIRST)).draft(START + 1).param(ENTERPRISE_MIN_APPROVERS) == 1
    )
    assert (
        machine(founding("ctn-test", **NETWORK)).draft(START + 1).param(ENTERPRISE_MIN_APPROVERS)
        == 2
    )


def test_the_accounts_of_organisations_stand_in_the_first_state() -> None:
    state = machine(founding("ctn-test", **NETWORK)).state
    for record, address in NETWORK["records"]:
        assert state.record(type(record), address) == record


@pytest.mark.parametrize("records", [[opened("bob")], [opened("bob"), opened("ocean", keys=1)]])
def test_refuses_an_authority_of_a_network_with_one_signer(
    records: list[tuple[Record, str]],
) -> None:
    with pytest.raises(TooFewSigners, match=r"1 signer, and 2 must approve") as refused:
        founding("ctn-test", **Founding(**{**NETWORK, "records": records}))
    assert refused.value.address == OCEAN


def test_refuses_an_enterprise_of_a_network_with_one_signer_and_no_person() -> None:
    with pytest.raises(TooFewSigners, match="enterprise_min_approvers") as refused:
        founding("ctn-test", **Founding(**{**NETWORK, "records": [opened("ocean")]}))
    assert refused.value.address == BOB


def test_the_order_of_what_is_named_leaves_no_trace() -> None:
    attestors = [Authority(name, DutyKind.ATTESTOR) for name in (ALICE, BOB)]
    records = [opened("alice"), *NETWORK["records"]]
    first: Founding = {
        **NETWORK, "authorities": [*FIRST["authorities"], *attestors], "records": records,
    }  # fmt: skip
    turned: Founding = {
        **first, "authorities": [*reversed([*first["authorities"]])],
        "people": [*reversed([*FIRST["people"]])], "records": records[::-1],
        "money": dict(reversed([*FIRST["money"].items()])),
    }  # fmt: skip
    genesis = founding("ctn-test", **first)
    assert encode(founding("ctn-test", **turned)) == encode(genesis)
    assert genesis_values(genesis) == genesis_values(founding("ctn-test", **turned))


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
    ledger = machine(founding("ctn-test", **NETWORK)).draft(START + 1)
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
