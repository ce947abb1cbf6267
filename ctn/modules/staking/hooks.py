"""What staking does by itself: votes and faults told by consensus, epochs, retired slashes.

Each is work of its own draft. Under one block maker consensus tells nothing, and epochs still
weigh and share, so that a chain can go on under either engine.
"""

from collections.abc import Iterator
from functools import partial

from ctn.kernel.block import Clock, Item
from ctn.kernel.ledger import Ledger
from ctn.modules.staking import rules
from ctn.modules.staking.epoch import epoch_items
from ctn.modules.staking.faults import (
    consensus_address,
    count_votes,
    fault_of,
    punish,
)
from ctn.modules.staking.power import put_powers, sent_powers
from ctn.modules.staking.reads import epoch_of, is_first_of_epoch
from ctn.modules.staking.records import EPOCH_MS, TOMBSTONED, ConsensusAddress, Stakes, Validator
from ctn.modules.staking.retiring import retiring_items
from ctn.modules.staking.slashing import is_known

LARGE_PARTS, LARGE_MIN = 3, 4  # a third of all power, among four or more
WARN_PARTS, WARN_MIN = 4, 5


def begin_block(ledger: Ledger) -> Iterator[Item]:
    """Founders, votes, faults, then the epoch, then what waits to be retired."""
    time, told = ledger.block.time, ledger.block.consensus
    if told.founders:
        yield Item(time, "founders", "", put_founders)
    if told.votes:
        yield Item(time, "votes", "", partial(count_votes, votes=told.votes))
    for fault in map(fault_of, told.evidence):
        if not is_known(ledger, fault):
            yield Item(time, fault.id, "", partial(punish, fault=fault))
    if is_first_of_epoch(ledger):
        yield from epoch_items(ledger, epoch_of(ledger, time))
    yield from retiring_items(ledger)


def next_due(ledger: Ledger) -> int | None:
    """When the next epoch begins, where anyone has a stake in it; now, while slashes wait."""
    for item in retiring_items(ledger):
        return item.due
    stakes = ledger.index(Stakes)
    clock = ledger.get(Clock, "clock")
    if clock is None or not (stakes.validators or stakes.powers):
        return None
    return rules.epoch_start(epoch_of(ledger, clock.time) + 1, ledger.param(EPOCH_MS))


def put_founders(ledger: Ledger) -> None:
    """Let the set that the genesis of consensus named be the one in force."""
    founders = dict(ledger.block.consensus.founders)
    operators = ledger.index(Stakes).operators
    put_powers(ledger, founders)
    for pubkey in sorted(founders):
        address = consensus_address(pubkey)
        ledger.put(ConsensusAddress(address, pubkey, operators.get(pubkey, "")))


def block_alarms(ledger: Ledger) -> Iterator[str]:
    """I28, told where a block changed the set: no one near a third of all power."""
    if not _is_set_changed(ledger):
        return
    powers = sent_powers(ledger)
    if not powers:
        return
    count, total = len(powers), sum(powers.values())
    key = max(powers, key=lambda name: (powers[name], name))
    largest = powers[key]
    if count >= LARGE_MIN and LARGE_PARTS * largest >= total:
        yield f"I28 no-third: {key} has {largest} of {total}"
    elif count >= WARN_MIN and WARN_PARTS * largest >= total:
        yield f"I28 no-third: {key} has {largest} of {total}, above a quarter"
    validator = ledger.get(Validator, ledger.index(Stakes).operators.get(key, ""))
    if count == 1 and validator is not None and validator.status == TOMBSTONED:
        yield f"{validator.operator} is barred and the last of the set"


def _is_set_changed(ledger: Ledger) -> bool:
    stakes = ledger.index(Stakes)
    places = [f"powers\0{pubkey}" for pubkey in stakes.powers]
    places += [f"validator\0{operator}" for operator in stakes.validators]
    return any(place in ledger.records for place in places)
