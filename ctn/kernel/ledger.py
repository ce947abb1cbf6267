"""A ledger is a draft of changes over the committed state, with four verbs that write.

`move` is double entry and the only way a balance changes; `put`, `drop` and `emit` are the others.
A parameter is set by a module's hook alone, at the start of an epoch.
Every write is logged with what stood before, so a draft that is dropped is undone last first, and
undoing costs what doing cost. One chain of drafts lives at a time.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec

from ctn.kernel.asset import issued
from ctn.kernel.codec import INT_MAX, Json
from ctn.kernel.param import Declared, Param
from ctn.kernel.record import Event, Index, Record, event_name
from ctn.kernel.refusal import (
    AmountZero,
    BalanceTooLarge,
    InsufficientBalance,
    WorkExceeded,
    module_of,
)
from ctn.kernel.state import State

R = TypeVar("R", bound=Record)
I = TypeVar("I", bound=Index)  # noqa: E741
EVENTS_MAX = 4096
SCAN_MAX = 1000
UNBOUNDED = 1 << 62

NOTHING_DECLARED: Mapping[str, Declared] = {}

Move = tuple[str, str, str, int]


class LastVote(NamedTuple):
    """Whether a validator, by its consensus address, signed the block before."""

    address: str
    power: int
    is_signed: bool


class Misbehavior(NamedTuple):
    """A proven fault: `duplicate_vote` or `light_client_attack`, by whom, when, and all power."""

    kind: str
    address: str
    height: int
    time: int
    power: int


class Consensus(NamedTuple):
    """What consensus told with a block; empty where one maker orders the blocks.

    `founders` are keys and powers of a first set that the genesis of consensus named, told with
    the first block alone; `proposer` is a consensus address.
    """

    votes: tuple[LastVote, ...] = ()
    evidence: tuple[Misbehavior, ...] = ()
    founders: tuple[tuple[str, int], ...] = ()
    proposer: str = ""


ALONE = Consensus()


class BlockFacts(NamedTuple):
    """What is the same for everything in a block: height, time in ms, public seed, chain.

    `root` is the state root after the block before.
    """

    height: int
    time: int
    seed: bytes
    chain: str
    consensus: Consensus = ALONE
    root: bytes = b""


class TxFacts(NamedTuple):
    """The transaction or hook item at work: id, sequence of the body, index of the op."""

    id: str
    sequence: int
    op: int


class ParamBefore(NamedTuple):
    """What a draft had set a parameter to before, None when nothing."""

    value: int | None


class Mark(NamedTuple):
    """A place in a draft's log to which it can be undone."""

    log: int
    moves: int
    events: int


