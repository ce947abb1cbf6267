"""Dispute an attested proof of emission reduction, with a bond, for the council to rule on."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.codec import Hash
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import InsufficientBalance, Refusal
from ctn.modules.accounts.halts import AccountLocked, require_unlocked
from ctn.modules.accounts.mutators import hold
from ctn.modules.identity.reads import is_affiliated
from ctn.modules.staking.cpoes import (
    ATTESTED,
    BOND_ASSET,
    CHALLENGE_BOND,
    CHALLENGE_MS,
    CHALLENGED,
    Cpoe,
    CpoeAffiliated,
    CpoeId,
    CpoeNotOpen,
    challenge_escrow,
    find_cpoe,
)
from ctn.modules.staking.records import HELD


class CpoeChallenged(Event, frozen=True):
    """`challenger` disputes `cpoe`, with a document."""

    cpoe: str
    challenger: str
    evidence: str


class ChallengeCpoe(Op, frozen=True, tag="staking.challenge_cpoe"):
    """Dispute an attested record within 30 days; 1,000 CNY are lost if it is ruled valid."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "transfer"
    threshold: ClassVar[Threshold] = Threshold.LOW
    writes: ClassVar[tuple[type[Record], ...]] = (Cpoe,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        AccountLocked,
        CpoeNotOpen,
        CpoeAffiliated,
        InsufficientBalance,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (CpoeChallenged,)

    id: CpoeId
    evidence: Hash

    @property
    def work(self) -> int:
        """A constant."""
        return WORK

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what is not open to the sender, then lock the bond."""
        require_unlocked(ledger, sender)
        record = find_cpoe(ledger, self.id, ATTESTED)
        time = ledger.block.time
        assert record.attested is not None
        if record.attested + CHALLENGE_MS <= time:
            raise CpoeNotOpen(cpoe=self.id, status=record.status)
        # The one challenge of a record must not be its owner's own, who would lose nothing by it.
        if is_affiliated(ledger, sender, record.owner):
            raise CpoeAffiliated(challenger=sender)

        target = challenge_escrow(self.id)
        ledger.move(BOND_ASSET, CHALLENGE_BOND, source=sender, target=target)
        hold(ledger, sender, HELD)
        ledger.put(
            record.replace(
                status=CHALLENGED, challenged=time, challenger=sender, challenge=self.evidence
            )
        )
        ledger.emit(CpoeChallenged(self.id, sender, self.evidence))
