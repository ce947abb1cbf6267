"""SHA-256 and the RFC 6962 tree."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.crypto import digest
from ctn.crypto.errors import BadPath
from tests.crypto import vector_files

TREE = vector_files.read("merkle_rfc6962")
LEAVES = [bytes.fromhex(leaf) for leaf in TREE["leaves"]]
LEAF_LISTS = st.lists(st.binary(max_size=8), min_size=1, max_size=40)


def split_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, 2.1, word by word."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    inner = b"\x01" + split_root(leaves[:half]) + split_root(leaves[half:])
    return hashlib.sha256(inner).digest()


def test_sha256_of_abc() -> None:
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest.sha256_hex(b"abc") == expected
    assert digest.sha256(b"abc").hex() == expected


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert digest.merkle_root([]) == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    assert digest.merkle_root(LEAVES[:size]).hex() == TREE["roots"][size - 1]


@pytest.mark.parametrize("case", TREE["paths"])
def test_published_paths(case: dict[str, object]) -> None:
    index, size = case["index"], case["size"]
    assert isinstance(index, int)
    assert isinstance(size, int)
    path = digest.merkle_path(LEAVES[:size], index)
    assert [node.hex() for node in path] == case["path"]


@given(leaves=LEAF_LISTS)
def test_the_root_is_that_of_the_recursive_definition(leaves: list[bytes]) -> None:
    assert digest.merkle_root(leaves) == split_root(leaves)


@given(leaves=LEAF_LISTS)
def test_every_leaf_proves_its_place_and_no_other(leaves: list[bytes]) -> None:
    root = digest.merkle_root(leaves)
    size = len(leaves)
    for index, leaf in enumerate(leaves):
        path = digest.merkle_path(leaves, index)
        digest.verify_path(path, leaf=leaf, root=root, index=index, size=size)
        with pytest.raises(BadPath):
            digest.verify_path(path, leaf=leaf + b"x", root=root, index=index, size=size)
        for other in range(size):
            if leaves[other] != leaf:
                with pytest.raises(BadPath):
                    digest.verify_path(path, leaf=leaf, root=root, index=other, size=size)


@pytest.mark.parametrize("index", [-1, 3])
def test_refuses_a_path_of_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError):
        digest.merkle_path(LEAVES[:3], index)


@pytest.mark.parametrize("index", [-1, 3])
def test_refuses_when_the_index_lies_outside_the_list(index: int) -> None:
    root = digest.merkle_root(LEAVES[:3])
    with pytest.raises(BadPath):
        digest.verify_path([], leaf=LEAVES[0], root=root, index=index, size=3)


def test_refuses_when_the_path_is_short_long_or_changed() -> None:
    root = digest.merkle_root(LEAVES)
    path = digest.merkle_path(LEAVES, 5)
    changed = [path[0], bytes(32), path[2]]
    ragged = [path[0], path[1], path[2][:31]]
    for wrong in (path[:-1], [*path, bytes(32)], changed, ragged, []):
        with pytest.raises(BadPath):
            digest.verify_path(wrong, leaf=LEAVES[5], root=root, index=5, size=8)


def test_refuses_an_inner_node_shown_as_a_leaf() -> None:
    root = digest.merkle_root(LEAVES[:2])
    children = b"".join(digest.sha256(b"\x00" + leaf) for leaf in LEAVES[:2])
    with pytest.raises(BadPath):
        digest.verify_path([], leaf=children, root=root, index=0, size=1)
