"""A public vote of 10,000 voters: ballots a second, and the close with every lot given back.

Ballots are operations applied to a ledger in memory: lots looked at, tonnes locked, owners counted
by the square root of what they locked. The close runs block by block as the machine runs hooks,
with invariants, at most 1,000 lots a block. The peer counts all ballots anew at the close, which is
what a tally without running sums would do in one block.
"""

import gc
import hashlib
import time
from math import isqrt

from _figure import IS_QUICK, Peer, middle, print_figure, print_row

from ctn.kernel.account import bech32
from ctn.kernel.codec import INT_MAX, encode
from ctn.kernel.ledger import TxFacts
from ctn.kernel.record import Record
from ctn.kernel.state import MemorySource, State
from ctn.machine import Machine
from ctn.modules.accounts.records import PERSON, Guard
from ctn.modules.governance.records import (
    NO_VOTES,
    OPEN,
    PUBLIC,
    Agenda,
    Ballot,
    Proposal,
    vote_account,
)
from ctn.modules.governance.vote import Lot, Vote
from ctn.modules.identity.records import LIVE, Attestation
from ctn.modules.registry.records import NO_COUNTS, Batch, Class, Project

VOTERS = 1_000 if IS_QUICK else 10_000
BLOCK = 2_000
RUNS = 3 if IS_QUICK else 5
TONNE = 1_000_000
NOW = 1_800_000_000_000
BATCH, PROJECT, DOCUMENT = "vcs-00001-2021-001", "vcs-00001", "ab" * 32
PLACE = f"{1:020d}"


def address(number: int) -> str:
    """The account of a number."""
    return bech32(hashlib.sha256(b"ctn/bench/voter/%d" % number).digest()[:20])


def genesis() -> dict[bytes, bytes]:
    """A batch, an open proposal, and voters of different owners who hold tonnes."""
    records: list[tuple[Record, str]] = [
        (Class("vcs", "credit", "VCS", "verra", 1, 0, 0, 0, 0, 0, "free", "active", ()), ""),
        (
            Project(
                PROJECT, "vcs", None, (), "Soil", "KE", "", None, None, ("vm0042",), "soil",
                "2020-01-01", "2040-12-31", 1, 0, (), DOCUMENT, "registered", 1, 1, None, None, 0,
                (),
            ),
            "",
        ),
        (
            Batch(
                BATCH, "vcs", PROJECT, 2021, "2021-01-01", "2021-12-31", "vm0042",
                "removal_nature", None, 10**7, NO_COUNTS, (), (), "live",
            ),
            "",
        ),
        (
            Proposal(
                1, PUBLIC, address(0), "A change", DOCUMENT, (), OPEN, NOW, 1, NOW + 10**6, (), (),
                NO_VOTES, NO_VOTES, NO_VOTES, 0, None, None, None,
            ),
            "",
        ),
    ]  # fmt: skip
    values: dict[bytes, bytes] = {}
    for number in range(VOTERS):
        account, place = address(number), f"{address(number)}/{0:020d}"
        word = Attestation(
            place, account, account, 2, PERSON, "CN", (f"{number:064x}",), (), DOCUMENT, 1,
            INT_MAX, LIVE, None,
        )  # fmt: skip
        records += [(Guard(False, (), (), 0, PERSON, INT_MAX), account), (word, place)]
        values[f"balance\0{account}/{BATCH}".encode()] = b"%d" % (1_000 * TONNE)
    for record, place in records:
        values[f"{record.table}\0{place or record.place()}".encode()] = encode(record)
    return values


class Chain:
    """A machine over values in memory; blocks are kept without root."""

    def __init__(self, values: dict[bytes, bytes]) -> None:
        self.machine = Machine(State(MemorySource(dict(values))), "ctn-bench")
        rows = [(key, b"", value) for key, value in values.items()]
        for _ in self.machine._warmed(rows):
            pass
        self.machine.load([], 0, NOW)
        self.ledger = self.machine.draft(NOW + 1)

    def vote(self, number: int) -> None:
        """One voter's ballot: two of three say yes."""
        op = Vote(1, "yes" if number % 3 else "no", (Lot(BATCH, 1 + number % 1_000),))
        facts = TxFacts(f"{number:064x}", 0, 0)
        self.ledger.begin(facts, "governance", type(op).writes, op.work)
        op.apply(self.ledger, address(number))
        self.ledger.end()
        self.ledger.leave()
        self.ledger.moves.clear()
        self.ledger.events.clear()

    def next_block(self, ahead: int = 1) -> None:
        """The draft becomes state, and the next one begins."""
        machine = self.machine
        source = machine.state.source
        assert isinstance(source, MemorySource)
        for key, record in self.ledger.records.items():
            source.write({key.encode(): None if record is None else encode(record)})
        machine.state.take(self.ledger.records, self.ledger.balances, {})
        machine.height, machine.time = machine.height + 1, machine.time + ahead
        self.ledger = machine.draft(machine.time + 1)


def ballots(chain: Chain) -> float:
    """Ballots a second."""
    start = time.perf_counter()
    for number in range(VOTERS):
        chain.vote(number)
        if number % BLOCK == BLOCK - 1:
            chain.next_block()
    return VOTERS / (time.perf_counter() - start)


def close(chain: Chain) -> list[float]:
    """How long the hooks of each block took, in ms, from the close to the last lot."""
    chain.next_block(10**6)
    times: list[float] = []
    while True:
        start = time.perf_counter()
        chain.machine._hooks.run(chain.ledger, "end_block", 0)
        times.append((time.perf_counter() - start) * 1_000)
        assert not chain.machine.alarms, chain.machine.alarms[0]
        if not chain.ledger.index(Agenda).locked:
            assert chain.ledger.balance(vote_account(1), BATCH) == 0
            return times
        chain.next_block()


def counted_anew(chain: Chain) -> float:
    """How long it takes to count all ballots at the close, in ms."""
    start = time.perf_counter()
    sums: dict[str, list[int]] = {"yes": [0, 0, 0], "no": [0, 0, 0]}
    after = ""
    while True:
        rows = chain.ledger.scan(Ballot, PLACE + "/", 1_000, after)
        for _place, ballot in rows:
            side = sums[ballot.choice]
            side[0] += 1
            side[1] += ballot.tonnes
            side[2] += isqrt(ballot.tonnes)
        if len(rows) < 1_000:
            break
        after = rows[-1][0]
    took = (time.perf_counter() - start) * 1_000
    proposal = chain.ledger.get(Proposal, PLACE)
    assert proposal is not None
    for side, name in ((proposal.yes, "yes"), (proposal.no, "no")):
        assert [side.owners, side.tonnes, side.weight] == sums[name]
    return took


def main() -> None:
    """Vote, count anew, close; the median of several runs."""
    values = genesis()
    rates, closing, blocks, anew = [], [], [], []
    for _ in range(RUNS):
        chain = Chain(values)
        gc.collect()
        rates.append(ballots(chain))
        chain.next_block()
        anew.append(counted_anew(chain))
        times = close(chain)
        closing.append(times[0])
        blocks.append(max(times))
    print_row("ballots", middle(rates), "a second")
    print_row("hooks of the closing block, tally and 999 lots", middle(closing), "ms")
    print_row("hooks of the slowest block of the close", middle(blocks), "ms")
    print_row("counting all ballots anew", middle(anew), "ms")
    print_figure(
        f"tally of {VOTERS} voters: slowest block of the close",
        middle(blocks),
        "ms",
        goal="< 100",
        peer=Peer("all ballots counted anew in one block", middle(anew)),
    )


if __name__ == "__main__":
    main()
