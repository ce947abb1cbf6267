"""A market maker's ladder: four prices on each side of a fair price, moved as it moves."""

from typing import Literal

from ctn.demo.listing import QUOTE
from ctn.demo.seen import Seen
from ctn.demo.stream import Stream
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.op import Op
from ctn.modules.market.cancel_order import CancelOrder
from ctn.modules.market.place_order import PlaceOrder
from ctn.modules.market.records import Instrument, Order
from ctn.modules.market.replace_order import ReplaceOrder

Side = Literal["buy", "sell"]

LEVELS = 4
FILLS = 20
STOCK_LOW_T = 400
STEP, HALF, GAP, PULL = 250, 280, 420, 40  # parts of the price
ROOM_BP = 10_050


def quote(
    seen: Seen, maker: tuple[str, str], instrument: Instrument, draw: Stream
) -> list[Op]:
    """The operations that bring a maker's ladder (name, address) to where it should stand."""
    name, address = maker
    middle = _middle(seen, instrument)
    fair = _fair(seen, instrument, name, draw)
    own = [
        order
        for order in seen.orders
        if order.account == address and order.instrument == instrument.id
    ]
    ladders = {side: _prices(seen, instrument, side, fair) for side in ("sell", "buy")}
    # What moves away from the other side goes first, so that a maker never meets itself.
    sides: tuple[Side, Side] = ("sell", "buy") if fair >= middle else ("buy", "sell")
    ops: list[Op] = []
    for side in sides:
        mine = [order for order in own if order.side == side]
        free = seen.held(name, QUOTE if side == "buy" else instrument.asset)
        ops += _ladder(instrument, (side, ladders[side]), mine, free, draw=draw)
    return ops


def _middle(seen: Seen, instrument: Instrument) -> int:
    """Where the market stands, in ticks."""
    state = seen.states[instrument.id]
    bid, ask = seen.best(instrument.id, "buy"), seen.best(instrument.id, "sell")
    last = state.last or state.ref
    if bid is None or ask is None:
        return last // instrument.tick
    # Down: half a tick is no price.
    return (bid + ask + 2 * last) // (4 * instrument.tick)


def _fair(seen: Seen, instrument: Instrument, name: str, draw: Stream) -> int:
    """The middle, moved by chance, drawn to the first reference and away from an empty stock."""
    middle = _middle(seen, instrument)
    reach = max(1, middle // STEP)
    away = instrument.ref // instrument.tick - middle
    pull = abs(away) // PULL
    fair = middle + draw.between(-reach, reach) + (pull if away > 0 else -pull)
    if seen.held(name, instrument.asset) < STOCK_LOW_T * GRAMS_PER_TONNE:
        fair += reach
    return fair


def _prices(seen: Seen, instrument: Instrument, side: str, fair: int) -> list[int]:
    """The prices of a side, best first, inside the band."""
    state = seen.states[instrument.id]
    half, gap = max(1, fair // HALF), max(1, fair // GAP)
    sign = -1 if side == "buy" else 1
    ticks = [fair + sign * (half + level * gap) for level in range(LEVELS)]
    prices = [number * instrument.tick for number in ticks]
    return [price for price in prices if state.low <= price <= state.high]


def _ladder(
    instrument: Instrument,
    wanted: tuple[Side, list[int]],
    own: list[Order],
    free: int,
    *,
    draw: Stream,
) -> list[Op]:
    """Keep what stands right, move what does not, place what is missing, end what is left."""
    side, prices = wanted
    standing = [order.price for order in own]
    movable = [order for order in own if order.price not in prices]
    missing = [price for price in prices if price not in standing]
    ops: list[Op] = []
    for level, price in enumerate(missing):
        grams = draw.between(4, 20) * (level + 2) * GRAMS_PER_TONNE
        moved = movable.pop() if movable else None
        back = 0 if moved is None else _need(side, moved.price or 0, moved.open)
        need = _need(side, price, grams)
        if need > free + back:
            ops += [] if moved is None else [CancelOrder(moved.no, None)]
            free += back
            continue
        free += back - need
        if moved is None:
            ops.append(_place(instrument.id, side, grams, price))
        else:
            total = moved.qty - moved.open + grams
            ops.append(ReplaceOrder(moved.no, None, total, price, None, None, None, FILLS))
    return ops + [CancelOrder(order.no, None) for order in movable]


def _need(side: str, price: int, grams: int) -> int:
    """What an order holds, with room for the fee: money of a bid, grams of an offer."""
    if side == "sell":
        return grams
    # Up, so that a bid is never sent that could not be held.
    return -(-price * grams * ROOM_BP // (GRAMS_PER_TONNE * 10_000))


def _place(instrument: str, side: Side, grams: int, price: int) -> PlaceOrder:
    return PlaceOrder(
        instrument, side, "limit", grams, price, None, None, "gtc", None, False, None,
        "cancel_maker", FILLS, None, None,
    )  # fmt: skip
