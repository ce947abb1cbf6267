"""`ctn testnet`: a network of validators on this machine."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ctn.cli.terminal import Trouble, note, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from ctn.kernel.genesis import Genesis
    from ctn.node.cometbft.network import Member, Network
    from ctn.node.cometbft.running import Standing

ROOT_LETTERS = 16
REFRESH_SECONDS = 0.5
TESTNET_EPOCH_MS, TESTNET_ABSENT_MAX = 60_000, 50
STAKE_T = 10_000
DIR = typer.Option("--dir", help="Folder of the network.")

app = typer.Typer(no_args_is_help=True, help="A network of validators on this machine.")


@app.command()
def start(
    folder: Annotated[Path, DIR] = Path("net"),
    validators: Annotated[int, typer.Option(min=1, max=16, help="How many.")] = 4,
    state: Annotated[
        Path | None, typer.Option("--import", help="Export whose state the chain goes on from.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="Of node 0 to others, each next 10 more; else first free from 26656."),
    ] = None,
    api_port: Annotated[
        int | None,
        typer.Option(help="Of node 0's platform, each next 1 more; else the first free from 8080."),
    ] = None,
) -> None:
    """Make a network, or start the one that is there; return when all are at height 2."""
    from ctn.node.cometbft import running
    from ctn.node.cometbft.network import free_places, lay_out, read_network, require_free
    from ctn.node.cometbft.program import find_program

    find_program()
    folder = folder.resolve()
    if not (folder / "network.json").exists():
        first = _imported(state) if state else partial(_dev_genesis, folder)
        lay_out(folder, first, validators, free_places(validators, port, api_port))
    elif state is not None:
        raise Trouble(f"{folder} already holds a network: --import needs a new --dir", 78)
    network = read_network(folder)
    require_free([one for one in network.members if not running.processes(folder / one.home)])
    for member in network.members:
        running.start_member(folder, member)
    running.wait_until_ready(folder, network)
    _tell(folder, network)


@app.command()
def status(
    folder: Annotated[Path, DIR] = Path("net"),
    watch: Annotated[bool, typer.Option("--watch", help="Until Ctrl-C.")] = False,
) -> None:
    """Show height, peers, power, lag and root of each node."""
    from ctn.node.cometbft.network import read_network

    folder = folder.resolve()
    network = read_network(folder)
    if watch:
        _watch(folder, network)
    else:
        _say_standing(folder, network)


@app.command()
def stop(folder: Annotated[Path, DIR] = Path("net")) -> None:
    """Stop all nodes; their data stay."""
    from ctn.node.cometbft import running
    from ctn.node.cometbft.network import read_network

    folder = folder.resolve()
    network = read_network(folder)
    running.stop_members(folder, network.members)
    say({"stopped": len(network.members)}, f"{len(network.members)} nodes stopped")


@app.command()
def kill(number: int, folder: Annotated[Path, DIR] = Path("net")) -> None:
    """Kill one node at once, as a power switch does."""
    from ctn.node.cometbft import running

    folder = folder.resolve()
    member = _member(folder, number)
    running.kill_home(folder / member.home)
    say({"killed": member.home}, f"{member.home} killed")


@app.command()
def restart(number: int, folder: Annotated[Path, DIR] = Path("net")) -> None:
    """Start one node again, after stopping it when it runs."""
    from ctn.node.cometbft import running

    folder = folder.resolve()
    member = _member(folder, number)
    running.stop_members(folder, [member])
    running.start_member(folder, member)
    say({"restarted": member.home}, f"{member.home} starts")


def _member(folder: Path, number: int) -> Member:
    from ctn.node.cometbft.network import read_network

    members = read_network(folder).members
    if not 0 <= number < len(members):
        raise typer.BadParameter(f"node {number}: 0 to {len(members) - 1}")
    return members[number]


def _imported(path: Path) -> Genesis:
    from ctn.node.importing import continued

    return continued(path, "ctn-testnet")


def _dev_genesis(folder: Path, pubkeys: Sequence[str]) -> Genesis:
    """The genesis of a new network; keys of its authorities, people and operators are in node 0.

    Each node's operator, `validator0` ..., is admitted and has half of its tonnes bonded.
    """
    import msgspec

    from ctn.cli.init import DEV, DEV_COUNCIL, DEV_MONEY, dev_authorities, dev_keys, dev_people
    from ctn.cli.keyring import DEV_FILE
    from ctn.client.founding import Member, class_records, council_record, founding
    from ctn.client.founding_stake import Staked, with_stake
    from ctn.modules.accounts.records import ENTERPRISE
    from ctn.modules.staking.records import ABSENT_MAX, EPOCH_MS, MIN_VALIDATORS

    keys_folder = folder / "node0" / "keys"
    keys_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = [f"validator{number}" for number in range(len(pubkeys))]
    keys = dev_keys(keys_folder / DEV_FILE, *names)
    genesis = founding(
        "ctn-testnet", time=time.time_ns() // 1_000_000, maker="", profile=DEV,
        authorities=dev_authorities(keys),
        people=[*dev_people(keys), *[Member(keys[name], ENTERPRISE) for name in names]],
        money=dict.fromkeys(keys.values(), DEV_MONEY),
        records=[*class_records(), council_record([keys[DEV_COUNCIL]])],
    )  # fmt: skip
    params = genesis.params | {
        EPOCH_MS.name: TESTNET_EPOCH_MS, ABSENT_MAX.name: TESTNET_ABSENT_MAX,
        MIN_VALIDATORS.name: min(len(pubkeys), MIN_VALIDATORS.default),
    }  # fmt: skip
    stake = [
        Staked(keys[name], pubkey, f"node{number}", STAKE_T, STAKE_T)
        for number, (name, pubkey) in enumerate(zip(names, pubkeys, strict=True))
    ]
    return with_stake(msgspec.structs.replace(genesis, maker=None, params=params), stake)


def _tell(folder: Path, network: Network) -> None:
    rows = [(member.home, f"http://{member.api}", member.rpc) for member in network.members]
    nodes = [{"name": name, "api": api, "rpc": rpc} for name, api, rpc in rows]
    result = {"chain": network.chain, "folder": str(folder), "nodes": nodes}
    say(
        result,
        f"chain {network.chain}",
        *table([("node", "platform", "CometBFT"), *rows]),
        f"ctn testnet status --watch --dir {folder}",
        f"ctn testnet stop --dir {folder}",
    )


def _say_standing(folder: Path, network: Network) -> None:
    from ctn.node.cometbft.running import standing

    found = standing(folder, network)
    result = {"verdict": found.verdict, "halted": found.is_halted,
              "nodes": [node._asdict() for node in found.nodes]}  # fmt: skip
    say(result, found.verdict, *table([HEAD, *_rows(found)]))
    if found.is_halted:
        raise typer.Exit(1)


HEAD = ("node", "state", "height", "lag", "peers", "power", "platform", "root before")


def _rows(found: Standing) -> list[tuple[str, ...]]:
    top = max(node.height for node in found.nodes)
    return [
        (
            node.name, node.state, f"{node.height:,}" if node.height else "-",
            str(top - node.height) if node.height else "-", str(node.peers), str(node.power),
            node.platform, node.root[:ROOT_LETTERS],
        )
        for node in found.nodes
    ]  # fmt: skip


def _watch(folder: Path, network: Network) -> None:
    """The table, again and again; nothing ends with it but the looking."""
    from rich.live import Live

    from ctn.node.cometbft.running import standing

    try:
        with Live(auto_refresh=False) as live:
            while True:
                live.update(_picture(network.chain, standing(folder, network)), refresh=True)
                time.sleep(REFRESH_SECONDS)
    except KeyboardInterrupt:
        note(f"the network goes on; ctn testnet stop --dir {folder}")


def _picture(chain: str, found: Standing) -> Table:
    from rich.table import Table

    colour = "red" if found.is_halted else "green"
    picture = Table(title=chain, caption=f"[{colour}]{found.verdict}[/]")
    for name in HEAD:
        picture.add_column(name, justify="right" if name in HEAD[2:6] else "left")
    for row in _rows(found):
        picture.add_row(*row)
    return picture
