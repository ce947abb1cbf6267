"""Compliance: what an authority may stop, and what is seized of it.

A regulator freezes an account, a pool or a bridge alone, a member of the council for 72 hours,
and the freeze acts in its block. The reason is public, nobody can freeze the council's or a
regulator's own account but the council, and lifting is slow. What stands frozen may be moved only
by the council, on the regulator's request (`reliability.md` 6, 17).
"""

from collections.abc import Iterator

from ctn.kernel.block import Item
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import Event, Record
from ctn.modules.compliance import freezes
from ctn.modules.compliance.force_move import ForceMove
from ctn.modules.compliance.freeze import Freeze
from ctn.modules.compliance.freezes import Unfrozen
from ctn.modules.compliance.invariants import INVARIANTS, recount_flags
from ctn.modules.compliance.records import ComplianceFreeze
from ctn.modules.compliance.unfreeze import Unfreeze

__all__ = ["HOOK_EVENTS", "INVARIANTS", "RECORDS", "Ops", "end_block", "next_due", "recount"]

Ops = Freeze | Unfreeze | ForceMove
RECORDS: tuple[type[Record], ...] = (ComplianceFreeze,)
HOOK_EVENTS: tuple[type[Event], ...] = (Unfrozen,)


def end_block(ledger: Ledger) -> Iterator[Item]:
    """End the freezes whose time has come."""
    yield from freezes.due_items(ledger)


def next_due(ledger: Ledger) -> int | None:
    """The block time in ms at which the next freeze ends."""
    return freezes.earliest(ledger)


def recount(ledger: Ledger, _balances: dict[str, int]) -> None:
    """Every freeze against its flag; raises Breach."""
    recount_flags(ledger)
