"""The history: blocks made in process under a virtual clock, the same for a seed on every machine.

The first block comes minutes after genesis. The market opens two weeks later, with a block in two
minutes, then about one an hour, and from height 185 on one in two minutes again, so that a world
which begins now has a lively last two hours.
"""

from collections.abc import Callable

from ctn.client.building import EXPIRES_AFTER, Place, build, sign
from ctn.demo import opening
from ctn.demo.affairs import affairs
from ctn.demo.agents import HISTORY, acting, acts
from ctn.demo.cast import Cast
from ctn.demo.ground import Chain
from ctn.demo.seen import Act, see
from ctn.demo.stream import Stream
from ctn.kernel.block import DAY_MS
from ctn.kernel.refusal import Refusal

BLOCKS = 240
GENESIS_TIME = 1_700_006_400_000  # 2023-11-15, 00:00 UTC
MINUTE_MS = 60_000
SLOW_FROM, SLOW_UNTIL = opening.BLOCKS, 184
# What was laid before the council at first, and found no approval, expires after 14 days.
OPENS_AT, QUIET_MS = opening.FOUNDED, 14 * DAY_MS + 60 * MINUTE_MS


def span(seed: int, height: int) -> int:
    """The virtual time of a height after genesis, in ms."""
    return sum([_gap(seed, number) for number in range(1, height + 1)])


def _gap(seed: int, height: int) -> int:
    draw = Stream(seed, height, "gap")
    is_slow = SLOW_FROM < height <= SLOW_UNTIL
    least, most = (2_400_000, 4_800_000) if is_slow else (90_000, 150_000)
    quiet = QUIET_MS if height == OPENS_AT else 0
    return quiet + draw.between(least, most)


def make_history(
    chain: Chain, cast: Cast, until: int, told: Callable[[Chain], bool]
) -> None:
    """Make blocks up to a height; `told` hears of each, and says whether to go on."""
    time = chain.begin + span(cast.seed, chain.head().height)
    while (height := chain.head().height) < until:
        time += _gap(cast.seed, height + 1)
        for act in _acts(chain, cast, height + 1):
            _send(chain, cast, act)
        chain.make(time)
        if not told(chain):
            return


def _acts(chain: Chain, cast: Cast, step: int) -> list[Act]:
    """What the parties and the agents do in a block, at most one transaction of an agent."""
    names = acting(cast.seed, step, HISTORY)
    seen = see(chain, cast, [name for found in names.values() for name in found])
    market = opening.opening(chain, cast) + acts(cast, step, names, seen)
    return market + affairs(chain, cast)


def _send(chain: Chain, cast: Cast, act: Act) -> None:
    """Sign and hand in; a refusal at the door is an answer like any other."""
    head = chain.head()
    sender, keys = cast.address(act.actor), cast.signers(act.actor, act.ops)
    place = Place(head.chain, sender, chain.sequence(sender), head.height + EXPIRES_AFTER)
    schemes = [key.scheme for key in keys]
    try:
        chain.admit(sign(build(act.ops, place, {"schemes": schemes}), keys))
    except Refusal:
        return
