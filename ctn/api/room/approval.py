"""How far the signatures of a body reach, by what the ledger holds of its account now."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from ctn.api.link import Link
from ctn.kernel.account import Account, Signer, Threshold
from ctn.kernel.op import Op
from ctn.kernel.record import numbered
from ctn.kernel.tx import Signature
from ctn.modules.accounts.approval import Approval, Limited, approval_of, approvers_of
from ctn.modules.accounts.cancel_pending import CancelPending
from ctn.modules.accounts.records import ENTERPRISE_MIN_APPROVERS, Guard
from ctn.modules.accounts.rules import needs_approvers

RECOVERY = "accounts.recover"


class Signing(NamedTuple):
    """Who signs for an account, what each counts for, and how many an organisation needs."""

    account: Account
    limited: Limited
    approvers: int
    height: int

    @property
    def keys(self) -> tuple[str, ...]:
        """Scheme and key of each signer, as the room names them."""
        return tuple([f"{each.scheme}-{each.key}" for each in self.account.signers])

    def signer_of(self, signature: Signature) -> Signer | None:
        """The account's signer that a signature is of; None for a key that is none of them."""
        text = signature.key.hex()
        for signer in self.account.signers:
            if (signer.scheme, signer.key) == (signature.scheme, text):
                return signer
        return None

    def approval(
        self, signatures: Sequence[Signature], ops: tuple[Op, ...], need: "Need"
    ) -> Approval:
        """What signatures amount to; those of former signers count for nothing."""
        found = [self.signer_of(signature) for signature in signatures]
        signers = [one for one in found if one is not None]
        return approval_of(signers, self.limited, ops, stops_recovery=need.stops_recovery)

    def enough(
        self, signatures: tuple[Signature, ...], ops: tuple[Op, ...], need: "Need"
    ) -> tuple[Signature, ...]:
        """The first signatures that suffice together; all of them while they do not.

        Those of former signers are left out, for with them the ledger refuses it all.
        """
        present = tuple([one for one in signatures if self.signer_of(one) is not None])
        for count in range(1, len(present)):
            if need.is_met(self.approval(present[:count], ops, need)):
                return present[:count]
        return present or signatures


class Need(NamedTuple):
    """What a body needs: weight, and distinct signers that count."""

    weight: int
    approvers: int
    stops_recovery: bool

    def is_met(self, approval: Approval) -> bool:
        """Whether signatures suffice."""
        return approval.weight >= self.weight and approval.signers >= self.approvers


async def signing_of(link: Link, address: str) -> Signing | None:
    """Who signs for an address now; None before it has an account."""
    record, guard, approvers, limits = await asyncio.gather(
        link.call("state", table="account", place=address),
        link.call("state", table="guard", place=address),
        link.call("state", table="param", place=ENTERPRISE_MIN_APPROVERS.name),
        link.call("records", table="signer_limit", prefix=f"{address}/", after="", limit=64),
    )
    if record["value"] is None:
        return None
    account = msgspec.convert(record["value"], Account)
    kept = None if guard["value"] is None else msgspec.convert(guard["value"], Guard)
    stated = approvers["value"]
    least = ENTERPRISE_MIN_APPROVERS.default if stated is None else stated
    limited = {
        place.partition("/")[2]: tuple(limit["families"]) for place, limit in limits["items"]
    }
    need = approvers_of(least, len(account.signers) - len(limited))
    return Signing(account, limited, need if needs_approvers(kept) else 1, record["height"])


async def need_of(link: Link, signing: Signing, sender: str, ops: tuple[Op, ...]) -> Need:
    """What the ledger will ask of a body (engine.md 4.2, check 11)."""
    threshold = Threshold(max([op.threshold.value for op in ops]))
    stops = False
    for op in ops:
        if isinstance(op, CancelPending) and await _is_recovery(link, sender, op.number):
            stops, threshold = True, Threshold.HIGH
    approvers = signing.approvers if threshold.value >= Threshold.MEDIUM.value else 1
    return Need(signing.account.thresholds.weight(threshold), approvers, stops)


async def _is_recovery(link: Link, sender: str, number: int) -> bool:
    place = numbered(sender, number)
    found: Any = (await link.call("state", table="pending", place=place))["value"]
    return found is not None and found["change"]["op"] == RECOVERY
