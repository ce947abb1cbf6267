"""Signed transfers and orders through one and four validators under CometBFT.

The figure is transactions a second from the first one sent to the last one in a block, with all
nodes, and who sends, on this machine; latency is from sending one to seeing its block, at half of
that rate. The peer is CometBFT's kvstore with transactions of the same sizes under the same load,
in the same run.
"""

import http.client
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import msgspec
from _figure import IS_QUICK, Peer, middle, print_figure, print_row
from _network import (
    KVSTORE,
    Running,
    Use,
    chain_of,
    network,
    plain,
    signed,
    text_of,
    texts_of_block,
)

from ctn.node.cometbft import rpc

COUNT = {1: 8_000 if IS_QUICK else 40_000, 4: 4_000 if IS_QUICK else 16_000}
RUNS = 1 if IS_QUICK else 3
GOALS = {1: 8_000, 4: 2_000}
# Of a transfer with one validator, application and CometBFT together.
CPU_MS_MAX, DISK_BYTES_MAX, MEMORY_MIB_MAX = 0.3, 2_500, 500
BATCH = 10  # calls in one request, CometBFT's own limit
CONNECTIONS = 8
HALF_SECONDS = 10
FULL_SECONDS = 0.05
# CometBFT drops without a word what comes when 10,000 wait; those of the block that runs wait too.
ON_THE_WAY = 4_800
STUCK_SECONDS = 60


class Run(NamedTuple):
    """What one load showed: rate, latencies in s in order, use per transaction."""

    rate: float
    latencies: list[float]
    cpu_ms: float
    disk_bytes: float
    memory_mib: float


class Load:
    """Sends transactions over several connections, and sees in which block each one stands.

    Nobody waits for a check: a call that did would measure its latency and not the rate. What a
    check refuses is in no block, and the run says so.
    """

    def __init__(self, running: Running, txs: list[bytes], rate: float | None) -> None:
        self.running = running
        self.texts = [text_of(tx) for tx in txs]
        self.gap = None if rate is None else BATCH / rate
        self.sent: dict[str, float] = {}
        self.seen: dict[str, float] = {}
        self.last = 0.0

    def run(self, *, latencies: bool) -> Run:
        """Send all and wait for the last one."""
        before = self.running.use()
        watching = threading.Thread(target=self._watch, args=(max(self.running.heights()) + 1,))
        start = time.perf_counter()
        watching.start()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(self._send_share, range(CONNECTIONS)))
        watching.join()
        return self._figures(start, before, latencies=latencies)

    def _figures(self, start: float, before: Use, *, latencies: bool) -> Run:
        after, count = self.running.use(), len(self.texts)
        waits = sorted(self.seen[text] - self.sent[text] for text in self.texts)
        return Run(
            count / (self.last - start),
            waits if latencies else [],
            (after.cpu - before.cpu) * 1000 / count,
            (after.disk - before.disk) / count,
            after.memory / 2**20,
        )

    def _send_share(self, number: int) -> None:
        """The batches of one connection; an account's transactions stay on one, in order."""
        batches = [self.texts[at : at + BATCH] for at in range(0, len(self.texts), BATCH)]
        address = self.running.rpcs[number % len(self.running.rpcs)]
        connection = http.client.HTTPConnection(address, timeout=60)
        start = time.perf_counter()
        for place in range(number, len(batches), CONNECTIONS):
            if self.gap is not None:
                time.sleep(max(0.0, start + self.gap * place - time.perf_counter()))
            self._send_batch(connection, batches[place])
        connection.close()

    def _send_batch(self, connection: http.client.HTTPConnection, batch: list[str]) -> None:
        while len(self.sent) - len(self.seen) > ON_THE_WAY:
            time.sleep(FULL_SECONDS)
        waiting = batch
        while waiting:
            now = time.perf_counter()
            for text in waiting:
                self.sent.setdefault(text, now)
            calls = [
                {"jsonrpc": "2.0", "id": number, "method": "broadcast_tx_async",
                 "params": {"tx": text}}
                for number, text in enumerate(waiting)
            ]  # fmt: skip
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/", msgspec.json.encode(calls), headers)
            answers = msgspec.json.decode(connection.getresponse().read())
            rows = answers if isinstance(answers, list) else [answers]
            full = [row["id"] for row in rows if "error" in row]
            waiting = [waiting[number] for number in full]
            if waiting:
                time.sleep(FULL_SECONDS)

    def _watch(self, height: int) -> None:
        """Note when each block is seen, until all transactions stand in one."""
        address = self.running.rpcs[0]
        end = time.monotonic() + STUCK_SECONDS
        while len(self.seen) < len(self.texts):
            if rpc.sync_of(address).height < height:
                assert time.monotonic() < end, f"{len(self.seen)} of {len(self.texts)} in a block"
                time.sleep(0.02)
                continue
            now = time.perf_counter()
            for text in texts_of_block(address, height):
                if text not in self.seen:
                    self.seen[text] = now
                    self.last, end = now, time.monotonic() + STUCK_SECONDS
            height += 1


