"""A verifier vouches for a proof of emission reduction; 30 days to challenge it begin."""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.identity.reads import has_duty, is_affiliated
from ctn.modules.registry.intervals import class_of
from ctn.modules.staking.cpoes import (
    ATTEST_MS,
    ATTESTED,
    FILED,
    Cpoe,
    CpoeAffiliated,
    CpoeId,
    CpoeNotOpen,
    NotVerifier,
    find_cpoe,
)


class CpoeAttested(Event, frozen=True):
    """`verifier` vouches for `cpoe`; it may be challenged until 30 days from now."""

    cpoe: str
    verifier: str


class AttestCpoe(Op, frozen=True, tag="staking.attest_cpoe"):
    """Vouch for a record that names the sender as its verifier."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.VERIFIER
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.LOW
    writes: ClassVar[tuple[type[Record], ...]] = (Cpoe,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (CpoeNotOpen, NotVerifier, CpoeAffiliated)
    emits: ClassVar[tuple[type[Event], ...]] = (CpoeAttested,)

    id: CpoeId

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what is not filed or too old, another's record and an affiliate's, then attest."""
        record = find_cpoe(ledger, self.id, FILED)
        time = ledger.block.time
        if record.filed + ATTEST_MS <= time:
            raise CpoeNotOpen(cpoe=self.id, status=record.status)
        # A duty may have ended or changed its scope since the record named its holder.
        is_due = has_duty(ledger, sender, DutyKind.VERIFIER, class_of(record.project))
        if record.verifier != sender or not is_due:
            raise NotVerifier(verifier=record.verifier)
        if is_affiliated(ledger, sender, record.owner):
            raise CpoeAffiliated(verifier=sender)

        ledger.put(record.replace(status=ATTESTED, attested=time))
        ledger.emit(CpoeAttested(self.id, sender))
