"""Anchors on the base chain."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import DutyKind
from ctn.kernel.record import numbered
from ctn.kernel.refusal import NotAuthority
from ctn.modules.governance.record_anchor import (
    AnchorNotRising,
    AnchorRootMismatch,
    RecordAnchor,
)
from ctn.modules.governance.records import Anchor
from tests.modules.governance.worlds import GovernanceWorld

REFERENCE = "file:1"


def running(blocks: int) -> tuple[GovernanceWorld, str, list[str]]:
    """A world after so many blocks, who anchors, and the root after each height from 0."""
    world = GovernanceWorld()
    anchor = world.authority("anchor", DutyKind.ANCHOR)
    roots = [world.machine.root.hex()]
    for _ in range(blocks):
        world.empty_block()
        roots.append(world.machine.root.hex())
    return world, anchor, roots


def test_an_anchor_of_our_root_is_recorded() -> None:
    world, anchor, roots = running(11)
    events = world.accept(anchor, RecordAnchor(10, roots[10], REFERENCE))
    assert events[0] == {
        "event": "governance.Anchored", "op": 0, "height": 10, "state_root": roots[10],
        "reference": REFERENCE, "by": anchor,
    }  # fmt: skip
    assert world.get(Anchor, numbered(10)).state_root == roots[10]


def test_refuses_when_the_height_does_not_rise() -> None:
    world, anchor, roots = running(21)
    world.accept(anchor, RecordAnchor(20, roots[20], REFERENCE))
    world.refuse(anchor, AnchorNotRising, RecordAnchor(20, roots[20], REFERENCE))
    world.refuse(anchor, AnchorNotRising, RecordAnchor(10, roots[10], REFERENCE))


def test_refuses_when_the_root_is_not_ours_at_that_height() -> None:
    world, anchor, roots = running(12)
    world.refuse(anchor, AnchorRootMismatch, RecordAnchor(10, roots[11], REFERENCE))
    world.refuse(anchor, AnchorRootMismatch, RecordAnchor(11, roots[11], REFERENCE))
    world.refuse(anchor, AnchorRootMismatch, RecordAnchor(900, roots[10], REFERENCE))


def test_refuses_when_the_sender_has_no_duty_to_anchor() -> None:
    world, _anchor, roots = running(11)
    world.refuse(world.members[0], NotAuthority, RecordAnchor(10, roots[10], REFERENCE))


@settings(max_examples=10)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=5))
def test_only_rising_heights_with_our_roots_are_taken(heights: list[int]) -> None:
    world, anchor, roots = running(32)
    last = -1
    for height in heights:
        root = roots[height] if height < len(roots) else roots[0]
        op = RecordAnchor(height, root, REFERENCE)
        if height <= last:
            world.refuse(anchor, AnchorNotRising, op)
        elif height % 10 or height > 30:
            world.refuse(anchor, AnchorRootMismatch, op)
        else:
            world.accept(anchor, op)
            last = height
