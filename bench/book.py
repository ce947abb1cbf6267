"""Orders: placed, cancelled and replaced inside the ledger, and on bare books beside it.

Ours: operations applied to a ledger in memory, with reservations, fees, self-trade tests, tape and
events; no signature, no root. The same commands then run on our book index alone and on the book
of pyorderbook, which keeps prices and times but no accounts. Two mixes of commands: 60 add, 10 ioc,
30 cancel; and that of exchange-core, 9 gtc, 3 ioc, 6 cancel, 82 move.
"""

import gc
import logging
import time

from _figure import IS_QUICK, Peer, middle, print_figure, print_row
from _orders import BLOCK, NAME, TICK, TONNE, Command, Crowd, Market, apply, genesis
from pyorderbook import Book as PeerBook
from pyorderbook import Order as PeerOrder
from pyorderbook import Side as PeerSide

from ctn.modules.market.book import Books
from ctn.modules.market.matching import with_open
from ctn.modules.market.records import Order

RESTING = 5_000 if IS_QUICK else 50_000
COMMANDS = 10_000 if IS_QUICK else 50_000
RUNS = 3 if IS_QUICK else 5
MIXES = {"add": (60, 10, 30, 0), "move": (9, 3, 6, 82)}  # add, ioc, cancel, move
SIDES = {"buy": PeerSide.BID, "sell": PeerSide.ASK}


def opened(values: dict[bytes, bytes]) -> Market:
    """A market as a node has it after its start: what was loaded is no matter of collection."""
    gc.unfreeze()
    market = Market(values)
    gc.collect()
    gc.freeze()
    return market


def ledger_rate(values: dict[bytes, bytes], commands: list[Command]) -> float:
    """Commands a second inside the ledger."""
    market = opened(values)
    start = time.perf_counter()
    for at in range(0, len(commands), BLOCK):
        ledger = market.ledger
        for command in commands[at : at + BLOCK]:
            apply(ledger, command.account, command.op)
        market.next_block()
    return len(commands) / (time.perf_counter() - start)


def ledger_times(values: dict[bytes, bytes], commands: list[Command]) -> list[float]:
    """How long each command took inside the ledger, in microseconds, shortest first."""
    market = opened(values)
    times = []
    for at in range(0, len(commands), BLOCK):
        ledger = market.ledger
        for command in commands[at : at + BLOCK]:
            start = time.perf_counter_ns()
            apply(ledger, command.account, command.op)
            times.append((time.perf_counter_ns() - start) / 1_000)
        market.next_block()
    return sorted(times)


class BareBook:
    """Our index alone: matching by price, rank and time, without accounts or money."""

    def __init__(self, resting: list[Order]) -> None:
        self.books = Books()
        self.orders: dict[int, Order] = {}
        self.seq = 10**9
        for order in resting:
            self.put(None, order)

    def put(self, before: Order | None, after: Order | None) -> None:
        """Replace an order by what is left of it."""
        self.books.apply("", before, after)
        if after is not None:
            self.orders[after.no] = after
        elif before is not None:
            del self.orders[before.no]

    def enter(self, order: Order) -> None:
        """Trade an order, and let what is left stand unless it is instant."""
        book = self.books.book(NAME)
        is_buy = order.side == "buy"
        side = book.asks if is_buy else book.bids
        price, left = order.price or 0, order.open
        limit = price if is_buy else -price
        while left and side.keys and side.keys[0] <= limit:
            maker = self.orders[side.head()]
            qty = min(left, maker.open)
            left -= qty
            rest = maker.open - qty
            kept = with_open(maker, maker.qty, rest, 0) if rest else None
            self.put(maker, kept)
        if left and order.tif != "ioc":
            self.put(None, with_open(order, order.qty, left, 0))

    def move(self, no: int, price: int) -> None:
        """Let an order enter again at another price."""
        order = self.orders[no]
        self.put(order, None)
        self.seq += 1
        self.enter(order.replace(price=price, seq=self.seq))


