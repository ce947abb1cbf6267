"""The guide for founders of a network is typed, block by block, and answers as it says."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.homes import CONFIG, Running

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "operate" / "found-network.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
STARTED_AFTER = "ctn init"
MARK = "=== end of block ==="


class Step(NamedTuple):
    """What is typed, and what the guide says that it answers, `...` for anything."""

    typed: str
    answer: str


def steps(text: str) -> list[Step]:
    """The blocks of a guide that are typed, each with the block that follows it."""
    blocks = [(found[1], found[2]) for found in FENCE.finditer(text)]
    return [Step(one, two) for (kind, one), (_kind, two) in pairwise(blocks) if kind == "sh"]


class Terminal:
    """A shell in a folder, with `ctn` on its path and a password file in place of the prompt."""

    def __init__(self, folder: Path) -> None:
        password = folder / "password"
        password.write_text("words of an officer\n")
        clean = {name: text for name, text in os.environ.items() if not name.startswith("CTN_")}
        self.shell = subprocess.Popen(
            ["bash"], cwd=folder, env=clean, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        line = f"{sys.executable} -m ctn.cli --password-file {password}"
        self.type(f'ctn() {{ {line} "$@" </dev/null; }}\n')

    def type(self, block: str) -> str:
        """What a block answers."""
        assert self.shell.stdin is not None
        assert self.shell.stdout is not None
        self.shell.stdin.write(f"{block}echo '{MARK}'\n")
        self.shell.stdin.flush()
        answer = ""
        for line in self.shell.stdout:
            if line == f"{MARK}\n":
                break
            answer += line
        return answer

    def close(self) -> None:
        """End the shell."""
        self.shell.communicate()


@pytest.fixture(scope="module", name="answers")
def _answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[Step, str]]]:
    """The steps of the guide with what they answered; the engine runs from the founding on."""
    folder = tmp_path_factory.mktemp("founders")
    terminal, running, found = Terminal(folder), None, []
    try:
        for step in steps(GUIDE.read_text("utf-8")):
            found.append((step, terminal.type(step.typed)))
            if STARTED_AFTER in step.typed:
                config = CONFIG.replace('"dev"', '"network"')
                (folder / "home" / "config" / "node.toml").write_text(config)
                running = Running(folder / "home", "node", "start")
                running.wait()
        yield found
    finally:
        terminal.close()
        assert running is None or running.stop() == 0


def test_every_block_answers_as_the_guide_says(answers: list[tuple[Step, str]]) -> None:
    assert len(answers) == 7
    for step, answer in answers:
        rule = re.escape(step.answer.rstrip("\n")).replace(r"\.\.\.", ".*")
        assert re.fullmatch(rule, answer.rstrip("\n"), re.DOTALL), f"{step.typed}\n{answer}"


def test_the_hash_of_the_file_is_in_the_name_of_the_chain(answers: list[tuple[Step, str]]) -> None:
    told = next(answer for step, answer in answers if STARTED_AFTER in step.typed)
    compared = next(answer for step, answer in answers if "sha256sum | cut -c 1-16\n" in step.typed)
    assert told.splitlines()[0] == f"chain ctn-rehearsal:{compared.splitlines()[-1]}"


def test_both_languages_type_the_same() -> None:
    other = GUIDE.with_name("found-network.zh-CN.md").read_text("utf-8")
    assert steps(other) == steps(GUIDE.read_text("utf-8"))
