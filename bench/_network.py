"""A network of real processes for benches: CometBFT with our application, or with its kvstore."""

import base64
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from _chain import FUNDS, Key, genesis, key
from _orders import ASSET, NAME, REF, TICK, instrument, placing, state

from ctn.crypto import ed25519
from ctn.kernel.codec import INT_MAX, encode
from ctn.kernel.genesis import Genesis, chain_name
from ctn.kernel.op import Op
from ctn.kernel.tx import Body, Fee, Signature, pack, sign_bytes
from ctn.modules.accounts.records import PERSON
from ctn.modules.assets.records import Calendar
from ctn.modules.assets.transfer import Transfer
from ctn.modules.identity.records import LIVE, Attestation
from ctn.modules.market.records import COUNTERS, Counters
from ctn.node.cometbft import rpc
from ctn.node.cometbft.network import Network, Places, lay_out
from ctn.node.cometbft.running import READY_SECONDS
from ctn.node.config import StoreTable

MAKER = b"m" * 32
ACCOUNTS = 2_000
COUNTED = Counters(1, 1, 0)
ALWAYS = Calendar("always", 480, 127, (), ())
PORT = 21_656  # below what the system gives to outgoing connections
TICKS_HZ = os.sysconf("SC_CLK_TCK")
KVSTORE = "kvstore"
STAND_IN = "import pathlib, signal, sys; pathlib.Path(sys.argv[1]).touch(); signal.pause()"
MAIN = """
import sys
from pathlib import Path
from ctn.node.cometbft.supervisor import Commands, commands_of, run_supervised
from ctn.node.home import Home
folder, proxy, stand_in = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
commands = commands_of(Home(folder))
if proxy:
    app = [sys.executable, "-c", stand_in, str(folder / "run" / "abci.sock")]
    commands = Commands(app, commands.cometbft, proxy)
sys.exit(run_supervised(folder, commands))
"""


class Use(NamedTuple):
    """What all processes and files of a network take: CPU seconds, bytes of memory and disk."""

    cpu: float
    memory: int
    disk: int


class Running:
    """A network at work."""

    def __init__(self, folder: Path, network: Network) -> None:
        self.folder = folder
        self.network = network
        self.supervisors: list[subprocess.Popen[bytes]] = []

    @property
    def rpcs(self) -> list[str]:
        """Where its CometBFTs answer."""
        return [member.rpc for member in self.network.members]

    def start(self, kind: str) -> None:
        """Start all nodes; return when each is at height 2."""
        for member in self.network.members:
            home = self.folder / member.home
            proxy = "persistent_kvstore" if kind == KVSTORE else ""
            with (home / "node.log").open("wb") as log:
                self.supervisors.append(subprocess.Popen(
                    [sys.executable, "-c", MAIN, str(home), proxy, STAND_IN],
                    stdout=log, stderr=log, start_new_session=True,
                ))  # fmt: skip
        end = time.monotonic() + READY_SECONDS
        while min(self.heights()) < 2:
            if time.monotonic() > end or any(one.poll() is not None for one in self.supervisors):
                raise SystemExit((self.folder / "node0" / "node.log").read_text()[-2_000:])
            time.sleep(0.1)

    def heights(self) -> list[int]:
        """The height of each node; 0 when it does not answer."""
        return [_height(address) for address in self.rpcs]

    def stop(self) -> None:
        """End all nodes."""
        for supervisor in self.supervisors:
            supervisor.terminate()
        for supervisor in self.supervisors:
            supervisor.wait(60)

    def use(self) -> Use:
        """What the network takes up to now."""
        cpu, memory = 0.0, 0
        for folder in self._processes():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                cpu += (int(fields[11]) + int(fields[12])) / TICKS_HZ
                memory += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
            except OSError:
                continue
        disk = sum(path.stat().st_blocks * 512 for path in self.folder.rglob("*") if path.is_file())
        return Use(cpu, memory, disk)

    def _processes(self) -> Iterator[Path]:
        """The processes of all sessions that the supervisors and their children lead."""
        leaders = {str(one.pid) for one in self.supervisors}
        for member in self.network.members:
            text = (self.folder / member.home / "run" / "processes.json").read_text()
            leaders |= {str(pid) for pid in msgspec.json.decode(text).values()}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    session = (folder / "stat").read_text().rpartition(")")[2].split()[3]
                except OSError:
                    continue
                if session in leaders:
                    yield folder


