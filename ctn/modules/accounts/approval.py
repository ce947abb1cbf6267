"""Whose signatures count for which operations, and how many are enough (people.md 2.1, 2.3)."""

from collections.abc import Iterable
from typing import NamedTuple

from ctn.kernel.account import Signer, Threshold
from ctn.kernel.op import Op

Limited = dict[str, tuple[str, ...]]


APPROVERS_LEAST = 2


class Approval(NamedTuple):
    """The weight and number of signers that count; what limited signers withhold, and why."""

    weight: int
    signers: int
    withheld: int
    barred: str


def approvers_of(least: int, unlimited: int) -> int:
    """How many distinct signers an organisation needs, of those that are not limited.

    `least` is the parameter. Where it was raised above what an account has, all of them approve,
    two at least: else nobody could ever add the next one.
    """
    return min(least, max(APPROVERS_LEAST, unlimited))


def approval_of(
    signed: Iterable[Signer],
    limited: Limited | None,
    ops: tuple[Op, ...],
    *,
    stops_recovery: bool = False,
) -> Approval:
    """What the signatures of an account's signers amount to for these operations.

    `limited` has the families of each limited signer, by `<scheme>-<key>`. What stops a recovery is
    nothing that any one signer may send, so a limit binds it.
    """
    weight, count, withheld = 0, 0, 0
    barred = ""
    for signer in signed:
        family = ""
        if limited:
            family = barred_family(limited, signer, ops, stops_recovery=stops_recovery)
        if family:
            barred, withheld = family, withheld + signer.weight
        else:
            weight, count = weight + signer.weight, count + 1
    return Approval(weight, count, withheld, barred)


def barred_family(
    limited: Limited, signer: Signer, ops: tuple[Op, ...], *, stops_recovery: bool = False
) -> str:
    """The family of the first op for which a limited signer does not count; "" when for all.

    What any one signer may send protects the account, so no limit binds it.
    """
    families = limited.get(f"{signer.scheme}-{signer.key}")
    for op in ops if families is not None else ():
        is_free = op.threshold is Threshold.ANY and not stops_recovery
        if not is_free and op.family not in (families or ()):
            return op.family
    return ""
