"""Faults that consensus tells with a block: double signing, attacks on light clients, absence."""

import hashlib
from typing import Final

from ctn.kernel.ledger import LastVote, Ledger, Misbehavior
from ctn.modules.staking.events import Jailed
from ctn.modules.staking.power import force_out
from ctn.modules.staking.reads import epoch_of
from ctn.modules.staking.records import (
    ABSENT_MAX,
    EVIDENCE_MS,
    ConsensusAddress,
    Liveness,
    Stakes,
    Validator,
)
from ctn.modules.staking.slashing import (
    Acted,
    Fault,
    is_known,
    note_fault,
    slash_all,
    tombstone,
)

ABSENT: Final = "absent"
HALF_ABSENT: Final = "half_absent"
ADDRESS_BYTES: Final = 20


def consensus_address(pubkey: str) -> str:
    """The address that consensus gives an Ed25519 key, both in hex."""
    return hashlib.sha256(bytes.fromhex(pubkey)).digest()[:ADDRESS_BYTES].hex()


def fault_of(told: Misbehavior) -> Fault:
    """A fault as consensus tells it."""
    return Fault(told.kind, told.address, told.height, told.time)


def punish(ledger: Ledger, fault: Fault) -> None:
    """Take the key out at once, bar its operator for ever, and slash unless it is too long ago."""
    if is_known(ledger, fault):
        return
    known = ledger.get(ConsensusAddress, fault.address)
    operator = "" if known is None else known.operator
    power = 0 if known is None else force_out(ledger, known.pubkey)
    validator = ledger.get(Validator, operator)
    taken = []
    if validator is not None:
        if ledger.block.time - fault.time <= EVIDENCE_MS:
            taken = slash_all(ledger, fault, operator, since=fault.time)
        tombstone(ledger, validator, fault)
    note_fault(ledger, fault, operator, Acted(taken, power, None))


def count_votes(ledger: Ledger, votes: tuple[LastVote, ...]) -> None:
    """Count who signed the block before, and jail who missed too many running."""
    most = ledger.param(ABSENT_MAX)
    for vote in votes:
        known = ledger.get(ConsensusAddress, vote.address)
        if known is None or not known.operator:
            continue
        before = liveness(ledger, known.operator)
        absent = 0 if vote.is_signed else before.absent + 1
        is_over = absent >= most
        ledger.put(
            Liveness(
                known.operator, before.blocks + 1, before.signed + vote.is_signed,
                0 if is_over else absent,
            )
        )  # fmt: skip
        validator = ledger.get(Validator, known.operator)
        if is_over and validator is not None:
            until = epoch_of(ledger, ledger.block.time) + 2  # the end of the next whole epoch
            jail(ledger, validator, until=until, reason=ABSENT)


def jail(ledger: Ledger, validator: Validator, *, until: int, reason: str) -> None:
    """Take an absent validator out at once, without slash, until an epoch begins."""
    is_in = validator.pubkey in ledger.index(Stakes).powers
    if validator.jailed_until is not None or not is_in:
        return
    ledger.put(validator.replace(jailed_until=until, weight=0))
    ledger.emit(Jailed(validator.operator, until, reason))
    force_out(ledger, validator.pubkey)


def liveness(ledger: Ledger, operator: str) -> Liveness:
    """What was counted of an operator in this epoch."""
    return ledger.get(Liveness, operator) or Liveness(operator, 0, 0, 0)
