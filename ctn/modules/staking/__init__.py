"""Staking: who validates, by how much stake, proof and conduct (white paper 2.1; `engine.md` 17).

An admitted enterprise bonds deposited credits. What they weigh follows from quality and age of the
credits, from tonnes of reduction that verifiers attested (CPoE), and from how well its key signed
(CBFT). Powers move once an epoch, no one near a third; a proven fault is punished at once, and
what it costs is retired for nobody.
"""

from ctn.kernel.invariant import Invariant
from ctn.kernel.record import Event, Record
from ctn.modules.staking import records
from ctn.modules.staking.admit import Admit
from ctn.modules.staking.attest_cpoe import AttestCpoe
from ctn.modules.staking.bond import Bond
from ctn.modules.staking.challenge_cpoe import ChallengeCpoe
from ctn.modules.staking.cpoes import Cpoe
from ctn.modules.staking.declare import Declare
from ctn.modules.staking.events import (
    CpoeLapsed,
    CreditFell,
    CreditRestored,
    EpochEnded,
    FeesShared,
    Jailed,
    PowerChanged,
    Released,
    SetTooSmall,
    Slashed,
    Tombstoned,
)
from ctn.modules.staking.expel import Expel
from ctn.modules.staking.file_cpoe import FileCpoe
from ctn.modules.staking.hooks import begin_block, block_alarms, next_due
from ctn.modules.staking.invariants import INVARIANTS as STAKE_INVARIANTS
from ctn.modules.staking.invariants import recount
from ctn.modules.staking.records import (
    PARAMS,
    ConsensusAddress,
    Evidence,
    Expelled,
    Liveness,
    Power,
    Unbonding,
    Validator,
)
from ctn.modules.staking.rule_cpoe import RuleCpoe
from ctn.modules.staking.unbond import Unbond

__all__ = [
    "HOOK_EVENTS", "INVARIANTS", "PARAMS", "RECORDS", "Ops", "begin_block", "block_alarms",
    "next_due", "recount",
]  # fmt: skip

Ops = Declare | Admit | Bond | Unbond | FileCpoe | AttestCpoe | ChallengeCpoe | RuleCpoe | Expel
RECORDS: tuple[type[Record], ...] = (
    Validator, records.Bond, Unbonding, Cpoe, Liveness, Power, ConsensusAddress, Expelled, Evidence,
)  # fmt: skip
INVARIANTS: tuple[Invariant, ...] = STAKE_INVARIANTS
HOOK_EVENTS: tuple[type[Event], ...] = (
    CpoeLapsed, CreditFell, CreditRestored, EpochEnded, FeesShared, Jailed, PowerChanged, Released,
    SetTooSmall, Slashed, Tombstoned,
)  # fmt: skip
