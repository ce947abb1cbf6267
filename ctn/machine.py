"""The machine: the one place where a draft becomes state.

`apply_block` runs admissions, begin hooks, operations and end hooks, each in a draft of its own,
over one ledger, and gives receipts, changes and the new root. It writes nothing: the engine that
drives it stores the outcome and then calls `committed`.
"""

import hashlib
import traceback
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ctn.crypto import errors, schemes
from ctn.hooks import HALTING, Hooks, running, told
from ctn.kernel import refusal
from ctn.kernel.block import (
    Clock,
    HooksHash,
    StuckScopes,
    block_seed,
    order_key,
)
from ctn.kernel.changes import Changed, changes_of
from ctn.kernel.codec import encode
from ctn.kernel.commitment import Commitment
from ctn.kernel.invariant import Watch, recount_balances
from ctn.kernel.ledger import (
    ALONE,
    BlockFacts,
    Consensus,
    Ledger,
    TxFacts,
    plain,
)
from ctn.kernel.op import Carried, Op
from ctn.kernel.receipt import (
    APPLIED,
    BROKEN,
    NOT_ADMITTED,
    REFUSED,
    HookItem,
    HookReceipt,
    Receipt,
)
from ctn.kernel.record import Index, Record
from ctn.kernel.refusal import Refusal, module_of
from ctn.kernel.state import State
from ctn.kernel.tx import Reader, Tx, sign_bytes
from ctn.modules import MODULES, AnyBody, declared_params, record_kinds
from ctn.modules.accounts import admission
from ctn.modules.accounts.admission import Admitted
from ctn.modules.identity.reads import owner_key, permit
from ctn.upgrades import take_over


class Unfit(NamedTuple):
    """An envelope of a decided block that fails checks 1 to 9; its id is its hash."""

    id: str
    envelope: bytes
    refusal: Refusal


class Outcome(NamedTuple):
    """What a block did, ready to be stored: `included` was admitted, `places` says where.

    `version` is that of the ledger which took over at this block, None at any other.
    """

    height: int
    time: int
    root: bytes
    receipts: list[bytes]
    included: list[Tx]
    places: list[int]
    left_out: list[tuple[Tx, Refusal]]
    changes: list[Changed]
    ledger: Ledger
    version: int | None = None


