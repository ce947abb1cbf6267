"""An invariant is what holds of every change; a breach is a bug, and its draft is dropped.

Each names the record tables it watches, and sees only drafts that touched one of them. The two
below watch every draft: no balance below zero (I11), and double entry (I12), of `reliability.md`.
"""

from collections.abc import Callable
from typing import NamedTuple

from ctn.kernel.asset import split_balance_id
from ctn.kernel.codec import INT_MAX
from ctn.kernel.ledger import Delta, Ledger


class Breach(AssertionError):
    """An invariant does not hold of a change."""


class Breached(NamedTuple):
    """A scope in which an invariant of the whole block does not hold, and why."""

    scope: str
    reason: str


class Invariant(NamedTuple):
    """A name, the tables that it watches, and a test that raises Breach."""

    name: str
    tables: tuple[str, ...]
    holds: Callable[[Ledger, Delta], None]


def check_balances(delta: Delta) -> None:
    """I11 and I12: only a contra account is below zero, and moves explain every changed balance.

    A move takes from one account what it gives to another, so what moves explain sums to zero.
    """
    totals: dict[str, int] = {}
    for asset, source, target, amount in delta.moves:
        taken, given = source + "/" + asset, target + "/" + asset
        totals[taken] = totals.get(taken, 0) - amount
        totals[given] = totals.get(given, 0) + amount
    for place, (before, after) in delta.balances.items():
        if after - before != totals.pop(place, 0):
            raise Breach(f"I12 double-entry: moves do not explain {place}")
        if not 0 <= after <= INT_MAX and not _is_contra(place, after):
            raise Breach(f"I11 no-negative: {place} is {after}")
    if totals and any(totals.values()):
        raise Breach("I12 double-entry: a move changed no balance")


def _is_contra(place: str, amount: int) -> bool:
    account, asset = split_balance_id(place)
    return account == "issued:" + asset and -INT_MAX <= amount <= 0


def recount_balances(balances: dict[str, int]) -> None:
    """I11 and I12 over all balances: signs, and the zero sum of every asset."""
    sums: dict[str, int] = {}
    for place, amount in balances.items():
        account, asset = split_balance_id(place)
        sums[asset] = sums.get(asset, 0) + amount
        if amount < 0 and account != "issued:" + asset:
            raise Breach(f"I11 no-negative: {place} is {amount}")
        if account == "issued:" + asset and amount > 0:
            raise Breach(f"I11 no-negative: contra {place} is {amount}")
    for asset, total in sums.items():
        if total != 0:
            raise Breach(f"I12 double-entry: balances of {asset} sum to {total}")
