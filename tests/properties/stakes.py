"""What operators, verifiers, doubters and the council may wish for of stake."""

import hashlib

from ctn.kernel.op import Op
from ctn.modules.governance.approve import Approve
from ctn.modules.governance.propose import Propose
from ctn.modules.staking.admit import Admit
from ctn.modules.staking.attest_cpoe import AttestCpoe
from ctn.modules.staking.bond import Bond
from ctn.modules.staking.challenge_cpoe import ChallengeCpoe
from ctn.modules.staking.expel import Expel
from ctn.modules.staking.file_cpoe import FileCpoe
from ctn.modules.staking.records import ADMITTED, DECLARED, Stakes
from ctn.modules.staking.rule_cpoe import RuleCpoe
from ctn.modules.staking.unbond import Unbond
from tests.modules.governance.worlds import carried
from tests.modules.registry.bridge_worlds import FOREIGN, PROJECT
from tests.modules.staking.worlds import OLD, serial
from tests.properties.flow import LEAST_SET, Flow, Wish
from tests.worlds import DAY, START

DOCUMENT = "d1" * 32
PERIODS = 40


def staking(flow: Flow) -> Wish:
    """Keys declared, lots bonded and taken back, records filed, attested and disputed."""
    chance, operator = flow.chance, flow.chance.choice(flow.operators)
    cpoe = flow.an("cpoe")
    return chance.choice((
        (operator, flow.declaring(operator)),
        (operator, Bond(FOREIGN, chance.randrange(1, 8))),
        (operator, Bond(FOREIGN, chance.randrange(1, 8))),
        (operator, Unbond(FOREIGN, chance.randrange(1, 5))),
        (operator, filing(flow)),
        (flow.verifier, AttestCpoe(cpoe)),
        (flow.verifier, AttestCpoe(cpoe)),
        (flow.proposer, ChallengeCpoe(cpoe, DOCUMENT)),
    ))  # fmt: skip


def filing(flow: Flow) -> FileCpoe:
    """A record over some month of the past, of serials that may have been used."""
    number, tonnes = flow.chance.randrange(PERIODS), flow.chance.randrange(1, 900)
    end = START - number * 30 * DAY
    evidence = hashlib.sha256(f"{number}/{tonnes}".encode()).hexdigest()
    first = 1 + 1_000 * number
    return FileCpoe(
        PROJECT, end - 29 * DAY, end - 1, tonnes, "vmr0006", flow.verifier, evidence,
        (serial(first, first + tonnes - 1, OLD),),
    )  # fmt: skip


def about_stake(flow: Flow) -> Wish:
    """A decision of the council on an operator or a record, laid or approved."""
    chance, member = flow.chance, flow.chance.choice(flow.members)
    if chance.randrange(3):
        return member, Approve(flow.an("councilproposal"))
    return member, Propose("council", "About stake", DOCUMENT, carried(chance.choice(_due(flow))))


def _due(flow: Flow) -> list[Op]:
    """What the council may decide now; someone is expelled only from a set that can spare it."""
    stakes = flow.machine.indexes[Stakes]
    assert isinstance(stakes, Stakes)
    cpoe = flow.an("cpoe")
    ops: list[Op] = [RuleCpoe(cpoe, True), RuleCpoe(cpoe, False)]
    for operator, known in sorted(stakes.validators.items()):
        if known.status == DECLARED:
            ops += [Admit(operator)] * 2
        elif known.status == ADMITTED and len(stakes.powers) > LEAST_SET:
            node = hashlib.sha256(operator.encode()).hexdigest()[:40]
            ops.append(Expel(operator, DOCUMENT, "false data", (node,)))
    return ops
