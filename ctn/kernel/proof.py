"""Verifies membership and absence in a state root from the proof alone (engine.md 9)."""

import hashlib
from typing import NamedTuple

from ctn.kernel.commitment import PATH_BITS, ZERO, Step, leaf_hash


class Present(NamedTuple):
    """A key with its value and its path: a neighbour that shows what lies beside an absent key."""

    key: bytes
    value: bytes
    path: list[Step]


class ProofInvalid(ValueError):
    """The proof does not show what it claims; the text names the failing step."""


def verify_membership(root: bytes, key: bytes, value: bytes, path: list[Step]) -> None:
    """`key` has `value` in the state of `root`; raises ProofInvalid."""
    _climb(root, leaf_hash(key, value), path)


def verify_absence(root: bytes, key: bytes, left: Present | None, right: Present | None) -> None:
    """`key` is absent from the state of `root`, between these neighbours; raises ProofInvalid.

    A neighbour comes with its value, because only key and value together make the leaf.
    """
    if left is None and right is None:
        if root != ZERO:
            raise ProofInvalid("no neighbour, though the state is not empty")
        return
    target = hashlib.sha256(key).digest()
    for side in (left, right):
        if side is not None:
            verify_membership(root, side.key, side.value, side.path)
    if left is not None and not hashlib.sha256(left.key).digest() < target:
        raise ProofInvalid("the left neighbour is not below the key")
    if right is not None and not hashlib.sha256(right.key).digest() > target:
        raise ProofInvalid("the right neighbour is not above the key")
    if left is not None and right is not None:
        _require_neighbours(left, right)
    elif right is not None:
        _require_side(right.path, 0, "the neighbour is not at the edge")
    elif left is not None:
        _require_side(left.path, 1, "the neighbour is not at the edge")


def _climb(root: bytes, node: bytes, path: list[Step]) -> None:
    if len(path) > PATH_BITS:
        raise ProofInvalid("the path has more than 256 steps")
    for step in path:
        _side(step)
        node = hashlib.sha256(step.prefix + node + step.suffix).digest()
    if node != root:
        raise ProofInvalid("the path does not end at the root")


def _side(step: Step) -> int:
    """0 when the child is the left one, 1 when it is the right one; nothing else is a step."""
    if step.prefix[:1] == b"\x01":
        if len(step.prefix) == 1 and len(step.suffix) == 32:
            return 0
        if len(step.prefix) == 33 and not step.suffix:
            return 1
    raise ProofInvalid("a step is neither a left nor a right child")


def _sibling(step: Step) -> bytes:
    return step.suffix or step.prefix[1:]


def _require_side(path: list[Step], wanted: int, reason: str) -> None:
    """Every step goes to the wanted side, unless its sibling is empty."""
    for step in path:
        if _side(step) != wanted and _sibling(step) != ZERO:
            raise ProofInvalid(reason)


def _require_neighbours(left: Present, right: Present) -> None:
    """Both paths meet in one node, left and right of it, and nothing lies between them."""
    left_path, right_path = list(left.path), list(right.path)
    while left_path and right_path and left_path[-1] == right_path[-1]:
        left_path.pop()
        right_path.pop()
    if not left_path or not right_path:
        raise ProofInvalid("the neighbours do not part")
    if _side(left_path.pop()) != 0 or _side(right_path.pop()) != 1:
        raise ProofInvalid("the neighbours do not part to the left and right")
    _require_side(left_path, 1, "something lies above the left neighbour")
    _require_side(right_path, 0, "something lies below the right neighbour")
