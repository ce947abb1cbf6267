"""The council decides on a proof of emission reduction: it holds, or it was false."""

from typing import ClassVar

from ctn.kernel.account import Threshold, Track
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.staking.cpoes import (
    ATTESTED,
    BARRED_MS,
    CHALLENGED,
    REVOKED,
    VALID,
    Cpoe,
    CpoeId,
    CpoeNotOpen,
    CpoeRevoked,
    CpoeValid,
    find_cpoe,
    give_bond,
)
from ctn.modules.staking.epoch import TREASURY
from ctn.modules.staking.events import Slashed
from ctn.modules.staking.records import Bond, Evidence, Unbonding, Validator
from ctn.modules.staking.rules import CPOE_SLASH
from ctn.modules.staking.slashing import SLASH_WORK, Acted, Fault, note_fault, slash_tonnes


class RuleCpoe(Op, frozen=True, tag="staking.rule_cpoe"):
    """Rule a challenged record valid, or revoke one that was attested, challenged or valid."""

    needs: ClassVar[Need | tuple[Need, ...]] = Track.COUNCIL
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Cpoe, Validator, Bond, Unbonding, Evidence)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (CpoeNotOpen,)
    emits: ClassVar[tuple[type[Event], ...]] = (CpoeValid, CpoeRevoked, Slashed)

    id: CpoeId
    valid: bool

    @property
    def work(self) -> int:
        """What a slash may touch."""
        return WORK + SLASH_WORK

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse by status, then give the bond where it belongs and act on the ruling."""
        statuses = (CHALLENGED,) if self.valid else (ATTESTED, CHALLENGED, VALID)
        record = find_cpoe(ledger, self.id, *statuses)

        if record.status == CHALLENGED:
            assert record.challenger is not None
            give_bond(ledger, record, TREASURY if self.valid else record.challenger)
        if self.valid:
            ledger.put(record.replace(status=VALID))
            ledger.emit(CpoeValid(self.id, record.owner, record.tonnes))
        else:
            _revoke(ledger, record)


def _revoke(ledger: Ledger, record: Cpoe) -> None:
    validator = ledger.get(Validator, record.owner)
    assert validator is not None
    time = ledger.block.time
    kind = "cpoe" + record.id[2:]
    fault = Fault(kind, validator.address, ledger.block.height, record.filed)
    tonnes = CPOE_SLASH * record.tonnes
    taken = slash_tonnes(ledger, fault, record.owner, tonnes, since=record.filed)
    ledger.put(record.replace(status=REVOKED))
    ledger.put(validator.replace(barred_until=time + BARRED_MS))
    ledger.emit(CpoeRevoked(record.id, record.owner, record.tonnes))
    note_fault(ledger, fault, record.owner, Acted(taken, 0, record.challenge))
