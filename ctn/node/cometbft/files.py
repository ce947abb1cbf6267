"""The files of CometBFT under `<home>/cometbft`: configuration, genesis, keys (engine.md 16, 20).

The configuration is written anew at each start from `node.toml`, so there is one place to change
it. The consensus key and its sign state are written once and never touched again.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ctn.crypto import ed25519
from ctn.kernel.codec import encode
from ctn.kernel.genesis import Genesis
from ctn.node.config import CometbftTable
from ctn.node.files import sync_folder, write_whole
from ctn.node.home import Home

APP_SOCKET = "run/abci.sock"
SOCKET_MAX = 100  # bytes of a unix path that every system takes
KEY_TYPE = "tendermint/PubKeyEd25519"
SECRET_TYPE = "tendermint/PrivKeyEd25519"  # noqa: S105  the name of a format
EVIDENCE_AGE_NS = 480 * 3600 * 10**9
EVIDENCE_AGE_BLOCKS = 1_728_000
BLOCK_BYTES = 2 << 20
DAY_MS = 86_400_000

# What differs from CometBFT's own defaults, table of engine.md 20. The log is read by the
# supervisor line by line, so it holds errors and the course of a state sync alone.
_CONFIG = """# Written at every start from config/node.toml; change that file.
proxy_app = "{app}"
moniker = "{moniker}"
abci = "socket"
filter_peers = {filters}
log_level = "statesync:info,*:error"
log_format = "json"

[rpc]
laddr = "tcp://{rpc}"
unsafe = false
max_body_bytes = 262144

[p2p]
laddr = "tcp://{p2p}"
persistent_peers = "{peers}"
pex = {open}
addr_book_strict = {open}
allow_duplicate_ip = {closed}
send_rate = 20480000
recv_rate = 20480000
flush_throttle_timeout = "10ms"

[mempool]
size = 10000
cache_size = 100000
max_txs_bytes = 67108864
max_tx_bytes = 65536

[statesync]
enable = {syncs}
rpc_servers = "{servers}"
trust_height = {trust_height}
trust_hash = "{trust_hash}"
trust_period = "336h0m0s"

[consensus]
timeout_commit = "{commit}ms"
double_sign_check_height = {double_sign}
create_empty_blocks = true
block_time_tolerance = "60s"

[tx_index]
indexer = "null"
"""


class Sync(NamedTuple):
    """Where a state sync gets its snapshot, and the header that it trusts."""

    servers: tuple[str, ...]
    height: int
    block_hash: str


class Validator(NamedTuple):
    """A consensus key in the first set of a chain."""

    public: bytes
    power: int
    name: str


class Folder:
    """The paths of CometBFT in a home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.folder = home.folder / "cometbft"
        self.config = self.folder / "config" / "config.toml"
        self.genesis = self.folder / "config" / "genesis.json"
        self.node_key = self.folder / "config" / "node_key.json"
        self.validator_key = self.folder / "config" / "priv_validator_key.json"
        self.data = self.folder / "data"
        self.sign_state = self.data / "priv_validator_state.json"
        self.app_socket = home.folder / APP_SOCKET
        self.sync = self.folder / "sync.json"
        self.banned = home.folder / "config" / "banned.txt"

    def create(self, node_seed: bytes, validator_seed: bytes) -> None:
        """Write the two keys and the sign state of a new node; refuses to write over them."""
        for path in (self.config.parent, self.data, self.app_socket.parent):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (self.node_key, self.validator_key, self.sign_state):
            if path.exists():
                raise FileExistsError(17, "holds a key of this node already", str(path))
        write_whole(self.node_key, _json({"priv_key": _secret(node_seed)}), 0o600)
        write_whole(self.validator_key, _json(validator_file(validator_seed)), 0o600)
        write_whole(self.sign_state, _json({"height": "0", "round": 0, "step": 0}), 0o600)
        sync_folder(self.folder)

    def write_genesis(self, genesis: Genesis, validators: Sequence[Validator]) -> None:
        """Write CometBFT's genesis, whose `app_state` is ours."""
        write_whole(self.genesis, genesis_text(genesis, validators))

    def write_config(self, table: CometbftTable, app: str = "", sync: Sync | None = None) -> None:
        """Write the configuration; `app` replaces the socket of our application."""
        write_whole(self.config, config_text(table, app, sync).encode())

    def node_id(self) -> str:
        """The id by which other nodes know this one, 40 hex."""
        key = json.loads(self.node_key.read_bytes())["priv_key"]["value"]
        return node_id(base64.b64decode(key)[32:])


