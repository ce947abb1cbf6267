"""Proofs of membership and absence, and forgeries that must be refused (engine.md 9)."""

import hashlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ctn.kernel.commitment import (
    ZERO,
    Absence,
    Commitment,
    Membership,
    Step,
    change,
    leaf_hash,
)
from ctn.kernel.proof import Present, ProofInvalid, verify_absence, verify_membership

KEYS = st.integers(0, 60).map(lambda number: b"t\0%d" % number)
HELD = st.dictionaries(KEYS, st.binary(min_size=1, max_size=3), max_size=25)


def _tree(held: dict[bytes, bytes]) -> Commitment:
    commitment = Commitment()
    commitment.update([change(key, value) for key, value in held.items()])
    return commitment


def _many() -> dict[bytes, bytes]:
    return {b"t\0%d" % number: b"%d" % number for number in range(40)}


def _membership(tree: Commitment, key: bytes) -> Membership:
    proof = tree.prove(key)
    assert isinstance(proof, Membership)
    return proof


def _absence(tree: Commitment, key: bytes) -> Absence:
    proof = tree.prove(key)
    assert isinstance(proof, Absence)
    return proof


def _present(tree: Commitment, key: bytes) -> Present:
    proof = _membership(tree, key)
    return Present(key, _many()[key], proof.path)


def _check_absent(tree: Commitment, held: dict[bytes, bytes], proof: Absence) -> None:
    sides = [
        None if side is None else Present(side.key, held[side.key], side.path)
        for side in (proof.left, proof.right)
    ]
    verify_absence(tree.root(), proof.key, *sides)


def _in_order(held: dict[bytes, bytes]) -> list[bytes]:
    return sorted(held, key=lambda key: hashlib.sha256(key).digest())


@given(held=HELD)
def test_what_is_held_is_proved(held: dict[bytes, bytes]) -> None:
    tree = _tree(held)
    for key, value in held.items():
        proof = _membership(tree, key)
        assert proof.leaf == leaf_hash(key, value)
        verify_membership(tree.root(), key, value, proof.path)


@given(held=HELD, key=KEYS)
def test_what_is_not_held_is_proved_absent(held: dict[bytes, bytes], key: bytes) -> None:
    assume(key not in held)
    tree = _tree(held)
    proof = _absence(tree, key)
    _check_absent(tree, held, proof)
    order = _in_order({**held, key: b""})
    at = order.index(key)
    assert (proof.left.key if proof.left else None) == (order[at - 1] if at else None)
    assert (proof.right.key if proof.right else None) == (
        order[at + 1] if at + 1 < len(order) else None
    )


