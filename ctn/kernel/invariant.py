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


class Invariant(NamedTuple):
    """A name, the tables that it watches, and a test that raises Breach."""

    name: str
    tables: tuple[str, ...]
    holds: Callable[[Ledger, Delta], None]


def check_balances(delta: Delta) -> None:
    """I11 and I12: only a contra account is below zero, and per asset the changes sum to zero."""
    if len(delta.balances) == 0:
        return
    sums: dict[str, int] = {}
    for place, (before, after) in delta.balances.items():
        asset = place.partition("/")[2]
        sums[asset] = sums.get(asset, 0) + after - before
        if after < 0 and place != "issued:" + asset + "/" + asset:
            raise Breach(f"I11 no-negative: {place} is {after}")
        if after > INT_MAX or after < -INT_MAX:
            raise Breach(f"I11 no-negative: {place} is out of range")
    for asset, total in sums.items():
        if total != 0:
            raise Breach(f"I12 double-entry: changes of {asset} sum to {total}")


def check_moves(delta: Delta) -> None:
    """I12: the moves of a draft explain every changed balance."""
    totals: dict[str, int] = {}
    for asset, source, target, amount in delta.moves:
        totals[source + "/" + asset] = totals.get(source + "/" + asset, 0) - amount
        totals[target + "/" + asset] = totals.get(target + "/" + asset, 0) + amount
    for place, (before, after) in delta.balances.items():
        if after - before != totals.pop(place, 0):
            raise Breach(f"I12 double-entry: moves do not explain {place}")
    if any(totals.values()):
        raise Breach("I12 double-entry: a move changed no balance")


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
