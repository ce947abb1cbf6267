"""What a guard says of an account: whether it is attested now, was once, or needs two signers."""

from ctn.modules.accounts.records import ENTERPRISE, INSTITUTION, Guard


def is_attested(guard: Guard | None, time: int) -> bool:
    """Whether the account's attestation is live at a block time in ms (people.md 5.1)."""
    return guard is not None and guard.kind is not None and guard.verified_until > time


def is_lapsed(guard: Guard | None, time: int) -> bool:
    """Whether it was attested and may still leave: expired, not revoked for fraud or sanction."""
    return guard is not None and guard.kind is not None and guard.verified_until <= time


def needs_approvers(guard: Guard | None) -> bool:
    """Whether medium and high operations need a second distinct signer (people.md 2.1)."""
    return guard is not None and guard.kind in (ENTERPRISE, INSTITUTION)
