"""Chains on disk for tests of the node: a home with named people who can send money."""

import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ctn.crypto import ed25519
from ctn.kernel.codec import encode
from ctn.kernel.genesis import Genesis, chain_name
from ctn.kernel.op import Op
from ctn.kernel.refusal import Refusal
from ctn.kernel.tx import Body, Fee, Tx, pack
from ctn.modules.assets.transfer import Transfer
from ctn.node.config import Config, EngineTable, PoolTable, StoreTable
from ctn.node.embedded import Engine
from ctn.node.home import Home, Opened
from ctn.node.maker import Made, Maker
from ctn.node.store import Store
from ctn.node.verifiers import Verifiers
from tests.worlds import START, Person, World

MAKER_SEED = hashlib.sha256(b"tests/maker").digest()
MAKER_KEY = ed25519.public_key(MAKER_SEED).hex()
PEOPLE = ("alice", "bob", "carol", "dora")
FEE = 100
FAR = 1_000_000


def address(name: str) -> str:
    """The address of a named person."""
    return Person(name).address


def world_genesis(world: World, height: int = 1) -> Genesis:
    """The genesis that a world would begin with, made by the tests' block maker."""
    records = [(table, place, value) for (table, place), value in world._records.items()]
    records += [("balance", place, value) for place, value in world._balances.items()]
    records.sort(key=lambda row: (row[0], row[1]))
    return Genesis("ctn-node", START - 1, height, 1, MAKER_KEY, world.params, records, None, {})


def people_genesis(*names: str, cny: int = 1_000, height: int = 1) -> Genesis:
    """A genesis of attested people with so many whole CNY each."""
    world = World()
    for name in names or PEOPLE:
        world.person(name, cny)
    return world_genesis(world, height)


def settings(**changes: int) -> Config:
    """A configuration of little space: `interval`, `heartbeat`, `size`, `bytes`, `min_free`."""
    return Config(
        engine=EngineTable(changes.get("interval", 200), changes.get("heartbeat", 60)),
        pool=PoolTable(changes.get("size", 50_000), changes.get("bytes", 64 << 20)),
        store=StoreTable(map_gib=1, ballast_mib=0, min_free_mib=changes.get("min_free", 0)),
    )


def new_home(folder: Path, genesis: Genesis | None = None, **changes: int) -> Home:
    """A home of its own for a new chain."""
    home = Home(folder)
    home.create(genesis or people_genesis(), MAKER_SEED, settings(**changes))
    return home


class Sender:
    """A person who counts the sequence of what they sign."""

    def __init__(self, name: str, chain: str, sequence: int = 0) -> None:
        self.person = Person(name)
        self.address = self.person.address
        self.chain = chain
        self.sequence = sequence

    def sign(self, *ops: Op, **changes: Any) -> bytes:
        """The envelope of the next sequence, unless `sequence`, `expires` or another is stated."""
        if "sequence" not in changes:
            changes["sequence"] = self.sequence
            self.sequence += 1
        fee = Fee(changes.get("fee", FEE), changes.get("payer"))
        expires = changes.get("expires", FAR)
        chain = changes.get("chain", self.chain)
        memo = changes.get("memo", "")
        body = encode(Body(chain, self.address, changes["sequence"], expires, fee, memo, ops))
        return pack(body, [self.person.sign(body)])

    def pay(self, to: str, amount: int = 1, **changes: Any) -> bytes:
        """The envelope of a transfer of money to a named person."""
        return self.sign(Transfer("cny", amount, address(to)), **changes)


class Bench:
    """An opened home with its block maker, driven block by block."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.opened = Opened(home)
        self.maker = Maker(self.opened)
        self.store = self.opened.store
        self.machine = self.opened.machine

    def sender(self, name: str) -> Sender:
        """A sender of this chain, at the sequence that the state expects."""
        found = self.store.value(f"account\0{address(name)}".encode())
        sequence = 0 if found is None else json.loads(found)["sequence"]
        return Sender(name, self.opened.chain, sequence)

    def admit(self, *envelopes: bytes) -> list[Tx]:
        """Let envelopes wait in the pool."""
        txs = [self.machine.read(envelope) for envelope in envelopes]
        for tx in txs:
            self.maker.admit(tx)
        return txs

    def make_of(self, *txs: Tx) -> Made:
        """A block of these alone, as if what else waits had come too late for it."""
        pool = self.maker.pool
        pool.select = lambda: list(txs)  # type: ignore[method-assign]
        try:
            return self.maker.make(self.machine.time + 1)
        finally:
            del pool.select

    def close(self) -> None:
        """Let go of the home."""
        self.opened.close()


def blocks_of(home: Home, count: int, per_block: int = 2) -> None:
    """Fill a home with blocks of transfers among its people."""
    bench = Bench(home)
    senders = [bench.sender(name) for name in PEOPLE]
    for number in range(count):
        for place in range(per_block):
            sender = senders[(number + place) % len(senders)]
            bench.admit(sender.pay(PEOPLE[(number + place + 1) % len(senders)], 1 + place))
        bench.maker.make(START + 1_000 * (bench.machine.height + 1))
    bench.close()


def chain_of(home: Home) -> str:
    """The name of a home's chain."""
    return chain_name(home.read_genesis())


def damage(store: Store, database: str, key: bytes, bit: int = -1) -> None:
    """Flip one bit of a stored value, as a failing disk would."""
    handle = store._databases[database]
    with store._environment.begin(write=True) as writing:
        data = bytearray(writing.get(key, db=handle) or b"")
        at = bit % (8 * len(data))
        data[at >> 3] ^= 1 << (at & 7)
        writing.put(key, bytes(data), db=handle)
    store._renew()


def remove(store: Store, database: str, key: bytes) -> None:
    """Lose one row, as a failing disk would."""
    with store._environment.begin(write=True) as writing:
        assert writing.delete(key, db=store._databases[database])
    store._renew()


def first_key(store: Store, database: str) -> bytes:
    """The first key of a database."""
    with store._environment.begin() as reading:
        cursor = reading.cursor(db=store._databases[database])
        assert cursor.first()
        key: bytes = cursor.key()
    return key


class Running:
    """A threaded engine over a home, with callers that wait for their answer."""

    def __init__(self, home: Home, clock: Callable[[], int] | None = None) -> None:
        self.bench = Bench(home)
        self.verifiers = Verifiers(1)
        self.engine = Engine(self.bench.maker, self.verifiers, clock)
        self.made: list[Any] = []
        self._grown = threading.Condition()
        self.engine.listeners.append(self._on_block)

    def __enter__(self) -> "Running":
        self.engine.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self.engine._thread.is_alive():
            self.engine.stop()
        self.verifiers.close()
        self.bench.close()

    def submit(self, *envelopes: bytes) -> list[Tx | Refusal]:
        """What the check said of each envelope, in order."""
        answers: list[Tx | Refusal | None] = [None] * len(envelopes)
        left = threading.Semaphore(0)
        for number, envelope in enumerate(envelopes):

            def answered(tx: Tx | None, refusal: Refusal | None, at: int = number) -> None:
                answers[at] = refusal or tx
                left.release()

            self.engine.submit(envelope, answered)
        for _ in envelopes:
            assert left.acquire(timeout=20), self.engine.failure
        return [answer for answer in answers if answer is not None]

    def wait_for_blocks(self, count: int, seconds: float = 20) -> None:
        """Wait until so many blocks were made since the start."""
        with self._grown:
            assert self._grown.wait_for(lambda: len(self.made) >= count, seconds), "no block"

    def _on_block(self, made: Any) -> None:
        with self._grown:
            self.made.append(made)
            self._grown.notify_all()
