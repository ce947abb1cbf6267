"""`ctn export` and `ctn verify-export`: a chain as one file, and back through the machine."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from ctn.cli.terminal import progress, say

if TYPE_CHECKING:
    from ctn.node.export import Source
    from ctn.node.home import Home
    from ctn.node.store import Store

app = typer.Typer()


class Beside(NamedTuple):
    """The store of a home that its running engine has open too."""

    store: "Store"
    home: "Home"


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="File to write.")],
    blocks: Annotated[bool, typer.Option(help="Genesis and every block too.")] = False,
) -> None:
    """Write the state, or with --blocks the whole chain, as canonical JSON lines.

    The engine may run meanwhile.
    """
    from ctn.node.export import export_blocks, export_state

    draft = out.with_name(out.name + ".part")
    try:
        with source() as opened, progress("exporting") as told, draft.open("wb") as file:
            counts = (
                export_blocks(opened, file, told) if blocks else export_state(opened, file)
            )
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)  # gone already when it was written whole
    what = f"{counts.blocks} blocks, {counts.transactions} transactions, " if blocks else ""
    say(
        {"file": str(out)} | counts._asdict(),
        f"{what}{counts.records} records at height {counts.height} in {out}",
    )


@app.command("verify-export")
def verify_export(
    file: Annotated[Path, typer.Argument(help="A file of ctn export --blocks.")],
) -> None:
    """Run every block of an export again from its genesis, every signature checked."""
    from ctn.node.replay import verify_export as verify

    with progress("running again") as told:
        replayed = verify(file, lambda height: told(height, 0))
    say(
        {"valid": True} | replayed._asdict(),
        f"chain {replayed.chain}",
        f"{replayed.blocks} blocks, {replayed.transactions} transactions, height "
        f"{replayed.height}: valid, root {replayed.root}",
    )


@contextlib.contextmanager
def source() -> Iterator["Source"]:
    """The home checked and locked, or its store beside the engine that has the lock."""
    from ctn.cli.homes import chain_home
    from ctn.node.config import read_config
    from ctn.node.home import Opened
    from ctn.node.stops import HomeInUse
    from ctn.node.store import Store

    home = chain_home()
    try:
        opened = Opened(home)
    except HomeInUse:
        store = Store(home.state, read_config(home.config).store.map_gib)
        try:
            yield Beside(store, home)
        finally:
            store.close()
        return
    try:
        yield opened
    finally:
        opened.close()
