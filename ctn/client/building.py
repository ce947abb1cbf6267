"""Builds and signs transactions; pure: no network, no clock, no keystore (engine.md 4).

A body is written once as canonical JSON, and those bytes are what every signer signs. Envelopes of
one body, each with some of the signatures, are merged into one.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypedDict

from ctn.kernel.codec import encode
from ctn.kernel.op import Op
from ctn.kernel.tx import (
    SCHEME_LENGTHS,
    SIGNATURE_WORK,
    Body,
    Fee,
    Signature,
    least_fee,
    pack,
    sign_bytes,
    tx_id,
    unpack,
)

EXPIRES_AFTER = 1_000  # heights; with 200 ms blocks at least three minutes
ED25519 = 1


class Signer(Protocol):
    """Whatever can sign: a key of `ctn.wallet.keystore`, or a device."""

    @property
    def scheme(self) -> int:
        """Number of the signature scheme (engine.md 3.1)."""

    @property
    def public(self) -> bytes:
        """Public key, in the scheme's encoding."""

    def sign(self, message: bytes) -> bytes:
        """Signature of `message`, in the scheme's encoding."""


class Terms(TypedDict, total=False):
    """What a sender may state beside the operations; whatever is missing is found out or default.

    `sender` address (default: the only key's), `sequence` (the account's next), `memo` at most 256
    bytes, `fee` in units of the fee asset (the least), `payer` a sponsor's address, `expires` the
    last height at which it may enter a block (the present one + 1,000), `schemes` of those who
    will sign (default: those of the keys, else of all the account's signers).
    """

    sender: str
    sequence: int
    memo: str
    fee: int
    payer: str
    expires: int
    schemes: Sequence[int]


class Place(NamedTuple):
    """Where a transaction is to stand: its chain, sender, the sender's sequence, and its expiry."""

    chain: str
    sender: str
    sequence: int
    expires: int


class BodiesDiffer(ValueError):
    """The envelopes are of different transactions, so their signatures cannot be merged."""


def build(ops: Sequence[Op], place: Place, terms: Terms) -> bytes:
    """The canonical body of a transaction, ready to be signed.

    Of `terms` it reads `memo`, `payer`, `fee` and `schemes`. The least fee is that of
    engine.md 4.4 for the envelope with one signature of each scheme.
    """
    schemes = tuple(terms.get("schemes", (ED25519,)))
    fee = terms.get("fee")
    least = 0
    while True:
        amount = least if fee is None else fee
        paid = Fee(amount, terms.get("payer"))
        body = encode(
            Body(
                place.chain, place.sender, place.sequence, place.expires, paid,
                terms.get("memo", ""), tuple(ops),
            )
        )  # fmt: skip
        needed = least_fee_of(ops, body, schemes)
        # A longer number can make a longer envelope, never a shorter one, so this ends.
        if fee is not None or needed <= amount:
            return body
        least = needed


def least_fee_of(ops: Sequence[Op], body: bytes, schemes: Sequence[int]) -> int:
    """The least fee of a body, in units of the fee asset, when one key of each scheme signs it."""
    size = 6 + len(body) + sum(4 + sum(SCHEME_LENGTHS[scheme]) for scheme in schemes)
    work = SIGNATURE_WORK * len(schemes) + sum(op.work for op in ops)
    return least_fee(len(ops), size, work)


def sign(body: bytes, keys: Sequence[Signer]) -> bytes:
    """The envelope of a body (canonical JSON) with a signature of each key."""
    message = sign_bytes(body)
    return pack(body, [Signature(key.scheme, key.public, key.sign(message)) for key in keys])


def merge(envelopes: Sequence[bytes]) -> bytes:
    """One envelope with all signatures of envelopes of one body, each key's once.

    Raises BodiesDiffer, ValueError when there is none, and the refusals of an envelope's layout
    (engine.md 4.2, 1 to 3).
    """
    if not envelopes:
        raise ValueError("no envelope to merge")
    bodies: dict[bytes, None] = {}
    signatures: dict[tuple[int, bytes], Signature] = {}
    for envelope in envelopes:
        body, found = unpack(envelope)
        bodies[body] = None
        for signature in found:
            signatures.setdefault((signature.scheme, signature.key), signature)
    if len(bodies) != 1:
        raise BodiesDiffer("the envelopes are of different transactions")
    return pack(next(iter(bodies)), list(signatures.values()))


def envelope_id(envelope: bytes) -> str:
    """The id of an envelope's transaction, 64 hex; signatures are no part of it."""
    return tx_id(unpack(envelope)[0])


def key_of(keys: Signer | Sequence[Signer]) -> tuple[Signer, ...]:
    """One key or several, as a row of keys."""
    return tuple(keys) if isinstance(keys, Sequence) else (keys,)
