"""The store: one LMDB environment, one durable write transaction a block.

A record is stored behind its leaf hash, which binds key and value and is checked at every read;
every value of the other databases stands behind SHA-256(key + value). "Committed" is said only
after LMDB's commit has returned with full sync (engine.md 8).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import lmdb
import msgspec

from ctn.kernel.block import Block, block_hash, pack_block, unpack_block
from ctn.kernel.codec import encode
from ctn.kernel.commitment import leaf_hash
from ctn.kernel.receipt import NOT_ADMITTED
from ctn.machine import Outcome
from ctn.node.stops import StateCorrupt, WriteFailed
from ctn.node.stored import (
    Base,
    Founding,
    Head,
    Keeping,
    Place,
    Told,
    changes_text,
    checked,
    checked_record,
    moment,
    pack,
    readable,
    sha256,
    unpack,
    written,
)

GIB = 1 << 30
DATABASES = ("records", "blocks", "receipts", "changes", "txs", "undo", "history", "meta")
HEAD = b"head"
FOUNDING = b"founding"
BASE = b"base"
HISTORY = b"history"
UNDO_HEIGHTS = 100
PLAIN = Keeping()
PAGE_ROWS = 1_000


class Store:
    """Records, blocks, receipts, changes and transaction places of one home."""

    def __init__(self, folder: Path, map_gib: int = 64) -> None:
        is_new = not (folder / "data.mdb").exists()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._environment = lmdb.open(
                str(folder), map_size=map_gib * GIB, max_dbs=len(DATABASES), sync=True,
                metasync=True, writemap=False, map_async=False, max_readers=256, mode=0o600,
                readahead=False,
            )  # fmt: skip
            self._databases = {
                name: self._environment.open_db(name.encode()) for name in DATABASES
            }
            self._reading = self._environment.begin()
        except lmdb.Error as error:
            if is_new:
                raise WriteFailed(f"new store: {error}") from None
            raise StateCorrupt(f"the store does not open: {error}") from None
        self._records = self._databases["records"]

    def close(self) -> None:
        """Let go of the environment."""
        self._reading.abort()
        self._environment.close()

    # --- reading, on the writer's thread

    def read(self, key: bytes) -> bytes | None:
        """The value of a record, its leaf hash checked."""
        try:
            data = self._reading.get(key, db=self._records)
        except lmdb.Error as error:
            raise StateCorrupt(f"records at {key!r}: {error}") from None
        return None if data is None else checked_record(key, data)

    def range(self, prefix: bytes, after: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Keys and values of records under a prefix and above `after`, in byte order."""
        with readable("records", prefix), self._environment.begin() as reading:
            cursor = reading.cursor(db=self._records)
            found = cursor.set_range(max(prefix, after) or b"\0")
            while found:
                key, data = cursor.item()
                if not key.startswith(prefix):
                    break
                if key > after:
                    yield key, checked_record(key, data)
                found = cursor.next()

    def rows(self) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Every key with its leaf hash and its value, each value checked."""
        with readable("records", b""), self._environment.begin() as reading:
            for key, data in reading.cursor(db=self._records):
                yield key, data[:32], checked_record(key, data)

    # --- reading, on any thread

    def head(self) -> Head | None:
        """The last committed block, None in an empty home."""
        data = self._get("meta", HEAD)
        return None if data is None else msgspec.json.decode(data, type=Head)

    def block(self, height: int) -> Block | None:
        """The block of a height."""
        data = self.block_bytes(height)
        return None if data is None else unpack_block(data)

    def block_bytes(self, height: int) -> bytes | None:
        """The stored bytes of a block: header, seal, envelopes."""
        return self._get("blocks", height.to_bytes(8, "big"))

    def receipts(self, height: int) -> list[bytes] | None:
        """The receipts of a height, the hooks' last."""
        data = self._get("receipts", height.to_bytes(8, "big"))
        return None if data is None else unpack(data)

    def changes(self, height: int) -> bytes | None:
        """What a block changed: canonical JSON of [table, id, value or null] in key order."""
        return self._get("changes", height.to_bytes(8, "big"))

    def place(self, identity: str) -> Place | None:
        """Where a transaction stands, None when it is in no block."""
        data = self._get("txs", bytes.fromhex(identity))
        if data is None:
            return None
        return Place(int.from_bytes(data[:8], "big"), int.from_bytes(data[8:], "big"))

    def value(self, key: bytes) -> bytes | None:
        """The value of a record, from a snapshot of its own."""
        with readable("records", key), self._environment.begin() as reading:
            data = reading.get(key, db=self._records)
        return None if data is None else checked_record(key, data)

    def scan(self, prefix: bytes, after: bytes, limit: int) -> list[tuple[bytes, bytes]]:
        """Up to `limit` keys and values under a prefix and above `after`."""
        found: list[tuple[bytes, bytes]] = []
        for row in self.range(prefix, after):
            if len(found) >= limit:
                break
            found.append(row)
        return found

    def _get(self, name: str, key: bytes) -> bytes | None:
        with readable(name, key), self._environment.begin() as reading:
            data = reading.get(key, db=self._databases[name])
        return None if data is None else checked(name, key, data)

    # --- writing

    def begin(self, values: dict[bytes, bytes], head: Head, founding: Founding) -> None:
        """Write block 0: the genesis records."""
        with written("block 0"), self._environment.begin(write=True) as writing:
            for key, value in sorted(values.items()):
                writing.put(key, leaf_hash(key, value) + value, db=self._records)
            self._put(writing, "meta", HEAD, encode(head))
            self._put(writing, "meta", FOUNDING, encode(founding))
        self._renew()

    def founding(self) -> Founding | None:
        """What the genesis said, None in an empty home."""
        data = self._get("meta", FOUNDING)
        return None if data is None else msgspec.json.decode(data, type=Founding)

    def commit(
        self, outcome: Outcome, block: Block, app_version: int, keeping: Keeping = PLAIN
    ) -> Head:
        """Write a block and all that it did in one durable transaction."""
        header = encode(block.header)
        height = outcome.height.to_bytes(8, "big")
        head = Head(
            block.header.chain, app_version, outcome.height, outcome.time, outcome.root.hex(),
            block_hash(header).hex(),
        )  # fmt: skip
        what = f"block {outcome.height}"
        with written(what), self._environment.begin(write=True) as writing:
            if keeping.undo:
                self._put_undo(writing, outcome)
            if keeping.history:
                for key, value, _change in outcome.changes:
                    self._put(writing, "history", moment(key, outcome.height), value or b"")
            self._put_records(writing, outcome)
            self._put(writing, "blocks", height, pack_block(block))
            self._put(writing, "receipts", height, pack(outcome.receipts))
            self._put(writing, "changes", height, changes_text(outcome))
            self._put(writing, "meta", HEAD, encode(head))
            for tx, index in zip(outcome.included, outcome.places, strict=True):
                place = height + index.to_bytes(4, "big")
                self._put(writing, "txs", bytes.fromhex(tx.id), place)
            if keeping.blocks_from:
                self._drop_below(writing, keeping.blocks_from)
        self._renew()
        return head

    def _drop_below(self, writing: lmdb.Transaction, height: int) -> None:
        """Drop the blocks below a height, which is kept, with all that stands beside them."""
        founding = self.founding()
        assert founding is not None
        for old in range(self.base(founding).height + 1, height):
            self._drop_block(writing, old)
        last = self.block(height)
        assert last is not None
        self._put(writing, "meta", BASE, encode(Base(height - 1, last.header.previous)))

    def _drop_block(self, writing: lmdb.Transaction, height: int) -> None:
        """Drop a block, its receipts and changes, and the places of its transactions."""
        for receipt in self.receipts(height) or ():
            told = msgspec.json.decode(receipt)
            if "tx" in told and told["status"] != NOT_ADMITTED:
                writing.delete(bytes.fromhex(told["tx"]), db=self._databases["txs"])
        for name in ("blocks", "receipts", "changes", "undo"):
            writing.delete(height.to_bytes(8, "big"), db=self._databases[name])

    def replace_records(self, values: Iterator[tuple[bytes, bytes]]) -> None:
        """Drop all records and write these, in one transaction; for repair from blocks."""
        with written("records"), self._environment.begin(write=True) as writing:
            writing.drop(self._records, delete=False)
            for key, value in values:
                writing.put(key, leaf_hash(key, value) + value, db=self._records)
        self._renew()

    def base(self, founding: Founding) -> Base:
        """Where the kept blocks begin: at the first, unless the records came as a snapshot."""
        data = self._get("meta", BASE)
        if data is None:
            return Base(founding.initial_height - 1, founding.genesis)
        return msgspec.json.decode(data, type=Base)

    def restore(self, rows: Iterable[tuple[bytes, bytes]], head: Head, base: Base) -> None:
        """Put these records in the place of all but the founding, in one transaction."""
        with written("snapshot"), self._environment.begin(write=True) as writing:
            for name in DATABASES:
                if name != "meta":
                    writing.drop(self._databases[name], delete=False)
            writing.delete(HISTORY, db=self._databases["meta"])
            for key, value in rows:
                writing.put(key, leaf_hash(key, value) + value, db=self._records)
            self._put(writing, "meta", HEAD, encode(head))
            self._put(writing, "meta", BASE, encode(base))
        self._renew()

    # --- the past of an archive

    def keep_history(self, wanted: bool) -> None:
        """Begin to keep every value from the last block on, unless begun; or let all of it go."""
        is_kept = self.history_from() is not None
        head = self.head()
        assert head is not None
        if wanted == is_kept:
            return
        with written("history"), self._environment.begin(write=True) as writing:
            writing.drop(self._databases["history"], delete=False)
            writing.delete(HISTORY, db=self._databases["meta"])
            if wanted:
                for key, data in writing.cursor(db=self._records):
                    value = checked_record(key, data)
                    self._put(writing, "history", moment(key, head.height), value)
                self._put(writing, "meta", HISTORY, b"%d" % head.height)

    def history_from(self) -> int | None:
        """The first height whose values are kept, None on a node that is no archive."""
        data = self._get("meta", HISTORY)
        return None if data is None else int(data)

    def value_at(self, key: bytes, height: int) -> bytes | None:
        """The value of a record after a block not below `history_from`."""
        wanted = moment(key, height)
        with readable("history", wanted), self._environment.begin() as reading:
            cursor = reading.cursor(db=self._databases["history"])
            if not cursor.set_range(wanted) or cursor.key()[:-8] != key:
                return None
            found, data = cursor.item()
        return checked("history", found, data) or None

    def roll_back(self) -> Head:
        """Take the last block back, exactly one; raises StateCorrupt when it cannot."""
        head = self.head()
        assert head is not None
        height = head.height.to_bytes(8, "big")
        data = self._get("undo", height)
        if data is None:
            raise StateCorrupt(f"undo: what stood before block {head.height} is not kept")
        earlier, *rows = unpack(data)
        with written("rollback"), self._environment.begin(write=True) as writing:
            for key, value in zip(rows[::2], rows[1::2], strict=True):
                writing.delete(key, db=self._records)
                writing.delete(moment(key, head.height), db=self._databases["history"])
                if value:
                    writing.put(key, leaf_hash(key, value) + value, db=self._records)
            self._drop_block(writing, head.height)
            self._put(writing, "meta", HEAD, earlier)
        self._renew()
        return msgspec.json.decode(earlier, type=Head)

    def _put_undo(self, writing: lmdb.Transaction, outcome: Outcome) -> None:
        """Keep the head and the values before a block; a value is never empty, an absent one is."""
        parts = [self._get("meta", HEAD) or b""]
        for key, _value, _change in outcome.changes:
            parts += [key, self.read(key) or b""]
        self._put(writing, "undo", outcome.height.to_bytes(8, "big"), pack(parts))
        old = outcome.height - UNDO_HEIGHTS
        if old >= 0:
            writing.delete(old.to_bytes(8, "big"), db=self._databases["undo"])

    def _put_records(self, writing: lmdb.Transaction, outcome: Outcome) -> None:
        records = self._records
        for key, value, change in outcome.changes:
            if value is None:
                writing.delete(key, db=records)
            else:
                assert change.leaf is not None
                writing.put(key, change.leaf + value, db=records)

    def _put(self, writing: lmdb.Transaction, name: str, key: bytes, value: bytes) -> None:
        data = sha256(key + value).digest() + value
        writing.put(key, data, db=self._databases[name])

    def _renew(self) -> None:
        self._reading.abort()
        self._reading = self._environment.begin()

    # --- the scrub

    def check_all(self) -> Iterator[tuple[str, int]]:
        """Read and check every value of every database; yields the database and the bytes read."""
        for name in DATABASES:
            after = b""
            while True:
                rows = self._page(name, after)
                for key, data in rows:
                    if name == "records":
                        checked_record(key, data)
                    else:
                        checked(name, key, data)
                yield name, sum(len(key) + len(data) for key, data in rows)
                if len(rows) < PAGE_ROWS:
                    break
                after = rows[-1][0]

    def check_places(self) -> Iterator[int]:
        """Look up each height, and its transactions in `txs`: what is lost is damage too.

        Yields the bytes read of each height. The writer goes on meanwhile, and may drop old ones.
        """
        head, founding = self.head(), self.founding()
        if head is None or founding is None:
            raise StateCorrupt("meta: head or founding is lost")
        for height in range(self.base(founding).height + 1, head.height + 1):
            lost, size = self._lost_of(height)
            if lost is not None and height > self.base(founding).height:
                raise StateCorrupt(lost)
            yield size

    def _lost_of(self, height: int) -> tuple[str | None, int]:
        """What is not there of a block, None when all is; and the bytes read."""
        block, receipts, changes = self.block(height), self.receipts(height), self.changes(height)
        if block is None or receipts is None or changes is None:
            return f"blocks, receipts or changes of height {height} are lost", 0
        for number, receipt in enumerate(receipts[: len(block.envelopes)]):
            told = msgspec.json.decode(receipt, type=Told)
            is_in = told.status != NOT_ADMITTED
            if is_in and self.place(told.tx) != Place(height, number):
                return f"txs: transaction {number} of block {height} is lost", 0
        size = sum(map(len, block.envelopes)) + sum(map(len, receipts)) + len(changes)
        return None, size

    def _page(self, name: str, after: bytes) -> list[tuple[bytes, bytes]]:
        """The rows above a key, each found by its key too: a damaged branch misleads look-ups."""
        rows: list[tuple[bytes, bytes]] = []
        last = after
        with readable(name, after), self._environment.begin() as reading:
            cursor = reading.cursor(db=self._databases[name])
            found = cursor.set_range(after + b"\0" if after else b"\0")
            while found and len(rows) < PAGE_ROWS:
                key, data = cursor.item()
                if key <= last or reading.get(key, db=self._databases[name]) != data:
                    raise StateCorrupt(f"{name} at {key!r}: the key is out of its place")
                rows.append((key, data))
                last = key
                found = cursor.next()
        return rows


__all__ = ["Base", "Founding", "Head", "Keeping", "Place", "Store"]