class Ledger:
    """A draft over the committed state."""

    def __init__(
        self,
        state: State,
        indexes: dict[type[Index], Index],
        block: BlockFacts,
        declared: Mapping[str, Declared] = NOTHING_DECLARED,
    ) -> None:
        self.state = state
        self.block = block
        self.declared = declared
        self.params: dict[str, int] = {}
        self.tx = TxFacts("", 0, 0)
        self.records: dict[str, Record | None] = {}
        self.balances: dict[str, int] = {}
        self.log: list[tuple[str, Record | ParamBefore | int | None, type[Index] | None]] = []
        self.moves: list[Move] = []
        self.events: list[dict[str, Any]] = []
        self._indexes = indexes
        # Still true when a bug left an index half changed: no undo mends that, so the node halts.
        self.is_indexing = False
        self._touched: dict[str, None] = {}
        self._work = 0
        self._work_max = UNBOUNDED
        self._writes: tuple[type[Record], ...] | None = None
        self._module = ""

    # --- reading

    def get(self, kind: type[R], place: str) -> R | None:
        """The record of a type at an id, or None."""
        self._work += 1
        key = kind.table + "\0" + place
        if key in self.records:
            return self.records[key]  # type: ignore[return-value]
        return self.state.record(kind, place)

    def balance(self, account: str, asset: str) -> int:
        """What an account holds of an asset; negative for a contra account only."""
        self._work += 1
        return self._balance(account + "/" + asset)

    def holdings(self, account: str, limit: int) -> list[tuple[str, int]]:
        """Up to `limit` assets that an account holds, with amounts, by asset."""
        head = account + "/"
        found = {
            place[len(head) :]: amount
            for place, amount in self.balances.items()
            if place.startswith(head)
        }
        # What the draft emptied may stand first, so as many more are looked up.
        for asset, amount in self.state.holdings(head, limit + len(found)):
            found.setdefault(asset, amount)
        self._work += 1 + limit
        return [(asset, found[asset]) for asset in sorted(found) if found[asset]][:limit]

    def param(self, param: Param) -> int:
        """The value of a parameter: as set, else its default."""
        value = self._param(param.name)
        return param.default if value is None else int(value)  # type: ignore[arg-type]

    def named_param(self, name: str, default: str) -> str:
        """The value of a parameter that is a name, such as `fee_asset`."""
        value = self._param(name)
        return default if value is None else str(value)

    def scan(self, kind: type[R], prefix: str, limit: int, after: str = "") -> list[tuple[str, R]]:
        """Up to `limit` (at most 1,000) ids and records under a prefix, in byte order."""
        assert limit <= SCAN_MAX
        head = kind.table + "\0"
        start = head + prefix
        changed = sorted(
            [k[len(head) :] for k in self.records if k.startswith(start) and k[len(head) :] > after]
        )
        found: list[tuple[str, R]] = []
        waiting = iter(changed)
        mine = next(waiting, None)
        for place, record in self.state.scan(kind, prefix, after):
            while mine is not None and mine < place and len(found) < limit:
                self._add_changed(found, head, mine)
                mine = next(waiting, None)
            if len(found) >= limit:
                break
            if mine == place:
                self._add_changed(found, head, place)
                mine = next(waiting, None)
            else:
                found.append((place, record))
        while mine is not None and len(found) < limit:
            self._add_changed(found, head, mine)
            mine = next(waiting, None)
        self._work += 1 + len(found)
        return found

    def index(self, kind: type[I]) -> I:
        """The in-memory index of a class, equal to the records of this draft."""
        index = self._indexes[kind]
        assert isinstance(index, kind)
        return index

    # --- writing

    def move(self, asset: str, amount: int, *, source: str, target: str) -> None:
        """Move an amount of an asset between two accounts, the only way a balance changes."""
        if amount <= 0:
            raise AmountZero(asset=asset)
        taken, given = source + "/" + asset, target + "/" + asset
        have = self._balance(taken)
        if have < amount and source != issued(asset):
            raise InsufficientBalance(account=source, asset=asset, have=have, need=amount)
        # The contra account's magnitude is bounded too, or a later balance could not be stored.
        if have - amount < -INT_MAX:
            raise BalanceTooLarge(account=source, asset=asset)
        self._set_balance(taken, have, have - amount)
        held = self._balance(given)
        if held + amount > INT_MAX:
            raise BalanceTooLarge(account=target, asset=asset)
        self._set_balance(given, held, held + amount)
        self.moves.append((asset, source, target, amount))

    def put(self, record: Record, place: str = "") -> None:
        """Remember a record, at the id that its key fields make, or at `place`."""
        kind = type(record)
        place = place or record.place()
        key = kind.table + "\0" + place
        before = self._before(key, kind, place)
        if before != record:
            self._replace(key, place, before, record)

    def drop(self, kind: type[Record], place: str) -> None:
        """Forget a record; it must be there."""
        key = kind.table + "\0" + place
        before = self._before(key, kind, place)
        assert before is not None, f"drop of {key!r}, which is not there"
        self._replace(key, place, before, None)

    def set_param(self, name: str, value: int) -> None:
        """Let a parameter have a value from here on."""
        self._spend(5)
        self.log.append((name, ParamBefore(self.params.get(name)), None))
        self.params[name] = value

    def emit(self, event: Event) -> None:
        """Tell a fact; it stands in the receipt if the transaction is applied."""
        self._spend(2)
        if len(self.events) >= EVENTS_MAX:
            raise WorkExceeded(events=EVENTS_MAX)
        kind = type(event)
        fields = msgspec.structs.asdict(event)
        self.events.append({"event": event_name(kind), "op": self.tx.op, **fields})

    # --- drafts

    def mark(self) -> Mark:
        """The place to which the draft can be undone."""
        return Mark(len(self.log), len(self.moves), len(self.events))

    def undo(self, mark: Mark) -> None:
        """Take back all writes since `mark`, last first."""
        while len(self.log) > mark.log:
            key, before, index = self.log.pop()
            if index is not None:
                after = self.records[key]
                assert not isinstance(before, int | ParamBefore)
                self._apply(index, key.partition("\0")[2], after, before)
            if isinstance(before, int):
                self.balances[key] = before
            elif isinstance(before, ParamBefore):
                self._unset_param(key, before.value)
            else:
                self.records[key] = before
        del self.moves[mark.moves :]
        del self.events[mark.events :]

    def begin(self, tx: TxFacts, module: str, writes: tuple[type[Record], ...], work: int) -> None:
        """Start an op or a hook item: what it may write in its own module, and its work."""
        self.tx = tx
        self._module = module
        self._writes = writes
        self._work = 0
        self._work_max = work
        self._touched.clear()

    def end(self) -> int:
        """End an op: the work it did; refuses when that was more than stated."""
        work = self._work
        if work > self._work_max:
            raise WorkExceeded(stated=self._work_max)
        return work

    def leave(self) -> None:
        """Leave the op, ended or refused: what follows is bound by no op's limits."""
        self._writes = None
        self._work_max = UNBOUNDED

    def spend_work(self, units: int) -> None:
        """Count work that is not reading or writing, such as cryptography."""
        self._spend(units)

    # --- the one place where a balance, record or parameter changes

    def _param(self, name: str) -> Json:
        return self.params[name] if name in self.params else self.state.param(name)

    def _unset_param(self, name: str, before: int | None) -> None:
        if before is None:
            del self.params[name]
        else:
            self.params[name] = before

    def _balance(self, place: str) -> int:
        amount = self.balances.get(place)
        return self.state.balance(place) if amount is None else amount

    def _set_balance(self, place: str, before: int, after: int) -> None:
        self._spend(1 if place in self._touched else 5)
        self._touched[place] = None
        self.log.append((place, before, None))
        self.balances[place] = after

    def _before(self, key: str, kind: type[Record], place: str) -> Record | None:
        """What stands at a key now; asserts that the op at work may write its type."""
        if self._writes is not None and kind not in self._writes:
            # Another module's record changes only inside that module's mutators.
            assert module_of(kind) != self._module, f"{kind.__name__} is not in `writes`"
        self._spend(1 if key in self._touched else 5)
        self._touched[key] = None
        if key in self.records:
            return self.records[key]
        return self.state.record(kind, place)

    def _replace(self, key: str, place: str, before: Record | None, after: Record | None) -> None:
        kind = type(after if after is not None else before)
        index: type[Index] | None = kind.index  # type: ignore[union-attr]
        self.log.append((key, before, index))
        self.records[key] = after
        if index is not None:
            self._apply(index, place, before, after)

    def _apply(
        self, index: type[Index], place: str, before: Record | None, after: Record | None
    ) -> None:
        self.is_indexing = True
        self._indexes[index].apply(place, before, after)
        self.is_indexing = False

    def _spend(self, units: int) -> None:
        self._work += units
        if self._work > self._work_max:
            raise WorkExceeded(stated=self._work_max)

    def _add_changed(self, found: list[tuple[str, R]], head: str, place: str) -> None:
        record = self.records[head + place]
        if record is not None:
            found.append((place, record))  # type: ignore[arg-type]


class Delta(NamedTuple):
    """What one draft changed: each key with what stood before and after, and the moves."""

    records: dict[str, tuple[Record | None, Record | None]]
    balances: dict[str, tuple[int, int]]
    moves: list[Move]


def delta_since(ledger: Ledger, mark: Mark) -> Delta:
    """The changes of a draft since `mark`."""
    records: dict[str, tuple[Record | None, Record | None]] = {}
    balances: dict[str, tuple[int, int]] = {}
    for key, before, _index in ledger.log[mark.log :]:
        if isinstance(before, int):
            if key not in balances:
                balances[key] = (before, ledger.balances[key])
        elif key not in records and not isinstance(before, ParamBefore):
            records[key] = (before, ledger.records[key])
    return Delta(records, balances, ledger.moves[mark.moves :])


def plain(value: Any) -> Json:
    """A fact as receipts hold it: integers, strings, booleans, null, lists, objects."""
    plain_value: Json = msgspec.to_builtins(value)
    return plain_value
