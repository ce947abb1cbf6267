"""Putting a node of a network right: rollback, resync, bans (engine.md 12, 14, 18).

The consensus key and its sign state are never deleted: a validator that forgot what it signed
could sign a height twice.
"""

import ipaddress
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ctn.node.abci.rollback import rollback
from ctn.node.cometbft import rpc
from ctn.node.cometbft.files import Folder, Sync
from ctn.node.cometbft.log_lines import Verdict
from ctn.node.cometbft.program import find_program
from ctn.node.cometbft.running import processes
from ctn.node.cometbft.supervisor import TROUBLE, trouble_of
from ctn.node.files import Lock, sync_folder, write_whole
from ctn.node.home import Home
from ctn.node.stops import BadConfig
from ctn.node.store import Head

SERVERS_MIN = 2
HEX = "0123456789abcdef"
NODE_ID_LETTERS, HASH_LETTERS = 40, 64
BEHIND = 2  # heights below the newest, so that every server has the header


def prepare_resync(home: Home, servers: Sequence[str], trust: tuple[int, str] | None) -> Sync:
    """Empty a stopped node, so that its next start takes a snapshot from the network.

    `trust` is height and hash of a header that the operator knows; without one, all servers must
    agree on it. Raises BadConfig, HomeInUse, or RpcUnreachable before anything is deleted.
    """
    if len(servers) < SERVERS_MIN:
        raise BadConfig(f"a state sync asks {SERVERS_MIN} servers or more, {len(servers)} named")
    height, block_hash = trust or _agreed(servers)
    if len(block_hash) != HASH_LETTERS or any(letter not in HEX for letter in block_hash):
        raise BadConfig("the hash of a header has 64 hex digits")
    sync = Sync(tuple(servers), height, block_hash)
    lock = Lock(home.folder / "lock")
    try:
        _empty(home, sync)
    finally:
        lock.release()
    return sync


def roll_back(home: Home) -> Head:
    """Take the last block back in the application, and in CometBFT unless that is behind already.

    Raises BadConfig when CometBFT cannot, StateCorrupt when what stood before is not kept.
    """
    if trouble_of(home) is not Verdict.APP_AHEAD:
        Lock(home.folder / "lock").release()  # a running node is refused before anything changes
        program = [str(find_program()), "rollback", "--home", str(home.folder / "cometbft")]
        done = subprocess.run(program, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BadConfig(f"cometbft rollback: {(done.stdout + done.stderr).strip()[:300]}")
    head = rollback(home)
    _remove(home.folder / TROUBLE)
    return head


def ban(home: Home, name: str) -> bool:
    """Refuse connections of a node id or an address from now on; whether the node runs.

    A running node is told to start CometBFT again, which cuts a live connection: its filter is
    asked only when one opens.
    """
    found = _banned_name(name)
    path = Folder(home).banned
    known = path.read_text("ascii").splitlines() if path.exists() else []
    if found not in known:
        write_whole(path, "".join([f"{line}\n" for line in [*known, found]]).encode())
    node = processes(home.folder).get("node")
    if node is not None:
        os.kill(node, signal.SIGHUP)
    return node is not None


def _banned_name(name: str) -> str:
    if len(name) == NODE_ID_LETTERS and all(letter in HEX for letter in name):
        return name
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        raise BadConfig(f"{name!r} is neither a node id of 40 hex digits nor an address") from None


def _agreed(servers: Sequence[str]) -> tuple[int, str]:
    """A height near the newest, and the hash that every server gives for it."""
    height = min(rpc.sync_of(server).height for server in servers) - BEHIND
    if height < 1:
        raise BadConfig("the servers have no block to begin from")
    hashes = {server: rpc.block_hash_at(server, height) for server in servers}
    first = hashes[servers[0]]
    for server, found in hashes.items():
        if found != first:
            raise BadConfig(f"{servers[0]} and {server} name two headers at height {height}")
    return height, first


def _empty(home: Home, sync: Sync) -> None:
    """What was asked is written first, so that a crash in between only empties again."""
    files = Folder(home)
    write_whole(files.sync, json.dumps(sync._asdict()).encode(), 0o600)
    for path in sorted(files.data.iterdir()):
        if path != files.sign_state:
            _remove(path)
    _remove(home.state)
    _remove(home.mark)
    _remove(home.folder / TROUBLE)
    sync_folder(files.data)
    sync_folder(home.folder)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
