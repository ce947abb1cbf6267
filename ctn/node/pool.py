"""The pool: admitted transactions that wait for a block, in order of arrival."""

from collections.abc import Callable
from typing import NamedTuple

from ctn.kernel.block import BLOCK_BYTES, BLOCK_TXS, BLOCK_TXS_SENDER, BLOCK_WORK
from ctn.kernel.op import SAFETY_LANE
from ctn.kernel.refusal import PoolFull, Refusal, TooManyPending
from ctn.kernel.tx import Tx

PENDING_MAX = 64
POOL_TXS = 50_000
POOL_BYTES = 64 << 20
# Transactions that are checked again after each block although it touched nobody of theirs.
TURN_TXS = 500


class Waiting(NamedTuple):
    """A transaction in the pool, with its lane raised to that of the sender's earlier ones."""

    tx: Tx
    lane: int


class Pool:
    """Transactions by id, in order of arrival; sequences of a sender are contiguous."""

    def __init__(self, size: int = POOL_TXS, size_bytes: int = POOL_BYTES) -> None:
        self.size = size
        self.size_bytes = size_bytes
        self.bytes = 0
        self.work = 0
        self._txs: dict[str, Waiting] = {}
        self._senders: dict[str, dict[str, int]] = {}
        self._held: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._txs)

    def __contains__(self, identity: str) -> bool:
        return identity in self._txs

    def is_waiting(self, tx: Tx) -> bool:
        """Whether this very envelope waits; its id is the body's alone."""
        found = self._txs.get(tx.id)
        return found is not None and found.tx.envelope == tx.envelope

    def all(self) -> list[Tx]:
        """All that waits, in order of arrival."""
        return [waiting.tx for waiting in self._txs.values()]

    def safety(self) -> list[Tx]:
        """What protects, in order of arrival, behind nothing of its sender that does not."""
        return [waiting.tx for waiting in self._txs.values() if waiting.lane == SAFETY_LANE]

    def waiting(self, sender: str) -> int:
        """How many transactions of a sender wait."""
        return len(self._senders.get(sender, ()))

    def held(self, payer: str) -> int:
        """The fees that waiting transactions will take from a payer."""
        return self._held.get(payer, 0)

    def is_full_block(self) -> bool:
        """Whether what waits fills a block."""
        return len(self._txs) >= BLOCK_TXS or self.bytes >= BLOCK_BYTES or self.work >= BLOCK_WORK

    def require_room(self, tx: Tx) -> None:
        """Refuse a transaction that the pool or its sender's share cannot take."""
        if self.waiting(tx.body.sender) >= PENDING_MAX:
            raise TooManyPending(limit=PENDING_MAX)
        if len(self._txs) >= self.size or self.bytes + len(tx.envelope) > self.size_bytes:
            raise PoolFull(limit=self.size)

    def add(self, tx: Tx) -> None:
        """Let a checked transaction wait."""
        mine = self._senders.setdefault(tx.body.sender, {})
        lane = max(tx.lane, max(mine.values(), default=0))
        mine[tx.id] = lane
        self._txs[tx.id] = Waiting(tx, lane)
        self._count(tx, 1)

    def remove(self, tx: Tx) -> None:
        """Take a transaction out, whether or not it waits here."""
        if self._txs.pop(tx.id, None) is None:
            return
        sender = tx.body.sender
        mine = self._senders[sender]
        del mine[tx.id]
        if not mine:
            del self._senders[sender]
        self._count(tx, -1)

    def touched(self, accounts: dict[str, None], height: int) -> list[Tx]:
        """All that waits of a sender who is, or whose payer is, among these accounts, or of whom
        something can no longer enter a block of this height, in order of arrival.
        """
        bodies = [waiting.tx.body for waiting in self._txs.values()]
        senders = {
            body.sender: None
            for body in bodies
            if body.sender in accounts or body.fee.payer in accounts or body.expires < height
        }
        return [w.tx for w in self._txs.values() if w.tx.body.sender in senders]

    def next_turn(self) -> dict[str, None]:
        """Senders whose checks are the oldest, who have TURN_TXS waiting together.

        What time alone spoils (a sponsorship, an attestation) or a parameter is found in turns;
        whoever is checked again goes to the end of the line.
        """
        found: dict[str, None] = {}
        count = 0
        for sender, mine in self._senders.items():
            if count >= TURN_TXS:
                break
            found[sender] = None
            count += len(mine)
        return found

    def check_again(self, txs: list[Tx], check: Callable[[Tx], None]) -> list[tuple[Tx, Refusal]]:
        """Take these out and let each wait again, in its place, that `check` does not refuse."""
        order = list(self._txs)
        for tx in txs:
            self.remove(tx)
        refused: list[tuple[Tx, Refusal]] = []
        for tx in txs:
            try:
                check(tx)
            except Refusal as refusal:
                refused.append((tx, refusal))
            else:
                self.add(tx)
        self._txs = {name: self._txs[name] for name in order if name in self._txs}
        return refused

    def select(self, room: int = BLOCK_BYTES, size: Callable[[bytes], int] = len) -> list[Tx]:
        """The next block's transactions: lane 0 first, then arrival, within every limit.

        They take at most `room` bytes by `size`. Lane 0 takes at most half of each limit while
        others wait; what it leaves over of its own comes after them, and so does what stands
        behind that in a sender's sequences.
        """
        chosen = _Choice(room, size)
        everything = list(self._txs.values())
        safety = self.safety()
        chosen.take_all(safety, part=2)
        behind = {tx.body.sender: None for tx in safety if tx.id not in chosen.txs}
        others = [w.tx for w in everything if w.lane != SAFETY_LANE]
        chosen.take_all([tx for tx in others if tx.body.sender not in behind], part=1)
        chosen.take_all([w.tx for w in everything], part=1)
        return list(chosen.txs.values())

    def _count(self, tx: Tx, sign: int) -> None:
        self.bytes += sign * len(tx.envelope)
        self.work += sign * tx.work
        payer = tx.body.fee.payer or tx.body.sender
        held = self._held.get(payer, 0) + sign * tx.body.fee.amount
        if held:
            self._held[payer] = held
        else:
            self._held.pop(payer, None)


class _Choice:
    """The transactions of a block in the making, and what they take of its limits."""

    def __init__(self, room: int, size: Callable[[bytes], int]) -> None:
        self.txs: dict[str, Tx] = {}
        self._room = room
        self._size = size
        self._bytes = 0
        self._work = 0
        self._senders: dict[str, int] = {}

    def take_all(self, txs: list[Tx], *, part: int) -> None:
        """Choose in this order until one does not fit a `part`-th of the limits.

        Stopping there, and at a sender's share, keeps the sequences of a sender contiguous.
        """
        for tx in txs:
            if tx.id in self.txs:
                continue
            mine = self._senders.get(tx.body.sender, 0)
            if mine >= BLOCK_TXS_SENDER:
                continue
            size = self._bytes + self._size(tx.envelope)
            work = self._work + tx.work
            if size > self._room // part or work > BLOCK_WORK // part:
                return
            if len(self.txs) >= BLOCK_TXS // part:
                return
            self.txs[tx.id] = tx
            self._bytes, self._work = size, work
            self._senders[tx.body.sender] = mine + 1
