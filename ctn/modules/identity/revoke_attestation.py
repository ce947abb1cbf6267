"""Take back an attestation: the role of its subject falls at once."""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.accounts.mutators import put_guard
from ctn.modules.accounts.records import Guard
from ctn.modules.identity.reads import has_duty
from ctn.modules.identity.records import (
    LIVE,
    REVOKED,
    Attestation,
    AttestationId,
    RevocationReason,
)

# Whoever is revoked for these may not even leave (people.md 4.1).
BARRING_REASONS = ("fraud", "sanction")


class AttestationNotLive(Refusal):
    """There is no such attestation, or it has ended already."""


class NotYourAttestation(Refusal):
    """Only the attestor who gave it, or a regulator, may revoke an attestation."""


class AttestationRevoked(Event, frozen=True):
    """`revoked_by` took back `attestation` of `subject`."""

    attestation: str
    subject: str
    revoked_by: str
    reason: str


class RevokeAttestation(Op, frozen=True, tag="identity.revoke_attestation"):
    """Take back a live attestation; its subject is a visitor from now on."""

    needs: ClassVar[Need | tuple[Need, ...]] = (DutyKind.ATTESTOR, DutyKind.REGULATOR)
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    lane: ClassVar[int] = SAFETY_LANE
    writes: ClassVar[tuple[type[Record], ...]] = (Attestation,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (AttestationNotLive, NotYourAttestation)
    emits: ClassVar[tuple[type[Event], ...]] = (AttestationRevoked,)

    attestation: AttestationId
    reason: RevocationReason

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what is not live or not the sender's, then revoke and lower the guard."""
        attestation = ledger.get(Attestation, self.attestation)
        if attestation is None or attestation.status != LIVE:
            raise AttestationNotLive(attestation=self.attestation)
        is_own = attestation.attestor == sender and has_duty(ledger, sender, DutyKind.ATTESTOR)
        if not is_own and not has_duty(ledger, sender, DutyKind.REGULATOR):
            raise NotYourAttestation(attestation=self.attestation)
        subject = attestation.subject
        guard = ledger.get(Guard, subject)
        assert guard is not None

        ledger.put(attestation.replace(status=REVOKED, reason=self.reason))
        put_guard(ledger, subject, _lowered(guard, self.reason, ledger.block.time))
        ledger.emit(AttestationRevoked(attestation.id, subject, sender, self.reason))


def _lowered(guard: Guard, reason: str, time: int) -> Guard:
    """The guard of a lapsed account, or of one that must not even leave."""
    if reason in BARRING_REASONS:
        # The kind stays: else a thief with one key would gain by the owner's disgrace.
        return guard.replace(verified_until=0)
    return guard.replace(verified_until=min(guard.verified_until, time))
