"""The state root by its definition, recursively (engine.md 9): slow, short, and surely right."""

import hashlib

ZERO = bytes(32)


def reference_root(leaves: dict[bytes, bytes]) -> bytes:
    """The root of leaf hashes by path: nothing is zero, a lone leaf is itself, else a fork."""
    return _subtree(sorted(leaves.items()), 0)


def reference_leaf(key: bytes, value: bytes) -> bytes:
    """SHA-256(0x00 + SHA-256(key) + SHA-256(value))."""
    path = hashlib.sha256(key).digest()
    return hashlib.sha256(b"\x00" + path + hashlib.sha256(value).digest()).digest()


def _subtree(leaves: list[tuple[bytes, bytes]], depth: int) -> bytes:
    if not leaves:
        return ZERO
    if len(leaves) == 1:
        return leaves[0][1]
    sides: list[list[tuple[bytes, bytes]]] = [[], []]
    for path, leaf in leaves:
        sides[path[depth // 8] >> (7 - depth % 8) & 1].append((path, leaf))
    left, right = (_subtree(side, depth + 1) for side in sides)
    return hashlib.sha256(b"\x01" + left + right).digest()
