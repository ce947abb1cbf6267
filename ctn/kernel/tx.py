"""A transaction is a signed envelope of 1 to 16 ops that succeed or fail together.

The body is canonical JSON: what the user reads is what is signed. The envelope puts signatures
beside it, strictly ascending by (scheme, key), so one body with one set of signatures has exactly
one envelope. `read_tx` runs the checks that need neither keys nor state (engine.md 4.2, 1-8).
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Generic, NamedTuple, TypeVar, get_args

import msgspec
from msgspec import Meta

from ctn.crypto import domains
from ctn.kernel.account import Threshold
from ctn.kernel.codec import DECODE_ERRORS, INT_MAX, Count, encode, field_of, rule_of
from ctn.kernel.op import Carried, Op
from ctn.kernel.refusal import (
    Malformed,
    NotCanonical,
    SchemeUnknown,
    TooLarge,
    TooMuchWork,
    WrongChain,
)
from ctn.kernel.text import Address, Text, check_texts

TX_BYTES = 65_536
OPS_MAX = 16
SIGNATURES_MAX = 16
EXPIRY_MAX = 5_000_000
TX_WORK = 100_000
SIGNATURE_WORK = 60
FEE_MAX = 1_000_000
SCHEME_LENGTHS = {1: (32, 64), 2: (33, 64)}

O = TypeVar("O")  # noqa: E741


class Fee(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What the transaction pays, and who pays it when that is not the sender."""

    amount: Annotated[int, Meta(ge=0, le=INT_MAX)]
    payer: Address | None


class Body(msgspec.Struct, Generic[O], frozen=True, gc=False, forbid_unknown_fields=True):
    """What is read and signed: who sends which operations, on which chain, until when."""

    chain: Annotated[str, Meta(max_length=64)]
    sender: Address
    sequence: Count
    expires: Count
    fee: Fee
    memo: Text
    ops: Annotated[tuple[O, ...], Meta(min_length=1, max_length=OPS_MAX)]


class Signature(NamedTuple):
    """One signature of an envelope."""

    scheme: int
    key: bytes
    signature: bytes


class Tx(NamedTuple):
    """A decoded envelope, with what its operations state."""

    id: str
    body: Body[Op]
    body_bytes: bytes
    envelope: bytes
    signatures: tuple[Signature, ...]
    work: int
    fee_min: int
    threshold: Threshold
    lane: int


def sign_bytes(body: bytes) -> bytes:
    """The bytes that every signer signs."""
    return domains.TX + body


def tx_id(body: bytes) -> str:
    """The id of a transaction; signatures are no part of it."""
    return hashlib.sha256(body).hexdigest()


def pack(body: bytes, signatures: list[Signature]) -> bytes:
    """The one envelope of a body and a set of signatures."""
    parts = [b"\x01", len(body).to_bytes(4, "big"), body, bytes((len(signatures),))]
    for scheme, key, signature in sorted(signatures):
        parts += [bytes((scheme, len(key))), key, len(signature).to_bytes(2, "big"), signature]
    return b"".join(parts)


def unpack(envelope: bytes) -> tuple[bytes, tuple[Signature, ...]]:
    """Body and signatures of an envelope: checks 1 to 3 of engine.md 4.2."""
    size = len(envelope)
    if size > TX_BYTES:
        raise TooLarge(bytes=size, limit=TX_BYTES)
    if size < 6 or envelope[0] != 1:
        raise Malformed(field="envelope", rule="begins with version 1")
    at = 5 + int.from_bytes(envelope[1:5], "big")
    if at >= size:
        raise Malformed(field="envelope", rule="ends inside the body")
    body = envelope[5:at]
    count = envelope[at]
    if not 1 <= count <= SIGNATURES_MAX:
        raise Malformed(field="signatures", rule="1 to 16")
    at += 1
    found: list[Signature] = []
    for _ in range(count):
        signature, at = _read_signature(envelope, at)
        if found and (found[-1].scheme, found[-1].key) >= (signature.scheme, signature.key):
            raise Malformed(field="signatures", rule="strictly ascending by scheme and key")
        found.append(signature)
    if at != size:
        raise Malformed(field="envelope", rule="nothing after the last signature")
    for signature in found:
        _check_lengths(signature)
    return body, tuple(found)