@contextmanager
def network(kind: str, validators: int) -> Iterator[Running]:
    """A network under way, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ctn-net-"))
    founded = market_genesis([key(number) for number in range(ACCOUNTS)])
    store = StoreTable(map_gib=4, ballast_mib=0, min_free_mib=64)
    running = Running(folder, lay_out(folder, founded, validators, Places(PORT, 0), store))
    try:
        running.start(kind)
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder)


def market_genesis(accounts: list[Key]) -> Genesis:
    """Accounts with money and tonnes, and an instrument that is open around the clock."""
    founded = genesis(accounts, MAKER)
    rows: list[tuple[str, str, Any]] = [
        *[
            (record.table, place, msgspec.to_builtins(record))
            for record, place in (
                (instrument(), NAME), (state(), NAME), (COUNTED, COUNTERS), (ALWAYS, ALWAYS.id)
            )
        ],
        ("balance", f"issued:{ASSET}/{ASSET}", -FUNDS * 10**4 * len(accounts)),
    ]
    for number, account in enumerate(accounts):
        place = f"{account.address}/{0:020d}"
        word = Attestation(
            place, account.address, account.address, 2, PERSON, "CN", (f"{number:064x}",), (),
            "00" * 32, 1, INT_MAX, LIVE, None,
        )  # fmt: skip
        rows.append((word.table, place, msgspec.to_builtins(word)))
        rows.append(("balance", f"{account.address}/{ASSET}", FUNDS * 10**4))
    now = time.time_ns() // 1_000_000 - 60_000
    return msgspec.structs.replace(
        founded, maker=None, time=now, records=[*founded.records, *rows], chain_id="ctn-bench"
    )


def signed(kind: str, chain: str, count: int) -> list[bytes]:
    """So many transactions of a kind, those of one account in order."""
    chance = random.Random(20_231_115)
    made: list[bytes] = []
    for number in range(count):
        sender = key(number % ACCOUNTS)
        op: Op = Transfer("cny", 5, key(chance.randrange(ACCOUNTS)).address)
        if kind == "orders":
            side = chance.choice(("buy", "sell"))
            away = TICK * (6 - int(chance.expovariate(1 / 30)))
            op = placing(side, REF + away if side == "buy" else REF - away, chance.randrange(1, 20))
        fee = Fee(1_000, None)
        body = encode(Body(chain, sender.address, number // ACCOUNTS, 4_000_000, fee, "", (op,)))
        signature = Signature(1, sender.public, ed25519.sign(sender.seed, sign_bytes(body)))
        made.append(pack(body, [signature]))
    return made


def plain(sizes: list[int]) -> list[bytes]:
    """Transactions of the kvstore with these sizes."""
    return [b"%08d=" % number + b"x" * (size - 9) for number, size in enumerate(sizes)]


def chain_of(running: Running) -> str:
    """The name that transactions carry."""
    path = running.folder / "node0" / "config" / "genesis.json"
    return chain_name(msgspec.json.decode(path.read_bytes(), type=Genesis))


def texts_of_block(address: str, height: int) -> list[str]:
    """The transactions of a block in base64, as they were sent."""
    found: list[str] = rpc.call(address, "block", height=str(height))["block"]["data"]["txs"] or []
    return found


def text_of(tx: bytes) -> str:
    """A transaction in base64."""
    return base64.b64encode(tx).decode()


def _height(address: str) -> int:
    try:
        return rpc.sync_of(address).height
    except (rpc.RpcUnreachable, rpc.RpcRefused):
        return 0
