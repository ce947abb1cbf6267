"""What must hold of attestations: one live word a subject, and a guard that repeats it."""

from ctn.kernel.invariant import Breach, Invariant, every
from ctn.kernel.ledger import Delta, Ledger
from ctn.modules.accounts.records import Guard
from ctn.modules.accounts.rules import is_attested
from ctn.modules.accounts.waiting import Waiting
from ctn.modules.identity.records import LIVE, Attestation, Owners

TABLES = (Attestation.table, Guard.table)


def holds_attestations(ledger: Ledger, delta: Delta) -> None:
    """Each subject whose attestation or guard changed is attested once, and guarded as attested."""
    subjects: dict[str, None] = {}
    for key in delta.records:
        table, _, place = key.partition("\0")
        if table in TABLES:
            subjects[place.partition("/")[0]] = None
    for subject in subjects:
        _check_subject(ledger, subject)


def recount_attestations(ledger: Ledger) -> None:
    """The same of every subject and of every guard."""
    subjects = dict.fromkeys(ledger.index(Owners).attestations)
    subjects.update(dict.fromkeys([place for place, _guard in every(ledger, Guard)]))
    for subject in subjects:
        _check_subject(ledger, subject)


def _check_subject(ledger: Ledger, subject: str) -> None:
    mine = ledger.index(Owners).attestations.get(subject, {})
    live = [attestation for attestation in mine.values() if attestation.status == LIVE]
    if len(live) > 1:
        raise Breach(f"one-live-attestation: {subject} has {len(live)}")
    guard = ledger.get(Guard, subject)
    if subject in ledger.index(Waiting).closings:
        # Its guard fell with the account; its attestation ends with the block.
        live = []
    if not live:
        if is_attested(guard, ledger.block.time):
            raise Breach(f"guard-as-attested: {subject} is guarded without attestation")
    elif guard is None or (guard.kind, guard.verified_until) != (live[0].kind, live[0].expires):
        raise Breach(f"guard-as-attested: {subject} is guarded unlike its attestation")


INVARIANTS: tuple[Invariant, ...] = (Invariant("attestations", TABLES, holds_attestations),)
