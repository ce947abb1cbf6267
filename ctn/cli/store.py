"""`ctn store`: the store of a home."""

import typer

from ctn.cli.terminal import Trouble, say

app = typer.Typer(no_args_is_help=True, help="The store of a home.")


@app.callback()
def store() -> None:
    """The store of a home."""


@app.command("release-ballast")
def release_ballast() -> None:
    """Free the space kept in hand for a full disk; the next start takes it again."""
    from ctn.cli.homes import chain_home
    from ctn.node.files import free_mebibytes, sync_folder

    home = chain_home()
    ballast = home.folder / "ballast.bin"
    if not ballast.exists():
        raise Trouble(f"{home.folder} has no ballast: released already, or configured as 0")
    size = ballast.stat().st_size >> 20
    ballast.unlink()
    sync_folder(home.folder)
    free = free_mebibytes(home.folder)
    say({"released_mib": size, "free_mib": free}, f"released {size} MiB, free {free} MiB")
