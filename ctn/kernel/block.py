"""A block is ordered transactions and one time.

The header binds everything: the chain of hashes, the maker, the envelopes, the receipts and the
state root after the block. A proof at height h verifies against the header of h (engine.md 6).
"""

import hashlib
from collections.abc import Callable
from typing import Annotated, ClassVar, NamedTuple

import msgspec
from msgspec import Meta

from ctn.crypto import domains
from ctn.kernel.codec import Count, Hash, Time, encode
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Carried
from ctn.kernel.record import Index, Record

BLOCK_BYTES = 2 * 1024 * 1024
BLOCK_TXS = 10_000
BLOCK_TXS_SENDER = 64
BLOCK_WORK = 1_000_000
HOOK_ITEMS_MAX = 1_000
DAY_MS = 86_400_000
UTC8_MS = 28_800_000


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The header of an embedded block."""

    version: Annotated[int, Meta(ge=1, le=1)]
    chain: str
    height: Count
    time: Time
    previous: Hash
    maker: Hash
    count: Count
    transactions: Hash
    receipts: Hash
    state: Hash


class Block(NamedTuple):
    """A header, the maker's seal, and the envelopes in order."""

    header: Header
    seal: bytes
    envelopes: tuple[bytes, ...]


_header_decoder = msgspec.json.Decoder(Header)


def block_hash(header: bytes) -> bytes:
    """The hash that the next header names and the seal signs."""
    return hashlib.sha256(domains.BLOCK + header).digest()


def seal_bytes(header: bytes) -> bytes:
    """The bytes that the maker seals."""
    return domains.SEAL + block_hash(header)


def block_seed(root: bytes, height: int) -> bytes:
    """Public and predictable, never for draws (engine.md 1)."""
    return hashlib.sha256(domains.SEED + root + height.to_bytes(8, "big")).digest()


def order_key(root: bytes, owner: str) -> bytes:
    """The place of an owner's transactions in the block after the state `root`."""
    return hashlib.sha256(domains.ORDER + root + owner.encode("ascii")).digest()


def pack_block(block: Block) -> bytes:
    """The stored and served bytes of a block."""
    header = encode(block.header)
    parts = [len(header).to_bytes(4, "big"), header, block.seal]
    parts.append(len(block.envelopes).to_bytes(4, "big"))
    for envelope in block.envelopes:
        parts += [len(envelope).to_bytes(4, "big"), envelope]
    return b"".join(parts)


def unpack_block(data: bytes) -> Block:
    """A block from its bytes; raises ValueError when they are not exactly one block."""
    header_bytes, at = _take(data, 0)
    header = _header_decoder.decode(header_bytes)
    seal = data[at : at + 64]
    count = int.from_bytes(data[at + 64 : at + 68], "big")
    at += 68
    envelopes: list[bytes] = []
    for _ in range(min(count, BLOCK_TXS)):
        envelope, at = _take(data, at)
        envelopes.append(envelope)
    block = Block(header, seal, tuple(envelopes))
    if pack_block(block) != data:
        raise ValueError("not exactly one block")
    return block


def _take(data: bytes, at: int) -> tuple[bytes, int]:
    end = at + 4 + int.from_bytes(data[at : at + 4], "big")
    if end > len(data):
        raise ValueError("ends inside a part")
    return data[at + 4 : end], end


def local_day(time: int, offset_ms: int = UTC8_MS) -> int:
    """The number of the day that a time in ms falls in, UTC+8 unless stated."""
    return (time + offset_ms) // DAY_MS


class Clock(Record, frozen=True):
    """Height and time of the last block: what the next block reads must be a record."""

    table: ClassVar[str] = "chain"

    height: Count
    time: Time


class HooksHash(Record, frozen=True):
    """Height and hash of the last hook receipt, so that what hooks did is provable."""

    table: ClassVar[str] = "chain"

    height: Count
    hash: Hash


class StuckScopes:
    """How many stuck items freeze each scope."""

    def __init__(self) -> None:
        self.scopes: dict[str, int] = {}

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Count the scope of a new stuck item, or discount that of a dropped one."""
        for record, change in ((before, -1), (after, 1)):
            if isinstance(record, Stuck):
                self.scopes[record.scope] = self.scopes.get(record.scope, 0) + change


class Stuck(Record, frozen=True):
    """A hook item or a scope that a bug stopped, passed over until an upgrade drops it."""

    table: ClassVar[str] = "stuck"
    index: ClassVar[type[Index] | None] = StuckScopes

    scope: str
    height: Count


def is_stuck(ledger: Ledger, module: str, item: str) -> bool:
    """Whether a bug stopped an item or a scope of a module, which is passed over since."""
    return ledger.get(Stuck, f"{module}/{item}") is not None


class Stop(Record, frozen=True):
    """The emergency stop of everything, found at `STOP`; it ends by itself at `until`."""

    table: ClassVar[str] = "stop"

    since: Time
    until: Time


STOP = "all"
STOP_MODULES = ("staking", "governance")  # whose hooks run while everything is stopped


def stop_now(ledger: Ledger) -> Stop | None:
    """The emergency stop in force at this block's time, or None."""
    found = ledger.get(Stop, STOP)
    return found if found is not None and found.until > ledger.block.time else None


class Act(NamedTuple):
    """Operations that a hook item has run for a sender without keys, all or none of them.

    `refused` is told the code of the refusal and the place of the operation that met it.
    """

    sender: str
    ops: tuple[Carried, ...]
    refused: Callable[[Ledger, str, int], None]


class Item(NamedTuple):
    """Work that a hook found due: (due, id) orders it, and `run` does it in a draft of its own.

    Where the item acts, `run` follows operations that were applied, and `act.refused` others.
    """

    due: int
    id: str
    scope: str
    run: Callable[[Ledger], None]
    act: Act | None = None
