"""Orders for benches: a market in memory, and commands that fit its book as it then stands."""

import hashlib
import random
from collections.abc import Callable
from typing import Any, NamedTuple

from ctn.kernel.account import bech32
from ctn.kernel.changes import changes_of
from ctn.kernel.codec import INT_MAX, encode
from ctn.kernel.ledger import Ledger, TxFacts
from ctn.kernel.op import Op
from ctn.kernel.record import Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.state import BALANCE, MemorySource, State
from ctn.machine import Machine
from ctn.modules import record_kinds
from ctn.modules.accounts.records import PERSON, Guard
from ctn.modules.identity.records import LIVE, Attestation, Standing
from ctn.modules.market.book import Books
from ctn.modules.market.cancel_order import CancelOrder
from ctn.modules.market.place_order import PlaceOrder
from ctn.modules.market.records import (
    COUNTERS,
    Counters,
    Instrument,
    InstrumentState,
    Order,
    Session,
)
from ctn.modules.market.replace_order import ReplaceOrder

ACCOUNTS = 2_000
BLOCK = 5_000
TONNE, TICK, REF = 1_000_000, 100, 600_000
LOW, HIGH = 540_000, 660_000
NAME, ASSET = "cea24-cny", "cea24"
NOW = 1_800_000_000_000


class Command(NamedTuple):
    """Something that a person wants, as the ledger takes it and as a bare book does.

    `no` is the order that it makes or names; an added or moved order has a side, price and tonnes.
    """

    kind: str
    account: str
    op: Op
    no: int
    side: str
    price: int
    tonnes: int


# --- the ledger


def address(number: int) -> str:
    """The account of a number."""
    return bech32(hashlib.sha256(b"ctn/bench/%d" % number).digest()[:20])


def genesis() -> dict[bytes, bytes]:
    """An open instrument, and people with money, tonnes and, one in ten, a rank."""
    records: list[tuple[Record, str]] = [(instrument(), NAME), (state(), NAME)]
    values: dict[bytes, bytes] = {}
    for number in range(ACCOUNTS):
        account, owner = address(number), f"{number:064x}"
        place = f"{account}/{0:020d}"
        word = Attestation(
            place, account, account, 2, PERSON, "CN", (owner,), (), "00" * 32, 1, INT_MAX, LIVE,
            None,
        )  # fmt: skip
        records += [(Guard(False, (), (), 0, PERSON, INT_MAX), account), (word, place)]
        if number % 10 == 0:
            earned = Standing(owner, True, False, 1, 0, (0,) * 9, 1, 500)
            records.append((earned, owner))
        for asset in ("cny", ASSET):
            values[f"balance\0{account}/{asset}".encode()] = b"%d" % 10**14
    records.append((Counters(1, 1, 0), COUNTERS))
    for record, place in records:
        values[f"{record.table}\0{place}".encode()] = encode(record)
    return values


def instrument() -> Instrument:
    """An instrument of the book alone, open around the clock."""
    return Instrument(
        NAME, ASSET, "cny", TICK, TONNE, ("book",), "continuous", 0, 10**6 * TONNE, 10**6 * TONNE,
        1_000, 1_000, (Session("book", 0, 1_440),), 0, 0, False, "vwap_day", 300, 500, 300, 0, 0, 0,
        0, 0, TONNE, ("ordinary",), "always", REF, False, 5_000, "active",
    )  # fmt: skip


def state() -> InstrumentState:
    """Its state on a day without an end."""
    return InstrumentState(
        NAME, 0, "open", None, 0, 0, 0, INT_MAX, INT_MAX, INT_MAX, REF, LOW, HIGH, None, None, 0,
        None, None, None, 0, 0, 0, 0, 0,
    )  # fmt: skip


class Market:
    """A machine over values, all of them read once as in a node under way, and its next block."""

    def __init__(self, values: dict[bytes, bytes]) -> None:
        self.machine = Machine(State(MemorySource(dict(values))), "ctn-bench")
        self.machine.load([], 0, NOW)
        kinds = {kind.table: kind for kind in record_kinds()}
        for key in values:
            table, _, place = key.decode().partition("\0")
            if table == BALANCE:
                self.machine.state.balance(place)
            else:
                self.machine.state.record(kinds[table], place)
        self.ledger = self.machine.draft(NOW + 1)

    def next_block(self, *, stored: bool = False) -> None:
        """The draft becomes state, without root; its bytes are stored when asked."""
        machine, ledger = self.machine, self.ledger
        source = machine.state.source
        if stored and isinstance(source, MemorySource):
            source.write({item.key: item.value for item in changes_of(ledger)})
        machine.state.take(ledger.records, ledger.balances, {})
        machine.height += 1
        machine.time += 1
        self.ledger = machine.draft(machine.time + 1)

    def resting(self) -> list[Order]:
        """Every order that stands, by number."""
        holders = self.ledger.index(Books).by_account.values()
        numbers = sorted([number for holder in holders for number in holder.orders])
        found = [self.ledger.get(Order, f"{number:020d}") for number in numbers]
        return [order for order in found if order is not None]


