"""What must hold of account protection (people.md 17.1, 17.2): nothing weakens before its time.

Each test sees what one draft changed, so it asks of a weaker account what allowed it: a change
that had waited and matured here, an account that never held anything, or the end of the account.
"""


from ctn.kernel.account import Account
from ctn.kernel.asset import split_balance_id
from ctn.kernel.invariant import Breach, Invariant, every
from ctn.kernel.ledger import Delta, Ledger
from ctn.kernel.record import Record
from ctn.modules.accounts.pending import COUNTER
from ctn.modules.accounts.records import (
    TRUSTED_MAX,
    FirstHeld,
    Guard,
    Hold,
    Outgoing,
    SignerLimit,
    Trusted,
)
from ctn.modules.accounts.rules import guard_fault, limit_of, loosens, widens
from ctn.modules.accounts.waiting import (
    PENDING_MAX,
    GuardChange,
    Lock,
    Pending,
    PendingCounter,
    RecoveryChange,
    SignerChange,
    TrustChange,
    UnlockChange,
    Waiting,
)


def loosening_waits(ledger: Ledger, delta: Delta) -> None:
    """No loosening acted before its time, nor under a lock (the unlock and a recovery apart)."""
    for key, (before, after) in delta.records.items():
        account = _account_of(key)
        kind = _loosened(before, after)
        if kind is None or not _had_held(ledger, delta, account):
            continue
        if kind is SignerChange and _is_replaced(delta, account):
            continue
        if not _matured(ledger, delta, account, kind):
            raise Breach(f"loosening-waits: {key!r} is weaker before its time")


def _loosened(before: Record | None, after: Record | None) -> type | None:
    """The kind of change that weakens a record so; None when it does not."""
    if isinstance(after, Guard):
        is_ending = after.kind is None and after.verified_until == 0
        weaker = isinstance(before, Guard) and not is_ending and loosens(before, _change(after))
        return GuardChange if weaker else None
    if isinstance(after, Trusted):
        return TrustChange if before is None else None
    if isinstance(before, Lock):
        return UnlockChange if after is None else None
    if isinstance(before, SignerLimit):
        families = after.families if isinstance(after, SignerLimit) else None
        return SignerChange if widens(before.families, families) else None
    return None


def _change(guard: Guard) -> GuardChange:
    return GuardChange(guard.trusted_only, guard.limits, guard.guardians, guard.guardian_threshold)


def _had_held(ledger: Ledger, delta: Delta, account: str) -> bool:
    """Whether the account held anything before this draft."""
    key = f"{FirstHeld.table}\0{account}"
    if key in delta.records:
        return delta.records[key][0] is not None
    return ledger.get(FirstHeld, account) is not None


def _is_replaced(delta: Delta, account: str) -> bool:
    """Whether the draft replaced the signers, with whom limits go."""
    before, after = delta.records.get(f"{Account.table}\0{account}", (None, None))
    if not isinstance(before, Account) or not isinstance(after, Account):
        return False
    return before.signers != after.signers or before.thresholds != after.thresholds


def _matured(ledger: Ledger, delta: Delta, account: str, kind: type) -> bool:
    """Whether a change of this kind had waited long enough, and is gone with this draft."""
    time = ledger.block.time
    prefix = f"{Pending.table}\0{account}/"
    for key, (before, after) in delta.records.items():
        if not key.startswith(prefix) or after is not None or not isinstance(before, Pending):
            continue
        is_due = before.effective <= time and before.requested < before.effective
        if isinstance(before.change, kind | RecoveryChange) and is_due:
            return kind in (UnlockChange, SignerChange) or not _is_locked(ledger, account)
    return False


def _is_locked(ledger: Ledger, account: str) -> bool:
    return account in ledger.index(Waiting).locked


def limits_hold(ledger: Ledger, delta: Delta) -> None:
    """What left an account in a day is within its limit, wherever more was counted."""
    for key, (before, after) in delta.records.items():
        if not isinstance(after, Outgoing):
            continue
        account, _, asset = key.partition("\0")[2].partition("/")
        limit = limit_of(ledger.get(Guard, account), asset)
        is_more = not isinstance(before, Outgoing) or after != before
        if is_more and limit is not None and after.amount > limit:
            raise Breach(f"outgoing-within-limit: {account} sent {after.amount} of {asset}")


def bounds_hold(ledger: Ledger, delta: Delta) -> None:
    """At most eight changes wait in an account, and every guard keeps its rules."""
    for key, (_before, after) in delta.records.items():
        account = _account_of(key)
        if isinstance(after, Guard):
            _check_guard(account, after)
        if isinstance(after, Pending):
            _check_pending(ledger, account)


def _account_of(key: str) -> str:
    return key.partition("\0")[2].partition("/")[0]


def _check_guard(account: str, guard: Guard) -> None:
    fault = guard_fault(_change(guard), account)
    if fault is not None:
        raise Breach(f"guard: {account} breaks {fault!r}")


def _check_pending(ledger: Ledger, account: str) -> None:
    waiting = ledger.index(Waiting).of(account)
    counter = ledger.get(PendingCounter, COUNTER)
    if len(waiting) > PENDING_MAX:
        raise Breach(f"pending: {len(waiting)} changes wait in {account}")
    if counter is None or any(one.number > counter.last for one in waiting):
        raise Breach(f"pending: a number of {account} was never given")
    is_recovering = any(isinstance(one.change, RecoveryChange) for one in waiting)
    if is_recovering and not _is_locked(ledger, account):
        raise Breach(f"pending: {account} is recovered without a lock")


def recount(ledger: Ledger, balances: dict[str, int]) -> None:
    """Every guard, every change that waits, every trusted list, every closed account."""
    for place, guard in every(ledger, Guard):
        _check_guard(place, guard)
    for account in sorted(ledger.index(Waiting).pending):
        _check_pending(ledger, account)
    trusted: dict[str, int] = {}
    for place, _record in every(ledger, Trusted):
        account = place.partition("/")[0]
        trusted[account] = trusted.get(account, 0) + 1
    for account, count in trusted.items():
        if count > TRUSTED_MAX:
            raise Breach(f"trusted: {account} trusts {count} addresses")
    _check_closed(ledger, balances)


def _check_closed(ledger: Ledger, balances: dict[str, int]) -> None:
    """A closed account holds nothing, waits for nothing, and nothing keeps it."""
    accounts = every(ledger, Account)
    closed = {place: None for place, account in accounts if account.closed is not None}
    for place, amount in balances.items():
        if amount and split_balance_id(place)[0] in closed:
            raise Breach(f"closed-is-empty: {place} is {amount}")
    for place, _hold in every(ledger, Hold):
        if place.partition("/")[0] in closed:
            raise Breach(f"closed-is-empty: {place} keeps a closed account")
    for account in ledger.index(Waiting).pending:
        if account in closed:
            raise Breach(f"closed-is-empty: something waits in {account}")


INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        "loosening-waits",
        (Guard.table, Trusted.table, Lock.table, SignerLimit.table),
        loosening_waits,
    ),
    Invariant("outgoing-within-limit", (Outgoing.table,), limits_hold),
    Invariant("guards-and-pending", (Guard.table, Pending.table), bounds_hold),
)
