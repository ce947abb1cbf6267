"""Parameters: which, in which range, and from when."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import GOV_PUBLIC
from ctn.kernel.param import Param
from ctn.kernel.refusal import Malformed, NotAuthority
from ctn.modules import declared_params
from ctn.modules.governance.records import ParamChange
from ctn.modules.governance.set_param import ParamOutOfRange, ParamUnknown, SetParam
from ctn.modules.identity.records import ATTEST_DAY_MAX
from ctn.modules.market.records import TAKER_PPM
from ctn.modules.staking.records import EPOCH_MS
from tests.modules.governance.worlds import GovernanceWorld
from tests.worlds import DAY, START

MIDNIGHT = START + DAY // 3  # START is 16:00 at UTC+8
PERIOD = MIDNIGHT + 5 * DAY  # from the 16th to the 21st of January 2027


def value_of(world: GovernanceWorld, param: Param) -> int:
    """The value of a parameter in the next block."""
    return world.draft().param(param)


def test_a_value_of_the_market_acts_from_the_next_day() -> None:
    world = GovernanceWorld()
    events = world.council(SetParam("taker_ppm", "400"))
    assert events == [
        {"event": "governance.ParamSet", "op": 0, "name": "taker_ppm", "value": 400,
         "acts": MIDNIGHT}
    ]  # fmt: skip
    world.later(MIDNIGHT - world.time - 1_001)
    world.empty_block()
    assert value_of(world, TAKER_PPM) == 500
    world.later(1)
    world.empty_block()
    assert value_of(world, TAKER_PPM) == 400
    assert world.get(ParamChange, "taker_ppm") is None


def test_a_value_of_people_acts_from_the_next_period() -> None:
    world = GovernanceWorld()
    events = world.council(SetParam("attest_day_max", "700"), sender=GOV_PUBLIC)
    assert events[0]["acts"] == PERIOD
    world.later(PERIOD - world.time - 1_000)
    assert value_of(world, ATTEST_DAY_MAX) == 5_000
    world.empty_block()
    assert value_of(world, ATTEST_DAY_MAX) == 700


def test_a_later_decision_replaces_a_value_that_waits() -> None:
    world = GovernanceWorld()
    world.council(SetParam("taker_ppm", "400"))
    world.council(SetParam("taker_ppm", "450"))
    world.later(DAY)
    world.empty_block()
    assert value_of(world, TAKER_PPM) == 450


def test_a_value_outlives_the_start_of_a_node() -> None:
    world = GovernanceWorld()
    world.council(SetParam("taker_ppm", "400"))
    world.later(DAY)
    outcome = world.outcome([])
    stored = {item.key: item.value for item in outcome.changes}
    assert stored[b"param\0taker_ppm"] == b"400"
    world.machine.state.forget()
    assert value_of(world, TAKER_PPM) == 400


@pytest.mark.parametrize("name", ["unheard_of", "fee_asset"])
def test_refuses_when_no_module_declares_it(name: str) -> None:
    world = GovernanceWorld()
    world.council_refuse(ParamUnknown, SetParam(name, "1"))


@pytest.mark.parametrize("value", ["49", "500001"])
def test_refuses_when_the_value_is_out_of_range(value: str) -> None:
    world = GovernanceWorld()
    world.council_refuse(ParamOutOfRange, SetParam("vote_min", value))


@pytest.mark.parametrize("value", ["-1", "01", "1.5", "", "cny", "1 "])
def test_refuses_what_is_no_number(value: str) -> None:
    world = GovernanceWorld()
    with pytest.raises(Malformed):
        world.tx(world.members[0], SetParam("vote_min", value))


def test_refuses_when_anybody_sends_it() -> None:
    world = GovernanceWorld()
    world.refuse(world.proposer, NotAuthority, SetParam("taker_ppm", "400"))


@settings(max_examples=30)
@given(st.sampled_from(sorted(declared_params())), st.integers(0, 2**63 - 1) | st.integers(0, 999))
def test_a_value_is_taken_exactly_when_it_is_in_range(name: str, value: int) -> None:
    world = GovernanceWorld()
    param = declared_params()[name].param
    op = SetParam(name, str(value))
    if param.low == param.high:
        world.council_refuse(ParamUnknown, op)  # fixed at genesis
    elif param.low <= value <= param.high:
        assert world.council(op)[0]["acts"] > world.time
    else:
        world.council_refuse(ParamOutOfRange, op)


def test_what_is_fixed_at_genesis_is_no_parameter_to_set() -> None:
    world = GovernanceWorld(epoch_ms=60_000)
    facts = world.council_refuse(ParamUnknown, SetParam("epoch_ms", "86400000"))
    assert facts is None
    assert world.draft().param(EPOCH_MS) == 60_000
