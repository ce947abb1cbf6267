"""The home of a demo world: its chain made in process, then served by engine and platform."""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from ctn.cli.keyring import DEV_FILE, DEV_PASSWORD, add_key, read_names
from ctn.cli.terminal import Trouble
from ctn.demo.ground import Head, Seat
from ctn.kernel.account import Account
from ctn.kernel.genesis import Genesis
from ctn.node import queries
from ctn.node.config import Config, StoreTable
from ctn.node.home import Home, Opened
from ctn.node.maker import Maker

HOST = "127.0.0.1"
PORTS = range(8080, 8100)
PORT_BUSY = 4
READY_SECONDS = 20
STOP_SECONDS = 30
POLL_SECONDS = 0.05
FAILED = 70
SEAT = "me"
# A world that is worth nothing keeps no space in hand for the day the disk is full.
STORE = StoreTable(map_gib=8, ballast_mib=0, min_free_mib=256)


class HomeChain:
    """The chain of a home that this process makes."""

    def __init__(self, opened: Opened) -> None:
        self._maker = Maker(opened)
        self._store = opened.store
        self.begin = opened.founding.time

    def head(self) -> Head:
        """The last block."""
        found = queries.head_of(self._store)
        return Head(found.chain, found.height, found.root, found.time)

    def block(self, height: int) -> Head:
        """A block, which must have been made."""
        found = self._store.block(height)
        assert found is not None
        header = found.header
        return Head(header.chain, header.height, header.state, header.time)

    def value(self, table: str, place: str) -> Any:
        """The value of a record, None when there is none."""
        return queries.record(self._store, table, place)["value"]

    def rows(self, table: str, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """Ids and values of the records whose ids begin so, in byte order."""
        start = f"{table}\0"
        for key, value in self._store.range((start + prefix).encode(), b""):
            yield key.decode()[len(start) :], json.loads(value)

    def receipts(self, height: int) -> list[dict[str, Any]]:
        """The receipts of a block's transactions, in their order."""
        found = self._store.receipts(height) or []
        receipts = [json.loads(receipt) for receipt in found]
        return [receipt for receipt in receipts if "tx" in receipt]

    def sequence(self, address: str) -> int:
        """The sequence of an account's next transaction, behind those that wait."""
        account = self._maker.machine.state.record(Account, address)
        return (account.sequence if account else 0) + self._maker.pool.waiting(address)

    def admit(self, envelope: bytes) -> None:
        """Let a transaction wait for the next block; refuses by all checks of a door."""
        machine = self._maker.machine
        tx = machine.read(envelope)
        machine.verify(tx)
        self._maker.admit(tx)

    def make(self, time: int) -> None:
        """Make and commit the next block at a time in ms."""
        self._maker.make(time)

    @property
    def alarms(self) -> list[str]:
        """What broke; nothing ever should."""
        return self._maker.machine.alarms

    def recount(self) -> None:
        """Test every invariant over the whole state; raises Breach."""
        rows = self._store.range(b"balance\0", b"")
        self._maker.machine.recount({key[8:].decode(): int(value) for key, value in rows})


class DemoHome:
    """The folder of a demo world, and the processes that serve it."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self._port = port
        self._processes: list[subprocess.Popen[bytes]] = []
        self._is_leaving = False

    def has_chain(self) -> bool:
        """Whether a chain stands here already."""
        return Home(self.folder).genesis.exists()

    def remove(self) -> None:
        """Forget the chain that stands here; whoever runs it must have stopped."""
        if not self.has_chain():
            return
        with contextlib.closing(Opened(Home(self.folder), needs_mark=False)):
            pass
        shutil.rmtree(self.folder)

    def create(self, genesis: Genesis, maker_seed: bytes) -> None:
        """Found a chain."""
        Home(self.folder).create(genesis, maker_seed, Config(profile="dev", store=STORE))

    @contextlib.contextmanager
    def open(self) -> Iterator[HomeChain]:
        """The chain, for this process alone."""
        with contextlib.closing(Opened(Home(self.folder))) as opened:
            yield HomeChain(opened)

    @contextlib.contextmanager
    def serve(self) -> Iterator[str]:
        """Engine and platform as processes; the address of the platform."""
        port = free_port(self._port)
        home = Home(self.folder)
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True)
        try:
            # Both at once: the platform waits for the engine by itself.
            self._start(logs / "engine.log", "node", "start")
            self._start(logs / "platform.log", "api", "start", "--host", HOST, "--port", str(port))
            self._wait_for(socket.AF_UNIX, str(home.socket))
            self._wait_for(socket.AF_INET, (HOST, port))
            yield f"http://{HOST}:{port}"
        finally:
            self._stop()

    def seat(self) -> Seat:
        """The reader's own key in this folder, made when there is none."""
        path = self.folder / "keys" / DEV_FILE
        address = read_names(path).get(SEAT) or add_key(path, SEAT, DEV_PASSWORD).address
        return Seat(SEAT, address)

    def has_failed(self) -> bool:
        """Whether a process that serves has ended by itself."""
        return any(process.poll() is not None for process in self._processes)

    def is_leaving(self) -> bool:
        """Whether somebody asked to stop."""
        return self._is_leaving

    def leave(self, _number: int, _frame: FrameType | None) -> None:
        """A signal asks to stop; the block in hand is finished first."""
        self._is_leaving = True

    def _start(self, log: Path, *words: str) -> None:
        # A session of its own, so that Ctrl-C reaches only this process, which stops both in order.
        line = [sys.executable, "-m", "ctn.cli", "--home", str(self.folder), *words]
        with log.open("ab") as out:
            self._processes.append(
                subprocess.Popen(line, stdout=out, stderr=out, start_new_session=True)
            )

    def _wait_for(self, family: socket.AddressFamily, address: Any) -> None:
        """Return when somebody listens, or raise when the process is gone."""
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end and not self.has_failed() and not self._is_leaving:
            with socket.socket(family) as probe:
                if probe.connect_ex(address) == 0:
                    return
            time.sleep(POLL_SECONDS)
        if not self._is_leaving:
            raise Trouble(f"the world did not start: see {self.folder / 'logs'}", FAILED)

    def _stop(self) -> None:
        """Stop the platform, then the engine, which commits the block in hand."""
        codes: list[int] = []
        for process in reversed(self._processes):
            if process.poll() is None:
                process.terminate()
            try:
                codes.append(process.wait(STOP_SECONDS))
            except subprocess.TimeoutExpired:
                process.kill()
                codes.append(process.wait())
        self._processes.clear()
        if any(codes):
            raise Trouble(f"engine or platform ended badly: see {self.folder / 'logs'}", FAILED)


def free_port(wanted: int | None) -> int:
    """The port that is wanted, else the first free one; raises Trouble when there is none."""
    for number in PORTS if wanted is None else (wanted,):
        with contextlib.suppress(OSError), socket.create_server((HOST, number)):
            return number
    what = f"{PORTS.start} to {PORTS.stop - 1} are" if wanted is None else f"{wanted} is"
    raise Trouble(f"PortBusy: port {what} in use; PORT=n names another", PORT_BUSY)
