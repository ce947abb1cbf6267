"""What `ctn node doctor` looks at in a node of a network: CometBFT, its keys, its clock."""

import stat
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ctn.cli.doctor import Check
from ctn.cli.node import FAIL, OK, WARN
from ctn.node.cometbft import rpc
from ctn.node.cometbft.files import Folder, too_long
from ctn.node.cometbft.program import find_program
from ctn.node.cometbft.supervisor import trouble_of
from ctn.node.config import Config
from ctn.node.home import Home
from ctn.node.stops import CometBFTNotFound

SECRET_MODE = 0o077
CLOCK_SECONDS = 1.0


def examine_network(home: Home, config: Config) -> Iterator[Check]:
    """Every check that only a node under CometBFT needs."""
    files = Folder(home)
    try:
        yield Check(OK, "CometBFT", str(find_program()))
    except CometBFTNotFound as stop:
        yield Check(FAIL, "CometBFT", str(stop))
    for path in (files.node_key, files.validator_key, files.sign_state):
        yield _secret(path)
    if too_long(files.app_socket):
        yield Check(FAIL, "socket", f"{files.app_socket} has more than 100 bytes")
    trouble = trouble_of(home)
    if trouble is not None:
        yield Check(FAIL, "trouble", trouble.value)
    yield from _running(config)


def _secret(path: Path) -> Check:
    if not path.exists():
        return Check(FAIL, path.name, "missing")
    mode = stat.S_IMODE(path.stat().st_mode)
    return Check(FAIL if mode & SECRET_MODE else OK, path.name, f"mode {mode:04o}")


def _running(config: Config) -> Iterator[Check]:
    """What CometBFT says while it runs; a node that is stopped is no trouble."""
    address = config.cometbft.rpc
    try:
        sync = rpc.sync_of(address)
        peers = len(rpc.peers_of(address))
    except (rpc.RpcUnreachable, rpc.RpcRefused):
        yield Check(OK, "running", f"no, nobody answers at {address}")
        return
    word = "catching up" if sync.is_catching_up else "in step"
    yield Check(OK, "running", f"height {sync.height}, {word}, power {sync.power}")
    wanted = len(config.cometbft.peers.split(",")) if config.cometbft.peers else 0
    state = WARN if wanted and not peers else OK
    yield Check(state, "peers", f"{peers} connected, {wanted} named")
    ahead = datetime.fromisoformat(sync.time).timestamp() - time.time()
    if ahead > CLOCK_SECONDS:
        yield Check(WARN, "clock", f"{ahead:.1f} s behind the last block: set it by NTP")
    else:
        yield Check(OK, "clock", "not behind the chain")
