"""The read model: events folded a second, by a rebuild and live, over a busy market.

The blocks are made beforehand and kept as the frames of the feed, so what is timed is all that the
read model does with them: decode, fold, and one SQL transaction a block (live, each synced) or a
thousand (rebuild). A transaction is an order; most of them trade.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from _chain import Key, genesis, key
from _figure import IS_QUICK, middle, print_figure, print_row

from ctn.genesis import genesis_machine, genesis_values
from ctn.kernel.block import Header, block_hash
from ctn.kernel.codec import INT_MAX, encode, to_base64
from ctn.kernel.genesis import Genesis
from ctn.kernel.state import MemorySource, State
from ctn.kernel.tx import Body, Fee, Signature, Tx, pack
from ctn.machine import Machine, Outcome
from ctn.modules.accounts.records import PERSON
from ctn.modules.assets.records import FREE, Asset, Calendar
from ctn.modules.identity.records import LIVE, Attestation
from ctn.modules.market.create_instrument import CreateInstrument
from ctn.modules.market.days import first_state
from ctn.modules.market.place_order import PlaceOrder
from ctn.modules.market.presets import CCER, offered
from ctn.modules.market.records import Session
from ctn.views.build import build, head_of, table_hashes
from ctn.views.feed import Feed
from ctn.views.fold import Block, Fold, genesis_link
from ctn.views.rows import Rows
from ctn.views.shelf import FileShelf

TRADERS = 2_000
BLOCK = 200
BLOCKS = 50 if IS_QUICK else 250
RUNS = 3
NAME, BATCH = "ccer24-cny", "ccer-00001-2024-001"
TONNE = 1_000_000
REF = 600_000
START = 1_800_000_000_000
NOBODY = "00" * 32


class Chain(NamedTuple):
    """What the read model is given: genesis, frames of the feed, and how much they tell."""

    genesis: Genesis
    frames: list[bytes]
    transactions: int
    events: int


def founded(people: list[Key]) -> Genesis:
    """Traders with money and tonnes, and one instrument that trades around the clock."""
    plain = genesis(people, b"m" * 32)
    named = {"id": NAME, "asset": BATCH, "quote": "cny", "calendar": "always", "ref": REF}
    terms = offered(CCER) | {"modes": ["book"], "sessions": (Session("book", 0, 1_440),)} | named
    terms |= {"t_plus": 0, "halt_bp": 0, "halts_max": 0, "halt_s": 0}
    made = msgspec.convert(msgspec.to_builtins(terms), CreateInstrument)
    instrument = made.terms().replace(status="active")
    calendar = Calendar("always", 0, 127, (), ())
    state = first_state(instrument, calendar, START - 1)
    records = list(plain.records)
    for record in (Asset(BATCH, FREE), calendar, instrument, state):
        records.append((record.table, record.place(), msgspec.to_builtins(record)))
    for number, person in enumerate(people):
        place = f"{person.address}/{0:020d}"
        word = Attestation(
            place, person.address, person.address, 2, PERSON, "CN", (f"{number:064x}",), (),
            "00" * 32, 1, INT_MAX, LIVE, None,
        )  # fmt: skip
        records.append((word.table, place, msgspec.to_builtins(word)))
    each = 10_000 * TONNE
    records.append(("balance", f"issued:{BATCH}/{BATCH}", -each * len(people)))
    records += [("balance", f"{person.address}/{BATCH}", each) for person in people]
    return msgspec.structs.replace(plain, time=START - 1, records=records)


def orders(
    machine: Machine, people: list[Key], blocks: int, each: int
) -> Iterator[list[Tx]]:
    """Blocks of orders at prices around the reference, without signatures."""
    chance = random.Random(20_231_115)
    sequences: dict[int, int] = {}
    for _ in range(blocks):
        block: list[Tx] = []
        for _ in range(each):
            number = chance.randrange(len(people))
            op = PlaceOrder(
                NAME, chance.choice(("buy", "sell")), "limit", TONNE * chance.randrange(1, 6),
                REF + 100 * chance.randrange(-20, 21), None, None, "gtc", None, False, None,
                "cancel_taker", 20, None, None,
            )  # fmt: skip
            person, sequence = people[number], sequences.get(number, 0)
            sequences[number] = sequence + 1
            body = Body(machine.chain, person.address, sequence, 4_000_000, Fee(400, None), "",
                        (op,))  # fmt: skip
            envelope = pack(encode(body), [Signature(1, person.public, bytes(64))])
            block.append(machine.read(envelope))
        yield block


def made(traders: int, blocks: int, each: int) -> Chain:
    """A market under way, as frames: blocks of so many orders each."""
    people = [key(number) for number in range(traders)]
    start = founded(people)
    machine = genesis_machine(start, State(MemorySource(genesis_values(start))))
    source = machine.state.source
    assert isinstance(source, MemorySource)
    frames: list[bytes] = []
    events = transactions = 0
    previous = genesis_link(encode(start))
    for txs in orders(machine, people, blocks, each):
        outcome = machine.apply_block(machine.arrange(txs), machine.time + 400, leave_out=True)
        source.write({item.key: item.value for item in outcome.changes})
        machine.committed(outcome)
        assert not machine.alarms, machine.alarms[0]
        header = header_of(machine, outcome, previous)
        previous = block_hash(encode(header)).hex()
        frames.append(frame_of(header, outcome))
        transactions += len(outcome.included)
        events += sum(data.count(b'"event":"') for data in outcome.receipts)
    return Chain(start, frames, transactions, events)


def header_of(machine: Machine, outcome: Outcome, previous: str) -> Header:
    """The header of a block, without its trees."""
    return Header(
        1, machine.chain, outcome.height, outcome.time, previous, NOBODY,
        len(outcome.included), NOBODY, NOBODY, outcome.root.hex(),
    )  # fmt: skip


def frame_of(header: Header, outcome: Outcome) -> bytes:
    """A block as the engine's door sends it."""
    changes: list[Any] = []
    for item in outcome.changes:
        table, _, place = item.key.decode().partition("\0")
        changes.append((table, place, None if item.value is None else msgspec.Raw(item.value)))
    return encode({
        "header": header, "seal": NOBODY * 2, "changes": changes,
        "envelopes": [to_base64(tx.envelope) for tx in outcome.included],
        "receipts": [msgspec.Raw(data) for data in outcome.receipts],
    })  # fmt: skip


