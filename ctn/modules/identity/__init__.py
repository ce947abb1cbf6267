"""Identity: who is attested, who holds which duty, whose accounts belong together."""

from ctn.kernel.invariant import Invariant
from ctn.kernel.record import Record
from ctn.modules.identity.records import Attestation, AttestorDay, Duty, Standing

RECORDS: tuple[type[Record], ...] = (Attestation, AttestorDay, Duty, Standing)
INVARIANTS: tuple[Invariant, ...] = ()
