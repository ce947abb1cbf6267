"""A chain leaves as a file that two verifiers accept, and no changed byte passes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.homes import Cli


@pytest.fixture(scope="module", name="file")
def _file(live: Cli) -> Path:
    for _ in range(3):
        live.send("assets.transfer", "asset=cny", "amount=1", "to=@bob", "--key", "alice")
    path = live.home.parent / "chain.jsonl"
    found = live.ok("export", "--blocks", "--out", str(path))
    assert found["transactions"] == 3
    return path


def independent(path: Path) -> int:
    line = [sys.executable, "tools/verify_export.py", str(path)]
    return subprocess.run(line, capture_output=True, check=False).returncode


def test_both_verifiers_accept_an_export_of_a_running_chain(live: Cli, file: Path) -> None:
    assert independent(file) == 0
    found = live.ok("verify-export", str(file))
    assert found["valid"] is True
    assert found["transactions"] == 3
    assert found["root"] == live.ok("node", "status")["root"]


def test_both_verifiers_refuse_a_flipped_byte(live: Cli, file: Path) -> None:
    data = file.read_bytes()
    for place in (len(data) // 3, len(data) // 2, len(data) - 9):
        flipped = bytearray(data)
        flipped[place] ^= 1
        bad = file.with_name("bad.jsonl")
        bad.write_bytes(bytes(flipped))
        assert independent(bad) == 1
        said = live("verify-export", str(bad), "--json")
        assert said.code == 1
        assert "line" in said.json["error"]


def test_the_state_alone_is_one_line(live: Cli, file: Path) -> None:
    path = file.with_name("state.json")
    found = live.ok("export", "--out", str(path))
    assert path.read_bytes().count(b"\n") == 1
    assert path.read_bytes() == file.read_bytes().splitlines(keepends=True)[-1]
    assert found["records"] > 0
    assert not path.with_name("state.json.part").exists()
    assert live("verify-export", str(path)).code == 1
    assert live("verify-export", str(path) + ".none").code == 1