class Frames(Feed):
    """The feed of a chain whose frames are in memory."""

    def __init__(self, chain: Chain) -> None:
        super().__init__(Path(), lambda: False)
        self.chain = chain

    def genesis(self) -> tuple[Genesis, str]:
        """The genesis and its hash."""
        return self.chain.genesis, genesis_link(encode(self.chain.genesis))

    def keep_from(self) -> int:
        """All of it."""
        return 0

    def first(self) -> int:
        """The first block, after genesis."""
        return self.chain.genesis.initial_height

    def height(self) -> int:
        """The last block."""
        return len(self.chain.frames)

    def follow(self, height: int) -> Iterator[list[Block]]:
        """Each block, decoded as from the door."""
        for frame in self.chain.frames[height - 1 :]:
            yield [msgspec.json.decode(frame, type=Block)]


def nobody(_done: int, _of: int) -> None:
    """Tell nobody how far it is."""


def rebuilt(shelf: FileShelf, chain: Chain, edition: str) -> float:
    """Seconds of a rebuild from genesis until the file is durable."""
    start = time.perf_counter()
    build(shelf, edition, Frames(chain), until=None, told=nobody)
    return time.perf_counter() - start


def live(shelf: FileShelf, chain: Chain, edition: str) -> list[float]:
    """Seconds of each block in a transaction of its own, synced."""
    build(shelf, edition, Frames(chain), until=0, told=nobody)
    connection = shelf.writing(edition)
    fold = Fold(Rows(connection), head_of(connection))
    seconds: list[float] = []
    for frame in chain.frames:
        start = time.perf_counter()
        shelf.begin(connection)
        fold.block(msgspec.json.decode(frame, type=Block))
        fold.flush()
        connection.commit()
        seconds.append(time.perf_counter() - start)
    connection.close()
    return seconds


def main() -> None:
    """Rebuild and live in turn; both must give equal tables."""
    chain = made(TRADERS, BLOCKS, BLOCK)
    print_row("transactions, each an order", chain.transactions, "tx")
    print_row("events", chain.events, "events")
    rebuilds: list[float] = []
    lives: list[float] = []
    slowest: list[float] = []
    with tempfile.TemporaryDirectory(prefix="ctn-bench-") as folder:
        shelf = FileShelf(Path(folder))
        for _ in range(RUNS):
            rebuilds.append(chain.events / rebuilt(shelf, chain, "1"))
            seconds = live(shelf, chain, "2")
            lives.append(chain.events / sum(seconds))
            slowest.append(max(seconds) * 1_000)
        found = [table_hashes(shelf.reading(edition, lambda: False)) for edition in "12"]
        assert found[0] == found[1], "rebuilt is not live"
        size = shelf.path("1").stat().st_size
    print_row("live, a block of 200 orders a commit", middle(lives), "events/s")
    print_row("live, the slowest block", middle(slowest), "ms")
    print_row("file, bytes an event", size / chain.events, "bytes")
    print_row("rebuild, transactions", middle(rebuilds) * chain.transactions / chain.events, "tx/s")
    goal = ">= 20000 rebuild, >= 5000 live"
    print_figure("views", middle(rebuilds), "events/s", goal=goal)


if __name__ == "__main__":
    main()
