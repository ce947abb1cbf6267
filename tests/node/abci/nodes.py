"""A node of a network in this process: home, chain and application, asked without a socket."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from ctn.kernel.codec import encode
from ctn.kernel.genesis import Genesis, chain_name
from ctn.node.abci.application import Application
from ctn.node.abci.chain import Chain
from ctn.node.abci.driver import Comet, set_time
from ctn.node.abci.pb import abci_pb2 as pb
from ctn.node.abci.updates import update_rows
from ctn.node.config import Config, EngineTable, SnapshotTable, StoreTable
from ctn.node.home import Home, Opened
from tests.node.chains import Sender, people_genesis

KEYS = {f"{number:02x}" * 32: 10 for number in range(1, 5)}


def network_genesis(height: int = 1) -> Genesis:
    """A genesis of attested people whose blocks consensus orders."""
    return msgspec.structs.replace(people_genesis(height=height), maker=None)


def network_home(folder: Path, genesis: Genesis | None = None, **changes: int) -> Home:
    """A home of a node of a network; `interval` of snapshots, `min_free` MiB of disk."""
    home = Home(folder)
    config = Config(
        engine=EngineTable(kind="abci"),
        store=StoreTable(map_gib=1, ballast_mib=0, min_free_mib=changes.get("min_free", 0)),
        snapshot=SnapshotTable(interval=changes.get("interval", 0)),
    )
    home.create(genesis or network_genesis(), None, config)
    return home


def first_request(genesis: Genesis, members: dict[str, int] | None = None) -> pb.RequestInitChain:
    """InitChain as CometBFT makes it of its genesis."""
    request = pb.RequestInitChain(
        chain_id=genesis.chain_id,
        initial_height=1,
        app_state_bytes=encode(genesis),
        validators=update_rows(KEYS if members is None else members),
    )
    set_time(request.time, genesis.time)
    return request


class Network:
    """One node and the CometBFT that plays it."""

    def __init__(self, home: Home, members: dict[str, int] | None = None) -> None:
        self.home = home
        self.genesis = home.read_genesis()
        self.loop = asyncio.new_event_loop()
        self.start()
        self.comet = Comet(first_request(self.genesis, members), self.ask)
        self.comet.handshake()

    def start(self) -> None:
        """Open the home, as a process would."""
        self.opened = Opened(self.home)
        self.chain = Chain(self.opened)
        self.application = self.loop.run_until_complete(self._application())

    async def _application(self) -> Application:
        return Application(self.chain)

    def ask(self, method: str, body: Any) -> Any:
        """The answer of the application."""
        request = pb.Request(**{method: body})
        answer = self.loop.run_until_complete(self.application.answer(request))
        return getattr(answer, method)

    def crash(self) -> None:
        """Lose all that is in memory, start again, and let CometBFT shake hands."""
        self.opened.close()
        self.start()
        self.comet.handshake()

    def sender(self, name: str, sequence: int = 0) -> Sender:
        """A sender of this chain."""
        return Sender(name, chain_name(self.genesis), sequence)

    def write_snapshots(self) -> None:
        """Wait for a snapshot that is being written."""
        self.loop.run_until_complete(self.application.snapshots.written())

    def close(self) -> None:
        """Let go of the home."""
        self.opened.close()
        self.loop.close()
