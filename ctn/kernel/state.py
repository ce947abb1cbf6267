"""The committed records, read through a source, decoded once and kept in a bounded cache.

Three kinds of value: records (canonical JSON of a struct), balances (integers) and parameters
(scalars). A full text key is `<table>\\0<id>`.
"""

from collections.abc import Iterator
from typing import Protocol, TypeVar

import msgspec

from ctn.kernel.codec import Json, encode
from ctn.kernel.record import Record

R = TypeVar("R", bound=Record)
CACHE_MAX = 600_000
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


class State:
    """Committed records, balances and parameters."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._records: dict[str, Record | None] = {}
        self._balances: dict[str, int] = {}
        self._params: dict[str, Json] = {}
        self._decoders: dict[type[Record], msgspec.json.Decoder[Record]] = {}

    def record(self, kind: type[R], place: str) -> R | None:
        """The record of a type at an id, or None."""
        key = kind.table + "\0" + place
        try:
            return self._records[key]  # type: ignore[return-value]
        except KeyError:
            data = self.source.read(key.encode())
            record = None if data is None else self.decode(kind, data)
            self._keep(key, record)
            return record

    def is_same(self, key: str, record: Record | None) -> bool:
        """Whether the committed record under a full key is this one already."""
        if key in self._records:
            return self._records[key] == record
        data = self.source.read(key.encode())
        return data == (None if record is None else encode(record))

    def balance(self, place: str) -> int:
        """The balance at `account/asset`, 0 when nothing is stored."""
        amount = self._balances.get(place)
        if amount is None:
            data = self.source.read(b"balance\0" + place.encode())
            amount = 0 if data is None else int(data)
            if len(self._balances) >= CACHE_MAX:
                self._balances.clear()
            self._balances[place] = amount
        return amount

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
        if kind is not None and len(self._records) < CACHE_MAX:
            self._records[place] = self.decode(kind, data)
        elif kind is None and len(self._balances) < CACHE_MAX:
            self._balances[place.partition("\0")[2]] = int(data)

    def take(
        self, records: dict[str, Record | None], balances: dict[str, int], params: dict[str, Json]
    ) -> None:
        """Keep what a committed block changed."""
        for key, record in records.items():
            self._keep(key, record)
        self._balances.update(balances)
        self._params.update(params)

    def forget(self) -> None:
        """Drop the cache, after the source was replaced."""
        self._records.clear()
        self._balances.clear()
        self._params.clear()

    def _keep(self, key: str, record: Record | None) -> None:
        if len(self._records) >= CACHE_MAX:
            self._records.clear()
        self._records[key] = record
