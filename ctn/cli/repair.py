"""`ctn node rollback | resync | ban | diff | submit-evidence`: putting a network right."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from ctn.cli.terminal import Trouble, say, table

SHOWN = 20


def rollback() -> None:
    """Take the last block of a stopped node back, exactly one, to execute it again."""
    from ctn.cli.homes import chain_home
    from ctn.node.cometbft.repair import roll_back

    head = roll_back(chain_home())
    say(
        {"height": head.height, "root": head.root},
        f"the state is that of height {head.height}, root {head.root}",
    )


def resync(
    server: Annotated[
        list[str], typer.Option(help="CometBFT of another machine, by URL; at least two.")
    ],
    trust: Annotated[str, typer.Option(help="HEIGHT:HASH of a header that you know.")] = "",
) -> None:
    """Empty a stopped node, so that its next start takes a snapshot from the network."""
    from ctn.cli.homes import chain_home
    from ctn.node.cometbft.repair import prepare_resync

    sync = prepare_resync(chain_home(), server, _trusted(trust))
    say(
        sync._asdict(),
        f"trusted header {sync.block_hash} at CometBFT's height {sync.height}",
        "the state is empty; ctn node start takes a snapshot",
    )


def ban(name: Annotated[str, typer.Argument(help="Node id, or address.")]) -> None:
    """Refuse connections of a node, and cut one that is open."""
    from ctn.cli.homes import chain_home
    from ctn.node.cometbft.repair import ban as ban_node

    is_running = ban_node(chain_home(), name)
    after = "CometBFT starts again" if is_running else "from the next start on"
    say({"banned": name, "restarted": is_running}, f"{name} is banned; {after}")


def submit_evidence(
    file: Annotated[Path, typer.Argument(help="What a light client wrote: light-evidence-H.json.")],
) -> None:
    """Hand proof of two blocks of one height to a platform's CometBFT, which tells the network."""
    from ctn.cli.terminal import DEFAULT_URL, options
    from ctn.client.http import Client

    with Client(options().url or DEFAULT_URL) as client:
        found = client.submit_evidence(file.read_bytes())
    signers = ", ".join(found["signers"]) or "nobody: the blocks are of two rounds"
    say(found, f"evidence {found['hash']}", f"against {signers}")


def diff(
    peer: Annotated[str, typer.Argument(help="Platform of another node, by URL.")],
    height: Annotated[int, typer.Option(help="Block to compare; else the last one here.")] = 0,
) -> None:
    """Show where a block changed other things here than at another node."""
    from ctn.cli.export import source
    from ctn.cli.platform import changed_keys
    from ctn.kernel.codec import encode
    from ctn.kernel.commitment import leaf_hash
    from ctn.node.queries import head_of

    # From the store: a node whose root is not the chain's does not run.
    with source() as opened:
        at = height or head_of(opened.store).height
        data = opened.store.changes(at)
    if data is None:
        raise Trouble(f"block {at} is not here")
    rows = msgspec.json.decode(data, type=list[tuple[str, str, Any]])
    own = {}
    for kind, place, value in rows:
        key = f"{kind}\0{place}".encode()
        own[f"{kind}/{place}"] = None if value is None else leaf_hash(key, encode(value)).hex()
    other = changed_keys(peer, at)
    found = sorted(key for key in own.keys() | other.keys() if own.get(key) != other.get(key))
    rows_shown = [(key, str(own.get(key)), str(other.get(key))) for key in found[:SHOWN]]
    say(
        {"height": at, "different": found},
        f"block {at}: {len(found)} of {len(own.keys() | other.keys())} keys differ",
        *table([("key", "here", "there"), *rows_shown] if found else []),
    )
    if found:
        raise typer.Exit(1)


def _trusted(text: str) -> tuple[int, str] | None:
    if not text:
        return None
    height, colon, block_hash = text.partition(":")
    if not (colon and height.isascii() and height.isdigit()):
        raise Trouble(f"--trust {text!r}: HEIGHT:HASH", 2)
    return int(height), block_hash.lower()
