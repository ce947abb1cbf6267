"""Declaration: one key, one owner, for ever."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.refusal import Malformed, RoleTooLow, WeakKey
from ctn.modules.staking.declare import BadProof, KeyInUse
from ctn.modules.staking.faults import consensus_address
from ctn.modules.staking.reads import OwnerHasValidator
from ctn.modules.staking.records import ConsensusAddress
from tests.modules.staking.worlds import StakeWorld
from tests.worlds import START


def test_an_enterprise_declares_a_key_that_it_holds() -> None:
    world = StakeWorld()
    north = world.firm("north")
    (event,) = world.accept(north, world.declaring(north, moniker="North Wind"))
    key = world.key(north)
    assert event == {
        "event": "staking.ValidatorDeclared", "op": 0, "operator": north, "pubkey": key,
        "moniker": "North Wind",
    }  # fmt: skip
    found = world.validator(north)
    assert (found.status, found.credit, found.admitted) == ("declared", 8_000, None)
    assert found.declared > START
    known = world.get(ConsensusAddress, consensus_address(key))
    assert (known.operator, known.pubkey) == (north, key)


def test_refuses_whoever_is_no_enterprise() -> None:
    world = StakeWorld()
    north = world.firm("north")
    for other in (world.person("alice"), world.authority("bank", DutyKind.ATTESTOR)):
        world.refuse(other, RoleTooLow, world.declaring(north))


def test_refuses_a_second_validator_of_one_owner() -> None:
    world = StakeWorld()
    north, sister = world.firm("north"), world.firm("sister", owner="north")
    world.accept(north, world.declaring(north))
    facts = world.refuse(sister, OwnerHasValidator, world.declaring(sister))
    assert facts == {"operator": north}
    world.refuse(north, OwnerHasValidator, world.declaring(north, signer=sister))


def test_refuses_the_owner_of_a_validator_that_is_barred() -> None:
    world = StakeWorld()
    world.operator("north", status="tombstoned", owner="both")
    south = world.firm("south", owner="both")
    world.refuse(south, OwnerHasValidator, world.declaring(south))


def test_refuses_a_key_of_another_validator() -> None:
    world = StakeWorld()
    north, south = world.operator("north"), world.firm("south")
    world.refuse(south, KeyInUse, world.declaring(south, signer=north))


def test_refuses_when_the_key_did_not_sign_for_this_operator() -> None:
    world = StakeWorld()
    north, south = world.firm("north"), world.firm("south")
    stolen = world.declaring(south)
    world.refuse(north, BadProof, stolen)
    world.refuse(north, BadProof, world.declaring(north, proof="00" * 64))


def test_refuses_a_key_of_small_order() -> None:
    world = StakeWorld()
    north = world.firm("north")
    weak = world.declaring(north, pubkey="01" + "00" * 31)
    assert world.refuse_at_door(north, WeakKey, weak) == {"key": weak.pubkey}


def test_refuses_a_key_and_a_proof_of_another_length() -> None:
    world = StakeWorld()
    north = world.firm("north")
    for changes in ({"pubkey": "ab"}, {"proof": "ab" * 63}):
        with pytest.raises(Malformed):
            world.tx(north, world.declaring(north, **changes))


@settings(max_examples=20, deadline=None)
@given(st.binary(min_size=64, max_size=64))
def test_no_other_bytes_prove_a_key(proof: bytes) -> None:
    world = StakeWorld()
    north = world.firm("north")
    world.refuse(north, BadProof, world.declaring(north, proof=proof.hex()))
