"""A home: the folder of one node, made by `init` and opened by one process at a time.

Opening reads and checks every record, rebuilds the tree, compares it with the last root and checks
the links of the last 1,000 blocks; nothing is served before that (engine.md 8).
"""

import contextlib
import gc
from pathlib import Path

import msgspec

from ctn.crypto import domains, ed25519
from ctn.crypto.digest import sha256_hex
from ctn.genesis import genesis_values
from ctn.kernel.block import block_hash
from ctn.kernel.codec import encode
from ctn.kernel.commitment import Commitment, change
from ctn.kernel.genesis import Genesis, chain_name, genesis_hash
from ctn.kernel.state import State
from ctn.machine import Machine
from ctn.node.config import Config, config_text, read_config
from ctn.node.files import Lock, Mark, ensure_ballast, sync_folder, write_whole
from ctn.node.stops import BadConfig, StateCorrupt, StateRolledBack
from ctn.node.store import Base, Founding, Head, Store

LINKS_CHECKED = 1_000


class MakerKey(msgspec.Struct, frozen=True):
    """The block maker's Ed25519 seed, `<home>/keys/maker_key.json`, mode 0600."""

    seed: str

    def __repr__(self) -> str:
        return "MakerKey(...)"


class Home:
    """The paths of a home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.config = folder / "config" / "node.toml"
        self.genesis = folder / "config" / "genesis.json"
        self.maker = folder / "keys" / "maker_key.json"
        self.socket = folder / "run" / "node.sock"
        self.mark = folder / "mark"

    def create(self, genesis: Genesis, maker_seed: bytes | None, config: Config) -> None:
        """Make a home for a new chain; raises BadConfig when one is there already.

        Without a maker, consensus orders the blocks.
        """
        if self.genesis.exists():
            raise BadConfig(f"{self.folder} already holds a chain")
        if genesis.maker != (maker_seed and ed25519.public_key(maker_seed).hex()):
            raise BadConfig("the genesis names another maker")
        genesis_values(genesis)
        for name in ("config", "keys", "run"):
            (self.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        if maker_seed is not None:
            write_whole(self.maker, encode(MakerKey(maker_seed.hex())), 0o600)
        write_whole(self.config, config_text(config).encode())
        write_whole(self.genesis, encode(genesis))
        sync_folder(self.folder)

    def join(self, genesis: bytes, config: Config) -> None:
        """Make a home for a chain that others make; raises BadConfig."""
        if self.genesis.exists():
            raise BadConfig(f"{self.folder} already holds a chain")
        try:
            found = msgspec.json.decode(genesis, type=Genesis)
            genesis_values(found)
        except (msgspec.DecodeError, ValueError) as error:
            raise BadConfig(f"genesis: {error}") from None
        if encode(found) != genesis:
            raise BadConfig("genesis: not in canonical form")
        for name in ("config", "run"):
            (self.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(self.config, config_text(config).encode())
        write_whole(self.genesis, genesis)
        sync_folder(self.folder)

    def read_genesis(self) -> Genesis:
        """The genesis of this home; raises BadConfig."""
        try:
            return msgspec.json.decode(self.genesis.read_bytes(), type=Genesis)
        except FileNotFoundError:
            raise BadConfig(f"{self.folder} holds no chain: ctn init makes one") from None
        except msgspec.DecodeError as error:
            raise BadConfig(f"genesis.json: {error}") from None

    def genesis_hash(self) -> str:
        """G of this home, from the bytes of its file, which are canonical."""
        try:
            return sha256_hex(domains.GENESIS + self.genesis.read_bytes())
        except FileNotFoundError:
            raise BadConfig(f"{self.folder} holds no chain: ctn init makes one") from None

    def maker_seed(self) -> bytes:
        """The seed of the block maker; raises BadConfig."""
        try:
            key = msgspec.json.decode(self.maker.read_bytes(), type=MakerKey)
            return bytes.fromhex(key.seed)
        except (FileNotFoundError, ValueError):
            raise BadConfig(f"{self.maker.name} holds no maker key") from None


class Opened:
    """A home in use: its lock, store, mark and machine."""

    def __init__(self, home: Home, *, needs_mark: bool = True) -> None:
        self.home = home
        self.config = read_config(home.config)
        # Before anything is opened, so that a folder without a chain stays as it is.
        self._genesis_hash = home.genesis_hash()
        with contextlib.ExitStack() as opened:
            self.lock = Lock(home.folder / "lock")
            opened.callback(self.lock.release)
            self.store = Store(home.state, self.config.store.map_gib)
            opened.callback(self.store.close)
            self.mark = Mark(home.mark)
            opened.callback(self.mark.close)
            self._open(needs_mark=needs_mark)
            self._closing = opened.pop_all()

    def _open(self, *, needs_mark: bool) -> None:
        home = self.home
        if self.config.store.ballast_mib:
            ensure_ballast(home.folder / "ballast.bin", self.config.store.ballast_mib)
        head = self.store.head() or self._begin()
        founding = self.store.founding()
        if founding is None or founding.genesis != self._genesis_hash:
            raise BadConfig(f"the store holds chain {head.chain}, genesis.json another")
        self.founding = founding
        self.chain = head.chain
        # Under CometBFT no mark is kept: it replays what an old copy lacks.
        if needs_mark and founding.maker:
            self._check_mark(head)
        self.machine = Machine(State(self.store), self.chain)
        self._load(head)
        self._check_links(head)
        self.store.keep_history(self.is_archive)

    @property
    def is_archive(self) -> bool:
        """Whether this node keeps all blocks and every value."""
        return self.config.store.kind == "archive"

    def close(self) -> None:
        """Let go of everything."""
        self._closing.close()

    def block_hash(self, height: int) -> bytes:
        """The hash that the block after `height` names; G before the first."""
        base = self.store.base(self.founding)
        if height <= base.height:
            return bytes.fromhex(base.block)
        block = self.store.block(height)
        if block is None:
            raise StateCorrupt(f"blocks: block {height} is missing")
        return block_hash(encode(block.header))

    def load_again(self) -> None:
        """Read all records again, after they were replaced."""
        head = self.store.head()
        assert head is not None
        self.machine.state.forget()
        self._load(head)
        self.store.keep_history(self.is_archive)

    def begin_again(self) -> None:
        """Empty the state: the records of the genesis stand alone, as before the first block."""
        values, head, founding = self._first()
        base = Base(founding.initial_height - 1, founding.genesis)
        self.store.restore(sorted(values.items()), head, base)
        self.load_again()

    def _begin(self) -> Head:
        """Write block 0 of a home that has no state yet."""
        values, head, founding = self._first()
        self.store.begin(values, head, founding)
        return head

    def _first(self) -> tuple[dict[bytes, bytes], Head, Founding]:
        genesis = self.home.read_genesis()
        values = genesis_values(genesis)
        commitment = Commitment()
        root = commitment.update([change(key, value) for key, value in values.items()])
        height, version = genesis.initial_height - 1, genesis.app_version
        link = genesis_hash(genesis).hex()
        head = Head(chain_name(genesis), version, height, genesis.time, root.hex(), link)
        maker = genesis.maker or ""
        founding = Founding(link, genesis.initial_height, genesis.time, version, maker)
        return values, head, founding

    def _load(self, head: Head) -> None:
        # A collector that walks a million live objects at each threshold doubles the start.
        gc.disable()
        try:
            root = self.machine.load(self.store.rows(), head.height, head.time)
        finally:
            gc.enable()
            gc.freeze()
            # Transactions make few cycles; a collector each 700 objects takes a fifth of the time.
            gc.set_threshold(100_000, 50, 100)
        if root.hex() != head.root:
            raise StateCorrupt(f"the records make root {root.hex()}, block {head.height} has "
                               f"{head.root}")  # fmt: skip

    def _check_links(self, head: Head) -> None:
        oldest = self.store.base(self.founding).height + 1
        first = max(oldest, head.height - LINKS_CHECKED)
        link = self.block_hash(first - 1).hex() if first <= head.height else head.block
        for height in range(first, head.height + 1):
            block = self.store.block(height)
            if block is None or block.header.previous != link:
                raise StateCorrupt(f"blocks: block {height} does not link to the one before")
            link = block_hash(encode(block.header)).hex()
        if link != head.block:
            raise StateCorrupt(f"blocks: block {head.height} is not the head")

    def _check_mark(self, head: Head) -> None:
        slot = self.mark.read()
        if slot is None:
            self.mark.write(head.height, bytes.fromhex(head.block))
            return
        if slot.height > head.height:
            raise StateRolledBack(
                f"the state ends at {head.height}, but block {slot.height} was acknowledged; "
                "if an old copy was put back on purpose: ctn node accept-rollback"
            )
        if slot.block != self.block_hash(slot.height):
            raise StateRolledBack(f"block {slot.height} is not the one that was acknowledged")


def accept_rollback(home: Home) -> Head:
    """Take the state as it is for the newest; the operator says that an old copy is meant."""
    opened = Opened(home, needs_mark=False)
    head = opened.store.head()
    assert head is not None
    opened.mark.clear(head.height, bytes.fromhex(head.block))
    opened.close()
    return head
