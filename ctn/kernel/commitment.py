"""The state root: a binary compact sparse Merkle tree over hashed keys (engine.md 9, ICS-23).

A leaf hangs at the path SHA-256(key). An empty subtree is 32 zero bytes and a subtree with exactly
one leaf is that leaf's hash, so the root depends on content alone. The tree is an array of hashes
per level for the first `depth` bits and a small dict of leaves per bucket below; a batch of
changes hashes its buckets first and then level by level upwards, sharing the upper levels.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

ZERO = b"\0" * 32
PATH_BITS = 256
DEPTH_MAX = 24
EMPTY, SINGLE, MANY = 0, 1, 2

sha256 = hashlib.sha256


class Change(NamedTuple):
    """A key, its path SHA-256(key), and its new leaf hash, None when the key is gone."""

    key: bytes
    path: bytes
    leaf: bytes | None


class Step(NamedTuple):
    """One step from leaf to root: what is hashed before and after the child."""

    prefix: bytes
    suffix: bytes


class Membership(NamedTuple):
    """A key, its leaf, and the path to the root."""

    key: bytes
    leaf: bytes
    path: list[Step]


class Absence(NamedTuple):
    """The nearest present keys on both sides of an absent one, by hashed key."""

    key: bytes
    left: Membership | None
    right: Membership | None


class Leaf(NamedTuple):
    """A leaf in its bucket."""

    path: bytes
    hash: bytes
    key: bytes


def change(key: bytes, value: bytes | None) -> Change:
    """The change that puts `value` under `key`, or drops the key."""
    path = sha256(key).digest()
    if value is None:
        return Change(key, path, None)
    return Change(key, path, sha256(b"\0" + path + sha256(value).digest()).digest())


def leaf_hash(key: bytes, value: bytes) -> bytes:
    """The hash that binds a key and its value."""
    return sha256(b"\0" + sha256(key).digest() + sha256(value).digest()).digest()


def inner(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


class Commitment:
    """The tree of one state."""

    def __init__(self) -> None:
        self._reset(0)

    def root(self) -> bytes:
        """The state root."""
        return self._levels[0][0]

    def __len__(self) -> int:
        return self._count

    def rebuild(self, leaves: Iterable[tuple[bytes, bytes]]) -> bytes:
        """The root of exactly these keys and leaf hashes."""
        found = [Leaf(sha256(key).digest(), leaf, key) for key, leaf in leaves]
        self._fill(found)
        return self.root()

    def update(self, changes: Iterable[Change]) -> bytes:
        """The root after a batch of changes."""
        touched: dict[int, None] = {}
        shift = 32 - self._depth
        buckets = self._buckets
        for key, path, leaf in changes:
            number = int.from_bytes(path[:4], "big") >> shift
            bucket = buckets[number]
            if bucket is None:
                bucket = buckets[number] = {}
            self._count += (leaf is not None) - (path in bucket)
            if leaf is None:
                bucket.pop(path, None)
            else:
                bucket[path] = (leaf, key)
            touched[number] = None
        if self._count > 2 << self._depth and self._depth < DEPTH_MAX:
            self._fill(self._leaves())
        else:
            self._rehash(sorted(touched))
        return self.root()

    def prove(self, key: bytes) -> Membership | Absence:
        """Proof that a key is present with its leaf, or that it is absent."""
        path = sha256(key).digest()
        bucket = self._bucket_of(path)
        found = bucket.get(path) if bucket else None
        if found is not None:
            return self._membership(path)
        left, right = self._neighbours(path)
        return Absence(
            key,
            None if left is None else self._membership(left),
            None if right is None else self._membership(right),
        )

    # --- the arrays

    def _reset(self, depth: int) -> None:
        self._depth = depth
        self._count = 0
        self._levels = [[ZERO] * (1 << level) for level in range(depth + 1)]
        self._kinds = [bytearray(1 << level) for level in range(depth + 1)]
        self._buckets: list[dict[bytes, tuple[bytes, bytes]] | None] = [None] * (1 << depth)

    def _fill(self, leaves: list[Leaf]) -> None:
        self._reset(min(DEPTH_MAX, max(len(leaves), 1).bit_length()))
        shift = 32 - self._depth
        for leaf in leaves:
            number = int.from_bytes(leaf.path[:4], "big") >> shift
            bucket = self._buckets[number]
            if bucket is None:
                bucket = self._buckets[number] = {}
            bucket[leaf.path] = (leaf.hash, leaf.key)
        self._count = len(leaves)
        filled = [number for number, bucket in enumerate(self._buckets) if bucket is not None]
        self._rehash(filled)

    def _leaves(self) -> list[Leaf]:
        return [
            Leaf(path, leaf, key)
            for bucket in self._buckets
            if bucket
            for path, (leaf, key) in bucket.items()
        ]

    def _rehash(self, numbers: list[int]) -> None:
        """Hash the changed buckets, then their ancestors level by level."""
        level = self._levels[self._depth]
        kinds = self._kinds[self._depth]
        for number in numbers:
            bucket = self._buckets[number]
            if not bucket:
                level[number], kinds[number] = ZERO, EMPTY
                self._buckets[number] = None
            elif len(bucket) == 1:
                level[number], kinds[number] = next(iter(bucket.values()))[0], SINGLE
            else:
                leaves = sorted([(path, leaf) for path, (leaf, _key) in bucket.items()])
                level[number], kinds[number] = subtree(leaves, self._depth), MANY
        for depth in range(self._depth - 1, -1, -1):
            numbers = _parents(numbers)
            self._rehash_level(depth, numbers)

    def _rehash_level(self, depth: int, numbers: list[int]) -> None:
        level, kinds = self._levels[depth], self._kinds[depth]
        below, below_kinds = self._levels[depth + 1], self._kinds[depth + 1]
        for number in numbers:
            at = number + number
            left, right = below_kinds[at], below_kinds[at + 1]
            if left + right > SINGLE:
                level[number] = sha256(b"\x01" + below[at] + below[at + 1]).digest()
                kinds[number] = MANY
            else:
                level[number] = below[at] if left else below[at + 1]
                kinds[number] = left + right

    # --- proofs

    def _bucket_of(self, path: bytes) -> dict[bytes, tuple[bytes, bytes]] | None:
        return self._buckets[int.from_bytes(path[:4], "big") >> (32 - self._depth)]

    def _membership(self, path: bytes) -> Membership:
        bucket = self._bucket_of(path)
        assert bucket is not None
        leaf, key = bucket[path]
        leaves = sorted([(other, found[0]) for other, found in bucket.items()])
        steps = _steps_within(leaves, path, self._depth)
        number = int.from_bytes(path[:4], "big") >> (32 - self._depth)
        for depth in range(self._depth - 1, -1, -1):
            parent = number >> 1
            if self._kinds[depth][parent] == MANY:
                sibling = self._levels[depth + 1][number ^ 1]
                steps.append(_step(number & 1, sibling))
            number = parent
        return Membership(key, leaf, steps)

    def _neighbours(self, path: bytes) -> tuple[bytes | None, bytes | None]:
        """The nearest present paths below and above an absent one."""
        number = int.from_bytes(path[:4], "big") >> (32 - self._depth)
        here = sorted(self._buckets[number] or {})
        below = [other for other in here if other < path]
        above = [other for other in here if other > path]
        left = below[-1] if below else self._edge(number, -1)
        right = above[0] if above else self._edge(number, 1)
        return left, right

    def _edge(self, number: int, step: int) -> bytes | None:
        """The nearest path in the buckets before (-1) or after (1) a bucket."""
        number += step
        while 0 <= number < len(self._buckets):
            bucket = self._buckets[number]
            if bucket:
                return max(bucket) if step < 0 else min(bucket)
            number += step
        return None


def _parents(numbers: list[int]) -> list[int]:
    """The distinct parents of ascending node numbers, ascending."""
    return list(dict.fromkeys([number >> 1 for number in numbers]))


def _step(is_right: int, sibling: bytes) -> Step:
    """The step of a child whose sibling is known."""
    return Step(b"\x01" + sibling, b"") if is_right else Step(b"\x01", sibling)


def _bit(path: bytes, place: int) -> int:
    return (path[place >> 3] >> (7 - (place & 7))) & 1


def _shared(left: bytes, right: bytes) -> int:
    """How many leading bits two different paths share."""
    return PATH_BITS - (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).bit_length()


def _lift(node: bytes, path: bytes, depth: int, target: int) -> bytes:
    """An inner node's hash seen from a higher level, where its siblings are empty."""
    while depth > target:
        depth -= 1
        node = inner(ZERO, node) if _bit(path, depth) else inner(node, ZERO)
    return node


