"""Identity: who is attested, who holds which duty, whose accounts belong together.

An attestor checks a person or organisation off chain and gives a word on it here: level, kind,
country, and blinded commitments of the beneficial owners. The five roles follow from that word and
from conduct; nobody sets them. Duties are given and taken by governance alone (white paper 2.1,
3.3; `people.md` 4, 5).
"""

from ctn.kernel.ledger import Ledger
from ctn.kernel.param import Param
from ctn.kernel.record import Record
from ctn.modules.identity.appoint import Appoint
from ctn.modules.identity.attest import Attest
from ctn.modules.identity.dismiss import Dismiss
from ctn.modules.identity.hooks import end_block
from ctn.modules.identity.invariants import INVARIANTS, recount_attestations
from ctn.modules.identity.records import (
    ATTEST_DAY_MAX,
    Attestation,
    AttestorDay,
    DailyValue,
    Duty,
    Standing,
)
from ctn.modules.identity.revoke_attestation import RevokeAttestation

Ops = Attest | RevokeAttestation | Appoint | Dismiss
RECORDS: tuple[type[Record], ...] = (Attestation, AttestorDay, DailyValue, Duty, Standing)
PARAMS: tuple[Param, ...] = (ATTEST_DAY_MAX,)

__all__ = ["INVARIANTS", "PARAMS", "RECORDS", "Ops", "end_block", "recount"]


def recount(ledger: Ledger, balances: dict[str, int]) -> None:
    """Every subject's attestation against its guard; raises Breach."""
    recount_attestations(ledger)