def bare_rate(resting: list[Order], commands: list[Command]) -> float:
    """Commands a second on our index alone."""
    bare = BareBook(resting)
    made = [(command, order_of(command)) for command in commands]
    start = time.perf_counter()
    for command, order in made:
        if command.kind in ("add", "ioc"):
            bare.enter(order)
        elif command.no not in bare.orders:
            continue
        elif command.kind == "cancel":
            bare.put(bare.orders[command.no], None)
        else:
            bare.move(command.no, command.price)
    return len(commands) / (time.perf_counter() - start)


def order_of(command: Command) -> Order:
    """The record of an order that a command adds."""
    qty = command.tonnes * TONNE
    side = "buy" if command.side == "buy" else "sell"
    tif = "ioc" if command.kind == "ioc" else "gtc"
    return Order(
        command.no, command.account, NAME, side, "limit", command.price, None, qty, qty, None, qty,
        tif, 1, False, "cancel_taker", 0, command.no, 0, "open", 0, 0, None, None,
    )  # fmt: skip


def peer_rate(resting: list[Order], commands: list[Command]) -> float:
    """Commands a second on the peer's book; a move is a cancel and an order in its place."""
    book = PeerBook()
    orders: dict[int, PeerOrder] = {}
    for order in resting:
        orders[order.no] = peer_order(order.side, order.price or 0, order.open)
        book.match(orders[order.no])
    made = [
        None if command.kind == "cancel"
        else peer_order(command.side, command.price, command.tonnes * TONNE)
        for command in commands
    ]  # fmt: skip
    start = time.perf_counter()
    for command, order in zip(commands, made, strict=True):
        if command.kind in ("cancel", "move"):
            known = orders.pop(command.no, None)
            if known is None or known.id not in book.order_map:
                continue
            book.cancel(known)
        if order is not None:
            book.match(order)
            if command.kind == "ioc":
                if order.quantity:
                    book.cancel(order)
            else:
                orders[command.no] = order
    return len(commands) / (time.perf_counter() - start)


def peer_order(side: str, price: int, grams: int) -> PeerOrder:
    """An order of the peer, in its units: price in ticks, quantity in tonnes."""
    return PeerOrder(SIDES[side], NAME, price // TICK, grams // TONNE)


def measure(name: str, mix: tuple[int, ...], values: dict[bytes, bytes]) -> tuple[float, ...]:
    """The medians of ledger, bare book and peer for a mix."""
    commands = Crowd(values, 20_240_122).commands(mix, COMMANDS)
    resting = Market(values).resting()
    ours, bare, peer = [], [], []
    for _ in range(RUNS):
        ours.append(ledger_rate(values, commands))
        bare.append(bare_rate(resting, commands))
        peer.append(peer_rate(resting, commands))
        gc.collect()
    times = ledger_times(values, commands)
    print_row(f"{name}: inside the ledger", middle(ours), "op/s")
    print_row(f"{name}: inside the ledger, worst run", min(ours), "op/s")
    print_row(f"{name}: inside the ledger, p99", times[len(times) * 99 // 100], "us")
    print_row(f"{name}: our book alone", middle(bare), "op/s")
    print_row(f"{name}: pyorderbook", middle(peer), "op/s")
    return middle(ours), middle(bare), middle(peer)


def main() -> None:
    """Both mixes; the last line is that of the first inside the ledger."""
    logging.disable(logging.CRITICAL)
    gc.set_threshold(100_000, 50, 100)  # as the engine's own thread sets it
    crowd = Crowd(genesis(), 7)
    crowd.resting(RESTING)
    values = crowd.values()
    del crowd
    print(f"{RESTING:,} orders rest, {COMMANDS:,} commands, {RUNS} runs", flush=True)
    figures = {name: measure(name, mix, values) for name, mix in MIXES.items()}
    peer_name = "pyorderbook 0.4.9, a book without accounts, money or records"
    for name, (ours, bare, peer_figure) in reversed(figures.items()):
        peer = Peer(peer_name, peer_figure)
        print_figure(f"book-alone-{name}", bare, "op/s", goal="250,000/s", peer=peer)
        print_figure(f"book-{name}", ours, "op/s", goal="20,000/s", peer=peer)


if __name__ == "__main__":
    main()
