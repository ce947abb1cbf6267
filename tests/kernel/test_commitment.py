"""The array tree equals the recursive reference after any batches of changes (engine.md 9)."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from ctn.kernel.commitment import ZERO, Change, Commitment, change, leaf_hash
from tests.kernel.reference_tree import reference_leaf, reference_root

FIRST = (b"balance\0alice/cny", b"250")
SECOND = (b"balance\0bob/cny", b"75")
THIRD = (b"param\0fee_asset", b'"cny"')

KEYS = st.integers(0, 40).map(lambda number: b"t\0%d" % number)
BATCHES = st.lists(
    st.dictionaries(KEYS, st.none() | st.binary(min_size=1, max_size=3), max_size=12), max_size=6
)
# Paths that share up to 255 bits, which hashes would hardly ever do.
CLOSE_PATHS = st.builds(
    lambda zeros, tail: (bytes(32)[:zeros] + tail + bytes(32))[:32],
    st.integers(0, 31),
    st.binary(max_size=2),
) | st.integers(0, 255).map(lambda bit: (1 << bit).to_bytes(32, "big"))


def _root(*pairs: tuple[bytes, bytes]) -> str:
    commitment = Commitment()
    return commitment.update([change(key, value) for key, value in pairs]).hex()


def test_the_examples_of_the_document_are_reproduced() -> None:
    assert _root(FIRST, SECOND, THIRD) == (
        "0f278a99add522f2d885097afdb6c454cdc9f9b632012b25dfe7552466ad649f"
    )
    assert _root(FIRST) == "2226540fd8603a5788498495d6691faf7f95437db2216e06a85f5c3d188d999f"
    assert _root() == "00" * 32


def test_a_leaf_binds_key_and_value() -> None:
    assert leaf_hash(*FIRST) == reference_leaf(*FIRST) == change(*FIRST).leaf
    assert change(FIRST[0], None) == Change(FIRST[0], hashlib.sha256(FIRST[0]).digest(), None)


@given(batches=BATCHES)
def test_each_batch_gives_the_reference_root(batches: list[dict[bytes, bytes | None]]) -> None:
    commitment = Commitment()
    held: dict[bytes, bytes] = {}
    for batch in batches:
        root = commitment.update([change(key, value) for key, value in batch.items()])
        held.update({key: value for key, value in batch.items() if value is not None})
        held = {key: value for key, value in held.items() if batch.get(key, b"") is not None}
        leaves = {
            hashlib.sha256(key).digest(): reference_leaf(key, value) for key, value in held.items()
        }
        assert root == commitment.root() == reference_root(leaves)
        assert len(commitment) == len(held)


@given(batches=st.lists(st.dictionaries(CLOSE_PATHS, st.booleans(), max_size=8), max_size=5))
def test_paths_that_share_many_bits_give_the_reference_root(
    batches: list[dict[bytes, bool]],
) -> None:
    commitment = Commitment()
    leaves: dict[bytes, bytes] = {}
    for number, batch in enumerate(batches):
        changes = []
        for path, is_put in batch.items():
            leaf = hashlib.sha256(path + bytes((number,))).digest() if is_put else None
            changes.append(Change(path, path, leaf))
            if leaf is None:
                leaves.pop(path, None)
            else:
                leaves[path] = leaf
        assert commitment.update(changes) == reference_root(leaves)


@given(held=st.dictionaries(KEYS, st.binary(min_size=1, max_size=3)))
def test_the_root_depends_on_content_alone(held: dict[bytes, bytes]) -> None:
    one, two, three = Commitment(), Commitment(), Commitment()
    changes = [change(key, value) for key, value in held.items()]
    one.update(changes)
    other = [change(b"other", b"1"), *changes[::-1]]
    for item in other:
        two.update([item])
    two.update([change(b"other", None)])
    three.rebuild([(key, leaf_hash(key, value)) for key, value in held.items()])
    assert one.root() == two.root() == three.root()


def test_a_tree_that_grows_and_shrinks_keeps_to_the_reference() -> None:
    commitment = Commitment()
    leaves: dict[bytes, bytes] = {}
    for start in range(0, 600, 50):
        pairs = [(b"k%d" % number, b"v") for number in range(start, start + 50)]
        commitment.update([change(key, value) for key, value in pairs])
        leaves |= {hashlib.sha256(key).digest(): reference_leaf(key, value) for key, value in pairs}
        assert commitment.root() == reference_root(leaves)
    for start in range(0, 600, 100):
        keys = [b"k%d" % number for number in range(start, start + 100)]
        commitment.update([change(key, None) for key in keys])
        for key in keys:
            del leaves[hashlib.sha256(key).digest()]
        assert commitment.root() == reference_root(leaves)
    assert commitment.root() == ZERO
