"""Whose signatures count, and how many an organisation needs (people.md 2.1, 2.3)."""

from hypothesis import given
from hypothesis import strategies as st

from ctn.kernel.account import Thresholds
from ctn.modules.accounts.approval import approvers_of
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.signers import BadSigners
from tests.modules.accounts.worlds import signer
from tests.worlds import World


@given(least=st.integers(1, 16), unlimited=st.integers(1, 16))
def test_no_organisation_needs_more_than_it_has_nor_less_than_two(
    least: int, unlimited: int
) -> None:
    need = approvers_of(least, unlimited)
    assert need <= least
    assert need <= max(2, unlimited)
    assert need == min(least, max(2, unlimited))
    assert approvers_of(least, unlimited + 1) >= need


def test_a_raised_parameter_locks_no_organisation_out() -> None:
    world = World(enterprise_min_approvers=3)
    firm = world.enterprise("firm")
    second = next(one for one in world.signers[firm] if one != firm)
    pair = (signer(world, firm), signer(world, second))
    other = world.stranger("third", 0)
    third = signer(world, other)
    (receipt,) = world.block(
        world.tx(firm, SetSigners((*pair, third), Thresholds(1, 1, 1)), signers=[firm])
    )
    assert receipt.refusal == "kernel.SecondApproverNeeded"
    world.accept(firm, SetSigners((*pair, third), Thresholds(1, 1, 1)))
    back = SetSigners(pair, Thresholds(1, 1, 1))
    facts = world.refuse(firm, BadSigners, back, signers=[firm, second, other])
    assert facts["need"] == 3
