"""Proofs of records: what a client that trusts a block maker, and no server, believes.

The maker's seal holds the header, the header holds the state root, and a path leads from the
record to that root (engine.md 6, 9).
"""

from typing import Any

import msgspec

from ctn.crypto import ed25519
from ctn.crypto.errors import BadSignature
from ctn.kernel.block import Header, seal_bytes
from ctn.kernel.codec import DECODE_ERRORS, decode_json, encode
from ctn.kernel.commitment import Step
from ctn.kernel.proof import Present, ProofInvalid, verify_absence, verify_membership


class Side(msgspec.Struct, frozen=True):
    """A present neighbour of an absent key: key in hex, value as its text, path in hex."""

    key: str
    value: str
    path: list[tuple[str, str]]


class Sides(msgspec.Struct, frozen=True):
    """The neighbours of an absent key."""

    left: Side | None
    right: Side | None


class Proved(msgspec.Struct, frozen=True):
    """What a server says of a record, and by what it proves it."""

    value: str | None
    path: list[tuple[str, str]] | None
    absent: Sides | None
    header: str | None
    seal: str | None


def read_header(text: str, seal: str, maker: str) -> Header:
    """The header of a canonical text sealed by `maker` (64 hex); raises ProofInvalid."""
    data = text.encode()
    try:
        header = msgspec.json.decode(data, type=Header)
        signature, key = bytes.fromhex(seal), bytes.fromhex(maker)
    except (*DECODE_ERRORS, ValueError):
        raise ProofInvalid("the header does not decode") from None
    if encode(header) != data:
        raise ProofInvalid("the header is not canonical")
    if header.maker != maker:
        raise ProofInvalid("the header names another maker than the trusted one")
    try:
        ed25519.verify(key, seal_bytes(data), signature)
    except BadSignature:
        raise ProofInvalid("the seal is not the maker's") from None
    return header


def proved_value(answer: dict[str, Any], *, key: bytes, maker: str, chain: str) -> Any:
    """The value of the record under `key` (table, zero byte, id), or None when it is absent.

    `answer` is that of `GET /api/v1/state/{table}/{id}?prove=1`; `maker` is the trusted maker's
    key, 64 hex, and `chain` the chain's full name. Raises ProofInvalid. Source: engine.md 9.
    """
    try:
        proved = msgspec.convert(answer, Proved)
    except msgspec.ValidationError as error:
        raise ProofInvalid(f"the answer holds no proof: {error}") from None
    if proved.header is None or proved.seal is None:
        raise ProofInvalid("no block is sealed yet")
    header = read_header(proved.header, proved.seal, maker)
    if header.chain != chain:
        raise ProofInvalid("the header is of another chain")
    if header.height != answer.get("height"):
        raise ProofInvalid("the header is of another height")
    return value_under(bytes.fromhex(header.state), key, proved)


def value_under(root: bytes, key: bytes, proved: Proved) -> Any:
    """The value of the record under `key` in the state of `root`, or None when it is absent.

    Raises ProofInvalid. Source: engine.md 9.
    """
    if proved.value is not None:
        data = proved.value.encode()
        verify_membership(root, key, data, _steps(proved.path or []))
        try:
            return decode_json(data)
        except ValueError:
            raise ProofInvalid("the value is not canonical") from None
    if proved.absent is None:
        raise ProofInvalid("neither a value nor a proof that there is none")
    left, right = _present(proved.absent.left), _present(proved.absent.right)
    verify_absence(root, key, left, right)
    return None


def _present(side: Side | None) -> Present | None:
    """A neighbour of an absent key; its leaf follows from its key and value."""
    return None if side is None else Present(
        _bytes(side.key), side.value.encode(), _steps(side.path)
    )  # fmt: skip


def _steps(path: list[tuple[str, str]]) -> list[Step]:
    return [Step(_bytes(prefix), _bytes(suffix)) for prefix, suffix in path]


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ProofInvalid("a proof holds what is no hex") from None
