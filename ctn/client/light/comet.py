"""Headers, commits and validator sets as CometBFT's JSON-RPC prints them, and their hashes.

Everything from outside passes the types below: a field of another form, an unknown field or a
number that is no integer is refused before anything is hashed (CometBFT v0.38.25, types/block.go,
types/validator.go, types/canonical.go).
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from ctn.client.light import wire
from ctn.client.light.failures import LightVerifyFailed
from ctn.crypto.digest import merkle_root
from ctn.kernel.codec import DECODE_ERRORS, INT_MAX, from_base64

PRECOMMIT = 2
ABSENT, FOR_BLOCK, FOR_NIL = 1, 2, 3
ADDRESS_BYTES = 20
VALIDATORS_MAX = 1_000
POWER_MAX = INT_MAX >> 3  # CometBFT's MaxTotalVotingPower
NS = 1_000_000_000
NS_PER_MS = 1_000_000

HexText = Annotated[str, Meta(pattern=r"^(?:[0-9A-F]{2})*\Z", max_length=128)]
HashText = Annotated[str, Meta(pattern=r"^(?:[0-9A-F]{64})?\Z")]
AddressText = Annotated[str, Meta(pattern=r"^(?:[0-9A-F]{40})?\Z")]
IntegerText = Annotated[str, Meta(pattern=r"^(?:0|[1-9][0-9]{0,18})\Z")]
PriorityText = Annotated[str, Meta(pattern=r"^-?[0-9]{1,20}\Z")]
MomentText = Annotated[str, Meta(max_length=30)]
Uint32 = Annotated[int, Meta(ge=0, le=2**32 - 1)]
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{0,8}[1-9]))?Z"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

S = TypeVar("S")


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what CometBFT prints."""


class Parts(Strict, frozen=True):
    """How many parts a block was sent in, and the root over them."""

    total: Uint32
    hash: HashText


class BlockId(Strict, frozen=True):
    """Which block: the hash of its header, and its parts."""

    hash: HashText
    parts: Parts


class Version(Strict, frozen=True):
    """Versions of block and application; CometBFT leaves a zero out."""

    block: IntegerText = "0"
    app: IntegerText = "0"


class CometHeader(Strict, frozen=True):
    """The 14 fields of a header, in the order in which they are hashed."""

    version: Version
    chain_id: Annotated[str, Meta(min_length=1, max_length=50)]
    height: IntegerText
    time: MomentText
    last_block_id: BlockId
    last_commit_hash: HashText
    data_hash: HashText
    validators_hash: HashText
    next_validators_hash: HashText
    consensus_hash: HashText
    app_hash: HexText
    last_results_hash: HashText
    evidence_hash: HashText
    proposer_address: AddressText


class CommitSignature(Strict, frozen=True):
    """The vote of the validator at one place of the set: absent, for the block, or for none."""

    block_id_flag: Literal[1, 2, 3]
    validator_address: AddressText
    timestamp: MomentText
    signature: Annotated[str, Meta(max_length=128)] | None


class Commit(Strict, frozen=True):
    """The votes that made a block final."""

    height: IntegerText
    round: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    block_id: BlockId
    signatures: Annotated[list[CommitSignature], Meta(min_length=1, max_length=VALIDATORS_MAX)]


class SignedHeader(Strict, frozen=True):
    """A header and the commit over it."""

    header: CometHeader
    commit: Commit


class PublicKey(Strict, frozen=True):
    """An Ed25519 key; CTN admits no other kind."""

    type: Literal["tendermint/PubKeyEd25519"]
    value: Annotated[str, Meta(max_length=44)]


class Validator(Strict, frozen=True):
    """One validator of a set; whose turn it is (`proposer_priority`) enters no hash."""

    address: AddressText
    pub_key: PublicKey
    voting_power: IntegerText
    proposer_priority: PriorityText = "0"


class ValidatorPage(Strict, frozen=True):
    """A page of a set, as the call `validators` answers it."""

    block_height: IntegerText
    validators: Annotated[list[Validator], Meta(min_length=1, max_length=VALIDATORS_MAX)]
    count: IntegerText
    total: IntegerText


class CommitAnswer(Strict, frozen=True):
    """What the call `commit` answers; the last block's commit is not yet `canonical`."""

    signed_header: SignedHeader
    canonical: bool


class LightBlock(NamedTuple):
    """A header, its commit, and the set that signed it."""

    header: CometHeader
    commit: Commit
    validators: list[Validator]

    @property
    def height(self) -> int:
        """CometBFT's height of the header."""
        return int(self.header.height)


def read(value: Any, kind: type[S]) -> S:
    """A value of decoded JSON as one of these types; raises LightVerifyFailed (format)."""
    try:
        found: S = msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise LightVerifyFailed("format", f"{error!s:.200}") from None
    return found


