"""Several validators on one machine: their homes, keys, ports and one genesis (engine.md 14)."""

import secrets
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from ctn.crypto import ed25519
from ctn.genesis import genesis_values
from ctn.kernel.codec import encode
from ctn.kernel.genesis import Genesis, chain_name
from ctn.node.cometbft.files import Folder, Validator, node_id
from ctn.node.config import (
    ApiTable,
    CometbftTable,
    Config,
    EngineTable,
    StoreTable,
    config_text,
)
from ctn.node.files import write_whole
from ctn.node.home import Home
from ctn.node.stops import BadConfig

P2P_PORT, API_PORT, PORT_STEP = 26_656, 8_080, 10
PORTS_END, ROWS_TRIED = 65_536, 100
VALIDATORS_MAX = 16
POWER = 10
TIMEOUT_COMMIT_MS = 300
SMALL = StoreTable(ballast_mib=16, retain_blocks=500_000)  # several nodes share this disk


class Member(msgspec.Struct, frozen=True):
    """A node of the network: its home below the network's folder, and where it listens."""

    home: str
    node: str
    validator: str
    p2p: str
    rpc: str
    api: str


class Network(msgspec.Struct, frozen=True):
    """What `network.json` holds: the chain and its nodes."""

    chain: str
    members: list[Member]


class Seeds(NamedTuple):
    """The secrets of a node."""

    node: bytes
    validator: bytes


Founder = Callable[[Sequence[str]], Genesis]


class Places(NamedTuple):
    """The first ports, and the host of each node when it is not loopback."""

    p2p: int = P2P_PORT
    api: int = API_PORT
    hosts: Sequence[str] = ()


LOCAL = Places()


def free_places(count: int, p2p: int | None, api: int | None) -> Places:
    """Rows of ports on loopback in which nobody listens; raises BadConfig for a named one in use.

    A row that is not named is the first free one of its usual ports and those above.
    """
    rows = {
        "--port": ([PORT_STEP * no + more for no in range(count) for more in (0, 1)], p2p),
        "--api-port": (list(range(count)), api),
    }
    usual = {"--port": (P2P_PORT, PORT_STEP * count), "--api-port": (API_PORT, 1)}
    found: list[int] = []
    for option, (offsets, named) in rows.items():
        first, step = usual[option] if named is None else (named, 0)
        for turn in range(ROWS_TRIED if named is None else 1):
            start = first + turn * step
            busy = [start + offset for offset in offsets if not _is_free(start + offset)]
            if not busy:
                found.append(start)
                break
        else:
            where = busy[0] if named is not None else f"from {first} up"
            raise BadConfig(f"port {where} is in use or not allowed: {option} names another row")
    return Places(found[0], found[1])


def require_free(members: Sequence[Member]) -> None:
    """Raise BadConfig when somebody else listens where a node is to listen."""
    for member in members:
        for option, place in (("--port", member.p2p), ("--port", member.rpc),
                              ("--api-port", member.api)):  # fmt: skip
            host, _, port = place.rpartition(":")
            if not _is_free(int(port), host):
                raise BadConfig(
                    f"port {port} of {member.home} is in use: end what listens there, or lay the "
                    f"network out anew with another --dir and {option}"
                )


def _is_free(port: int, host: str = "127.0.0.1") -> bool:
    if not 0 < port < PORTS_END:
        return False
    with socket.socket() as probe:
        # As servers do: a port that waits after its last connection is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def lay_out(
    folder: Path,
    genesis: Genesis | Founder,
    count: int,
    places: Places = LOCAL,
    store: StoreTable = SMALL,
) -> Network:
    """Write `node0` ... below a folder, and `network.json`; raises BadConfig when it is there.

    A founder makes the genesis from the nodes' consensus keys, so that bonds can name them.
    """
    if (folder / "network.json").exists():
        raise BadConfig(f"{folder} already holds a network: ctn testnet restart, or another --dir")
    if not 1 <= count <= VALIDATORS_MAX:
        raise BadConfig(f"{count} validators: 1 to {VALIDATORS_MAX}")
    seeds = [Seeds(secrets.token_bytes(32), secrets.token_bytes(32)) for _ in range(count)]
    if not isinstance(genesis, Genesis):
        genesis = genesis([ed25519.public_key(found.validator).hex() for found in seeds])
    genesis_values(genesis)
    members = [_member(number, found, places) for number, found in enumerate(seeds)]
    validators = [
        Validator(ed25519.public_key(found.validator), POWER, f"node{number}")
        for number, found in enumerate(seeds)
    ]
    for member, found in zip(members, seeds, strict=True):
        home = Home(folder / member.home)
        _write_home(home, genesis, _config(member, members, store))
        files = Folder(home)
        files.create(found.node, found.validator)
        files.write_genesis(genesis, validators)
    network = Network(chain_name(genesis), members)
    write_whole(folder / "network.json", msgspec.json.encode(network))
    return network


def read_network(folder: Path) -> Network:
    """The network of a folder; raises BadConfig."""
    try:
        return msgspec.json.decode((folder / "network.json").read_bytes(), type=Network)
    except FileNotFoundError:
        raise BadConfig(f"{folder} holds no network: ctn testnet start --dir {folder}") from None
    except msgspec.DecodeError as error:
        raise BadConfig(f"network.json: {error}") from None


def _member(number: int, seeds: Seeds, places: Places) -> Member:
    host = places.hosts[number] if places.hosts else "127.0.0.1"
    port = places.p2p + PORT_STEP * number
    return Member(
        f"node{number}",
        node_id(ed25519.public_key(seeds.node)),
        node_id(ed25519.public_key(seeds.validator)),
        f"{host}:{port}",
        f"127.0.0.1:{port + 1}",
        f"127.0.0.1:{places.api + number}",
    )


def _config(member: Member, members: list[Member], store: StoreTable) -> Config:
    others = [f"{other.node}@{other.p2p}" for other in members if other is not member]
    return Config(
        engine=EngineTable(kind="abci"),
        store=store,
        api=ApiTable(listen=member.api, public_url=f"http://{member.api}"),
        cometbft=CometbftTable(
            p2p=member.p2p, rpc=member.rpc, peers=",".join(others),
            timeout_commit_ms=TIMEOUT_COMMIT_MS, peer_exchange="closed",
        ),
    )  # fmt: skip


def _write_home(home: Home, genesis: Genesis, config: Config) -> None:
    for name in ("config", "keys", "run"):
        (home.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(home.config, config_text(config).encode())
    write_whole(home.genesis, encode(genesis))
