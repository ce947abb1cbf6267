"""What the board shows, folded from receipts and records: nothing here is kept or sent back.

Trades, blocks and the last certificate come from receipts, so what anybody else does on the demo
chain is shown like the doings of the cast.
"""

from collections import deque
from typing import Any, NamedTuple

from ctn.demo.cast import Cast
from ctn.demo.ground import Head, Reads
from ctn.demo.seen import Seen
from ctn.kernel.asset import GRAMS_PER_TONNE

DEALS = BLOCKS = 40
CLAIMS = 12
LOOK_BACK = 40


class Ticker(NamedTuple):
    """An instrument now: prices in units of 1/10^4, grams of the day."""

    instrument: str
    last: int | None
    ref: int
    bid: int | None
    ask: int | None
    grams: int
    notional: int
    trades: int


class Level(NamedTuple):
    """The grams at one price of one side, and in how many orders."""

    price: int
    grams: int
    orders: int


class Book(NamedTuple):
    """The busiest book, best prices first."""

    ticker: Ticker
    bids: list[Level]
    asks: list[Level]


class Deal(NamedTuple):
    """A trade, by the side of who took."""

    time: int
    instrument: str
    side: str | None
    price: int
    grams: int


class Made(NamedTuple):
    """A block in a line."""

    head: Head
    transactions: int
    refused: int
    trades: int
    grams: int


class Claim(NamedTuple):
    """A certificate."""

    id: str
    who: str
    batch: str
    grams: int
    serials: list[str]
    time: int


class View(NamedTuple):
    """Everything on the board at one moment; `now` in ms."""

    head: Head
    now: int
    tickers: list[Ticker]
    book: Book | None
    deals: list[Deal]
    blocks: list[Made]
    claims: list[Claim]
    doors: list[tuple[str, str]]


class Watch:
    """Follows a chain block by block."""

    def __init__(self, cast: Cast) -> None:
        self.deals: deque[Deal] = deque(maxlen=DEALS)
        self.blocks: deque[Made] = deque(maxlen=BLOCKS)
        self.claims: deque[Claim] = deque(maxlen=CLAIMS)
        self.doors: list[tuple[str, str]] = []
        self._cast = cast
        self._height = 0

    def look_back(self, reads: Reads) -> None:
        """Fill the board from the last blocks."""
        self._height = max(0, reads.head().height - LOOK_BACK)
        self.follow(reads)

    def follow(self, reads: Reads) -> int:
        """Take in the blocks made since; how many there were."""
        count = 0
        while self._height < reads.head().height:
            self._height += 1
            self._fold(reads, reads.block(self._height))
            count += 1
        return count

    def view(self, seen: Seen, head: Head, now: int) -> View:
        """The board of a moment."""
        tickers = [_ticker(seen, name) for name in sorted(seen.instruments)]
        busiest = max(tickers, key=lambda ticker: ticker.notional, default=None)
        book = None
        if busiest is not None:
            bids = _levels(seen, busiest.instrument, "buy")
            book = Book(busiest, bids, _levels(seen, busiest.instrument, "sell"))
        return View(
            head, now, tickers, book, list(reversed(self.deals)), list(reversed(self.blocks)),
            list(reversed(self.claims)), self.doors,
        )  # fmt: skip

    def _fold(self, reads: Reads, head: Head) -> None:
        receipts = reads.receipts(head.height)
        deals: list[Deal] = []
        for event in [event for receipt in receipts for event in receipt["events"]]:
            if event["event"] == "market.Traded":
                deals.append(
                    Deal(
                        head.time, event["instrument"], event["taker"], event["price"],
                        event["qty"],
                    )
                )  # fmt: skip
            elif event["event"] == "registry.Retired":
                certificate = reads.value("certificate", event["certificate"])
                self.claims.append(self._claim(certificate))
        self.deals.extend(deals)
        refused = sum([receipt["status"] != "applied" for receipt in receipts])
        grams = sum([deal.grams for deal in deals])
        self.blocks.append(Made(head, len(receipts), refused, len(deals), grams))

    def _claim(self, found: dict[str, Any]) -> Claim:
        holder = self._cast.actors.get(found["holder"])
        named = found["beneficiary"]["name"] if found["beneficiary"] else ""
        who = named or (holder.en if holder else found["holder"])
        serials = [serial_text(found["batch"], part) for part in found["parts"]]
        return Claim(found["id"], who, found["batch"], found["grams"], serials, found["time"])


def serial_text(batch: str, part: dict[str, int]) -> str:
    """The serials of a part as they are printed, with the grams of one that is retired in part."""
    start, end, grams = part["start"], part["end"], part["grams"]
    whole = (end - start + 1) * GRAMS_PER_TONNE
    tail = "" if grams == whole else f" ({grams // 1000} kg)"
    return f"CTN-{batch.upper()}-{start}-{end}{tail}"


def _ticker(seen: Seen, name: str) -> Ticker:
    state = seen.states[name]
    return Ticker(
        name, state.last, state.ref, seen.best(name, "buy"), seen.best(name, "sell"),
        state.qty, state.notional, state.trades,
    )  # fmt: skip


def _levels(seen: Seen, name: str, side: str) -> list[Level]:
    found: dict[int, list[int]] = {}
    for order in seen.orders:
        if order.instrument == name and order.side == side and order.price is not None:
            found.setdefault(order.price, []).append(order.open)
    prices = sorted(found, reverse=side == "buy")
    return [Level(price, sum(found[price]), len(found[price])) for price in prices]