@given(held=HELD, data=st.data())
def test_no_other_key_value_root_or_path_is_proved(
    held: dict[bytes, bytes], data: st.DataObject
) -> None:
    assume(len(held) > 1)
    tree = _tree(held)
    key = data.draw(st.sampled_from(sorted(held)))
    path = _membership(tree, key).path
    forged = [
        (tree.root(), key, held[key] + b"!", path),
        (tree.root(), key + b"!", held[key], path),
        (hashlib.sha256(tree.root()).digest(), key, held[key], path),
        (tree.root(), key, held[key], path[:-1]),
        (tree.root(), key, held[key], [*path, path[-1]]),
        (tree.root(), key, held[key], [_mirrored(path[0]), *path[1:]]),
    ]
    at = data.draw(st.integers(0, len(path) - 1))
    step = path[at]
    part = bytearray(step.suffix or step.prefix)
    part[data.draw(st.integers(0, len(part) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    changed = Step(step.prefix, bytes(part)) if step.suffix else Step(bytes(part), b"")
    forged.append((tree.root(), key, held[key], [*path[:at], changed, *path[at + 1 :]]))
    for root, name, value, steps in forged:
        with pytest.raises(ProofInvalid):
            verify_membership(root, name, value, steps)


def _mirrored(step: Step) -> Step:
    if step.suffix:
        return Step(b"\x01" + step.suffix, b"")
    return Step(b"\x01", step.prefix[1:])


@pytest.mark.parametrize(
    "step",
    [
        Step(b"", bytes(32)),
        Step(b"\x00", bytes(32)),
        Step(b"\x01", bytes(31)),
        Step(b"\x01", b""),
        Step(b"\x01" + bytes(32), bytes(32)),
        Step(b"\x01" + bytes(33), b""),
        Step(b"\x02" + bytes(32), b""),
    ],
)
def test_a_step_has_one_of_two_forms(step: Step) -> None:
    key, value = b"k", b"v"
    root = hashlib.sha256(step.prefix + leaf_hash(key, value) + step.suffix).digest()
    with pytest.raises(ProofInvalid):
        verify_membership(root, key, value, [step])


def test_a_path_has_at_most_256_steps() -> None:
    node, path = leaf_hash(b"k", b"v"), []
    for count in range(257):
        if count == 256:
            verify_membership(node, b"k", b"v", path)
        path.append(Step(b"\x01", ZERO))
        node = hashlib.sha256(b"\x01" + node + ZERO).digest()
    with pytest.raises(ProofInvalid, match="256"):
        verify_membership(node, b"k", b"v", path)


def test_an_inner_node_is_no_leaf() -> None:
    tree = _tree(_many())
    path = _membership(tree, b"t\x000").path
    with pytest.raises(ProofInvalid):
        verify_membership(tree.root(), b"t\x000", b"0", path[1:])


# --- forged absence


def test_without_neighbours_only_the_empty_state_lacks_a_key() -> None:
    verify_absence(ZERO, b"k", None, None)
    with pytest.raises(ProofInvalid):
        verify_absence(_tree(_many()).root(), b"k", None, None)


def test_a_held_key_is_not_absent_between_its_neighbours() -> None:
    held = _many()
    tree, order = _tree(held), _in_order(_many())
    for at in range(1, len(order) - 1):
        left, right = _present(tree, order[at - 1]), _present(tree, order[at + 1])
        with pytest.raises(ProofInvalid):
            verify_absence(tree.root(), order[at], left, right)


def test_a_held_key_is_not_absent_at_an_edge() -> None:
    tree, order = _tree(_many()), _in_order(_many())
    second, last_but_one = _present(tree, order[1]), _present(tree, order[-2])
    with pytest.raises(ProofInvalid):
        verify_absence(tree.root(), order[0], None, second)
    with pytest.raises(ProofInvalid):
        verify_absence(tree.root(), order[-1], last_but_one, None)


def test_a_held_key_is_not_absent_beside_itself() -> None:
    tree, order = _tree(_many()), _in_order(_many())
    own, right = _present(tree, order[5]), _present(tree, order[6])
    for left, other in ((own, right), (_present(tree, order[4]), own), (own, own)):
        with pytest.raises(ProofInvalid):
            verify_absence(tree.root(), order[5], left, other)


@given(first=st.integers(0, 39), second=st.integers(0, 39), key=st.integers(0, 39))
def test_no_two_members_prove_a_held_key_absent(first: int, second: int, key: int) -> None:
    tree, order = _tree(_many()), _in_order(_many())
    left, right = _present(tree, order[first]), _present(tree, order[second])
    with pytest.raises(ProofInvalid):
        verify_absence(tree.root(), order[key], left, right)


def test_neighbours_are_of_this_state() -> None:
    tree = _tree(_many())
    proof = _absence(tree, b"none")
    other = _tree({**_many(), b"more": b"1"})
    with pytest.raises(ProofInvalid):
        _check_absent(other, _many(), proof)


def test_a_neighbour_is_bound_to_its_key() -> None:
    tree, order = _tree(_many()), _in_order(_many())
    absent = order[5]
    target = hashlib.sha256(absent).digest()
    names = [b"lie %d" % number for number in range(2_000)]
    below = next(name for name in names if hashlib.sha256(name).digest() < target)
    above = next(name for name in names if hashlib.sha256(name).digest() > target)
    # Two real neighbours elsewhere in the tree, told under keys on both sides of a held one.
    left = _present(tree, order[20])._replace(key=below)
    right = _present(tree, order[21])._replace(key=above)
    with pytest.raises(ProofInvalid):
        verify_absence(tree.root(), absent, left, right)
