"""What every command shares: the options that may stand anywhere, and how results are said."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

DEFAULT_URL = "http://127.0.0.1:8080"
UNREACHABLE = 69


class Options(NamedTuple):
    """The options that hold for every command."""

    home: Path
    url: str | None
    is_json: bool
    keystore: Path | None
    password_file: str | None


OPTIONS: ContextVar[Options] = ContextVar("OPTIONS")


class Trouble(Exception):
    """A command cannot go on for a reason that is neither usage nor a refusal of the ledger."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


class Refused(Exception):
    """The ledger refused: stable code, public sentence, facts."""

    def __init__(self, code: str, sentence: str, facts: dict[str, Any]) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.facts = facts


def options() -> Options:
    """The options of the command that runs."""
    return OPTIONS.get()


def say(result: dict[str, Any], *lines: str) -> None:
    """Print a result: its lines for a reader, or with `--json` one object."""
    if options().is_json:
        print(json_line(result), flush=True)
        return
    for line in lines:
        print(line)
    sys.stdout.flush()


def note(line: str) -> None:
    """Tell the reader something that is no part of the result."""
    print(line, file=sys.stderr, flush=True)


def json_line(result: dict[str, Any]) -> str:
    """A result as one line."""
    return json.dumps(result, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@contextlib.contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr while something long runs; nothing where nobody watches."""
    if options().is_json or not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of or None)


def table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows as lines with aligned columns."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))] if rows else []
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
