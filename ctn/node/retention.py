"""How much of the past a node keeps: whatever someone may still have to be shown."""

from ctn.kernel.block import DAY_MS
from ctn.machine import Outcome
from ctn.node.home import Opened
from ctn.node.stops import BadConfig
from ctn.node.store import Store
from ctn.node.stored import Keeping

# Evidence of a fault may come for 20 days, and a bond is held for 21 (engine.md 12, 17).
AGE_MS = 21 * DAY_MS
AT_ONCE = 100


def keeping(opened: Opened, outcome: Outcome, *, undo: bool, snapshot: int | None) -> Keeping:
    """What the commit of a block keeps; `snapshot` is the height of the oldest one held, if any."""
    if opened.is_archive:
        return Keeping(undo, history=True)
    return Keeping(undo, blocks_from=_first_kept(opened, outcome, snapshot))


def require_whole(store: Store, first: int) -> None:
    """Raise BadConfig where blocks from the chain's `first` one on are not kept."""
    founding = store.founding()
    assert founding is not None
    base = store.base(founding)
    if base.height >= first:
        raise BadConfig(f"this node keeps no blocks up to {base.height}: ask an archive")


def _first_kept(opened: Opened, outcome: Outcome, snapshot: int | None) -> int:
    """The first block that stays, 0 when none goes; at most 100 go at once.

    The last `retain_blocks` stay, every block younger than 21 days, and what follows a snapshot.
    """
    retained = opened.config.store.retain_blocks
    if not retained:
        return 0
    first = opened.store.base(opened.founding).height + 1
    # The new block is not readable yet, so the one before it stays too.
    most = min(outcome.height - max(retained, 2) + 1, first + AT_ONCE)
    if snapshot is not None:
        most = min(most, snapshot)
    kept = first
    while kept < most and _is_old(opened, kept, outcome.time):
        kept += 1
    return kept if kept > first else 0


def _is_old(opened: Opened, height: int, now: int) -> bool:
    block = opened.store.block(height)
    return block is not None and block.header.time <= now - AGE_MS
