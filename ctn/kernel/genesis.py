"""Genesis: the first state of a chain, and the name that binds every transaction to it."""

import hashlib
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ctn.crypto import domains
from ctn.kernel.codec import Count, Hash, Json, Time, encode


class Parent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The chain, height and root that an imported chain continues."""

    chain: str
    height: Count
    root: Hash


class Genesis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Chain id, time, first height, maker, parameters and records (engine.md 16)."""

    chain_id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{2,39}\Z")]
    time: Time
    initial_height: Annotated[int, Meta(ge=1, le=2**62)]
    app_version: Count
    maker: Hash | None
    params: dict[str, Json]
    records: list[tuple[str, str, Any]]
    parent: Parent | None
    versions: dict[str, str]


def genesis_hash(genesis: Genesis) -> bytes:
    """G, the hash of the canonical genesis."""
    return hashlib.sha256(domains.GENESIS + encode(genesis)).digest()


def chain_name(genesis: Genesis) -> str:
    """The chain that transactions name: chain id and the first 16 hex of G."""
    return f"{genesis.chain_id}:{genesis_hash(genesis).hex()[:16]}"
