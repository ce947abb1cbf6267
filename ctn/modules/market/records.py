"""What the market remembers: instruments and their day, open orders, the tape, client ids.

An order stands here only while it is open or pending, and the balance of `order:<no>` is its
reservation. No level and no queue is stored: they follow from the orders (`book.py`).
"""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from ctn.kernel.codec import Amount, BasisPoints, Count, Hash, Identifier, Time
from ctn.kernel.param import Param
from ctn.kernel.record import Index, Record
from ctn.kernel.text import Address
from ctn.modules.market.book import Books

Side = Literal["buy", "sell"]
Kind = Literal["limit", "market", "stop", "take_profit"]
TimeInForce = Literal["gtc", "day", "gtd", "ioc", "fok"]
SelfTradeMode = Literal["cancel_taker", "cancel_maker", "cancel_both", "decrement"]
Phase = Literal["closed", "suspended", "call", "open", "delisted"]
Status = Literal["draft", "active", "suspended", "delisted"]
Mode = Literal["book", "listed", "block", "auction", "pool"]
TradeMode = Literal["book", "call", "batch", "listed", "block", "auction", "pool", "correction"]
Matching = Literal["continuous", "batch"]
Close = Literal["vwap_day", "vwap_tail"]
Eligible = Literal["ordinary", "advanced", "reputable", "enterprise"]
ClientOrderId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:-]{1,36}\Z")]
Rank = Annotated[int, Meta(ge=0, le=2)]
Minute = Annotated[int, Meta(ge=0, le=1440)]

INSTRUMENTS_MAX = 500
# What is stored: an id is used once, and the record of a delisted instrument stays.
INSTRUMENTS_EVER_MAX = 5_000
SESSIONS_MAX = 16
FILLS_MAX = 1_000
OPEN_MAX = 200
OPEN_RANKED_MAX = 500
BLOCK_ORDERS_MAX = 100
ORDER_LIFE_MS = 90 * 86_400_000
CLIENT_ID_LIFE_MS = 100 * 86_400_000
TAPE_LIFE_MS = 40 * 86_400_000
TAPE_TRADES = 32
TAPE_SHIFT = 5
TAPE_DROPS_MAX = 50
TAIL_MS = 15 * 60_000

FEE_MAX_PPM = 50_000
MAKER_PPM = Param("maker_ppm", 300, 0, FEE_MAX_PPM)
TAKER_PPM = Param("taker_ppm", 500, 0, FEE_MAX_PPM)
AUCTION_PPM = Param("auction_ppm", 300, 0, FEE_MAX_PPM)
BLOCK_PPM = Param("block_ppm", 100, 0, FEE_MAX_PPM)
# The treasury takes what these leave, 500,000 by default; their greatest sum stays below 10^6.
SPLIT_POINTS_PPM = Param("split_points_ppm", 200_000, 0, 300_000)
SPLIT_INSURANCE_PPM = Param("split_insurance_ppm", 200_000, 0, 300_000)
SPLIT_SUPPORT_PPM = Param("split_support_ppm", 100_000, 0, 300_000)
RESUME_GAP = Param("resume_gap", 600_000, 60_000, 7_200_000)
CALL_MS = 300_000  # the call in which a book reopens
PAIRS_MAX = 2_000  # one event each, and a draft tells 4,096 at most
CLEARING_PAIRS = 100  # as many of them a clearing takes at least, so that a block has few


