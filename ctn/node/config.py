"""`<home>/config/node.toml`: an unknown key or a wrong type stops the start (engine.md 20)."""

import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ctn.node.stops import BadConfig

PROXIES_MAX = 64
Proxy = Annotated[str, Meta(pattern=r"^[0-9A-Fa-f.:]+(?:/[0-9]{1,3})?\Z", max_length=43)]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the tables of the file."""


class EngineTable(Table, frozen=True):
    """Who orders the blocks, and how often the embedded engine makes them."""

    block_interval_ms: Annotated[int, Meta(ge=1, le=60_000)] = 200
    heartbeat_s: Annotated[int, Meta(ge=1, le=3_600)] = 60
    kind: Literal["embedded", "abci"] = "embedded"


class PoolTable(Table, frozen=True):
    """How much may wait."""

    size: Annotated[int, Meta(ge=1, le=50_000)] = 50_000
    bytes: Annotated[int, Meta(ge=65_536, le=64 << 20)] = 64 << 20


class StoreTable(Table, frozen=True):
    """Size of the map, the space kept in hand, and how much of the past is kept.

    `retain_blocks` is the least number of blocks that stay, 0 for all; an `archive` keeps all of
    them and every value of every record.
    """

    map_gib: Annotated[int, Meta(ge=1, le=4_096)] = 64
    ballast_mib: Annotated[int, Meta(ge=0, le=65_536)] = 256
    min_free_mib: Annotated[int, Meta(ge=0, le=1 << 20)] = 512
    retain_blocks: Annotated[int, Meta(ge=0, le=1 << 40)] = 0
    kind: Literal["full", "archive"] = "full"


class SnapshotTable(Table, frozen=True):
    """How often a snapshot is taken for nodes that join, 0 for never, and how many are kept."""

    interval: Annotated[int, Meta(ge=0, le=1_000_000)] = 1_000
    keep: Annotated[int, Meta(ge=1, le=100)] = 2


class ScrubTable(Table, frozen=True):
    """How often the whole store is read and checked."""

    hours: Annotated[int, Meta(ge=1, le=720)] = 24


class ApiTable(Table, frozen=True):
    """Where the API listens, and the address under which readers find it (no `/` at its end).

    `trusted_proxies` are the addresses and networks whose `X-Forwarded-For` is believed.
    """

    listen: str = "127.0.0.1:8080"
    public_url: Annotated[
        str, Meta(pattern=r"^https?://[A-Za-z0-9._:\[\]-]+(?:/[A-Za-z0-9._~-]+)*\Z", max_length=200)
    ] = "http://127.0.0.1:8080"
    trusted_proxies: Annotated[tuple[Proxy, ...], Meta(max_length=PROXIES_MAX)] = ()

    def __post_init__(self) -> None:
        for text in self.trusted_proxies:
            if ip_network(text).prefixlen == 0:
                raise ValueError(f"{text} trusts everybody, and so nobody would have an address")


class ViewsTable(Table, frozen=True):
    """Where the read model is kept: empty for files of the home, else a PostgreSQL address.

    `keep_from` is the first height whose past can be asked for; up to the chain's first block,
    all of it can, genesis too. A lower one than before has the tables built again.
    """

    url: str = ""
    keep_from: Annotated[int, Meta(ge=1, le=(1 << 63) - 1)] = 1


class PlatformTable(Table, frozen=True):
    """Where sessions and the signing room are kept: empty for a file of the home."""

    url: str = ""


class GraphqlTable(Table, frozen=True):
    """Which documents `/graphql` takes: any (`open`), or those of the web build alone."""

    documents: Literal["open", "persisted"] = "open"


ADDRESS = r"^[A-Za-z0-9.\[\]:-]{1,120}:[0-9]{1,5}\Z"
LOOPBACK = r"^(127\.0\.0\.1|\[::1\]|localhost):[0-9]{1,5}\Z"
PEERS = r"^([0-9a-f]{40}@[A-Za-z0-9.\[\]:-]{1,120}:[0-9]{1,5}(,(?=[0-9a-f])|\Z))*\Z"


class CometbftTable(Table, frozen=True):
    """CometBFT of a node with engine `abci`; its RPC listens on loopback alone."""

    p2p: Annotated[str, Meta(pattern=ADDRESS)] = "0.0.0.0:26656"
    rpc: Annotated[str, Meta(pattern=LOOPBACK)] = "127.0.0.1:26657"
    peers: Annotated[str, Meta(pattern=PEERS, max_length=16_384)] = ""
    timeout_commit_ms: Annotated[int, Meta(ge=1, le=60_000)] = 1_000
    double_sign_check_height: Annotated[int, Meta(ge=0, le=1_000)] = 0
    peer_exchange: Literal["open", "closed"] = "open"


class LogTable(Table, frozen=True):
    """The form of log lines."""

    format: Literal["json", "text"] = "json"


class Config(Table, frozen=True):
    """The configuration of a node."""

    profile: Literal["dev", "network"] = "dev"
    engine: EngineTable = EngineTable()
    pool: PoolTable = PoolTable()
    store: StoreTable = StoreTable()
    snapshot: SnapshotTable = SnapshotTable()
    scrub: ScrubTable = ScrubTable()
    api: ApiTable = ApiTable()
    views: ViewsTable = ViewsTable()
    platform: PlatformTable = PlatformTable()
    graphql: GraphqlTable = GraphqlTable()
    cometbft: CometbftTable = CometbftTable()
    log: LogTable = LogTable()


def read_config(path: Path) -> Config:
    """The configuration of a file; defaults when there is none; raises BadConfig."""
    if not path.exists():
        return Config()
    try:
        values = tomllib.loads(path.read_text("utf-8"))
        return msgspec.convert(values, Config)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise BadConfig(f"{path.name}: {error}") from None


def config_text(config: Config) -> str:
    """A configuration as TOML, every key written out."""
    lines = [f'profile = "{config.profile}"']
    for name in config.__struct_fields__:
        table = getattr(config, name)
        if isinstance(table, Table):
            lines += ["", f"[{name}]"]
            for key in table.__struct_fields__:
                value = getattr(table, key)
                lines.append(f"{key} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _toml(value: str | int | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
