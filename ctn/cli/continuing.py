"""`ctn import`: a chain with a maker of its own that goes on from the state of another."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Literal

import typer

from ctn.cli.terminal import options, say

app = typer.Typer()


@app.command("import")
def import_state(
    file: Annotated[Path, typer.Argument(help="A file of ctn export, with or without blocks.")],
    chain_id: Annotated[str, typer.Option(help="Name of the new chain.")],
    profile: Annotated[Literal["dev", "network"], typer.Option(help="Of the new home.")] = "dev",
) -> None:
    """Make a home whose chain goes on from an export, one block maker ordering its blocks.

    The root stays, the name is new: what was signed for the old chain is not valid here. To go on
    as a network: ctn testnet start --import FILE.
    """
    from ctn.crypto import ed25519
    from ctn.kernel.genesis import chain_name
    from ctn.node.config import Config
    from ctn.node.home import Home
    from ctn.node.importing import continued

    seed = secrets.token_bytes(32)
    genesis = continued(file, chain_id, ed25519.public_key(seed).hex())
    home = Home(options().home)
    home.create(genesis, seed, Config(profile=profile))
    parent = genesis.parent
    assert parent is not None
    chain = chain_name(genesis)
    say(
        {"chain": chain, "home": str(home.folder), "parent": parent.chain,
         "height": parent.height, "root": parent.root},
        f"chain {chain}",
        f"goes on from {parent.chain} at height {parent.height}, root {parent.root}",
        f"ctn --home {home.folder} run",
    )  # fmt: skip
