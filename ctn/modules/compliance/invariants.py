"""What must hold of freezes: the flag says what is live, and nothing leaves what is frozen."""

from ctn.kernel.invariant import Breach, Invariant, every
from ctn.kernel.ledger import Delta, Ledger
from ctn.kernel.record import event_name
from ctn.modules.accounts.freezes import ACCOUNT, FreezeFlag, flag_of
from ctn.modules.compliance.force_move import ForceMoved
from ctn.modules.compliance.records import ComplianceFreeze, Freezings

FORCED = event_name(ForceMoved)
GOVERNING = ("vote:", "escrow:bond-governance-")  # no freeze stops who governs


def holds_flags(ledger: Ledger, delta: Delta) -> None:
    """Each freeze that changed stands on the flag of its subject while it lives, and only then."""
    for key, (before, after) in delta.records.items():
        if key.startswith(FreezeFlag.table + "\0"):
            for record in (before, after):
                if isinstance(record, FreezeFlag):
                    _check_flag(ledger, record.place())
        if isinstance(after, ComplianceFreeze):
            _check_freeze(ledger, after)


def keeps_frozen(ledger: Ledger, delta: Delta) -> None:
    """I6: nothing leaves a frozen account but what its freeze, a vote or the council lets out."""
    live = ledger.index(Freezings).live
    if not live:
        return
    taken: dict[tuple[str, str], int] = {}
    for asset, source, target, amount in delta.moves:
        if (ACCOUNT, source) not in live or _is_new(delta, source):
            continue
        if not _is_let_out(ledger, source, target):
            taken[source, asset] = taken.get((source, asset), 0) + amount
    for event in ledger.events if taken else ():
        if event["event"] == FORCED and (event["source"], event["asset"]) in taken:
            taken[event["source"], event["asset"]] -= event["amount"]
    for (account, asset), amount in taken.items():
        if amount > 0:
            raise Breach(f"I6 frozen-stays: {amount} of {asset} left the frozen {account}")


def _is_let_out(ledger: Ledger, account: str, target: str) -> bool:
    if target.startswith(GOVERNING):
        return True
    flag = flag_of(ledger, ACCOUNT, account)
    return flag is not None and flag.allow_retire and target.startswith("retired:")


def _is_new(delta: Delta, account: str) -> bool:
    """Whether the account was frozen by this very draft."""
    before, _after = delta.records.get(f"{FreezeFlag.table}\0{ACCOUNT}/{account}", (True, True))
    return before is None


def recount_flags(ledger: Ledger) -> None:
    """The same of every freeze and of every flag."""
    for _place, freeze in every(ledger, ComplianceFreeze):
        _check_freeze(ledger, freeze)
    for place, _flag in every(ledger, FreezeFlag):
        _check_flag(ledger, place)


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
    Invariant("frozen-stays", ("balance",), keeps_frozen),
)