def read_text(data: bytes, kind: type[S]) -> S:
    """JSON text as one of these types; raises LightVerifyFailed (format)."""
    try:
        found: S = msgspec.json.decode(data, type=kind)
    except DECODE_ERRORS as error:
        raise LightVerifyFailed("format", f"{error!s:.200}") from None
    return found


def moment_ns(text: str) -> int:
    """Nanoseconds since 1970 of a time as CometBFT prints it (RFC 3339, UTC).

    Raises LightVerifyFailed (format) for any other spelling.
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise LightVerifyFailed("format", f"{text!r:.60} is no time in UTC")
    try:
        passed = datetime.fromisoformat(found[1]).replace(tzinfo=UTC) - _EPOCH
    except ValueError:
        raise LightVerifyFailed("format", f"{text!r:.60} is no time in UTC") from None
    return (passed.days * 86_400 + passed.seconds) * NS + int((found[2] or "").ljust(9, "0"))


def header_hash(header: CometHeader) -> bytes:
    """The hash that a commit signs, 32 bytes: RFC 6962 root over the 14 encoded fields.

    Source: CometBFT v0.38.25, types/block.go, Header.Hash.
    """
    version = wire.number_field(1, int(header.version.block)) + wire.number_field(
        2, int(header.version.app)
    )
    hashes = [
        header.last_commit_hash, header.data_hash, header.validators_hash,
        header.next_validators_hash, header.consensus_hash, header.app_hash,
        header.last_results_hash, header.evidence_hash, header.proposer_address,
    ]  # fmt: skip
    return merkle_root([
        version,
        wire.bytes_field(1, header.chain_id.encode()),
        wire.number_field(1, int(header.height)),
        _timestamp(header.time),
        _block_id(header.last_block_id),
        *[wire.bytes_field(1, bytes.fromhex(text)) for text in hashes],
    ])  # fmt: skip


def validators_hash(validators: Sequence[Validator]) -> bytes:
    """The hash of a set, 32 bytes: RFC 6962 root over its SimpleValidators, in set order.

    Source: CometBFT v0.38.25, types/validator_set.go, ValidatorSet.Hash.
    """
    leaves = []
    for validator in validators:
        key = wire.bytes_field(1, key_of(validator))  # PublicKey{ed25519}
        power = wire.number_field(2, int(validator.voting_power))
        leaves.append(wire.part_field(1, key) + power)
    return merkle_root(leaves)


def result_leaf(code: int, data: bytes) -> bytes:
    """A leaf of `last_results_hash`, bytes: the ExecTxResult of a transaction.

    `code` is 0 applied, 1 refused, 2 broken, 3 not admitted; `data` the SHA-256 of its receipt.
    What else CometBFT keeps of a result enters no hash. Source: CometBFT v0.38.25,
    types/results.go.
    """
    return wire.number_field(1, code) + wire.bytes_field(2, data)


def vote_bytes(chain_id: str, commit: Commit, moment: str) -> bytes:
    """The bytes that a validator signed when it voted for the block of `commit` at `moment`.

    Source: CometBFT v0.38.25, types/vote.go, VoteSignBytes over CanonicalVote.
    """
    return wire.delimited(
        wire.number_field(1, PRECOMMIT)
        + wire.fixed_field(2, int(commit.height))
        + wire.fixed_field(3, commit.round)
        + wire.part_field(4, _block_id(commit.block_id))
        + wire.part_field(5, _timestamp(moment))
        + wire.bytes_field(6, chain_id.encode())
    )


def key_of(validator: Validator) -> bytes:
    """The key of a validator, 32 bytes; raises LightVerifyFailed (format)."""
    try:
        key = from_base64(validator.pub_key.value)
    except ValueError as error:
        raise LightVerifyFailed("format", f"a validator's key: {error}") from None
    if len(key) != 32:
        raise LightVerifyFailed("format", "a validator's key is not of 32 bytes")
    return key


def address_of(key: bytes) -> str:
    """The address of a validator's key, 40 upper-case hex digits (crypto/ed25519)."""
    return hashlib.sha256(key).digest()[:ADDRESS_BYTES].hex().upper()


def _block_id(block: BlockId) -> bytes:
    parts = wire.number_field(1, block.parts.total) + wire.bytes_field(
        2, bytes.fromhex(block.parts.hash)
    )
    return wire.bytes_field(1, bytes.fromhex(block.hash)) + wire.part_field(2, parts)


def _timestamp(text: str) -> bytes:
    moment = moment_ns(text)
    # Down, also before 1970, so that the nanoseconds are never negative.
    return wire.number_field(1, moment // NS) + wire.number_field(2, moment % NS)
