"""What was slashed is retired for nobody, lowest serials first, as soon as its batch is free."""

from collections.abc import Iterator
from functools import partial

import msgspec

from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.block import Item, is_stuck
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import numbered
from ctn.modules.registry.intervals import CUSTODY, INTERVALS_MAX, Interval, Intervals
from ctn.modules.registry.mutators import retire_for
from ctn.modules.registry.reads import find_batch, is_tradable
from ctn.modules.registry.records import PUBLIC
from ctn.modules.registry.retirement import Lot, Retirement, check_retirement
from ctn.modules.staking.records import Evidence, SlashedLot, Stakes, slashed

FOR_NOBODY = Retirement(
    None, "", "voluntary", None, "slashed stake", "CN", None, None, PUBLIC, None, None
)


def retiring_items(ledger: Ledger) -> Iterator[Item]:
    """The first lot that can be retired now: one a block, so at most 256 intervals change."""
    stakes = ledger.index(Stakes)
    for evidence in sorted(stakes.retiring):
        for lot in stakes.retiring[evidence].lots:
            identity = f"retire:{evidence}:{lot.batch}"
            if _is_free(ledger, lot) and not is_stuck(ledger, "staking", identity):
                run = partial(_retire, identity=evidence, batch=lot.batch)
                yield Item(ledger.block.time, identity, lot.batch, run)
                return


def _is_free(ledger: Ledger, lot: SlashedLot) -> bool:
    return lot.retired < lot.tonnes and is_tradable(ledger, lot.batch)


def _retire(ledger: Ledger, *, identity: str, batch: str) -> None:
    evidence = ledger.get(Evidence, identity)
    assert evidence is not None
    (lot,) = [one for one in evidence.lots if one.batch == batch]
    tonnes = _possible_t(ledger, batch, lot.tonnes - lot.retired)
    grams = tonnes * GRAMS_PER_TONNE
    check_retirement(FOR_NOBODY)
    taken = Lot(find_batch(ledger, batch), grams, slashed(identity), "nobody:" + identity)
    retire_for(ledger, taken, FOR_NOBODY)
    after = msgspec.structs.replace(lot, retired=lot.retired + tonnes)
    lots = tuple([after if one.batch == batch else one for one in evidence.lots])
    ledger.put(evidence.replace(lots=lots))


def _possible_t(ledger: Ledger, batch: str, wanted: int) -> int:
    """How many tonnes, at most, the 256 lowest intervals in custody hold."""
    starts = ledger.index(Intervals).of_status[(batch, CUSTODY)]
    found = 0
    for number, start in enumerate(starts.above(0)):
        if number == INTERVALS_MAX or found >= wanted:
            break
        interval = ledger.get(Interval, numbered(batch, start))
        assert interval is not None
        found += interval.tonnes
    return min(found, wanted)
