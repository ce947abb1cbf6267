"""`ctn demo`: the demo world."""

import importlib
from typing import Annotated

import typer

from ctn.cli.terminal import Trouble

app = typer.Typer()


@app.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    add_help_option=False,
)
def demo(
    words: Annotated[list[str] | None, typer.Argument(help="What the demo world takes.")] = None,
) -> None:
    """Make the demo world at the first start, then run it."""
    try:
        world = importlib.import_module("ctn.demo.run")
    except ModuleNotFoundError:
        raise Trouble("this build has no demo world") from None
    raise typer.Exit(world.main(list(words or ())) or 0)
