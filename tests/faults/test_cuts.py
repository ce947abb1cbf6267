"""Four validators in network namespaces that are cut off from each other and healed again."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from tests.network.callers import Callers, check_network
from tests.network.conftest import Begin
from tests.network.cuts import Cuts, Missing
from tests.network.networks import Net

HEAL_SECONDS = 30
ROUNDS = int(os.environ.get("CTN_CUTS", "8"))
SEED = int(os.environ.get("CTN_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)


@pytest.fixture(name="cuts")
def _cuts() -> Iterator[Cuts]:
    try:
        cuts = Cuts(4)
    except Missing as missing:
        pytest.skip(str(missing))
    yield cuts
    cuts.close()


@pytest.fixture(name="net")
def _net(cuts: Cuts, begin: Begin) -> Net:
    # In this order: the processes must be gone before the namespaces that they live in.
    net = begin(kind="ctn", cuts=cuts).start()
    net.wait_for_height(2)
    return net


def test_two_and_two_halt_and_heal_within_thirty_seconds(net: Net, cuts: Cuts) -> None:
    callers = Callers(net)
    assert callers.wait_for_more(8)
    cuts.part([0, 1], [2, 3])
    assert net.is_still(0, 1, 2, 3)
    cuts.heal()
    assert callers.wait_for_more(8, HEAL_SECONDS)
    check_network(net, callers.stop(), seconds=HEAL_SECONDS)


def test_three_go_on_without_the_fourth_which_then_catches_up(net: Net, cuts: Cuts) -> None:
    callers = Callers(net, 0, 1, 2)
    cuts.part([3], [0, 1, 2])
    assert callers.wait_for_more(10)
    top = net.height(3)
    assert net.height(0) > top
    cuts.heal()
    check_network(net, callers.stop(), seconds=HEAL_SECONDS)


def test_a_cut_of_one_way_stops_nobody_else(net: Net, cuts: Cuts) -> None:
    callers = Callers(net, 0, 1, 2)
    cuts.cut([3], [0, 1, 2])
    assert callers.wait_for_more(10)
    cuts.heal()
    check_network(net, callers.stop(), seconds=HEAL_SECONDS)


def test_a_slow_link_delays_and_loses_nothing(
    net: Net, cuts: Cuts, tell: Callable[[str], None]
) -> None:
    tell(f"slow link: {cuts.slow(3)}")
    callers = Callers(net)
    assert callers.wait_for_more(12)
    check_network(net, callers.stop(), seconds=HEAL_SECONDS)


def test_faults_drawn_from_a_seed_leave_one_chain(
    net: Net, cuts: Cuts, tell: Callable[[str], None]
) -> None:
    """`CTN_CUTS` (8) rounds of a cut, a pause or a kill; what one seed draws is drawn again."""
    chance = random.Random(SEED)
    callers = Callers(net)
    drawn: list[str] = []
    for _ in range(ROUNDS):
        drawn.append(fault(net, cuts, chance))
        assert callers.wait_for_more(2, HEAL_SECONDS), f"{drawn} (CTN_SEED={SEED})"
    height = check_network(net, callers.stop(), seconds=HEAL_SECONDS)
    tell(
        f"{', '.join(drawn)}: {callers.acknowledged} acknowledged, height {height}, 0 lost, "
        f"0 doubled, 0 forks (CTN_SEED={SEED})"
    )


def fault(net: Net, cuts: Cuts, chance: random.Random) -> str:
    """One fault, endured for some seconds and mended; its name."""
    kind = chance.choice(("halves", "one apart", "one way", "pause", "kill"))
    nodes = chance.sample(range(4), 4)
    seconds = chance.uniform(1, 4)
    match kind:
        case "halves":
            cuts.part(nodes[:2], nodes[2:])
        case "one apart":
            cuts.part(nodes[:1], nodes[1:])
        case "one way":
            cuts.cut(nodes[:1], nodes[1 : chance.randrange(2, 5)])
        case "pause":
            net.signal(nodes[0], signal.SIGSTOP, "app", "cometbft")
        case "kill":
            net.kill(nodes[0])
    time.sleep(seconds)
    match kind:
        case "pause":
            net.signal(nodes[0], signal.SIGCONT, "app", "cometbft")
        case "kill":
            net.start(nodes[0])
        case _:
            cuts.heal()
    return kind
