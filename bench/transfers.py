"""Signed transfers through the embedded engine: durable, with root and receipts.

The figure is transfers a second from the first envelope handed in to the last block committed,
with signatures checked by worker processes and one LMDB commit a block. The peer verifies the
same signatures on all cores and does nothing else: the share of what signatures alone allow.
"""

import gc
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor

from _chain import CHUNK, genesis, home, keys, opened, transfers
from _figure import IS_QUICK, Peer, middle, print_figure, print_row

from ctn.node.embedded import Engine
from ctn.node.home import Home
from ctn.node.maker import Made, Maker
from ctn.node.verifiers import Verifiers, first_bad

MAKER = b"m" * 32
RUNS = 1 if IS_QUICK else 5
TRANSFERS = 30_000 if IS_QUICK else 60_000
SIZES = (100_000,) if IS_QUICK else (100_000, 1_000_000)


def verify_chunk(envelopes: list[bytes]) -> int:
    """Check the signatures of a chunk; how many there were."""
    assert all(first_bad(envelope) is None for envelope in envelopes)
    return len(envelopes)


def verified_alone(envelopes: list[bytes]) -> float:
    """Signatures a second on all cores, and nothing else."""
    chunks = [envelopes[at : at + CHUNK] for at in range(0, len(envelopes), CHUNK)]
    with ProcessPoolExecutor(multiprocessing.cpu_count()) as pool:
        list(pool.map(verify_chunk, chunks[:4]))
        start = time.perf_counter()
        done = sum(pool.map(verify_chunk, chunks))
        return done / (time.perf_counter() - start)


def run_engine(place: Home, envelopes: list[bytes]) -> tuple[float, float]:
    """Transfers a second through the engine, and the longest block in ms."""
    with opened(place) as found:
        verifiers = Verifiers()
        engine = Engine(Maker(found), verifiers)
        committed: list[int] = []
        refused: list[object] = []
        longest = 0.0
        engine.listeners.append(lambda made: _count(made, committed))
        gc.set_threshold(100_000, 50, 100)  # as the engine's own thread sets it
        try:
            verifiers.send(envelopes[:1])
            while not verifiers.ready(0.1):
                pass
            for envelope in envelopes:
                engine.submit(envelope, lambda _tx, error: refused.append(error) if error else None)
            start = time.perf_counter()
            while sum(committed) < len(envelopes) and not refused:
                before, made = time.perf_counter(), len(committed)
                engine.step()
                if len(committed) > made:
                    longest = max(longest, time.perf_counter() - before)
            seconds = time.perf_counter() - start
        finally:
            verifiers.close()
        assert not refused, refused[0]
        return len(envelopes) / seconds, longest * 1000


def _count(made: Made, committed: list[int]) -> None:
    committed.append(made.block.header.count)


def measure(accounts: int) -> tuple[float, float]:
    """The median of the runs at a number of accounts, and the peer's in the same run."""
    print(f"{accounts:,} accounts, {TRANSFERS:,} transfers, {RUNS} runs", flush=True)
    founded = genesis(keys(accounts), MAKER)
    rates: list[float] = []
    peers: list[float] = []
    for _ in range(RUNS):
        with home(founded, MAKER) as place:
            with opened(place) as found:
                chain = found.chain
            envelopes = transfers(chain, accounts, TRANSFERS)
            peers.append(verified_alone(envelopes))
            rate, longest = run_engine(place, envelopes)
            rates.append(rate)
            print_row("transfers committed", rate, "tx/s")
            print_row("signatures alone, all cores", peers[-1], "/s")
            print_row("longest round with a block", longest, "ms")
            gc.collect()
    print_row("worst run", min(rates), "tx/s")
    return middle(rates), middle(peers)


def main() -> None:
    """Measure each size; the last line is that of 100,000 accounts."""
    figures = {accounts: measure(accounts) for accounts in SIZES}
    for accounts, (rate, alone) in reversed(figures.items()):
        name = f"transfers-{accounts // 1000}k"
        goal = "12,000/s; ratio 0.3"
        peer = Peer("the same signatures verified on all cores, nothing else", alone)
        print_figure(name, rate, "tx/s", goal=goal, peer=peer)


if __name__ == "__main__":
    main()