def _read_signature(envelope: bytes, at: int) -> tuple[Signature, int]:
    size = len(envelope)
    key_end = at + 2 + envelope[at + 1] if at + 1 < size else size
    if key_end + 2 > size:
        raise Malformed(field="signatures", rule="ends inside a signature")
    end = key_end + 2 + int.from_bytes(envelope[key_end : key_end + 2], "big")
    if end > size:
        raise Malformed(field="signatures", rule="ends inside a signature")
    key, signature = envelope[at + 2 : key_end], envelope[key_end + 2 : end]
    return Signature(envelope[at], key, signature), end


def _check_lengths(signature: Signature) -> None:
    lengths = SCHEME_LENGTHS.get(signature.scheme)
    if lengths is None:
        raise SchemeUnknown(scheme=signature.scheme)
    if (len(signature.key), len(signature.signature)) != lengths:
        raise Malformed(field="signatures", rule="length of key and signature of the scheme")


class Reader:
    """Decodes envelopes of one chain: checks 1 to 8 of engine.md 4.2."""

    def __init__(self, body_type: Any, chain: str) -> None:
        self.chain = chain
        self._decoder = msgspec.json.Decoder(body_type)
        self._op_decoder: msgspec.json.Decoder[Op] = msgspec.json.Decoder(get_args(body_type)[0])

    def read(self, envelope: bytes) -> Tx:
        """A transaction of this chain; refuses with the first check that fails."""
        body_bytes, signatures = unpack(envelope)
        body = self.decode(body_bytes)
        work = SIGNATURE_WORK * len(signatures)
        threshold = 0
        lane = 0
        for op in body.ops:
            op.check()
            if op.carried:
                op.check_carried(self.carried(op.carried))
            work += op.work
            threshold = max(threshold, op.threshold.value)
            lane = max(lane, op.lane)
        if work > TX_WORK:
            raise TooMuchWork(work=work, limit=TX_WORK)
        fee_min = least_fee(len(body.ops), len(envelope), work)
        identity = hashlib.sha256(body_bytes).hexdigest()
        return Tx(
            identity, body, body_bytes, envelope, signatures, work, fee_min,
            Threshold(threshold), lane,
        )  # fmt: skip

    def decode(self, body_bytes: bytes) -> Body[Op]:
        """A body of this chain: checks 4 to 7."""
        try:
            body: Body[Op] = self._decoder.decode(body_bytes)
        except DECODE_ERRORS as error:
            message = str(error)
            raise Malformed(field=field_of(message), rule=rule_of(message)) from None
        if encode(body) != body_bytes:
            raise NotCanonical()
        check_texts(body, "body")
        if body.chain != self.chain:
            raise WrongChain(chain=body.chain, here=self.chain)
        return body

    def carried(self, ops: Sequence[Carried]) -> tuple[Op, ...]:
        """Operations that another carries: checks 4 to 6, and each operation's own."""
        found: list[Op] = []
        for number, carried in enumerate(ops):
            field, data = f"ops[{number}]", encode(carried)
            try:
                op = self._op_decoder.decode(data)
            except DECODE_ERRORS as error:
                message = str(error)
                inner = field_of(message)
                place = field if inner == "body" else f"{field}.{inner}"
                raise Malformed(field=place, rule=rule_of(message)) from None
            if encode(op) != data:
                raise NotCanonical()
            check_texts(op, field)
            op.check()
            found.append(op)
        return tuple(found)


def least_fee(ops: int, envelope_bytes: int, work: int) -> int:
    """The least fee in units of the fee asset (engine.md 4.4): reserved work is paid."""
    return 10 * ops + 10 * -(-envelope_bytes // 1024) + 100 * (work // 1000)
