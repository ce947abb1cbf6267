"""Long random lives over all modules: nothing breaks, and two counts of the money agree."""

from collections import Counter

from ctn.modules import op_kinds
from tests.properties.flow import HOUR, Flow
from tests.properties.wishes import wish

SEEDS = (5, 6, 8)
BLOCKS = 450
# What no life meets: acts of the council, rules of other registries, what a certificate hides.
NOT_MET = {
    "identity.appoint", "identity.dismiss", "registry.set_class", "registry.put_methodology",
    "registry.withdraw_methodology", "registry.set_blocklist", "registry.put_foreign_project",
    "registry.anchor_import", "registry.reveal", "governance.set_council", "governance.set_param",
    "governance.resume", "governance.schedule_upgrade", "governance.cancel_upgrade",
    "compliance.force_move", "registry.enforce_transfer", "governance.object",
    "staking.admit", "staking.rule_cpoe", "staking.expel",
}  # fmt: skip
HOOKS = (
    "market.DayRolled", "market.PhaseChanged", "registry.FreezeEnded", "registry.BridgeStopped",
    "governance.Executed", "governance.Failed", "governance.Rejected", "governance.ParamSet",
    "compliance.Unfrozen", "staking.ValidatorAdmitted", "staking.Expelled", "staking.CpoeValid",
    "staking.CpoeRevoked", "staking.Slashed", "staking.Tombstoned", "staking.Jailed",
    "staking.PowerChanged", "staking.EpochEnded", "staking.FeesShared",
)  # fmt: skip
REFUSALS_LEAST = 25


def test_receipts_alone_give_every_balance_and_every_invariant_holds() -> None:
    applied: Counter[str] = Counter()
    told: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for seed in SEEDS:
        flow = Flow(seed)
        live(flow)
        applied += flow.applied
        told += flow.told
        refused += flow.refused
    assert sorted(set(op_kinds()) - NOT_MET - set(applied)) == []
    assert [event for event in HOOKS if not told[event]] == []
    assert len(refused) >= REFUSALS_LEAST


def live(flow: Flow) -> None:
    """Blocks of up to twelve wishes, and after each both counts."""
    flow.begin()
    for _block in range(BLOCKS):
        flow.later(flow.chance.choice((0, 0, 0, 0, HOUR, 5 * HOUR)))
        flow.together([wish(flow) for _ in range(flow.chance.randrange(13))])
        flow.recount()
        replayed = {place: amount for place, amount in flow.replayed.items() if amount}
        assert replayed == flow.stored_balances()
