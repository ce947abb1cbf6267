"""A long random life over all modules: nothing breaks, and two counts of the money agree."""

import pytest

from ctn.modules import op_kinds
from tests.properties.flow import HOUR, Flow
from tests.properties.wishes import wish

BLOCKS = 600
# What a random life does not meet: acts of the council, rules of other registries and calendars.
NOT_MET = {
    "identity.appoint", "identity.dismiss", "registry.set_class", "registry.put_methodology",
    "registry.withdraw_methodology", "registry.set_blocklist", "registry.put_foreign_project",
    "registry.anchor_import", "registry.reveal",
}  # fmt: skip
HOOKS = ("market.DayRolled", "market.PhaseChanged", "registry.FreezeEnded")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_receipts_alone_give_every_balance_and_every_invariant_holds(seed: int) -> None:
    flow = Flow(seed)
    flow.begin()
    for _block in range(BLOCKS):
        flow.later(flow.chance.choice((0, 0, 0, 0, HOUR, 5 * HOUR)))
        flow.together([wish(flow) for _ in range(flow.chance.randrange(13))])
        flow.recount()
        told = {place: amount for place, amount in flow.replayed.items() if amount}
        assert told == flow.stored_balances()
    missing = sorted(set(op_kinds()) - NOT_MET - set(flow.applied))
    assert missing == []
    assert [event for event in HOOKS if not flow.told[event]] == []
    assert len(flow.refused) >= 25
