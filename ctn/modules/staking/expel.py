"""Expel an operator that gave false data: no power, no return, 5 % of its stake, no peers."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import Threshold, Track
from ctn.kernel.codec import Hash
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Address, Text
from ctn.modules.staking import records
from ctn.modules.staking.events import PowerChanged, Slashed, Tombstoned
from ctn.modules.staking.power import force_out
from ctn.modules.staking.reads import OperatorNotAdmitted, epoch_of, require_validator
from ctn.modules.staking.records import (
    EXPULSION,
    MIN_VALIDATORS,
    NODES_MAX,
    Bond,
    ConsensusId,
    Evidence,
    Power,
    Stakes,
    Validator,
)
from ctn.modules.staking.rules import may_expel_now
from ctn.modules.staking.slashing import (
    ALL_TIME,
    SLASH_WORK,
    Acted,
    Fault,
    note_fault,
    slash_all,
    tombstone,
)


class Expelled(Event, frozen=True):
    """The council expelled `operator`, and no peer lets `nodes` in."""

    operator: str
    evidence: str
    reason: str
    nodes: tuple[str, ...]


class Expel(Op, frozen=True, tag="staking.expel"):
    """Expel an admitted operator for false data that the council found proven."""

    needs: ClassVar[Need | tuple[Need, ...]] = Track.COUNCIL
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (
        Validator, Bond, records.Unbonding, Power, Evidence, records.Expelled,
    )  # fmt: skip
    refuses: ClassVar[tuple[type[Refusal], ...]] = (OperatorNotAdmitted,)
    emits: ClassVar[tuple[type[Event], ...]] = (Tombstoned, PowerChanged, Slashed, Expelled)

    operator: Address
    evidence: Hash
    reason: Text
    nodes: Annotated[tuple[ConsensusId, ...], Meta(max_length=NODES_MAX)]

    @property
    def work(self) -> int:
        """What a slash may touch, and the nodes."""
        return WORK + SLASH_WORK + 10 * len(self.nodes)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse who is no validator, then bar, slash, and take the power."""
        validator = require_validator(ledger, self.operator)
        time = ledger.block.time
        fault = Fault(EXPULSION, validator.address, ledger.block.height, time)

        # When it was done is not known, so what was put to unbonding before is liable too.
        taken = slash_all(ledger, fault, self.operator, since=ALL_TIME)
        tombstone(ledger, validator, fault)
        power = force_out(ledger, validator.pubkey) if _may_go(ledger, validator.pubkey) else 0
        note_fault(ledger, fault, self.operator, Acted(taken, power, self.evidence))
        for node in self.nodes:
            ledger.put(records.Expelled(node, self.operator, fault.id, time))
        ledger.emit(Expelled(self.operator, self.evidence, self.reason, self.nodes))


def _may_go(ledger: Ledger, pubkey: str) -> bool:
    """Whether a key may leave at once; else the next epochs take its power, by their bound."""
    stakes = ledger.index(Stakes)
    known = stakes.powers.get(pubkey)
    if known is None or len(stakes.powers) <= ledger.param(MIN_VALIDATORS):
        return False
    left = sum(power.power for power in stakes.powers.values()) - known.power
    expelled = stakes.expelled.get(epoch_of(ledger, ledger.block.time), 0)
    return may_expel_now(expelled=expelled, power=known.power, left=left)
