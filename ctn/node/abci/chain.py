"""The chain under consensus: machine, store, and the check state in front of them.

`finalize` runs a decided block and keeps what it did in memory; `commit` alone writes. The pool
mirrors CometBFT's mempool: what passed its check here and waits there (engine.md 12).
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from ctn.crypto.digest import merkle_root
from ctn.kernel import refusal
from ctn.kernel.block import Block, Header
from ctn.kernel.ledger import Consensus
from ctn.kernel.refusal import Refusal
from ctn.kernel.tx import Tx
from ctn.machine import Outcome, Unfit
from ctn.modules.staking.power import target_powers
from ctn.node.abci.updates import Powers, after, changed_powers, stored_powers
from ctn.node.files import free_mebibytes
from ctn.node.home import Opened
from ctn.node.maker import Made, accounts_in
from ctn.node.pool import Pool
from ctn.node.retention import keeping
from ctn.node.stops import BadConfig, Halted, WriteFailed
from ctn.node.upgrading import require_version

KNOWN_MAX = 100_000
# No key made it and no seal stands under it: its root is proven by CometBFT's next header.
NOBODY = "0" * 64
NO_SEAL = bytes(64)


class Pending(NamedTuple):
    """A block that was run and is not yet committed."""

    outcome: Outcome
    block: Block
    powers: Powers


class Chain:
    """The state of one node of a network."""

    def __init__(self, opened: Opened) -> None:
        if opened.founding.maker:
            raise BadConfig("the genesis names a block maker, so consensus cannot order its blocks")
        self.opened = opened
        self.machine = opened.machine
        self.store = opened.store
        self.pool = self._empty_pool()
        self.is_read_only = False
        self.founders: tuple[tuple[str, int], ...] = ()
        self.pending: Pending | None = None
        self.reload()
        if self.head.height >= opened.founding.initial_height:
            self.require_version()

    def require_version(self) -> None:
        """Stop before a block that is for another version of the ledger.

        A node without blocks may start: it can take a snapshot of the newer version.
        """
        require_version(self.store, self.head)

    def _empty_pool(self) -> Pool:
        config = self.opened.config.pool
        return Pool(config.size, config.bytes)

    def reload(self) -> None:
        """Read again what is kept beside the records, after a start or a restore."""
        head = self.store.head()
        assert head is not None
        self.head = head
        self.powers = stored_powers(self.store)
        self.pool = self._empty_pool()
        self._known: dict[bytes, Tx] = {}
        self._unconfirmed: dict[str, Tx] = {}
        self.check_disk()

    def staked_powers(self) -> Powers:
        """The first set that follows from bonds alone, where no power was ever sent."""
        machine = self.machine
        return {} if self.powers else target_powers(machine.draft(machine.time + 1))

    def check_disk(self) -> None:
        """Become read-only when the disk is nearly full, and writing again when it is not."""
        free = free_mebibytes(self.opened.home.folder)
        self.is_read_only = free < self.opened.config.store.min_free_mib

    def require_disk(self) -> None:
        """End before a vote that this node could not write down."""
        if self.is_read_only:
            raise WriteFailed("the disk is nearly full: no vote without room for the block")

    # --- transactions

    def read(self, envelope: bytes) -> Tx:
        """A transaction that passed checks 1 to 9, which need no state; remembered when good."""
        digest = hashlib.sha256(envelope).digest()
        known = self._known.get(digest)
        if known is not None:
            return known
        tx = self.machine.read(envelope)
        self.machine.verify(tx)
        if len(self._known) >= KNOWN_MAX:
            self._known.clear()
        self._known[digest] = tx
        return tx

    def admit(self, envelope: bytes) -> Tx:
        """CheckTx of what is new: checks 1 to 15, then it waits here too."""
        if self.is_read_only:
            raise refusal.DiskLow()
        tx = self.read(envelope)
        if tx.id in self.pool and self.pool.is_waiting(tx):
            return tx
        self._check(tx)
        self.pool.add(tx)
        return tx

    def admit_again(self, envelope: bytes) -> Tx:
        """CheckTx of what waits in the mempool after a block: checks 10 to 15, no cryptography.

        `commit` has checked again what the block touched, and a turn of all else; what it left
        in the pool passes.
        """
        tx = self.read(envelope)
        self._unconfirmed.pop(tx.id, None)
        if tx.id in self.pool:
            return tx
        self._check(tx)
        self.pool.add(tx)
        return tx

    def _check(self, tx: Tx) -> None:
        self.pool.require_room(tx)
        waiting = self.pool.waiting(tx.body.sender)
        payer = tx.body.fee.payer or tx.body.sender
        self.machine.check(tx, waiting, self.pool.held(payer))

    # --- blocks

    def time_of(self, header_ms: int) -> int:
        """The time of the next block, whose header has this time."""
        return max(self.machine.time + 1, header_ms)

    def finalize(self, envelopes: Sequence[bytes], header_ms: int, facts: Consensus) -> Pending:
        """Run a decided block; nothing is persisted."""
        if self.pending is not None:
            raise Halted(f"block {self.pending.outcome.height} was run and never committed")
        txs = [self._read_decided(envelope) for envelope in envelopes]
        if self.machine.height + 1 == self.opened.founding.initial_height:
            facts = facts._replace(founders=self.founders)
        outcome = self.machine.apply_block(
            txs, self.time_of(header_ms), leave_out=False, consensus=facts
        )
        block = Block(self._header(outcome, envelopes), NO_SEAL, tuple(envelopes))
        known = dict(facts.founders) or self.powers
        self.pending = Pending(outcome, block, changed_powers(outcome, known))
        return self.pending

    def _read_decided(self, envelope: bytes) -> Tx | Unfit:
        try:
            return self.read(envelope)
        except Refusal as error:
            return Unfit(_id_of(envelope), envelope, error)

    def _header(self, outcome: Outcome, envelopes: Sequence[bytes]) -> Header:
        """Links our copies of the blocks; the same on every node that has all of them."""
        return Header(
            version=1,
            chain=self.machine.chain,
            height=outcome.height,
            time=outcome.time,
            previous=self.head.block,
            maker=NOBODY,
            count=len(envelopes),
            transactions=merkle_root(envelopes).hex(),
            receipts=merkle_root(outcome.receipts).hex(),
            state=outcome.root.hex(),
        )

    def commit(self, snapshot: int | None = None) -> Made:
        """Write the block that was run, and clean the pool.

        Blocks from the oldest `snapshot` on stay, so that whoever restores it can follow.
        """
        if self.pending is None:
            raise Halted("Commit without FinalizeBlock")
        outcome, block, powers = self.pending
        version = outcome.version or self.head.app_version
        kept = keeping(self.opened, outcome, undo=True, snapshot=snapshot)
        self.head = self.store.commit(outcome, block, version, kept)
        self.machine.committed(outcome)
        self.powers = after(dict(self._founders_of(outcome)) or self.powers, powers)
        self.pending = None
        self.check_disk()
        return Made(block, outcome, self._clean_pool(outcome))

    def _founders_of(self, outcome: Outcome) -> tuple[tuple[str, int], ...]:
        return outcome.ledger.block.consensus.founders

    def _clean_pool(self, outcome: Outcome) -> list[tuple[Tx, Refusal]]:
        """Take out what the block holds, what it spoilt, and what CometBFT no longer holds.

        CometBFT rechecks all that waits after each block, so what it did not name since the last
        one is not in its mempool.
        """
        dropped: list[tuple[Tx, Refusal]] = []
        for tx in self._unconfirmed.values():
            if tx.id in self.pool:
                self.pool.remove(tx)
                dropped.append((tx, refusal.PoolFull(limit=self.pool.size)))
        for tx in outcome.included:
            self.pool.remove(tx)
        touched = accounts_in(outcome) | {tx.body.sender: None for tx, _reason in dropped}
        touched |= self.pool.next_turn()
        again = self.pool.touched(touched, outcome.height + 1)
        dropped += self.pool.check_again(again, self._check)
        self._unconfirmed = {tx.id: tx for tx in self.pool.all()}
        return dropped


def _id_of(envelope: bytes) -> str:
    """The id of what does not decode: the hash of its envelope (engine.md 10)."""
    return hashlib.sha256(envelope).hexdigest()