class Session(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a mode is open on a trading day: minutes after local midnight, `end` not included."""

    mode: Mode
    start: Minute
    end: Minute


class Via(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The platform an order came through, and the most commission that its owner signed."""

    platform: Identifier
    commission_ppm_max: Annotated[int, Meta(ge=0, le=1_000_000)]


class Instrument(Record, frozen=True):
    """One asset traded for one quote, by the rules of its presets (market.md 2.1)."""

    table: ClassVar[str] = "instrument"
    key: ClassVar[tuple[str, ...]] = ("id",)
    index: ClassVar[type[Index] | None] = Books

    id: Identifier
    asset: Identifier
    quote: Identifier
    tick: Amount
    lot: Amount
    modes: Annotated[tuple[Mode, ...], Meta(max_length=5)]
    matching: Matching
    batch_ms: Count
    qty_max: Amount
    block_min: Amount
    band_bp: BasisPoints
    block_band_bp: BasisPoints
    sessions: Annotated[tuple[Session, ...], Meta(max_length=SESSIONS_MAX)]
    t_plus: Count
    holding: Amount
    allowance: bool
    close: Close
    collar_bp: BasisPoints
    protect_max_bp: BasisPoints
    error_bp: BasisPoints
    halt_bp: BasisPoints
    halt_s: Count
    halts_max: Count
    call_s: Count
    call_lock_s: Count
    auction_lot: Amount
    eligible: Annotated[tuple[Eligible, ...], Meta(max_length=4)]
    calendar: Identifier
    ref: Amount
    rateable: bool
    large_bp: BasisPoints
    status: Status


class Amendment(Record, frozen=True):
    """What an instrument becomes at its next day roll."""

    table: ClassVar[str] = "amendment"
    key: ClassVar[tuple[str, ...]] = ("instrument",)

    instrument: Identifier
    next: Instrument


class InstrumentState(Record, frozen=True):
    """Where an instrument stands: phase, trading day, band, day figures, feed.

    `day` is the number of the local day since 1970; `day_end` the next day roll, `book_end` the
    end of the day's last book session, `tail_from` where its last 15 minutes begin (times in ms).
    `phase_end` says when a call or halt ends. `low` and `high` are the band, on ticks. `open`,
    `top`, `bottom` are null until the day's first counted trade. `mark` is null until one is set.
    """

    table: ClassVar[str] = "instrument_state"
    key: ClassVar[tuple[str, ...]] = ("instrument",)
    index: ClassVar[type[Index] | None] = Books

    instrument: Identifier
    feed_seq: Count
    phase: Phase
    phase_end: Time | None
    halts: Count
    batch_at: Time
    day: Count
    day_end: Time
    book_end: Time
    tail_from: Time
    ref: Amount
    low: Amount
    high: Amount
    last: Amount | None
    mark: Amount | None
    mark_slot: Count
    open: Amount | None
    top: Amount | None
    bottom: Amount | None
    qty: Amount
    notional: Amount
    trades: Count
    tail_qty: Amount
    tail_notional: Amount


class Order(Record, frozen=True):
    """An open or pending order; what was filled of it is `qty` less `open`."""

    table: ClassVar[str] = "order"
    key: ClassVar[tuple[str, ...]] = ("no",)
    index: ClassVar[type[Index] | None] = Books

    no: Count
    account: Address
    instrument: Identifier
    side: Side
    kind: Kind
    price: Amount | None
    trigger: Amount | None
    qty: Amount
    open: Amount
    display: Amount | None
    shown: Amount
    tif: TimeInForce
    expires: Time
    post_only: bool
    stp: SelfTradeMode
    rank: Rank
    seq: Count
    height: Count
    state: Literal["pending", "open"]
    cap: Count
    credit: Count
    via: Via | None
    client_id: ClientOrderId | None


class Trade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One exchange of both legs, immutable; pairs stand as (buyer's, seller's)."""

    no: Count
    instrument: Identifier
    mode: TradeMode
    price: Amount
    qty: Amount
    notional: Amount
    buyer: str
    seller: str
    buyer_ref: str
    seller_ref: str
    taker: Side | None
    fees: tuple[Amount, Amount]
    commissions: tuple[Amount, Amount]
    ranks: tuple[Rank, Rank]
    mark: Amount | None
    height: Count
    time: Time
    day: Count


class Tape(Record, frozen=True):
    """32 consecutive trades, found by trade number >> 5; dropped after 40 days."""

    table: ClassVar[str] = "tape"
    key: ClassVar[tuple[str, ...]] = ("id",)

    id: Count
    trades: Annotated[tuple[Trade, ...], Meta(max_length=TAPE_TRADES)]


class Counters(Record, frozen=True):
    """The next number of anything here, the next trade number, and the oldest tape kept."""

    table: ClassVar[str] = "market_counters"

    next: Count
    trade: Count
    tape: Count


class Pace(Record, frozen=True):
    """How many place, replace, list and quote ops an account sent in the last block it did."""

    table: ClassVar[str] = "pace"

    height: Count
    count: Count


class ClientId(Record, frozen=True):
    """An order id that an account chose, kept so that one id makes one order."""

    table: ClassVar[str] = "client_id"
    key: ClassVar[tuple[str, ...]] = ("account", "client_id")
    index: ClassVar[type[Index] | None] = Books

    account: Address
    client_id: ClientOrderId
    no: Count
    digest: Hash
    due: Time


class Reopening(Record, frozen=True):
    """Every open book reopens by a call with the next block: an emergency stop ended."""

    table: ClassVar[str] = "reopening"

    since: Time


COUNTERS = "counters"
REOPENING = "all"