def subtree(leaves: list[tuple[bytes, bytes]], depth: int) -> bytes:
    """The hash of at least two leaves, ascending by path, as a subtree whose top is at `depth`."""
    # Each entry: hash, its depth (None for a leaf), a path in it, the fork with what is left of it.
    stack: list[tuple[bytes, int | None, bytes, int]] = [(leaves[0][1], None, leaves[0][0], -1)]
    for path, leaf in leaves[1:]:
        fork = _shared(stack[-1][2], path)
        _merge(stack, fork)
        stack.append((leaf, None, path, fork))
    _merge(stack, -1)
    node, at, path, _fork = stack[0]
    assert at is not None
    return _lift(node, path, at, depth)


def _merge(stack: list[tuple[bytes, int | None, bytes, int]], fork: int) -> None:
    """Join the topmost entries whose fork lies deeper than `fork`."""
    while len(stack) > 1 and stack[-1][3] > fork:
        right, right_depth, right_path, at = stack.pop()
        left, left_depth, left_path, before = stack.pop()
        if right_depth is not None:
            right = _lift(right, right_path, right_depth, at + 1)
        if left_depth is not None:
            left = _lift(left, left_path, left_depth, at + 1)
        stack.append((inner(left, right), at, left_path, before))


def _steps_within(leaves: list[tuple[bytes, bytes]], path: bytes, depth: int) -> list[Step]:
    """The steps of a leaf up to the top of its bucket."""
    others = [(other, leaf) for other, leaf in leaves if other != path]
    if not others:
        return []
    deepest = max(_shared(path, other) for other, _leaf in others)
    steps: list[Step] = []
    for place in range(deepest, depth - 1, -1):
        beside = [(other, leaf) for other, leaf in others if _shared(path, other) == place]
        steps.append(_step(_bit(path, place), _subtree_or_leaf(beside, place + 1)))
    return steps


def _subtree_or_leaf(leaves: list[tuple[bytes, bytes]], depth: int) -> bytes:
    if not leaves:
        return ZERO
    return leaves[0][1] if len(leaves) == 1 else subtree(leaves, depth)
