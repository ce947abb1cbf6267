"""The block maker: a pool in front of the machine, and the store behind it.

It proposes, applies, commits and acknowledges, in this order, on one thread (engine.md 11). What
waits around it (sockets, clocks, signature workers) is the engine's.
"""

from typing import NamedTuple

from ctn.crypto import ed25519
from ctn.crypto.digest import merkle_root
from ctn.kernel.block import Block, Header, block_hash, seal_bytes
from ctn.kernel.codec import encode
from ctn.kernel.refusal import DiskLow, Refusal
from ctn.kernel.tx import Tx
from ctn.machine import Outcome
from ctn.node.files import free_mebibytes
from ctn.node.home import Opened
from ctn.node.pool import Pool
from ctn.node.retention import keeping
from ctn.node.stops import BadConfig
from ctn.node.upgrading import require_version


class Made(NamedTuple):
    """A committed block, its outcome, and what fell out of the pool with its reason."""

    block: Block
    outcome: Outcome
    dropped: list[tuple[Tx, Refusal]]


class Maker:
    """Makes the blocks of an embedded chain."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.machine = opened.machine
        self.store = opened.store
        config = opened.config
        self.pool = Pool(config.pool.size, config.pool.bytes)
        self._seed = opened.home.maker_seed()
        self._maker = ed25519.public_key(self._seed).hex()
        if self._maker != opened.founding.maker:
            raise BadConfig("the genesis names another maker than the key of this home")
        head = opened.store.head()
        assert head is not None
        self.head = head
        self.require_version()
        self.is_read_only = False
        self.check_disk()

    def require_version(self) -> None:
        """Stop before a block that is for another version of the ledger."""
        require_version(self.store, self.head)

    def check_disk(self) -> None:
        """Become read-only when the disk is nearly full, and writing again when it is not."""
        free = free_mebibytes(self.opened.home.folder)
        self.is_read_only = free < self.opened.config.store.min_free_mib

    def admit(self, tx: Tx) -> None:
        """Let a decoded and verified transaction wait; refuses by checks 10 to 15."""
        if self.is_read_only:
            raise DiskLow()
        self._check(tx)
        self.pool.add(tx)

    def _check(self, tx: Tx) -> None:
        self.pool.require_room(tx)
        waiting = self.pool.waiting(tx.body.sender)
        payer = tx.body.fee.payer or tx.body.sender
        self.machine.check(tx, waiting, self.pool.held(payer))

    def make(self, now: int) -> Made:
        """Make the next block from what waits, commit it, and clean the pool."""
        machine = self.machine
        time = max(machine.time + 1, now)
        txs = machine.arrange(self.pool.select())
        outcome = machine.apply_block(txs, time, leave_out=True)
        block = self._seal(outcome)
        version = outcome.version or self.head.app_version
        kept = keeping(self.opened, outcome, undo=False, snapshot=None)
        self.head = self.store.commit(outcome, block, version, kept)
        machine.committed(outcome)
        self.opened.mark.write(outcome.height, bytes.fromhex(self.head.block))
        return Made(block, outcome, self._clean_pool(outcome))

    def _seal(self, outcome: Outcome) -> Block:
        envelopes = tuple([tx.envelope for tx in outcome.included])
        header = Header(
            version=1,
            chain=self.machine.chain,
            height=outcome.height,
            time=outcome.time,
            previous=self.head.block,
            maker=self._maker,
            count=len(envelopes),
            transactions=merkle_root(envelopes).hex(),
            receipts=merkle_root(outcome.receipts).hex(),
            state=outcome.root.hex(),
        )
        seal = ed25519.sign(self._seed, seal_bytes(encode(header)))
        return Block(header, seal, envelopes)

    def _clean_pool(self, outcome: Outcome) -> list[tuple[Tx, Refusal]]:
        """Take out what the block holds, and check again what it may have changed for."""
        dropped = list(outcome.left_out)
        for tx in outcome.included:
            self.pool.remove(tx)
        for tx, _reason in outcome.left_out:
            self.pool.remove(tx)
        if not len(self.pool):
            return dropped
        accounts = accounts_in(outcome) | self.pool.next_turn()
        again = self.pool.touched(accounts, outcome.height + 1)
        return dropped + self.pool.check_again(again, self._check)


def accounts_in(outcome: Outcome) -> dict[str, None]:
    """Accounts of which a block changed a balance or a record: signers, a guard, a lock."""
    ledger = outcome.ledger
    found: dict[str, None] = {
        key.partition("\0")[2].partition("/")[0]: None for key in ledger.records
    }
    # What was left out leaves a gap before its sender's next ones.
    found.update({tx.body.sender: None for tx, _reason in outcome.left_out})
    found.update({place.partition("/")[0]: None for place in ledger.balances})
    return found


def verify_block(block: Block, previous: str, maker: str) -> None:
    """Check link, maker and seal of a block; raises BadSignature or ValueError."""
    if block.header.previous != previous:
        raise ValueError("the block does not link to the one before")
    if block.header.maker != maker:
        raise ValueError("the block has another maker")
    message = seal_bytes(encode(block.header))
    ed25519.verify(bytes.fromhex(maker), message, block.seal)
    if merkle_root(block.envelopes).hex() != block.header.transactions:
        raise ValueError("the envelopes do not make the header's root")


__all__ = ["Made", "Maker", "block_hash", "verify_block"]
