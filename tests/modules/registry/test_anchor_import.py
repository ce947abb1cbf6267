"""`registry.anchor_import`: a file and its report are noted by their hashes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import Malformed, NotAuthority
from ctn.modules.registry.anchor_import import ROWS_MAX, AnchorImport, MoreThanRows
from ctn.modules.registry.imports import ImportAnchor
from tests.modules.registry.bridge_worlds import FILE, HASH, BridgeWorld


def test_an_import_is_noted_with_who_noted_it() -> None:
    world = BridgeWorld()
    (event,) = world.accept(world.registrar, AnchorImport(FILE, "verra.units", 20, 19, HASH))
    assert (event["rows"], event["accepted"]) == (20, 19)
    known = world.get(ImportAnchor, f"{FILE}/verra.units")
    assert known == ImportAnchor(FILE, "verra.units", 20, 19, HASH, world.registrar, known.time)


def test_the_same_file_by_the_same_layout_again_replaces() -> None:
    world = BridgeWorld()
    world.accept(world.registrar, AnchorImport(FILE, "verra.units", 20, 19, HASH))
    world.accept(world.registrar, AnchorImport(FILE, "verra.units", 20, 20, HASH))
    assert world.get(ImportAnchor, f"{FILE}/verra.units").accepted == 20


def test_refuses_more_accepted_rows_than_rows() -> None:
    world = BridgeWorld()
    op = AnchorImport(FILE, "verra.units", 20, 21, HASH)
    assert world.refuse(world.registrar, MoreThanRows, op) == {"rows": 20, "accepted": 21}


def test_refuses_one_who_is_no_registrar() -> None:
    world = BridgeWorld()
    world.refuse(world.alice, NotAuthority, AnchorImport(FILE, "verra.units", 20, 20, HASH))


@pytest.mark.parametrize(("layout", "rows"), [("Verra", 1), ("verra.units", 0)])
def test_refuses_what_is_no_layout_or_no_row(layout: str, rows: int) -> None:
    world = BridgeWorld()
    with pytest.raises(Malformed):
        world.tx(world.registrar, AnchorImport(FILE, layout, rows, 0, HASH))


@given(st.integers(1, ROWS_MAX), st.integers(0, ROWS_MAX))
@settings(max_examples=20)
def test_an_accepted_anchor_never_counts_more_than_its_rows(rows: int, accepted: int) -> None:
    world = BridgeWorld()
    op = AnchorImport(FILE, "verra.units", rows, accepted, HASH)
    if accepted > rows:
        world.refuse(world.registrar, MoreThanRows, op)
    else:
        world.accept(world.registrar, op)
