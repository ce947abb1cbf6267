"""The public feed of a book: per block one frame of what changed, and a checksum (market.md 13)."""

from collections.abc import Sequence
from zlib import crc32

Row = tuple[int, int]
CHECKSUM_LEVELS = 25


def checksum(bids: Sequence[Row], asks: Sequence[Row]) -> int:
    """CRC-32 (zlib) of the best 25 levels of both sides, (price, grams shown), best first.

    The text is `B` and the bids as `price:qty` joined by `;`, then `A` and the asks (market.md 13).
    """
    return crc32(("B" + _joined(bids) + "A" + _joined(asks)).encode("ascii"))


def changed_rows(before: Sequence[Row], after: Sequence[Row]) -> list[Row]:
    """The levels of a side that differ, by price upwards, with what is shown now; 0 is gone."""
    old, new = dict(before), dict(after)
    gone = [(price, 0) for price in old if price not in new]
    return sorted([(price, qty) for price, qty in new.items() if old.get(price) != qty] + gone)


def applied_rows(before: Sequence[Row], changes: Sequence[Row], *, is_bid: bool) -> list[Row]:
    """A side after the changes of a frame, best price first; what a subscriber computes."""
    kept = dict(before)
    for price, qty in changes:
        if qty:
            kept[price] = qty
        else:
            kept.pop(price, None)
    return sorted(kept.items(), reverse=is_bid)


def _joined(rows: Sequence[Row]) -> str:
    return ";".join([f"{price}:{qty}" for price, qty in rows[:CHECKSUM_LEVELS]])
