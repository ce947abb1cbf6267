"""The block in which an epoch ends: 200 operators with 1,000 bonds, milliseconds.

Every bond is weighed and every power moves towards its target; beside it an empty block
with the votes of 100 validators, as each height of a network has.
"""

import time
from typing import Any

import msgspec
from _chain import keys
from _figure import IS_QUICK, Peer, middle, print_figure, print_row

from ctn.client.founding import Member, class_records, founding
from ctn.client.founding_stake import Staked, stake_batch, with_stake
from ctn.genesis import genesis_machine, genesis_values
from ctn.kernel.genesis import Genesis
from ctn.kernel.ledger import Consensus, LastVote
from ctn.kernel.state import MemorySource, State
from ctn.machine import Machine
from ctn.modules.accounts.records import ENTERPRISE
from ctn.modules.staking.faults import consensus_address
from ctn.modules.staking.power import sent_powers

OPERATORS, BATCHES, BONDS_T = 200, 5, 1_000
EPOCHS = 3 if IS_QUICK else 15
BLOCKS = 20 if IS_QUICK else 100
DAY = 86_400_000


def main() -> None:
    """Epochs in a row, with some blocks in each."""
    machine = opened(bonds(first_stake()))
    epochs, blocks = [], []
    for number in range(EPOCHS):
        epochs.append(run(machine, DAY))
        blocks += [run(machine, 1_000) for _ in range(BLOCKS if number else 0)]
    rows = {"epoch, 1,000 bonds": epochs[1:], "block with 100 votes": blocks}
    for name, values in rows.items():
        print_row(name + ", median", middle(values) * 1_000, "ms")
        print_row(name + ", worst", max(values) * 1_000, "ms")
    peer = Peer("block with 100 votes", middle(blocks) * 1_000)
    figure = middle(epochs[1:]) * 1_000
    print_figure("epoch", figure, "ms", goal="below a block time, 1,000", peer=peer)


def first_stake() -> Genesis:
    """Operators with one lot each, of different sizes."""
    people = keys(OPERATORS)
    made = founding(
        "ctn-bench", time=1_790_000_000_000, maker="", profile="dev", authorities=[],
        people=[Member(one.address, ENTERPRISE) for one in people],
        money={one.address: 10_000 for one in people}, records=class_records(),
    )  # fmt: skip
    stake = [
        Staked(one.address, one.public.hex(), "node", BONDS_T + number)
        for number, one in enumerate(people)
    ]
    return with_stake(msgspec.structs.replace(made, maker=None), stake)


def bonds(genesis: Genesis) -> Genesis:
    """The same with lots of four more batches like the first."""
    first = stake_batch(genesis)
    rows: list[tuple[str, str, Any]] = list(genesis.records)
    for number in range(2, BATCHES + 1):
        batch = f"{first[:-3]}{number:03d}"
        for table, place, value in genesis.records:
            if table in ("batch", "asset", "interval", "bond", "balance") and first in place:
                rows.append((table, place.replace(first, batch), renamed(value, first, batch)))
    rows.sort(key=lambda row: row[:2])
    return msgspec.structs.replace(genesis, records=rows)


def renamed(value: Any, first: str, batch: str) -> Any:
    """A record of one batch as that of another."""
    if isinstance(value, int):
        return value
    return msgspec.json.decode(msgspec.json.encode(value).replace(first.encode(), batch.encode()))


def opened(genesis: Genesis) -> Machine:
    """The machine over its genesis in memory."""
    return genesis_machine(genesis, State(MemorySource(genesis_values(genesis))))


def run(machine: Machine, after: int) -> float:
    """The seconds of one block, so many ms after the last."""
    powers = sent_powers(machine.draft(machine.time + 1))
    votes = tuple(LastVote(consensus_address(key), power, True) for key, power in powers.items())
    start = time.perf_counter()
    outcome = machine.apply_block(
        [], machine.time + after, leave_out=False, consensus=Consensus(votes)
    )
    machine.committed(outcome)
    taken = time.perf_counter() - start
    source = machine.state.source
    assert isinstance(source, MemorySource)
    source.write({item.key: item.value for item in outcome.changes})
    assert not machine.alarms, machine.alarms[0]
    return taken


if __name__ == "__main__":
    main()
