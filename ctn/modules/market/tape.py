"""The tape is kept 40 days; its oldest pieces are dropped, at most 50 a block."""

from collections.abc import Iterator

from ctn.kernel.block import Item
from ctn.kernel.ledger import Ledger
from ctn.modules.market.records import (
    COUNTERS,
    TAPE_DROPS_MAX,
    TAPE_LIFE_MS,
    TAPE_SHIFT,
    Counters,
    Tape,
)


def old_tape(ledger: Ledger) -> Iterator[Item]:
    """One item when the oldest piece of the tape has had its time."""
    counters = ledger.get(Counters, COUNTERS)
    if counters is not None and is_old(ledger, counters, counters.tape):
        yield Item(ledger.block.time, "tape", "", drop_tape)


def drop_tape(ledger: Ledger) -> None:
    """Drop the pieces whose last trade is 40 days old, oldest first."""
    counters = ledger.get(Counters, COUNTERS)
    assert counters is not None
    number = counters.tape
    while number - counters.tape < TAPE_DROPS_MAX and is_old(ledger, counters, number):
        ledger.drop(Tape, f"{number:020d}")
        number += 1
    ledger.put(Counters(counters.next, counters.trade, number), COUNTERS)


def is_old(ledger: Ledger, counters: Counters, number: int) -> bool:
    """Whether a piece is full, so that no trade will join it, and its last trade 40 days old."""
    if number >= counters.trade >> TAPE_SHIFT:
        return False
    tape = ledger.get(Tape, f"{number:020d}")
    assert tape is not None
    return tape.trades[-1].time + TAPE_LIFE_MS <= ledger.block.time
