"""Options stand anywhere, results and errors keep their form, exit codes mean one thing."""

import subprocess
import sys

import pytest

from ctn.cli.app import PAGES, hoisted
from tests.cli.homes import Cli


def test_options_of_every_command_may_stand_anywhere() -> None:
    words = ["op", "a.b", "x=1", "--json", "--home", "h", "--key", "k", "--url=u"]
    assert hoisted(words) == ["--json", "--home", "h", "--url=u", "op", "a.b", "x=1", "--key", "k"]


def test_words_after_two_dashes_stay_where_they_are() -> None:
    assert hoisted(["op", "--", "--json"]) == ["op", "--", "--json"]


def test_help_lists_every_command() -> None:
    line = [sys.executable, "-m", "ctn.cli", "--help"]
    found = subprocess.run(line, capture_output=True, text=True, check=True)
    for name in PAGES:
        assert f" {name} " in found.stdout


@pytest.mark.parametrize("name", sorted(PAGES.keys() - {"demo"}))
def test_every_command_has_its_own_help(cli: Cli, name: str) -> None:
    said = cli(name, "--help")
    assert said.code == 0
    assert name in said.out


def test_wrong_usage_exits_2_and_says_what(cli: Cli) -> None:
    said = cli("init", "--profile", "moon", "--json")
    assert said.code == 2
    assert "moon" in said.err
    assert said.json["exit"] == 2
    assert cli("nothing").code == 2
    assert cli("keys", "show").code == 2


def test_a_missing_home_exits_with_the_nodes_code(cli: Cli) -> None:
    said = cli("node", "start")
    assert said.code == 78
    assert cli("node", "replay").code == 78
    assert "ctn init" in cli("export", "--out", "x").err


def test_an_absent_node_exits_69(cli: Cli) -> None:
    said = cli("--url", "http://127.0.0.1:9", "node", "status", "--json")
    assert said.code == 69
    assert "ctn run" in said.json["error"]
