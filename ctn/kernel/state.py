"""The committed records, read through a source, decoded once and kept in a bounded cache.

Three kinds of value: records (canonical JSON of a struct), balances (integers) and parameters
(scalars). A full text key is `<table>\\0<id>`.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Generic, Protocol, TypeVar

import msgspec

from ctn.kernel.codec import Json, encode
from ctn.kernel.record import Record

R = TypeVar("R", bound=Record)
V = TypeVar("V")
GENERATION_MAX = 400_000
BALANCE = "balance"
PARAM = "param"


class Source(Protocol):
    """Where committed bytes are read from: LMDB in a node, a dict in a test."""

    def read(self, key: bytes) -> bytes | None:
        """The value under a key, or None."""

    def range(self, prefix: bytes, after: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Keys and values under a prefix and above `after`, in byte order."""


class MemorySource:
    """A source that is a dict; its keys are sorted when a range is asked for."""

    def __init__(self, values: dict[bytes, bytes] | None = None) -> None:
        self.values: dict[bytes, bytes] = {} if values is None else values

    def read(self, key: bytes) -> bytes | None:
        """The value under a key, or None."""
        return self.values.get(key)

    def range(self, prefix: bytes, after: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Keys and values under a prefix and above `after`, in byte order."""
        found = [key for key in self.values if key.startswith(prefix) and key > after]
        for key in sorted(found):
            yield key, self.values[key]

    def write(self, changes: dict[bytes, bytes | None]) -> None:
        """Put or drop each changed value."""
        for key, value in changes.items():
            if value is None:
                self.values.pop(key, None)
            else:
                self.values[key] = value


class Kept(Generic[V]):
    """What was read lately, in two generations: a full one ages, and the aged one is let go.

    Emptying all at once would make every read a miss, and dropping the oldest one by one is
    quadratic in a dict.
    """

    def __init__(self) -> None:
        self.young: dict[str, V] = {}
        self.old: dict[str, V] = {}

    def keep(self, key: str, value: V) -> None:
        """Keep a value as the newest."""
        if len(self.young) >= GENERATION_MAX:
            self.old, self.young = self.young, {}
        self.young[key] = value

    def keep_all(self, values: dict[str, V]) -> None:
        """Keep the values of a block."""
        if len(self.young) + len(values) > GENERATION_MAX:
            self.old, self.young = self.young, {}
        self.young.update(values)

    def warm(self, key: str, value: V) -> None:
        """Keep a value that was read anyway, while both generations have room."""
        if len(self.young) < GENERATION_MAX:
            self.young[key] = value
        elif len(self.old) < GENERATION_MAX:
            self.old[key] = value


class State:
    """Committed records, balances and parameters."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._records: Kept[Record | None] = Kept()
        self._balances: Kept[int] = Kept()
        self._params: dict[str, Json] = {}
        self._decoders: dict[type[Record], msgspec.json.Decoder[Record]] = {}

    def record(self, kind: type[R], place: str) -> R | None:
        """The record of a type at an id, or None."""
        key = kind.table + "\0" + place
        kept = self._records
        if key in kept.young:
            return kept.young[key]  # type: ignore[return-value]
        if key in kept.old:
            known = kept.old[key]
            kept.keep(key, known)
            return known  # type: ignore[return-value]
        data = self.source.read(key.encode())
        record = None if data is None else self.decode(kind, data)
        kept.keep(key, record)
        return record

    def is_same(self, key: str, record: Record | None) -> bool:
        """Whether the committed record under a full key is this one already."""
        if key in self._records.young:
            return self._records.young[key] == record
        data = self.source.read(key.encode())
        return data == (None if record is None else encode(record))

    def balance(self, place: str) -> int:
        """The balance at `account/asset`, 0 when nothing is stored."""
        amount = self._balances.young.get(place)
        if amount is None:
            amount = self._balances.old.get(place)
            if amount is None:
                data = self.source.read(b"balance\0" + place.encode())
                amount = 0 if data is None else int(data)
            self._balances.keep(place, amount)
        return amount

    def holdings(self, head: str, limit: int) -> list[tuple[str, int]]:
        """Up to `limit` stored assets of the account before the slash in `head`, with amounts."""
        start = b"balance\0" + head.encode()
        found = islice(self.source.range(start, b""), limit)
        return [(key[len(start) :].decode(), int(data)) for key, data in found]

    def param(self, name: str) -> Json:
        """The value of a parameter, None when it is not set."""
        if name not in self._params:
            data = self.source.read(b"param\0" + name.encode())
            self._params[name] = None if data is None else msgspec.json.decode(data)
        return self._params[name]

    def scan(self, kind: type[R], prefix: str, after: str) -> Iterator[tuple[str, R]]:
        """Ids and records of a type under a prefix of the id, in byte order."""
        table = kind.table.encode() + b"\0"
        start = table + after.encode() if after else b""
        for key, data in self.source.range(table + prefix.encode(), start):
            yield key[len(table) :].decode(), self.decode(kind, data)

    def decode(self, kind: type[R], data: bytes) -> R:
        """A record from its canonical bytes."""
        decoder = self._decoders.get(kind)
        if decoder is None:
            decoder = msgspec.json.Decoder(kind)
            self._decoders[kind] = decoder
        return decoder.decode(data)  # type: ignore[return-value]

    def warm(self, kind: type[Record] | None, key: bytes, data: bytes) -> None:
        """Keep a value that was read anyway, while the cache has room; `kind` None: a balance."""
        place = key.decode()
        if kind is None:
            self._balances.warm(place.partition("\0")[2], int(data))
        elif len(self._records.old) < GENERATION_MAX:
            self._records.warm(place, self.decode(kind, data))

    def take(
        self,
        records: dict[str, Record | None],
        balances: dict[str, int],
        params: Mapping[str, Json],
    ) -> None:
        """Keep what a committed block changed."""
        self._records.keep_all(records)
        self._balances.keep_all(balances)
        self._params.update(params)

    def forget(self) -> None:
        """Drop the cache, after the source was replaced."""
        self._records = Kept()
        self._balances = Kept()
        self._params.clear()