def node_id(public: bytes) -> str:
    """The id of a node key: the first 20 bytes of SHA-256 of its public half, in hex."""
    return hashlib.sha256(public).digest()[:20].hex()


def config_text(table: CometbftTable, app: str = "", sync: Sync | None = None) -> str:
    """The configuration of a node as TOML."""
    is_open = table.peer_exchange == "open"
    return _CONFIG.format(
        app=app or f"unix://{APP_SOCKET}",
        moniker=table.p2p.replace('"', ""),
        filters=_toml(not app),
        rpc=table.rpc,
        p2p=table.p2p,
        peers=table.peers,
        open=_toml(is_open),
        closed=_toml(not is_open),
        syncs=_toml(sync is not None),
        servers=",".join(sync.servers) if sync else "",
        trust_height=sync.height if sync else 0,
        trust_hash=sync.block_hash if sync else "",
        commit=table.timeout_commit_ms,
        double_sign=table.double_sign_check_height,
    )


def genesis_text(genesis: Genesis, validators: Sequence[Validator]) -> bytes:
    """CometBFT's genesis: heights from 1 whatever ours, its own chain id without the hash."""
    return _json(
        {
            "genesis_time": utc_text(genesis.time),
            "chain_id": genesis.chain_id,
            "initial_height": "1",
            "consensus_params": {
                "block": {"max_bytes": str(BLOCK_BYTES), "max_gas": "-1"},
                "evidence": {
                    "max_age_num_blocks": str(EVIDENCE_AGE_BLOCKS),
                    "max_age_duration": str(EVIDENCE_AGE_NS),
                    "max_bytes": "1048576",
                },
                "validator": {"pub_key_types": ["ed25519"]},
                "version": {"app": str(genesis.app_version)},
                "abci": {"vote_extensions_enable_height": "0"},
            },
            "validators": [
                {
                    "address": node_id(found.public).upper(),
                    "pub_key": {"type": KEY_TYPE, "value": _base64(found.public)},
                    "power": str(found.power),
                    "name": found.name,
                }
                for found in validators
            ],
            "app_hash": "",
            "app_state": json.loads(encode(genesis)),
        }
    )


def validator_file(seed: bytes) -> dict[str, Any]:
    """What `priv_validator_key.json` holds for an Ed25519 seed."""
    public = ed25519.public_key(seed)
    return {
        "address": node_id(public).upper(),
        "pub_key": {"type": KEY_TYPE, "value": _base64(public)},
        "priv_key": _secret(seed),
    }


def utc_text(time_ms: int) -> str:
    """A time in ms as RFC 3339 in UTC, by the civil calendar (H. Hinnant, days_from_civil)."""
    days, ms = divmod(time_ms, DAY_MS)
    shifted = days + 719_468
    era, day = divmod(shifted, 146_097)
    year = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    rest = day - (365 * year + year // 4 - year // 100)
    part = (5 * rest + 2) // 153
    month = part + 3 if part < 10 else part - 9
    date = f"{year + era * 400 + (month <= 2):04}-{month:02}-{rest - (153 * part + 2) // 5 + 1:02}"
    seconds, ms = divmod(ms, 1000)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"
    return f"{date}T{clock}Z"


def too_long(path: Path) -> bool:
    """Whether a unix socket cannot have this path."""
    return len(str(path).encode()) > SOCKET_MAX


def _secret(seed: bytes) -> dict[str, str]:
    return {"type": SECRET_TYPE, "value": _base64(seed + ed25519.public_key(seed))}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"


def _toml(value: bool) -> str:
    return "true" if value else "false"
