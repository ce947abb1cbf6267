"""Stake in the demo: four enterprises validate in the books, for one maker makes the blocks.

Under one block maker consensus asks nobody to sign, yet each epoch weighs what is bonded and gives
powers by it (engine.md 16, 17), so everything here comes from transactions and from the clock.
"""

from typing import NamedTuple

from ctn.crypto import ed25519
from ctn.crypto.digest import sha256_hex
from ctn.demo import cast as parts
from ctn.demo.listing import LINES, batch_id, groups, method_id, project_id
from ctn.demo.scenes import Cue, Scene, document, found
from ctn.demo.seen import Act
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.block import DAY_MS
from ctn.kernel.op import Op
from ctn.modules.assets.transfer import Transfer
from ctn.modules.staking.admit import Admit
from ctn.modules.staking.attest_cpoe import AttestCpoe
from ctn.modules.staking.bond import Bond
from ctn.modules.staking.challenge_cpoe import ChallengeCpoe
from ctn.modules.staking.declare import Declare, proof_bytes
from ctn.modules.staking.expel import Expel
from ctn.modules.staking.file_cpoe import FileCpoe
from ctn.modules.staking.rule_cpoe import RuleCpoe
from ctn.modules.staking.rules import proven_window
from ctn.modules.staking.unbond import Unbond

RIVER, HARBOUR, SUMMIT, EMBER = parts.NODES
PERIOD_MS = 90 * DAY_MS
UNBONDED_T = 600
NODE_ID = 40  # digits of the id of a node
CHALLENGERS = {RIVER: "trader-05", HARBOUR: "trader-09"}


class Lot(NamedTuple):
    """What an operator bonds of a batch, and who gives it the tonnes."""

    operator: str
    project: str
    vintage: int
    tonnes: int
    giver: str = parts.HOST

    @property
    def batch(self) -> str:
        """The batch."""
        return batch_id(self.project, self.vintage)


WIND, CONGO, AMAZON, COOKSTOVES, HEYUAN, FOREST = LINES
LOTS = (
    Lot(RIVER, "960", 2019, 2_500, parts.DEVELOPER),
    Lot(RIVER, WIND.project, WIND.vintage, 2_000),
    Lot(HARBOUR, COOKSTOVES.project, COOKSTOVES.vintage, 2_400),
    Lot(HARBOUR, CONGO.project, CONGO.vintage, 800),
    Lot(SUMMIT, FOREST.project, FOREST.vintage, 1_800),
    Lot(EMBER, HEYUAN.project, HEYUAN.vintage, 900),
    Lot(EMBER, AMAZON.project, AMAZON.vintage, 700),
)
# Tonnes that an operator's own project reduced last quarter, by the record that it files.
PROVEN = {RIVER: (WIND, 24_000), HARBOUR: (COOKSTOVES, 9_000)}


def declare(scene: Scene) -> list[Act]:
    """Each operator names its key, and proves that it holds it."""
    chain = scene.reads.head().chain
    return [_declaration(scene, name, chain) for name in (*parts.NODES, parts.APPLICANT)]


def _declaration(scene: Scene, name: str, chain: str) -> Act:
    seed = scene.cast.consensus_seed(name)
    proof = ed25519.sign(seed, proof_bytes(chain, scene.cast.address(name)))
    moniker = scene.cast.actors[scene.cast.address(name)].en
    return Act(name, (Declare(ed25519.public_key(seed).hex(), proof.hex(), moniker),))


def equip(scene: Scene) -> list[Act]:
    """The operators get the tonnes that they will bond."""
    return [
        Act(
            lot.giver,
            (Transfer(lot.batch, lot.tonnes * GRAMS_PER_TONNE, scene.cast.address(lot.operator)),),
        )
        for lot in LOTS
    ]


def bond(_scene: Scene) -> list[Act]:
    """They bond all of it."""
    return [Act(lot.operator, (Bond(lot.batch, lot.tonnes),)) for lot in LOTS]


def unbond(_scene: Scene) -> list[Act]:
    """One takes a part back, which stays liable for three weeks."""
    (lot,) = [lot for lot in LOTS if lot.operator == SUMMIT]
    return [Act(SUMMIT, (Unbond(lot.batch, UNBONDED_T),))]


def prove(scene: Scene) -> list[Act]:
    """Two file a record of what they reduced in the last whole quarter."""
    _start, end = proven_window(scene.reads.head().time)
    acts: list[Act] = []
    for name, (line, tonnes) in PROVEN.items():
        (units,) = [
            group.units
            for group in groups()
            if (group.project, group.vintage) == (line.project, line.vintage)
        ]
        batch = batch_id(line.project, line.vintage)
        filed = FileCpoe(
            project_id(line.project), end - PERIOD_MS, end - 1, tonnes, method_id(units[0]),
            scene.cast.address(parts.VERIFIER), document(f"reduction of {name}"),
            (f"CTN-{batch.upper()}-1-{tonnes}",),
        )  # fmt: skip
        acts.append(Act(name, (filed,)))
    return acts


def attest(scene: Scene) -> list[Act]:
    """The verifier vouches for both."""
    ops = [AttestCpoe(row["id"]) for row in found(scene.reads, "cpoe", status="filed")]
    return [Act(parts.VERIFIER, tuple(ops))] if ops else []


def challenge(name: str) -> Cue:
    """Somebody disputes the record of an operator."""

    def acts(scene: Scene) -> list[Act]:
        challenger = CHALLENGERS[name]
        owner = scene.cast.address(name)
        rows = found(scene.reads, "cpoe", owner=owner, status="attested")
        return [
            Act(challenger, (ChallengeCpoe(row["id"], document(f"doubts of {challenger}")),))
            for row in rows
        ]

    return acts


# --- what the council decides of it


def admissions(scene: Scene) -> list[Op]:
    """The four may bond."""
    return [Admit(scene.cast.address(name)) for name in parts.NODES]


def admission_again(scene: Scene) -> list[Op]:
    """One that was admitted already, which will be refused."""
    return [Admit(scene.cast.address(RIVER))]


def admission_of_applicant(scene: Scene) -> list[Op]:
    """The fifth may bond."""
    return [Admit(scene.cast.address(parts.APPLICANT))]


def ruling(scene: Scene) -> list[Op]:
    """The disputed record of the first operator holds."""
    owner = scene.cast.address(RIVER)
    rows = found(scene.reads, "cpoe", owner=owner, status="challenged")
    return [RuleCpoe(row["id"], True) for row in rows]


def expulsion(scene: Scene) -> list[Op]:
    """The last operator gave false data; no peer lets its node in."""
    node = sha256_hex(f"demo node {EMBER}".encode())[:NODE_ID]
    reason = "读数来自停运的电表 · Readings of a meter that was out of service"
    return [Expel(scene.cast.address(EMBER), document("meter log"), reason, (node,))]
