"""The market: instruments, the order book, fees and settlement (`market.md` 1 to 6, 11 to 14).

Price, then tier, then time: among equal prices an order of a reputable owner comes first (white
paper 3.6). Every fill exchanges both legs at once, and an order holds from the start what it may
come to cost, so none can fail to settle.
"""

from ctn.kernel.invariant import Invariant
from ctn.kernel.param import Param
from ctn.kernel.record import Event, Record
from ctn.modules.market.amend_instrument import AmendInstrument
from ctn.modules.market.cancel_order import CancelOrder
from ctn.modules.market.cancel_orders import CancelOrders
from ctn.modules.market.create_instrument import CreateInstrument
from ctn.modules.market.day_roll import DayRolled
from ctn.modules.market.events import Cleared, ClearingCut, OrdersEnded, Traded
from ctn.modules.market.hooks import begin_block, end_block, next_due
from ctn.modules.market.invariants import (
    crossed_books,
    fills_add_up,
    recount,
    reservations_hold,
    trades_pay,
)
from ctn.modules.market.phases import PhaseChanged
from ctn.modules.market.place_order import PlaceOrder
from ctn.modules.market.records import (
    AUCTION_PPM,
    BLOCK_PPM,
    MAKER_PPM,
    RESUME_GAP,
    SPLIT_INSURANCE_PPM,
    SPLIT_POINTS_PPM,
    SPLIT_SUPPORT_PPM,
    TAKER_PPM,
    Amendment,
    ClientId,
    Counters,
    Instrument,
    InstrumentState,
    Order,
    Pace,
    Reopening,
    Tape,
)
from ctn.modules.market.replace_order import ReplaceOrder
from ctn.modules.market.set_calendar import SetCalendar
from ctn.modules.market.set_status import SetStatus

__all__ = [
    "HOOK_EVENTS", "INVARIANTS", "PARAMS", "RECORDS", "Ops", "begin_block", "block_breaches",
    "end_block", "next_due", "recount",
]  # fmt: skip

Ops = (
    CreateInstrument
    | AmendInstrument
    | SetStatus
    | SetCalendar
    | PlaceOrder
    | ReplaceOrder
    | CancelOrder
    | CancelOrders
)
RECORDS: tuple[type[Record], ...] = (
    Instrument, Amendment, InstrumentState, Order, Tape, Counters, Pace, ClientId,
    Reopening,
)  # fmt: skip
HOOK_EVENTS: tuple[type[Event], ...] = (
    DayRolled, PhaseChanged, OrdersEnded, Traded, Cleared, ClearingCut,
)  # fmt: skip
INVARIANTS: tuple[Invariant, ...] = (
    Invariant("order-holds", ("order", "balance:order"), reservations_hold),
    Invariant("order", ("order", "tape"), fills_add_up),
    Invariant("DvP", ("tape",), trades_pay),
)
block_breaches = crossed_books
PARAMS: tuple[Param, ...] = (
    MAKER_PPM, TAKER_PPM, AUCTION_PPM, BLOCK_PPM,
    SPLIT_POINTS_PPM, SPLIT_INSURANCE_PPM, SPLIT_SUPPORT_PPM,
    RESUME_GAP,
)  # fmt: skip
