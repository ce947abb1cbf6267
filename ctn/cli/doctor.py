"""What `ctn node doctor` looks at: files, modes, disk, keys, and whether an engine answers."""

import fcntl
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ctn.cli.node import FAIL, OK, WARN
from ctn.crypto import ed25519
from ctn.kernel.genesis import Genesis, chain_name
from ctn.node.config import Config, read_config
from ctn.node.files import MIB, free_mebibytes
from ctn.node.home import Home
from ctn.node.stops import Stop

SECRET_MODE = 0o077


class Check(NamedTuple):
    """Something that was looked at: ok, warn or fail, and what was found."""

    state: str
    what: str
    found: str


def examine(folder: Path) -> list[Check]:
    """Every check of a home, in the order in which a start would meet them."""
    home = Home(folder)
    try:
        config = read_config(home.config)
        genesis = home.read_genesis()
    except Stop as stop:
        return [Check(FAIL, "home", str(stop))]
    return [
        Check(OK, "chain", f"{chain_name(genesis)}, profile {config.profile}"),
        *_orderer(home, config, genesis),
        *_modes(home),
        *_disk(home, config),
        *_engine(home),
    ]


def _orderer(home: Home, config: Config, genesis: Genesis) -> Iterator[Check]:
    """Who orders the blocks: our own maker, or CometBFT."""
    if config.engine.kind == "abci":
        from ctn.cli.doctor_network import examine_network

        yield from examine_network(home, config)
    else:
        yield _maker(home, genesis)


def _maker(home: Home, genesis: Genesis) -> Check:
    try:
        key = ed25519.public_key(home.maker_seed()).hex()
    except (OSError, ValueError) as error:
        return Check(FAIL, "maker key", str(error))
    if key != genesis.maker:
        return Check(FAIL, "maker key", f"{key} is not the maker {genesis.maker} of the genesis")
    return Check(OK, "maker key", key)


def _modes(home: Home) -> Iterator[Check]:
    """Keys are for their owner alone."""
    keys = home.folder / "keys"
    for path in [keys, *sorted(keys.glob("*")), home.folder / "keystore.json"]:
        if not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        state = FAIL if mode & SECRET_MODE else OK
        yield Check(state, str(path.relative_to(home.folder)), f"mode {mode:04o}")


def _disk(home: Home, config: Config) -> Iterator[Check]:
    free, least = free_mebibytes(home.folder), config.store.min_free_mib
    yield Check(OK if free >= least else FAIL, "disk", f"{free} MiB free, {least} needed")
    ballast = home.folder / "ballast.bin"
    size = ballast.stat().st_size // MIB if ballast.exists() else 0
    wanted = config.store.ballast_mib
    state = OK if size == wanted else WARN
    yield Check(state, "ballast", f"{size} MiB of {wanted}")


def _engine(home: Home) -> Iterator[Check]:
    """Whether the lock is held, and whether who holds it answers."""
    is_held = _is_held(home.folder / "lock")
    yield Check(OK, "lock", "an engine or command has the home" if is_held else "free")
    if not home.socket.exists():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        answers = probe.connect_ex(str(home.socket)) == 0
    if answers:
        yield Check(OK, "door", "an engine answers")
    elif is_held:
        yield Check(WARN, "door", "nobody answers though the home is in use")
    else:
        yield Check(OK, "door", "left by an engine that is gone")


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