def percentile(values: list[float], percent: int) -> float:
    """The value below which so many percent lie."""
    return values[min(len(values) - 1, len(values) * percent // 100)]


def measure(kind: str, validators: int, sizes: list[int]) -> Run:
    """The median run of a kind at full load, with the latencies of one at half of it."""
    runs: list[Run] = []
    for number in range(RUNS):
        with network(kind, validators) as running:
            count = COUNT[validators]
            if kind == KVSTORE:
                txs = plain([sizes[at % len(sizes)] for at in range(count * 2)])
            else:
                txs = signed(kind, chain_of(running), count * 2)
                sizes[:] = [len(tx) for tx in txs[:1_000]]
            full = Load(running, txs[:count], None).run(latencies=False)
            waits: list[float] = []
            if number == 0:
                few = txs[count : count + min(count, int(full.rate / 2 * HALF_SECONDS))]
                waits = Load(running, few, full.rate / 2).run(latencies=True).latencies
            runs.append(full._replace(latencies=waits))
    rate = middle([run.rate for run in runs])
    print_run(f"{kind}, {validators} validators", runs)
    return runs[0]._replace(rate=rate)


def print_run(name: str, runs: list[Run]) -> None:
    """Rate, latencies and use."""
    first = runs[0]
    print_row(f"{name}: in blocks", middle([run.rate for run in runs]), "tx/s")
    print_row("  worst run", min(run.rate for run in runs), "tx/s")
    for percent in (50, 90, 99):
        wait = percentile(first.latencies, percent)
        print_row(f"  p{percent} to its block, half load", wait * 1000, "ms")
    print_row("  CPU, all nodes", first.cpu_ms, "ms/tx")
    print_row("  disk, all nodes", first.disk_bytes, "bytes/tx")
    print_row("  memory, all nodes", first.memory_mib, "MiB")


def print_use(kind: str, ours: Run, theirs: Run) -> None:
    """What one validator takes for a transaction, beside what the kvstore takes."""
    rows = (
        ("cpu", "ms/tx", CPU_MS_MAX, ours.cpu_ms, theirs.cpu_ms),
        ("disk", "bytes/tx", DISK_BYTES_MAX, ours.disk_bytes, theirs.disk_bytes),
        ("memory", "MiB", MEMORY_MIB_MAX, ours.memory_mib, theirs.memory_mib),
    )
    for name, unit, most, figure, other in rows:
        peer = Peer("CometBFT's kvstore, transactions of the same sizes, same load", other)
        goal = f"under {most:,} {unit}"
        print_figure(f"network-{kind}-1-{name}", figure, unit, goal=goal, peer=peer)


def main() -> None:
    """Both sets of validators; the last line is that of transfers with one."""
    figures: list[tuple[str, Run, Run, int]] = []
    for validators in (4, 1):
        sizes: list[int] = []
        orders = measure("orders", validators, sizes)
        kv_orders = measure(KVSTORE, validators, sizes)
        transfers = measure("transfers", validators, sizes)
        kv_transfers = measure(KVSTORE, validators, sizes)
        figures.append(("orders", orders, kv_orders, validators))
        figures.append(("transfers", transfers, kv_transfers, validators))
    for kind, ours, theirs, validators in figures:
        wait = percentile(ours.latencies, 99) * 1000
        goal = f"{GOALS[validators]:,}/s; ratio 0.6; p99 {wait:.0f} ms of 2,000 at half load"
        peer = Peer("CometBFT's kvstore, transactions of the same sizes, same load", theirs.rate)
        if validators == 1:
            print_use(kind, ours, theirs)
        print_figure(f"network-{kind}-{validators}", ours.rate, "tx/s", goal=goal, peer=peer)


if __name__ == "__main__":
    main()
