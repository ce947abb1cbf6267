"""Where the world is told: on the live board, as a line a block, or as JSON a block."""

import json
import sys
from contextlib import ExitStack
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ctn.demo.board import board, line_of
from ctn.demo.watch import Made, View
from ctn.demo.words import Words


class Screen(Protocol):
    """Shows the world as it goes on; used in `with`."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...  # fmt: skip

    def show(self, view: View, new: list[Made]) -> None:
        """The world now, and the blocks made since it was shown last."""


class BoardScreen:
    """The board on the whole terminal, which comes back as it was."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._console = Console()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._live = self._stack.enter_context(
            Live(console=self._console, screen=True, auto_refresh=False)
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._stack.close()

    def show(self, view: View, new: list[Made]) -> None:
        """Draw the board anew for the size that the terminal has now."""
        width, height = self._console.size
        self._live.update(board(view, self._words, width, height), refresh=True)


class LineScreen:
    """One line a block, on a terminal that is none or when asked for."""

    def __init__(self, *, is_json: bool) -> None:
        self._is_json = is_json

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        return None

    def show(self, view: View, new: list[Made]) -> None:
        """Print the blocks made since."""
        for made in new:
            print(_json(made) if self._is_json else line_of(made))
        sys.stdout.flush()


def _json(made: Made) -> str:
    row = made.head._asdict() | made._asdict()
    del row["head"]
    return json.dumps(row, sort_keys=True, separators=(",", ":"))


def screen_for(words: Words, *, is_json: bool, has_board: bool) -> Screen:
    """The board where there is a terminal for it."""
    if has_board and not is_json and sys.stdout.isatty():
        return BoardScreen(words)
    return LineScreen(is_json=is_json)


def progress_bar() -> Progress:
    """A bar on stderr while the history is made; nothing where nobody watches."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
