"""What a guard says of an account, what loosens it, and what must wait for how long.

Pure: records and numbers in, answers out. Source: people.md 2.
"""

from ctn.modules.accounts.records import ENTERPRISE, INSTITUTION, Guard, Limit
from ctn.modules.accounts.waiting import GuardChange

GUARDIANS_MIN = 2


def is_attested(guard: Guard | None, time: int) -> bool:
    """Whether the account's attestation is live at a block time in ms (people.md 5.1)."""
    return guard is not None and guard.kind is not None and guard.verified_until > time


def is_lapsed(guard: Guard | None, time: int) -> bool:
    """Whether it was attested and may still leave: expired, not revoked for fraud or sanction.

    Whoever is barred from leaving keeps its kind, and with it its approvers, until time 0.
    """
    return guard is not None and guard.kind is not None and 0 < guard.verified_until <= time


def is_organisation(kind: str | None) -> bool:
    """Whether an attestation of this kind asks for a second approver, now and ever after."""
    return kind in (ENTERPRISE, INSTITUTION)


def needs_approvers(guard: Guard | None) -> bool:
    """Whether medium and high operations need a second distinct signer (people.md 2.1)."""
    return guard is not None and is_organisation(guard.kind)


def limit_of(guard: Guard | None, asset: str) -> int | None:
    """The most of an asset that may leave in a day, in its base units; None without limit."""
    for limit in guard.limits if guard is not None else ():
        if limit.asset == asset:
            return limit.per_day
    return None


def loosens(guard: Guard, change: GuardChange) -> bool:
    """Whether any part of a change weakens a guard, so that the whole of it waits (people.md 2.6).

    Weaker is: value may reach any address, a limit is higher or gone, guardians are others.
    """
    is_opened = guard.trusted_only and not change.trusted_only
    before = (sorted(guard.guardians), guard.guardian_threshold)
    has_others = before != (sorted(change.guardians), change.guardian_threshold)
    return is_opened or has_others or _raises_a_limit(guard.limits, change.limits)


def _raises_a_limit(before: tuple[Limit, ...], after: tuple[Limit, ...]) -> bool:
    kept = {limit.asset: limit.per_day for limit in after}
    return any(
        limit.asset not in kept or kept[limit.asset] > limit.per_day for limit in before
    )


def widens(before: tuple[str, ...] | None, after: tuple[str, ...] | None) -> bool:
    """Whether a signer limited to families `before` would count for more; None is for all."""
    if before is None:
        return False
    return after is None or any(family not in before for family in after)


def guard_fault(change: GuardChange, account: str) -> str | None:
    """The rule that a guard of an account breaks, or None (reliability.md 17, BadGuard)."""
    assets = {limit.asset: None for limit in change.limits}
    guardians = dict.fromkeys(change.guardians)
    count, threshold = len(change.guardians), change.guardian_threshold
    if len(assets) != len(change.limits):
        return "one limit for each asset"
    if len(guardians) != count:
        return "distinct guardians"
    if account in guardians:
        return "others as guardians"
    if count == 0:
        return None if threshold == 0 else "no threshold without guardians"
    if count < GUARDIANS_MIN:
        return "no guardian, or at least two"
    is_quorum = GUARDIANS_MIN <= threshold <= count and 2 * threshold > count
    return None if is_quorum else "a threshold of at least two and more than half"
