"""Finding and installing CometBFT: one version counts, and each failure says what to do."""

import os
import stat
from pathlib import Path

import pytest

from ctn import cometbft
from ctn.devtools import cometbft as tools
from ctn.devtools.refusals import CometBFTNotFound, GoProxyUnreachable


def program(folder: Path, says: str, name: str = "cometbft") -> Path:
    """A program that says a version."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture(autouse=True)
def _nothing_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cometbft.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}{os.pathsep}/bin{os.pathsep}/usr/bin")
    monkeypatch.setattr(cometbft, "TOOLS", tmp_path / "tools")


@pytest.mark.parametrize("says", ["0.38.25", "v0.38.25", "0.38.25+3f1c2d"])
def test_the_one_version_is_found_on_path(tmp_path: Path, says: str) -> None:
    wanted = program(tmp_path / "path", says)
    assert cometbft.look().path == wanted


@pytest.mark.parametrize("says", ["0.38.24", "0.38.250", "1.0.0", "", "0.38"])
def test_another_version_is_none_and_is_named(tmp_path: Path, says: str) -> None:
    other = program(tmp_path / "path", says)
    looked = cometbft.look()
    assert looked.path is None
    assert str(other) in looked.found


def test_the_variable_is_the_users_word_and_nothing_else_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "path", "0.38.25")
    monkeypatch.setenv(cometbft.VARIABLE, str(tmp_path / "none"))
    assert cometbft.look().path is None


def test_the_tools_of_the_checkout_come_after_path(tmp_path: Path) -> None:
    program(tmp_path / "path", "0.37.0")
    wanted = program(tmp_path / "tools", "0.38.25")
    assert cometbft.look().path == wanted


def test_what_is_there_is_not_built_again(tmp_path: Path) -> None:
    wanted = program(tmp_path / "tools", "0.38.25")
    assert str(wanted) in tools.fetch_cometbft()


@pytest.mark.parametrize(
    ("says", "version"),
    [("go1.22.11", (1, 22, 11)), ("go1.26", (1, 26, 0)), ("go1.9.7", (1, 9, 7)), ("devel", (0,))],
)
def test_versions_of_go_are_numbers(tmp_path: Path, says: str, version: tuple[int, ...]) -> None:
    assert tools.go_version(str(program(tmp_path, says, "go"))) == version


def test_an_old_go_does_not_build_what_asks_for_a_newer_one() -> None:
    assert (1, 22, 10) < tools.GO_OLDEST <= (1, 22, 11)
    assert tools.GO_OLDEST > (1, 9, 7)


@pytest.mark.parametrize(
    "said",
    [
        "go: x@v1: dial tcp 192.0.2.1:443: i/o timeout",
        "go: module lookup disabled by GOPROXY=off",
        "dial tcp: lookup p: no such host",
    ],
)
def test_no_module_proxy_says_how_to_place_the_program_by_hand(said: str) -> None:
    refusal = tools.cause(said)
    assert isinstance(refusal, GoProxyUnreachable)
    assert refusal.exit_code == 3
    assert cometbft.MODULE in refusal.line()
    assert cometbft.VARIABLE in refusal.line()


def test_a_build_that_fails_otherwise_is_no_word_about_the_network() -> None:
    refusal = tools.cause("x.go:1: undefined: y\n")
    assert isinstance(refusal, CometBFTNotFound)
    assert refusal.exit_code == 78
    assert "undefined: y" in refusal.line()
