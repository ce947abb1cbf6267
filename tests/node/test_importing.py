"""A chain that goes on from an export: same records, same root, another name."""

import json
from pathlib import Path

import pytest

from ctn.genesis import genesis_values
from ctn.kernel.commitment import Commitment, change
from ctn.kernel.genesis import chain_name
from ctn.node.export import export_blocks, export_state
from ctn.node.home import Home, Opened
from ctn.node.importing import ImportRootMismatch, continued
from ctn.node.stops import BadConfig
from tests.node.chains import blocks_of, new_home


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Home:
    home = new_home(tmp_path / "home")
    blocks_of(home, 3)
    return home


def write(home: Home, path: Path, *, whole: bool = False) -> tuple[str, int]:
    opened = Opened(home)
    with path.open("wb") as out:
        (export_blocks if whole else export_state)(opened, out)
    root, height = opened.machine.root.hex(), opened.machine.height
    opened.close()
    return root, height


@pytest.mark.parametrize("whole", [False, True])
def test_the_new_chain_begins_with_the_same_root_one_height_on(
    home: Home, tmp_path: Path, whole: bool
) -> None:
    root, height = write(home, tmp_path / "out", whole=whole)
    genesis = continued(tmp_path / "out", "ctn-next")
    values = genesis_values(genesis)
    assert Commitment().update([change(*row) for row in values.items()]).hex() == root
    assert genesis.initial_height == height + 1
    assert genesis.parent is not None
    assert genesis.parent.root == root
    assert chain_name(genesis) != genesis.parent.chain


def test_refuses_an_export_whose_balance_was_changed(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "out"
    write(home, path)
    state = json.loads(path.read_bytes())
    balances = [row for row in state["records"] if row[0] == "balance" and row[2] > 0]
    balances[0][2] += 1
    balances[1][2] -= 1
    text = json.dumps(state, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    path.write_text(text + "\n")
    with pytest.raises(ImportRootMismatch):
        continued(path, "ctn-next")


@pytest.mark.parametrize("text", ["", "{}", "[1]\n", '{"chain": 1}\n'])
def test_refuses_a_file_that_is_no_export(tmp_path: Path, text: str) -> None:
    (tmp_path / "out").write_text(text)
    with pytest.raises(BadConfig):
        continued(tmp_path / "out", "ctn-next")


def test_refuses_an_export_with_a_space_added(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "out"
    write(home, path)
    path.write_bytes(path.read_bytes().replace(b'"chain":', b'"chain": ', 1))
    with pytest.raises(BadConfig):
        continued(path, "ctn-next")
