"""What the council, voters and officers in a random life may wish for."""

import json
from typing import Any

from ctn.kernel.codec import encode
from ctn.kernel.op import Op
from ctn.modules.compliance.force_move import ForceMove
from ctn.modules.compliance.freeze import Freeze
from ctn.modules.compliance.unfreeze import Unfreeze
from ctn.modules.governance.approve import Approve
from ctn.modules.governance.cancel import Cancel
from ctn.modules.governance.cancel_upgrade import CancelUpgrade
from ctn.modules.governance.hooks import root_place
from ctn.modules.governance.object import Object
from ctn.modules.governance.propose import Propose
from ctn.modules.governance.record_anchor import RecordAnchor
from ctn.modules.governance.records import Choice, PastRoot
from ctn.modules.governance.resume import Resume
from ctn.modules.governance.schedule_upgrade import ScheduleUpgrade
from ctn.modules.governance.set_council import SetCouncil
from ctn.modules.governance.set_param import SetParam
from ctn.modules.governance.stop import Stop
from ctn.modules.governance.vote import Lot, Vote
from tests.properties.flow import Flow, Wish

DOCUMENT = "d0" * 32


def decision(flow: Flow) -> Wish:
    """Something proposed, approved, objected to, taken back or called for."""
    chance, member = flow.chance, flow.chance.choice(flow.members)
    own, number = flow.an("councilproposal"), flow.an("publicproposal")
    proposed = Propose("council", "A change", DOCUMENT, carried(flow))
    public = Propose("public", "A change", DOCUMENT, carried(flow, public=True))
    return chance.choice((
        (member, proposed),
        (flow.proposer, public),
        (flow.someone(), public),
        *[(member, Approve(own))] * 8,
        (member, Object(number)),
        chance.choice(((member, Cancel(own)), (flow.proposer, Cancel(number)))),
        (member, Stop("a drill") if chance.randrange(6) == 0 else Approve(own)),
        (flow.anchor, anchoring(flow)),
    ))  # fmt: skip


def ballot(flow: Flow) -> Wish:
    """A vote with some tonnes."""
    chance = flow.chance
    choice: Choice = chance.choice(("yes", "yes", "yes", "no", "abstain"))
    lot = Lot(flow.traded, chance.randrange(1, 6))
    return flow.someone(), Vote(flow.an("publicproposal"), choice, (lot,))


def freezing_somebody(flow: Flow) -> Wish:
    """An account frozen for a while, and lifted again."""
    chance = flow.chance
    who = chance.choice((flow.regulator, flow.regulator, flow.members[0]))
    subject = chance.choice((*flow.traders[-2:], flow.members[0]))
    freeze = Freeze("account", subject, "a drill", DOCUMENT, chance.choice((True, False)))
    lift = Unfreeze(flow.an("account_freeze"), "over")
    return chance.choice(((who, freeze), (flow.regulator, lift)))


def carried(flow: Flow, *, public: bool = False) -> tuple[dict[str, Any], ...]:
    """One or two operations of a proposal, and sometimes none."""
    chance = flow.chance
    param = chance.choice(("taker_ppm", "taker_ppm", "attest_day_max", "unheard_of"))
    ops: list[Op] = [
        SetParam(param, str(chance.randrange(300, 900))),
        SetCouncil(tuple(flow.members), 2, 2),
    ]
    if not public:
        freeze = flow.seen.get("account_freeze", [DOCUMENT[:24]])[-1]
        seizure = ForceMove(freeze, "cny", chance.randrange(1, 9_000), flow.someone(), DOCUMENT)
        ops += [
            seizure,
            seizure,
            seizure,
            Unfreeze(freeze, "over"),
            Resume(),
            ScheduleUpgrade(flow.machine.height + 10**6, 2),
            CancelUpgrade(),
        ]
    found = chance.sample(ops, chance.choice((0, 1, 1, 1, 2)))
    return tuple([json.loads(encode(op)) for op in found])


def anchoring(flow: Flow) -> RecordAnchor:
    """An anchor of the last root that is kept."""
    height = flow.machine.height // 10 * 10
    known: PastRoot | None = flow.get(PastRoot, root_place(height))
    return RecordAnchor(height, known.root if known else DOCUMENT, "file:1")
