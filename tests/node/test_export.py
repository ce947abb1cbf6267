"""An export holds everything, in the one spelling that others can check (engine.md 16)."""

import io
import json
from pathlib import Path

import pytest

from ctn.client.founding import DEV_PARAMS
from ctn.kernel.codec import encode
from ctn.node.export import export_blocks, export_state
from ctn.node.home import Home, Opened
from tests.node.small_home import fill_home
from tools.verify_export import Failed, verify


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Home:
    return fill_home(tmp_path / "home")


def exported(home: Home, *, blocks: bool) -> bytes:
    opened = Opened(home)
    out = io.BytesIO()
    if blocks:
        export_blocks(opened, out)
    else:
        export_state(opened, out)
    opened.close()
    return out.getvalue()


def test_the_independent_verifier_accepts_an_export(home: Home) -> None:
    walk = verify(io.BytesIO(exported(home, blocks=True)))
    assert walk.counts["blocks"] == 5
    assert walk.counts["transactions"] == 7


def test_the_independent_verifier_refuses_any_flipped_byte(home: Home) -> None:
    data = exported(home, blocks=True)
    for place in range(5, len(data), len(data) // 12):
        flipped = bytearray(data)
        flipped[place] ^= 1
        with pytest.raises(Failed):
            verify(io.BytesIO(bytes(flipped)))


def test_every_line_is_canonical(home: Home) -> None:
    for line in exported(home, blocks=True).splitlines():
        assert encode(json.loads(line)) == line


def test_the_state_alone_is_the_last_line_of_all(home: Home) -> None:
    state = exported(home, blocks=False)
    assert state.count(b"\n") == 1
    assert exported(home, blocks=True).splitlines(keepends=True)[-1] == state


def test_the_state_names_height_root_parameters_and_sorted_records(home: Home) -> None:
    opened = Opened(home)
    root = opened.machine.root.hex()
    opened.close()
    state = json.loads(exported(home, blocks=False))
    assert (state["height"], state["root"]) == (5, root)
    assert state["params"] == DEV_PARAMS | {"fee_asset": "cny"}
    places = [record[:2] for record in state["records"]]
    assert places == sorted(places)


def test_progress_is_told_of_every_block(home: Home) -> None:
    told: list[tuple[int, int]] = []
    opened = Opened(home)
    counts = export_blocks(opened, io.BytesIO(), lambda done, of: told.append((done, of)))
    opened.close()
    assert told == [(number, 5) for number in range(1, 6)]
    assert (counts.height, counts.blocks, counts.transactions) == (5, 5, 7)
