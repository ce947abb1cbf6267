"""Upgrades by height: which version of the ledger this program is, and how it takes over.

The plan is a record, so every node reads the same one. The program of before commits the block
below its height and stops; this one runs the migration, a pure function of the state, as the first
thing of the block at that height, and drops the plan (engine.md 12).
"""

from collections.abc import Callable
from typing import Final

from ctn.kernel.ledger import Ledger
from ctn.kernel.upgrade import PLAN, Upgrade

APP_VERSION: Final = 1
# What each version changes in the state that it finds; one that changes nothing is not here.
MIGRATIONS: Final[dict[int, Callable[[Ledger], None]]] = {}


def take_over(ledger: Ledger) -> int | None:
    """Run the migration planned for this height; the version that rules from here, if another."""
    plan = ledger.get(Upgrade, PLAN)
    if plan is None or plan.height != ledger.block.height:
        return None
    migration = MIGRATIONS.get(plan.app_version)
    if migration is not None:
        migration(ledger)
    ledger.drop(Upgrade, PLAN)
    return plan.app_version
