"""What the store keeps, and how a value stands in it: behind a hash that binds it to its key."""

import contextlib
import hashlib
from collections.abc import Iterator
from typing import NamedTuple

import lmdb
import msgspec

from ctn.machine import Outcome
from ctn.node.stops import StateCorrupt, WriteFailed

sha256 = hashlib.sha256
INVERTED = 2**64 - 1


class Head(msgspec.Struct, frozen=True):
    """The last committed block, as `meta` keeps it."""

    chain: str
    app_version: int
    height: int
    time: int
    root: str
    block: str


class Founding(msgspec.Struct, frozen=True):
    """What every start needs of the genesis, so that none has to read all of it."""

    genesis: str
    initial_height: int
    time: int
    app_version: int
    maker: str


class Base(msgspec.Struct, frozen=True):
    """The height before the oldest kept block, and the hash that this block names."""

    height: int
    block: str


class Keeping(NamedTuple):
    """What a commit keeps beside the block, and from which height on blocks stay.

    `undo`: what stood before, for the last 100 heights. `history`: each value, for ever.
    """

    undo: bool = False
    history: bool = False
    blocks_from: int = 0


class Place(NamedTuple):
    """Where a transaction stands."""

    height: int
    place: int


class Told(msgspec.Struct, frozen=True):
    """What the scrub needs of a receipt."""

    tx: str
    status: str


@contextlib.contextmanager
def readable(name: str, key: bytes) -> Iterator[None]:
    """Stop the node when a database cannot be read at or after a key."""
    try:
        yield
    except lmdb.Error as error:
        raise StateCorrupt(f"{name} at {key!r}: {error}") from None


@contextlib.contextmanager
def written(what: str) -> Iterator[None]:
    """Stop the node when a write transaction does not end well."""
    try:
        yield
    except (lmdb.Error, OSError) as error:
        raise WriteFailed(f"commit of {what}: {error}") from None


def checked_record(key: bytes, data: bytes) -> bytes:
    """The value of a record, whose leaf hash binds key and value; raises StateCorrupt."""
    value = data[32:]
    if sha256(b"\0" + sha256(key).digest() + sha256(value).digest()).digest() != data[:32]:
        raise StateCorrupt(f"records at {key!r}: the value does not match its hash")
    return value


def checked(name: str, key: bytes, data: bytes) -> bytes:
    """The value of another database behind the hash of key and value; raises StateCorrupt."""
    value = data[32:]
    if sha256(key + value).digest() != data[:32]:
        raise StateCorrupt(f"{name} at {key!r}: the value does not match its hash")
    return value


def moment(key: bytes, height: int) -> bytes:
    """The key of a value of the past: of the heights of one record the highest comes first."""
    return key + (INVERTED - height).to_bytes(8, "big")


def pack(parts: list[bytes]) -> bytes:
    """Parts as one value, each behind its length."""
    return b"".join([len(part).to_bytes(4, "big") + part for part in parts])


def unpack(data: bytes) -> list[bytes]:
    """The parts of a packed value."""
    parts: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4], "big")
        parts.append(data[at + 4 : end])
        at = end
    return parts


def changes_text(outcome: Outcome) -> bytes:
    """Canonical JSON, joined from values that are canonical already; ids are plain ASCII."""
    rows: list[bytes] = []
    for key, value, _change in outcome.changes:
        table, _, place = key.partition(b"\0")
        rows.append(b'["%s","%s",%s]' % (table, place, b"null" if value is None else value))
    return b"[" + b",".join(rows) + b"]"
