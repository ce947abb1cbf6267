"""An invariant is what holds of every change; a breach is a bug, and its draft is dropped.

Each names the record tables it watches, and sees only drafts that touched one of them. The two
below watch every draft: no balance below zero (I11), and double entry (I12), of `reliability.md`.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

from ctn.kernel.asset import split_balance_id
from ctn.kernel.codec import INT_MAX
from ctn.kernel.ledger import SCAN_MAX, Delta, Ledger, Mark, delta_since
from ctn.kernel.record import Record

R = TypeVar("R", bound=Record)


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


class Watch:
    """Holds a draft to double entry, and to every invariant that watches what it touched."""

    def __init__(self, invariants: Iterable[Invariant]) -> None:
        self._by_table: dict[str, list[Invariant]] = {}
        for invariant in invariants:
            for table in invariant.tables:
                self._by_table.setdefault(table, []).append(invariant)

    def check(self, ledger: Ledger, start: Mark) -> None:
        """Raise Breach where something does not hold of what changed since a mark."""
        delta = delta_since(ledger, start)
        check_balances(delta)
        for invariant in self._watching(delta):
            invariant.holds(ledger, delta)

    def _watching(self, delta: Delta) -> list[Invariant]:
        found: dict[str, Invariant] = {}
        for key in delta.records:
            for invariant in self._by_table.get(key.partition("\0")[0], ()):
                found[invariant.name] = invariant
        for invariant in self._by_table.get("balance", ()) if delta.balances else ():
            found[invariant.name] = invariant
        for place in delta.balances:
            kind = place.partition(":")[0]
            for invariant in self._by_table.get("balance:" + kind, ()):
                found[invariant.name] = invariant
        return list(found.values())


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


def every(ledger: Ledger, kind: type[R], prefix: str = "") -> Iterator[tuple[str, R]]:
    """All records of a type whose ids begin so, with their ids, read by pages; for recounts."""
    after = ""
    while True:
        page = ledger.scan(kind, prefix, SCAN_MAX, after)
        yield from page
        if len(page) < SCAN_MAX:
            return
        after = page[-1][0]
