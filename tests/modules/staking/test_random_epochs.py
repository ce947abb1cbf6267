"""Ten thousand random epochs: no power above its share for long, churn bounded, a set always.

Two layers. The arithmetic alone runs ten thousand epochs in seconds; a chain with bonds, faults,
absence and rulings runs some hundred, with every invariant and a full recount after each block.
"""

import random
from collections import Counter

from ctn.kernel.ledger import Consensus
from ctn.modules.staking import rules
from ctn.modules.staking.bond import Bond
from ctn.modules.staking.expel import Expel
from ctn.modules.staking.reads import entries, lots
from ctn.modules.staking.unbond import Unbond
from tests.modules.staking.worlds import DOCUMENT, FRESH, OLD, Events, StakeWorld
from tests.worlds import DAY

EPOCHS = 10_000
LIVES = 3
DAYS = 60
SEED = 29


def test_the_arithmetic_of_ten_thousand_epochs() -> None:
    chance = random.Random(SEED)
    weights = {f"{number:02d}": chance.randint(1, 10**9) for number in range(20)}
    sent: dict[str, int] = {}
    for _ in range(EPOCHS):
        for name in chance.sample(sorted(weights), 3):
            weights[name] = chance.choice((0, 1, chance.randint(1, 10 ** chance.randint(1, 12))))
        target = rules.powers(weights)
        _check_cap(weights, target)
        after = rules.churned(sent, target) or sent
        _check_churn(sent, after)
        assert bool(after) >= bool(target)
        sent = after


def _check_cap(weights: dict[str, int], target: dict[str, int]) -> None:
    count = len(rules.taken(weights))
    assert len(target) == count
    if not target:
        return
    share = max(1_500, -(-10_000 // count))
    total = sum(target.values())
    cap = rules.weight_cap(list(rules.taken(weights).values()))
    # A floor moves a cut weight by less than one, and each power by less than one.
    slack = 10_000 * count * (1 + 1_000_000 // max(1, cap))
    assert max(target.values()) * 10_000 <= share * total + slack


def _check_churn(sent: dict[str, int], after: dict[str, int]) -> None:
    if not sent:
        return
    total = sum(sent.values())
    old = {key: max(1, power * 1_000_000 // total) for key, power in sent.items()}
    if after == sent:
        return
    moved = sum(abs(after.get(key, 0) - old.get(key, 0)) for key in {**old, **after})
    assert moved <= sum(old.values()) * 1_666 // 10_000


def test_random_lives_of_a_chain_with_stake() -> None:
    seen: Counter[str] = Counter()
    for seed in range(LIVES):
        seen += _live(random.Random(seed))
    met = {name.removeprefix("staking.") for name in seen}
    assert {"Slashed", "Tombstoned", "Jailed", "PowerChanged", "Released", "EpochEnded"} <= met
    assert seen["staking.EpochEnded"] >= LIVES * DAYS


def _live(chance: random.Random) -> Counter[str]:
    told: Events = []
    world = StakeWorld(min_validators=2, absent_max=3)
    operators = [world.operator(f"op {n}", tonnes=chance.randint(1_000, 50_000)) for n in range(9)]
    for operator in operators:
        world.hold(operator, 5_000, OLD)
        world.hold(operator, 5_000, FRESH)
    world.next_epoch()
    for _day in range(DAYS):
        told += _act(world, chance, operators)
        before = world.powers()
        gone = chance.sample(operators, chance.choice((0, 0, 1)))
        told += world.heights(chance.randint(0, 3), absent=gone)
        if chance.random() < 0.1:
            world.later(chance.randint(1, 30) * DAY)
        forced = [name for name in before if name not in world.powers()]
        sent = world.powers()
        told += world.next_epoch(absent=gone)
        after = world.powers()
        assert after, "the set is empty"
        # Who is jailed in the epoch's own block leaves beside the churn.
        if not forced and all(key in after for key in sent):
            _check_churn(sent, after)
    return Counter([event["event"] for event in told])


def _act(world: StakeWorld, chance: random.Random, operators: list[str]) -> Events:
    operator = chance.choice(operators)
    batch = chance.choice((FRESH, OLD))
    act = chance.random()
    if act < 0.35:
        world.run(operator, Bond(batch, chance.randint(1, 3_000)))
    elif act < 0.65 and lots(world.draft(), operator):
        lot = chance.choice(lots(world.draft(), operator))
        world.run(operator, Unbond(lot.batch, chance.randint(1, lot.tonnes)))
    elif act < 0.70 and len(world.powers()) > 3:
        return world.consensus(Consensus((), (world.fault(operator),)))
    elif act < 0.72 and world.validator(operator).status == "admitted":
        world.council(Expel(operator, DOCUMENT, "false data", ()))
    for entry in entries(world.draft(), operator):
        assert entry.due is None or entry.due > entry.since + 21 * DAY
    return []
