"""Proposals of the demo, one for each state in which a proposal can be, and who decides on them.

Each is found again by its title, so that a world which was stopped goes on from its records.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from ctn.demo import cast as parts
from ctn.demo import stakes
from ctn.demo.scenes import Scene, carried, document, found
from ctn.demo.seen import Act
from ctn.kernel.op import Op
from ctn.modules.governance.approve import Approve
from ctn.modules.governance.cancel import Cancel
from ctn.modules.governance.propose import Propose
from ctn.modules.governance.records import Choice
from ctn.modules.governance.set_param import SetParam
from ctn.modules.governance.vote import Lot, Vote

LOT_LOW_T, LOT_HIGH_T = 20, 60
LIVE_STEPS = 20  # from one vote to the next in a living world
LEANING: tuple[Choice, ...] = ("yes", "yes", "no", "abstain")
Making = Callable[[Scene], list[Op]]


class Motion(NamedTuple):
    """A proposal: the step at which it is laid, on which track and by whom, and what it carries.

    Those in `approve` do so one a step from the next one on; `cancel` is the step of its end.
    """

    step: int
    track: Literal["council", "public"]
    by: str
    title: str
    ops: Making
    approve: tuple[str, ...] = ()
    votes: tuple[tuple[str, Choice], ...] = ()
    cancel: int = 0

    def acts(self, scene: Scene) -> list[Act]:
        """What is done for it in this step."""
        place = scene.step - self.step - 1
        if place == -1:
            ops = carried(self.ops(scene))
            return [Act(self.by, (Propose(self.track, self.title, document(self.title), ops),))]
        if scene.step == self.cancel:
            return [Act(self.by, (Cancel(scene.proposal(self.title)),))]
        if 0 <= place < len(self.approve):
            return [Act(self.approve[place], (Approve(scene.proposal(self.title)),))]
        if 0 <= place < len(self.votes):
            name, choice = self.votes[place]
            return _ballot(scene, scene.proposal(self.title), name, choice)
        return []


def live_ballot(scene: Scene) -> list[Act]:
    """Now and then one who has not voted yet does, on the first public proposal that is open."""
    if scene.step % LIVE_STEPS:
        return []
    for row in found(scene.reads, "proposal", track="public", state="open")[:1]:
        number, draw = row["number"], scene.draw("choice")
        voted = [lot["account"] for lot in found(scene.reads, "locked_lot", proposal=number)]
        names = [actor.name for actor in parts.TRADERS]
        left = [name for name in names if scene.cast.address(name) not in voted]
        if left:
            return _ballot(scene, number, draw.one_of(left), draw.one_of(LEANING))
    return []


def _ballot(scene: Scene, number: int, name: str, choice: Choice) -> list[Act]:
    """A vote with some of what the voter holds most of."""
    batch, held = scene.most_held(name)
    tonnes = min(held, scene.draw("ballot", name).between(LOT_LOW_T, LOT_HIGH_T))
    if not tonnes:
        return []
    return [Act(name, (Vote(number, choice, (Lot(batch, tonnes),)),))]


def setting(name: str, value: int) -> Making:
    """Another value of a parameter."""
    return lambda _scene: [SetParam(name, str(value))]


def nothing(_scene: Scene) -> list[Op]:
    """A pure decision."""
    return []


def _traders(choices: dict[Choice, tuple[int, ...]]) -> tuple[tuple[str, Choice], ...]:
    """Which traders choose what, by their numbers."""
    rows = [(number, choice) for choice, numbers in choices.items() for number in numbers]
    return tuple([(f"trader-{number:02d}", choice) for number, choice in sorted(rows)])


FIRST, SECOND, THIRD, FOURTH, FIFTH = parts.COUNCIL
TEA, PAGODA, FREIGHT = parts.RETIRING
MOTIONS = (
    # Expires: nobody but its proposer is for it.
    Motion(
        1, "council", FIFTH, "每日两次准备金证明 · Attest reserves twice a day", nothing, (FIFTH,)
    ),
    Motion(
        8, "council", FOURTH, "接纳四家验证节点 · Admit four validators", stakes.admissions,
        (FOURTH, FIRST, SECOND),
    ),
    Motion(
        9, "council", THIRD, "放宽身份额度（草案）· More attestations a day (draft)",
        setting("attest_day_max", 40_000), cancel=11,
    ),
    # Executed after a vote.
    Motion(
        20, "public", TEA, "吃单费降至万分之四点五 · Lower the taker fee to 0.045 %",
        setting("taker_ppm", 450), votes=_traders({"yes": (1, 2, 3, 4, 6, 8, 9), "no": (5, 7)}),
    ),
    # Rejected by a vote.
    Motion(
        22, "public", PAGODA, "挂单费提高四倍 · Raise the maker fee fourfold",
        setting("maker_ppm", 1_200),
        votes=_traders({"yes": (10,), "no": (1, 2, 4, 6, 8, 11, 12), "abstain": (3,)}),
    ),
    # Fails: the ledger refuses what it carries.
    Motion(
        34, "council", SECOND, "再次接纳江岸节点 · Admit River Node once more",
        stakes.admission_again, (SECOND, THIRD, FIFTH),
    ),
    Motion(
        44, "council", THIRD, "裁定江岸节点的减排证明有效 · River Node's proof holds",
        stakes.ruling, (THIRD, FOURTH, FIRST),
    ),
    Motion(
        90, "council", FIRST, "除名余烬节点 · Expel Ember Node", stakes.expulsion,
        (FIRST, SECOND, THIRD),
    ),
    # Executed, and its value waits for the next period of ten days.
    Motion(
        168, "council", THIRD, "每日身份上限八千 · 8,000 attestations a day",
        setting("attest_day_max", 8_000), (THIRD, FOURTH, FIFTH),
    ),
    # A vote under way when a newcomer comes.
    Motion(
        176, "public", FREIGHT, "验证节点手续费份额降为七成 · Validators share 70 % of fees",
        setting("validator_fee_bp", 7_000),
        votes=_traders({"yes": (1, 3, 4, 8, 10), "no": (2, 6, 11), "abstain": (5, 12)}),
    ),
    # Open, with one approval of three.
    Motion(
        226, "council", SECOND, "接纳晨光节点 · Admit Dawn Node", stakes.admission_of_applicant,
        (SECOND,),
    ),
    # Passed, and waits out its delay.
    Motion(
        228, "council", FOURTH, "最低保证金十吨 · A least bond of ten tonnes",
        setting("min_bond_t", 10), (FOURTH, FIRST, SECOND),
    ),
)  # fmt: skip