def placing(side: str, price: int, tonnes: int, tif: str = "gtc") -> PlaceOrder:
    """A limit order."""
    fields: dict[str, Any] = {"side": side, "tif": tif}
    return PlaceOrder(
        instrument=NAME, kind="limit", qty=tonnes * TONNE, price=price, trigger=None,
        protect_bp=None, expires=None, post_only=False, display=None, stp="cancel_taker",
        fills_max=20, client_id=None, via=None, **fields,
    )  # fmt: skip


def apply(ledger: Ledger, account: str, op: Op) -> None:
    """One operation in a draft; as the machine does, without role, invariants and receipt."""
    ledger.begin(TxFacts("ab" * 32, 0, 0), "market", op.writes, op.work)
    try:
        op.apply(ledger, account)
        ledger.end()
    finally:
        ledger.leave()
    ledger.moves.clear()
    ledger.events.clear()


# --- commands


class Crowd:
    """Makes commands that fit the book, by doing each on a ledger of its own."""

    def __init__(self, values: dict[bytes, bytes], seed: int) -> None:
        self.chance = random.Random(seed)
        self.market = Market(values)
        holders = self.market.ledger.index(Books).by_account.values()
        self.orders = [number for holder in holders for number in holder.orders]

    def resting(self, count: int) -> None:
        """Orders that do not cross, over a thousand prices."""
        for number in range(count):
            side = self.chance.choice(("buy", "sell"))
            away = TICK * (3 + int(self.chance.expovariate(1 / 80)))
            price = max(LOW, REF - away) if side == "buy" else min(HIGH, REF + away)
            account = address(number % ACCOUNTS)
            apply(self.market.ledger, account, placing(side, price, self.chance.randrange(1, 20)))
            if number % BLOCK == BLOCK - 1:
                self.market.next_block(stored=True)

    def values(self) -> dict[bytes, bytes]:
        """What would be stored now: genesis, and the records of the blocks since."""
        source = self.market.machine.state.source
        assert isinstance(source, MemorySource)
        return dict(source.values)

    def commands(self, mix: tuple[int, ...], count: int) -> list[Command]:
        """A list of commands in this mix, all of which are accepted in turn."""
        made: list[Command] = []
        makers: tuple[Callable[[], Command | None], ...] = (
            self.adding, self.taking, self.cancelling, self.moving
        )  # fmt: skip
        while len(made) < count:
            (make,) = self.chance.choices(makers, mix)
            command = make()
            if command is None or not self._is_done(command):
                continue
            if command.kind == "add":
                self.orders.append(command.no)
            made.append(command)
            if len(made) % BLOCK == 0:
                self.market.next_block()
        return made

    def _is_done(self, command: Command) -> bool:
        mark = self.market.ledger.mark()
        try:
            apply(self.market.ledger, command.account, command.op)
        except Refusal:
            self.market.ledger.undo(mark)
            return False
        return True

    def next_number(self) -> int:
        """The number that the next order gets."""
        counters = self.market.ledger.get(Counters, COUNTERS)
        assert counters is not None
        return counters.next

    def price(self, side: str, ticks: int) -> int:
        """So many ticks into the book from the reference; below 0 is away from it."""
        return REF + TICK * ticks if side == "buy" else REF - TICK * ticks

    def adding(self) -> Command:
        """A limit order, one in six of which crosses."""
        side, tonnes = self.chance.choice(("buy", "sell")), self.chance.randrange(1, 20)
        price = self.price(side, 6 - int(self.chance.expovariate(1 / 30)))
        op = placing(side, price, tonnes)
        account = address(self.chance.randrange(ACCOUNTS))
        return Command("add", account, op, self.next_number(), side, price, tonnes)

    def taking(self) -> Command:
        """An order that trades at once or ends."""
        side, tonnes = self.chance.choice(("buy", "sell")), self.chance.randrange(1, 20)
        price = self.price(side, 20)
        op = placing(side, price, tonnes, tif="ioc")
        account = address(self.chance.randrange(ACCOUNTS))
        return Command("ioc", account, op, self.next_number(), side, price, tonnes)

    def known(self) -> Order | None:
        """A random order that stands, forgetting some that do not."""
        while self.orders:
            at = self.chance.randrange(len(self.orders))
            order = self.market.ledger.get(Order, f"{self.orders[at]:020d}")
            if order is not None:
                return order
            self.orders[at] = self.orders[-1]
            self.orders.pop()
        return None

    def cancelling(self) -> Command | None:
        """The end of an order."""
        order = self.known()
        if order is None:
            return None
        op = CancelOrder(order.no, None)
        return Command("cancel", order.account, op, order.no, "", 0, 0)

    def moving(self) -> Command | None:
        """Another price for an order, a few ticks from its own."""
        order = self.known()
        if order is None or order.price is None:
            return None
        price = order.price + TICK * self.chance.choice((-3, -2, -1, 1, 2, 3))
        op = ReplaceOrder(order.no, None, None, price, None, None, None, 20)
        tonnes = order.open // TONNE
        return Command("move", order.account, op, order.no, order.side, price, tonnes)
