"""Publish what a certificate hides, proved by its commitment; nothing else on it ever changes."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.codec import Hash, RegistryId
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.registry.intervals import NotYours
from ctn.modules.registry.records import NAME_HIDDEN, SEALED, Certificate, Opening
from ctn.modules.registry.retirement import (
    BadCountry,
    BadPeriod,
    LeiInvalid,
    check_opening,
    commitment_of,
    visible,
)

# One SHA-256 over at most 2 KiB of opening.
OPENING_WORK = 20


class CertificateNotFound(Refusal):
    """There is no such certificate, or it hides nothing any more."""


class CommitmentMismatch(Refusal):
    """Salt and fields do not open the commitment of the certificate."""


class Revealed(Event, frozen=True):
    """The holder of `certificate` published what it hid."""

    certificate: str
    holder: str


class Reveal(Op, frozen=True, tag="registry.reveal"):
    """Publish the hidden fields of an own certificate; what is open on it already stays out."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "exit"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Certificate,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        BadCountry,
        LeiInvalid,
        BadPeriod,
        CertificateNotFound,
        NotYours,
        CommitmentMismatch,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (Revealed,)

    certificate: RegistryId
    salt: Hash
    fields: Opening

    @property
    def work(self) -> int:
        """One record and one hash."""
        return WORK + OPENING_WORK

    def check(self) -> None:
        """Refuse a beneficiary or period that cannot be."""
        check_opening(self.fields)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what does not open the commitment, then publish it."""
        certificate = ledger.get(Certificate, self.certificate)
        if certificate is None or certificate.commitment is None or certificate.opened is not None:
            raise CertificateNotFound(certificate=self.certificate)
        if certificate.holder != sender:
            raise NotYours(owner=certificate.holder)
        ledger.spend_work(OPENING_WORK)
        if not _opens(certificate, self.fields, self.salt):
            raise CommitmentMismatch(certificate=self.certificate)

        ledger.put(certificate.replace(opened=self.fields))
        ledger.emit(Revealed(self.certificate, sender))


def _opens(certificate: Certificate, fields: Opening, salt: str) -> bool:
    """Whether fields are those that were committed to, and hold nothing that was not hidden."""
    if certificate.privacy != SEALED and visible(fields, SEALED) != visible(fields, NAME_HIDDEN):
        return False
    return commitment_of(fields, certificate.privacy, salt) == certificate.commitment
