"""SHA-256 and the RFC 6962 tree, by which lists are committed to.

Leaves are hashed under 0x00 and inner nodes under 0x01, so that a node can never be
shown as a leaf. A level with an odd last node carries it up unchanged, which gives
the same tree as the split at the largest power of two in RFC 6962 section 2.1, and
needs no recursion.
"""

import hashlib
from collections.abc import Sequence

from ctn.crypto.errors import BadPath

LEAF = b"\x00"
INNER = b"\x01"


def sha256(data: bytes) -> bytes:
    """SHA-256 of `data`, 32 bytes (FIPS 180-4)."""
    return hashlib.sha256(data).digest()


def sha256_hex(data: bytes) -> str:
    """SHA-256 of `data`, 64 lower-case hex digits (FIPS 180-4)."""
    return hashlib.sha256(data).hexdigest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Root of the list, 32 bytes; of an empty list SHA-256 of nothing (RFC 6962, 2.1)."""
    if not leaves:
        return sha256(b"")
    level = [sha256(LEAF + leaf) for leaf in leaves]
    while len(level) > 1:
        level = _parents(level)
    return level[0]


def merkle_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Audit path of leaf `index` (from 0), nearest sibling first (RFC 6962, 2.1.1).

    Raises IndexError when the list has no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} in a list of {len(leaves)}")
    level = [sha256(LEAF + leaf) for leaf in leaves]
    path = []
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        level = _parents(level)
        index >>= 1
    return path


def verify_path(path: Sequence[bytes], *, leaf: bytes, root: bytes, index: int, size: int) -> None:
    """Prove that `leaf` is number `index` (from 0) of the `size` leaves under `root`.

    Raises BadPath when a node is missing, left over or not of 32 bytes, when `index`
    lies outside the list, or when the path leads to another root (RFC 9162, 2.1.3.2).
    """
    if not 0 <= index < size or any(len(node) != 32 for node in path):
        raise BadPath
    node = sha256(LEAF + leaf)
    used = 0
    while size > 1:
        if index ^ 1 < size:
            if used == len(path):
                raise BadPath
            sibling = path[used]
            node = sha256(INNER + (sibling + node if index & 1 else node + sibling))
            used += 1
        index >>= 1
        size = (size + 1) >> 1  # up: an odd last node is carried to the next level
    if used != len(path) or node != root:
        raise BadPath


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """The next level towards the root."""
    parents = [
        sha256(INNER + level[left] + level[left + 1]) for left in range(0, len(level) - 1, 2)
    ]
    if len(level) & 1:
        parents.append(level[-1])
    return parents
