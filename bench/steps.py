"""Where the time of a transfer goes: microseconds a transaction, step by step, on one thread.

The steps are those of the engine (read, check, arrange, run, root, commit), in its order, with a
clock around each. Signatures are timed apart: in a node they run in processes of their own.
"""

import gc
import time
from collections.abc import Callable
from typing import TypeVar

from _chain import genesis, home, keys, opened, transfers
from _figure import IS_QUICK, print_figure, print_row

from ctn.kernel.changes import changes_of
from ctn.kernel.codec import encode
from ctn.kernel.tx import Tx
from ctn.machine import Outcome
from ctn.modules.accounts import admission
from ctn.node.maker import Maker
from ctn.node.verifiers import first_bad

MAKER = b"m" * 32
ACCOUNTS = 20_000 if IS_QUICK else 100_000
TRANSFERS = 20_000 if IS_QUICK else 60_000
BLOCK = 5_000

T = TypeVar("T")


class Steps:
    """Seconds by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def timed(self, name: str, work: Callable[[], T]) -> T:
        """Do a step and count its time."""
        start = time.perf_counter()
        done = work()
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
        return done


def one_block(maker: Maker, txs: list[Tx], steps: Steps) -> None:
    """Check, make and commit a block, step by step, as `Maker` does."""
    machine = maker.machine
    steps.timed("check and pool", lambda: [maker.admit(tx) for tx in txs])
    chosen = steps.timed("select and arrange", lambda: machine.arrange(maker.pool.select()))
    ledger = machine.draft(machine.time + 1)
    admitted = steps.timed(
        "admit", lambda: [(tx, admission.admit(ledger, tx)) for tx in chosen]
    )
    ledger.moves.clear()
    receipts = steps.timed(
        "operation, invariants, receipt",
        lambda: [machine._run(ledger, tx, found, at) for at, (tx, found) in enumerate(admitted)],
    )
    encoded = steps.timed("encode receipts", lambda: [encode(receipt) for receipt in receipts])
    machine._close(ledger, [], encoded)
    changes = steps.timed("encode and hash records", lambda: changes_of(ledger))
    tree = [item.change for item in changes]
    root = steps.timed("state root", lambda: machine.commitment.update(tree))
    outcome = Outcome(
        ledger.block.height, ledger.block.time, root, encoded, chosen, [], changes, ledger
    )
    block = steps.timed("header roots and seal", lambda: maker._seal(outcome))
    head = steps.timed("commit", lambda: maker.store.commit(outcome, block, 1))
    machine.committed(outcome)
    maker._previous = head.block
    steps.timed("clean the pool", lambda: maker._clean_pool(outcome))


def main() -> None:
    """All steps of a run of full blocks."""
    gc.set_threshold(100_000, 50, 100)
    steps = Steps()
    founded = genesis(keys(ACCOUNTS), MAKER)
    with home(founded, MAKER) as place, opened(place) as found:
        maker = Maker(found)
        envelopes = transfers(found.chain, ACCOUNTS, TRANSFERS)
        some = envelopes[:5_000]
        steps.timed("signature", lambda: [first_bad(envelope) for envelope in some])
        signature = steps.seconds.pop("signature") / len(some) * 1e6
        txs = steps.timed("read", lambda: [maker.machine.read(item) for item in envelopes])
        for at in range(0, len(txs), BLOCK):
            one_block(maker, txs[at : at + BLOCK], steps)
        assert maker.machine.height == -(-len(txs) // BLOCK)
    for name, seconds in steps.seconds.items():
        print_row(name, seconds / TRANSFERS * 1e6, "us")
    print_row("signature, in another process", signature, "us")
    total = sum(steps.seconds.values()) / TRANSFERS * 1e6
    print_figure("steps", total, "us a transfer, one thread", goal="none")


if __name__ == "__main__":
    main()