class Machine:
    """The ledger's rules over one state."""

    def __init__(self, state: State, chain: str) -> None:
        self.state = state
        self.chain = chain
        self.height = 0
        self.time = 0
        self.commitment = Commitment()
        self.reader = Reader(AnyBody, chain)
        self.alarms: list[str] = []
        self.indexes: dict[type[Index], Index] = {}
        self._checking: Ledger | None = None
        self._reset_indexes()
        self._watch = Watch(one for module in MODULES for one in module.INVARIANTS)
        self._hooks = Hooks(self._watch, self.alarms, self._execute_carried)
        self._declared = declared_params()

    # --- start

    def load(self, rows: Iterable[tuple[bytes, bytes, bytes]], height: int, time: int) -> bytes:
        """Rebuild tree and indexes from the committed records: keys, leaf hashes, values."""
        self._reset_indexes()
        self.height, self.time = height, time
        root = self.commitment.rebuild(self._warmed(rows))
        for kind in record_kinds():
            if kind.index is not None:
                index = self.indexes[kind.index]
                for place, record in self.state.scan(kind, "", ""):
                    index.apply(place, None, record)
        return root

    def _warmed(
        self, rows: Iterable[tuple[bytes, bytes, bytes]]
    ) -> Iterator[tuple[bytes, bytes]]:
        """Keys and leaf hashes; what is decoded on the way is kept, since it was read anyway."""
        kinds: dict[bytes, type[Record] | None] = {b"balance": None}
        kinds |= {kind.table.encode(): kind for kind in record_kinds() if kind.table != "chain"}
        for key, leaf, value in rows:
            table = key.partition(b"\0")[0]
            if table in kinds:
                self.state.warm(kinds[table], key, value)
            yield key, leaf

    def _reset_indexes(self) -> None:
        self.indexes.clear()
        for kind in record_kinds():
            if kind.index is not None and kind.index not in self.indexes:
                self.indexes[kind.index] = kind.index()

    @property
    def root(self) -> bytes:
        """R of the last committed block."""
        return self.commitment.root()

    # --- checks

    def read(self, envelope: bytes) -> Tx:
        """Checks 1 to 8: everything that needs neither keys nor state."""
        return self.reader.read(envelope)

    def verify(self, tx: Tx) -> None:
        """Check 9: every signature."""
        message = sign_bytes(tx.body_bytes)
        for scheme, key, signature in tx.signatures:
            try:
                schemes.verify(scheme, key, message, signature)
            except errors.BadSignature:
                raise refusal.BadSignature(key=key.hex()) from None

    def check(self, tx: Tx, waiting: int = 0, held: int = 0) -> None:
        """Checks 10 to 15 against the last block, behind `waiting` own transactions."""
        ledger = self._checking
        if ledger is None or ledger.block.height != self.height + 1:
            ledger = self._checking = self.draft(self.time + 1)
        admission.check(ledger, tx, waiting=waiting, held=held)
        for op in tx.body.ops:
            permit(ledger, op, tx.body.sender)

    def draft(self, time: int, consensus: Consensus = ALONE) -> Ledger:
        """An empty draft of the next block."""
        height = self.height + 1
        seed = block_seed(self.root, height)
        facts = BlockFacts(height, time, seed, self.chain, consensus, self.root)
        return Ledger(self.state, self.indexes, facts, self._declared)

    def simulate(self, tx: Tx) -> Receipt:
        """What would become of a transaction in the next block; changes nothing."""
        ledger = self.draft(self.time + 1)
        start = ledger.mark()
        try:
            admitted = admission.admit(ledger, tx)
            receipt = self._run(ledger, tx, admitted, 0)
        except Refusal as error:
            receipt = _not_admitted(tx, ledger.block.height, 0, error)
        finally:
            ledger.undo(start)
        return receipt

    def next_due(self) -> int | None:
        """The earliest block time in ms at which a module has work due."""
        ledger = self.draft(self.time + 1)
        times: list[int] = []
        for module in running(ledger):
            time = module.next_due(ledger) if hasattr(module, "next_due") else None
            if time is not None:
                times.append(time)
        return min(times) if times else None

    # --- blocks

    def arrange(self, txs: list[Tx]) -> list[Tx]:
        """The transactions in the order of their block (engine.md 4.5)."""
        ledger = self.draft(self.time + 1)
        keys: dict[str, bytes] = {}
        lanes: dict[str, int] = {}
        placed: list[tuple[int, bytes, str, int, Tx]] = []
        for tx in sorted(txs, key=lambda tx: tx.body.sequence):
            sender = tx.body.sender
            if sender not in keys:
                keys[sender] = order_key(self.root, owner_key(ledger, sender))
            lanes[sender] = max(lanes.get(sender, 0), tx.lane)
            placed.append((lanes[sender], keys[sender], sender, tx.body.sequence, tx))
        placed.sort(key=lambda item: item[:4])
        return [item[4] for item in placed]

    def refusals(self, txs: Sequence[Tx], time: int) -> list[Refusal | None]:
        """What admission, in this order on the last state, would refuse; changes nothing."""
        ledger = self.draft(time)
        before = ledger.mark()
        found: list[Refusal | None] = []
        for tx in txs:
            start = ledger.mark()
            try:
                admission.admit(ledger, tx)
            except Refusal as error:
                ledger.undo(start)
                found.append(error)
            else:
                found.append(None)
        ledger.undo(before)
        return found

    def apply_block(
        self,
        txs: Sequence[Tx | Unfit],
        time: int,
        *,
        leave_out: bool,
        consensus: Consensus = ALONE,
    ) -> Outcome:
        """Run a block: admissions, begin hooks, operations, end hooks; then receipts and root.

        With `leave_out` (the embedded maker) a transaction that is not admitted is left out of
        the block; without, it gets a receipt and changes nothing.
        """
        assert time > self.time
        ledger = self.draft(time, consensus)
        admitted, left_out = _admit_all(ledger, txs, leave_out=leave_out)
        ledger.moves.clear()
        version = take_over(ledger)
        hooks = told(ledger, "kernel.begin_block", f"upgrade-{version}")
        begun, place = self._hooks.run(ledger, "begin_block", 0)
        hooks += begun
        receipts: list[bytes] = []
        included: list[Tx] = []
        places: list[int] = []
        for index, (tx, found) in enumerate(admitted):
            if isinstance(found, Refusal):
                receipt = _not_admitted(tx, ledger.block.height, index, found)
            else:
                assert isinstance(tx, Tx)
                receipt = self._run(ledger, tx, found, index)
                included.append(tx)
                places.append(index)
            receipts.append(encode(receipt))
        hooks += self._hooks.run(ledger, "end_block", place)[0]
        hooks += self._hooks.check_block(ledger)
        self._close(ledger, hooks, receipts)
        changes = changes_of(ledger)
        root = self.commitment.update([item.change for item in changes])
        return Outcome(
            ledger.block.height, time, root, receipts, included, places, left_out, changes, ledger,
            version,
        )  # fmt: skip

    def committed(self, outcome: Outcome) -> None:
        """The outcome is stored: it is the state now."""
        ledger = outcome.ledger
        self.state.take(ledger.records, ledger.balances, ledger.params)
        self.height, self.time = outcome.height, outcome.time

    def execute(self, ledger: Ledger, ops: tuple[Op, ...], sender: str) -> None:
        """Run ops for a sender that no key signs for, such as `gov:council`, in one draft."""
        start, facts = ledger.mark(), ledger.tx
        try:
            for number, op in enumerate(ops):
                ledger.tx = TxFacts(facts.id, 0, number)
                permit(ledger, op, sender)
                self._apply_op(ledger, op, sender, ledger.tx)
            self._watch.check(ledger, start)
        except BaseException:
            ledger.undo(start)
            raise

    def _execute_carried(self, ledger: Ledger, ops: tuple[Carried, ...], sender: str) -> None:
        self.execute(ledger, self.reader.carried(ops), sender)

    # --- one transaction

    def _run(self, ledger: Ledger, tx: Tx, admitted: Admitted, index: int) -> Receipt:
        """The ops of an admitted transaction in one draft, and its receipt."""
        start = ledger.mark()
        status: str = APPLIED
        code: str | None = None
        at: int | None = None
        facts: Any = {}
        number = 0
        try:
            admission.recheck(ledger, tx, admitted)
            for number, op in enumerate(tx.body.ops):
                if number:
                    admission.recheck_open(ledger, tx)
                permit(ledger, op, tx.body.sender)
                facts_of_op = TxFacts(tx.id, tx.body.sequence, number)
                self._apply_op(ledger, op, tx.body.sender, facts_of_op)
            number = -1
            self._watch.check(ledger, start)
        except Refusal as error:
            status, code, at, facts = REFUSED, error.code, number, plain(error.facts)
        except HALTING:
            raise
        except Exception:  # a bug costs one transaction and raises an alarm; the chain goes on
            if ledger.is_indexing:
                raise
            status, code, at = BROKEN, "kernel.Broken", None if number < 0 else number
            self.alarms.append(f"broken transaction {tx.id}\n{traceback.format_exc()}")
        if status != APPLIED:
            ledger.undo(start)
        moves = [admitted.move, *ledger.moves[start.moves :]]
        events = ledger.events[start.events :]
        # The block's ledger keeps no moves or events of a finished transaction.
        ledger.moves.clear()
        ledger.events.clear()
        return Receipt(
            tx.id, ledger.block.height, index, status, code, at, facts, admitted.fee,
            tx.work, moves, events,
        )  # fmt: skip

    def _apply_op(self, ledger: Ledger, op: Op, sender: str, facts: TxFacts) -> None:
        kind = type(op)
        scope = op.scope
        if scope and _scopes(ledger).get(scope, 0):
            raise refusal.ScopeFrozen(scope=scope)
        ledger.begin(facts, module_of(kind), kind.writes, op.work)
        try:
            op.apply(ledger, sender)
            ledger.end()
        finally:
            # Else the limits of a refused op would bind the hooks and the end of the block.
            ledger.leave()

    # --- the end of a block

    def _close(self, ledger: Ledger, hooks: list[HookItem], receipts: list[bytes]) -> None:
        height = ledger.block.height
        if hooks:
            receipt = encode(HookReceipt(height, hooks))
            receipts.append(receipt)
            ledger.put(HooksHash(height, hashlib.sha256(receipt).hexdigest()), "hooks")
        ledger.put(Clock(height, ledger.block.time), "clock")

    # --- off the hot path

    def recount(self, balances: dict[str, int]) -> None:
        """Every invariant over the whole state; raises Breach."""
        recount_balances(balances)
        ledger = self.draft(self.time + 1)
        for module in MODULES:
            if hasattr(module, "recount"):
                module.recount(ledger, balances)


def _admit_all(
    ledger: Ledger, txs: Sequence[Tx | Unfit], *, leave_out: bool
) -> tuple[list[tuple[Tx, Admitted] | tuple[Tx | Unfit, Refusal]], list[tuple[Tx, Refusal]]]:
    """The transactions of a block, each admitted or refused, and those that it leaves out."""
    found: list[tuple[Tx, Admitted] | tuple[Tx | Unfit, Refusal]] = []
    left_out: list[tuple[Tx, Refusal]] = []
    for tx in txs:
        if isinstance(tx, Unfit):
            found.append((tx, tx.refusal))
            continue
        start = ledger.mark()
        try:
            found.append((tx, admission.admit(ledger, tx)))
        except Refusal as error:
            ledger.undo(start)
            if leave_out:
                left_out.append((tx, error))
            else:
                found.append((tx, error))
    return found, left_out


def _scopes(ledger: Ledger) -> dict[str, int]:
    return ledger.index(StuckScopes).scopes


def _not_admitted(tx: Tx | Unfit, height: int, index: int, error: Refusal) -> Receipt:
    facts: Any = plain(error.facts)
    return Receipt(
        tx.id, height, index, NOT_ADMITTED, error.code, None, facts, None, 0, [], []
    )
