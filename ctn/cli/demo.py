"""`ctn demo`: the demo world."""

import argparse
import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ctn.cli.terminal import options

HOME = Path(".ctn")
GIFTS = ("seats", "faucet")
DESCRIPTION = """Make the demo world at the first start, then run it until Ctrl-C. Prices are
simulated; the rows are copies of real ones, and nothing is locked at their registry. The folder is
--home or $CTN_HOME, else .ctn/demo; with --until alone one that is removed at the end.
`ctn demo seats` and `ctn demo faucet` endow an account of a world that runs."""

app = typer.Typer()


@app.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    add_help_option=False,
)
def demo(
    words: Annotated[list[str] | None, typer.Argument(help="ctn demo --help lists them.")] = None,
) -> None:
    """Make the demo world at the first start, then run it until Ctrl-C."""
    if words and words[0] in GIFTS:
        from ctn.cli.seats import run_gift

        with _folder(until=0) as folder:
            run_gift(folder, words)
        return
    # Eight options are more than a function's parameters may be, so they are read here.
    said = _options().parse_args(words or [])
    from ctn.cli.demo_home import DemoHome
    from ctn.demo.run import Wishes, main

    wishes = Wishes(
        until=said.until, seed=said.seed, is_english=said.lang == "en", has_board=said.board,
        is_json=options().is_json, is_new=said.reset, picture=said.picture,
    )  # fmt: skip
    with _folder(until=said.until) as folder:
        ground = DemoHome(folder, said.port)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, ground.leave)
        raise typer.Exit(main(ground, wishes))


def _options() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser("ctn demo", description=DESCRIPTION, allow_abbrev=False)
    found.add_argument(
        "--until", type=int, default=0, metavar="H", help="make this height, print its root, end"
    )
    found.add_argument(
        "--seed", type=int, default=20_231_115, metavar="S", help="another makes another world"
    )
    found.add_argument("--reset", action="store_true", help="start anew")
    found.add_argument(
        "--port", type=int, default=int(os.environ.get("PORT") or 0) or None, metavar="N",
        help="also $PORT; else the first free one of 8080-8099",
    )  # fmt: skip
    found.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the board")
    found.add_argument(
        "--no-board", dest="board", action="store_false", help="a line a block, no board"
    )
    found.add_argument(
        "--picture", type=Path, metavar="FILE", help="write the board as SVG at the end"
    )
    return found


@contextlib.contextmanager
def _folder(*, until: int) -> Iterator[Path]:
    """The named folder; else one of its own for `--until`, which is removed, or `.ctn/demo`."""
    named = options().home
    if named != HOME:
        yield named
    elif until:
        with tempfile.TemporaryDirectory(prefix="ctn-demo-") as folder:
            yield Path(folder)
    else:
        yield named / "demo"
