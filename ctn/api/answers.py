"""The shapes of what REST takes and gives; the contract at /openapi.json is made from them.

Amounts of balances are decimal strings of base units, since a browser rounds numbers above 2^53.
Receipts and records are given as they are stored.
"""

from typing import Any, Literal

import msgspec

from ctn.client.light import comet


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What every answer names: the height it was read at, that block's time in ms, and its age."""

    height: int
    time: int
    age_ms: int


Sync = Literal["running", "syncing", "halted", "read_only"]


class Status(Read, frozen=True, kw_only=True):
    """The chain and the node that serves it.

    `sync`: `syncing` while it fetches what others have, `halted` when no block comes any more
    (of a network: the quorum is lost), `read_only` when the disk is nearly full. `rejected` is how
    many proposals of each proposer, by consensus address, this node refused since its start.
    """

    sync: Sync

    chain: str
    engine: str
    kind: str
    root: str
    app_version: int
    pool: int
    read_only: bool
    free_mib: int
    alarms: int
    profile: str
    rejected: dict[str, int]


class BlockHeader(msgspec.Struct, frozen=True):
    """The header of a block; `maker` is null where validators commit the blocks."""

    version: int
    chain: str
    height: int
    time: int
    previous: str
    maker: str | None
    count: int
    transactions: str
    receipts: str
    state: str


class BlockAnswer(Read, frozen=True, kw_only=True):
    """A block's header and transaction ids, in order, and what makes it final.

    That is the maker's `seal`, or `committed`, CometBFT's own header of the block with the commit;
    `hash` and `previous` are then CometBFT's.
    """

    hash: str
    header: BlockHeader
    seal: str | None
    committed: comet.SignedHeader | None = None
    transactions: list[str]


class Validator(msgspec.Struct, frozen=True):
    """A key that makes blocks, and its power."""

    key: str
    power: int


class Validators(Read, frozen=True, kw_only=True):
    """Who made the block of a height; an embedded chain has one maker."""

    block: int
    validators: list[Validator]


class ChangedKey(msgspec.Struct, frozen=True):
    """A key that a block changed, with its new leaf hash; null when the record is gone."""

    table: str
    id: str
    leaf: str | None


class Changes(Read, frozen=True, kw_only=True):
    """What a block changed, in key order."""

    block: int
    changes: list[ChangedKey]


class Committed(msgspec.Struct, frozen=True):
    """A header of CometBFT, its commit, and the set that signed it."""

    header: comet.CometHeader
    commit: comet.Commit
    validators: list[comet.Validator]


class ReceiptProof(msgspec.Struct, frozen=True):
    """The exact receipt, and its path to the header that the maker sealed (RFC 6962).

    Under CometBFT the leaf is its result of the transaction, the root the `last_results_hash` of
    the next header, and that header stands in `committed`.
    """

    receipt: str
    index: int
    size: int
    path: list[str]
    header: str | None
    seal: str | None
    committed: Committed | None = None


TxStatus = Literal["pending", "applied", "refused", "broken", "not_admitted"]


class TransactionAnswer(Read, frozen=True, kw_only=True):
    """What became of a transaction; `receipt` is null while it waits."""

    id: str
    status: TxStatus
    receipt: dict[str, Any] | None
    proof: ReceiptProof | None = None


class Simulated(Read, frozen=True, kw_only=True):
    """What would become of a transaction in the next block."""

    receipt: dict[str, Any]


class Neighbour(msgspec.Struct, frozen=True):
    """A present key beside an absent one: key in hex, exact value, and the path of its leaf."""

    key: str
    value: str
    path: list[tuple[str, str]]


class Absent(msgspec.Struct, frozen=True):
    """The nearest present keys on both sides of an absent one, by hashed key."""

    left: Neighbour | None
    right: Neighbour | None


class RecordAnswer(Read, frozen=True, kw_only=True):
    """A record's value, or null."""

    table: str
    id: str
    value: Any


class ProvedRecord(Read, frozen=True, kw_only=True):
    """A record with its proof; `value` is the exact canonical text, so that it can be hashed."""

    chain: str
    table: str
    id: str
    value: str | None
    root: str
    path: list[tuple[str, str]] | None = None
    absent: Absent | None = None
    header: str | None
    seal: str | None
    committed: Committed | None = None


class Item(msgspec.Struct, frozen=True):
    """One record of a listing."""

    id: str
    value: Any


class Items(Read, frozen=True, kw_only=True):
    """Records in byte order of their ids; `next` is the `after` of the next page, or null."""

    items: list[Item]
    next: str | None


class Balance(msgspec.Struct, frozen=True):
    """What is held of an asset, in base units."""

    asset: str
    amount: str


class AccountAnswer(Read, frozen=True, kw_only=True):
    """An account: its record (null before its first transaction), next sequence and balances."""

    address: str
    account: dict[str, Any] | None
    sequence: int
    balances: list[Balance]
    next: str | None


class OpField(msgspec.Struct, frozen=True):
    """A field of an operation: JSON Schema, and the rule of its text where it holds any."""

    name: str
    schema: dict[str, Any]
    text: str | None


class OpEvent(msgspec.Struct, frozen=True):
    """An event that an operation may emit."""

    event: str
    doc: str
    fields: list[str]


class WorkRule(msgspec.Struct, frozen=True):
    """The most work of an operation: `base`, and `per` unit of a number or item of a list."""

    base: int
    per: dict[str, int]


class Operation(msgspec.Struct, frozen=True):
    """What an operation's class declares."""

    op: str
    module: str
    doc: str
    fields: list[OpField]
    needs: list[str]
    family: str
    threshold: str
    work: WorkRule
    lane: int
    delegable: bool
    writes: list[str]
    refuses: list[str]
    emits: list[OpEvent]


class Operations(msgspec.Struct, frozen=True):
    """Every operation of this ledger, and the schemas that their fields name."""

    ops: list[Operation]
    schemas: dict[str, Any]


class Sentence(msgspec.Struct, frozen=True):
    """One sentence in both languages."""

    en: str
    zh: str


class RefusalAnswer(msgspec.Struct, frozen=True):
    """A reason to refuse: its stable name, sentence and HTTP status."""

    name: str
    module: str
    code: str
    sentence: Sentence
    status: int


class Refusals(msgspec.Struct, frozen=True):
    """Every reason that this ledger and its doors can give."""

    refusals: list[RefusalAnswer]


class Submission(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signed envelope in base64, and whether to hold the answer until it is in a block."""

    tx: str
    wait: Literal["none", "commit"] = "none"


class Trial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An envelope in base64 whose signatures are not checked."""

    tx: str
