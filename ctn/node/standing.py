"""Which numbers of other registries stand for serials here, by the map that bridging keeps.

The map is an index in memory, so it is read on the writer's thread, between blocks.
"""

from itertools import islice
from typing import Any

import msgspec

from ctn.machine import Machine
from ctn.modules.registry.external import standing_for

ROWS_MAX = 1_000


def rows(machine: Machine, batch: str, start: int, *, end: int) -> dict[str, Any]:
    """The `External` records that stand for some of serials start..end, at most 1,000 of them."""
    ledger = machine.draft(machine.time + 1)
    found = islice(standing_for(ledger, batch, start, end=end), ROWS_MAX)
    items = [msgspec.to_builtins(known) for known in found]
    return {"height": machine.height, "time": machine.time, "items": items}
