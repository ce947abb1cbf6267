"""What must hold of freezes: the flag that others read says what is live, no more and no less."""

from ctn.kernel.invariant import Breach, Invariant
from ctn.kernel.ledger import SCAN_MAX, Delta, Ledger
from ctn.modules.accounts.freezes import FreezeFlag
from ctn.modules.compliance.records import ComplianceFreeze


def holds_flags(ledger: Ledger, delta: Delta) -> None:
    """Each freeze that changed stands on the flag of its subject while it lives, and only then."""
    for key, (before, after) in delta.records.items():
        if key.startswith(FreezeFlag.table + "\0"):
            for record in (before, after):
                if isinstance(record, FreezeFlag):
                    _check_flag(ledger, record.place())
        if isinstance(after, ComplianceFreeze):
            _check_freeze(ledger, after)


def recount_flags(ledger: Ledger) -> None:
    """The same of every freeze and of every flag."""
    for kind in (ComplianceFreeze, FreezeFlag):
        after = ""
        while True:
            rows = ledger.scan(kind, "", SCAN_MAX, after)
            for place, record in rows:
                if isinstance(record, ComplianceFreeze):
                    _check_freeze(ledger, record)
                else:
                    _check_flag(ledger, place)
            if len(rows) < SCAN_MAX:
                break
            after = rows[-1][0]


def _check_freeze(ledger: Ledger, freeze: ComplianceFreeze) -> None:
    flag = ledger.get(FreezeFlag, f"{freeze.scope}/{freeze.subject}")
    is_flagged = flag is not None and freeze.id in flag.freezes
    if is_flagged != (freeze.ended is None):
        raise Breach(f"I6 frozen-stays: {freeze.id} is not flagged as it is live")


def _check_flag(ledger: Ledger, place: str) -> None:
    flag = ledger.get(FreezeFlag, place)
    if flag is None:
        return
    found = [ledger.get(ComplianceFreeze, freeze) for freeze in flag.freezes]
    live = [freeze for freeze in found if freeze is not None and freeze.ended is None]
    allows = all(freeze.allow_retire for freeze in live)
    if len(live) != len(flag.freezes) or allows != flag.allow_retire:
        raise Breach(f"I6 frozen-stays: the flag {place} says more than its freezes")


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("frozen-flags", (ComplianceFreeze.table, FreezeFlag.table), holds_flags),
)
