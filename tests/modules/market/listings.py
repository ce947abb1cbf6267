"""Worlds with a listed instrument: an operator, a batch, two calendars, orders that rest."""

from typing import Any

import msgspec

from ctn.kernel.account import DutyKind
from ctn.modules.assets.records import FREE, Asset, Calendar
from ctn.modules.market.cancel_order import CancelOrder
from ctn.modules.market.create_instrument import CreateInstrument
from ctn.modules.market.days import first_state
from ctn.modules.market.mutators import held
from ctn.modules.market.place_order import PlaceOrder
from ctn.modules.market.presets import CCER, TONNE, offered
from ctn.modules.market.records import COUNTERS, Counters, Instrument, Order, Session, Side
from ctn.modules.market.replace_order import ReplaceOrder
from tests.modules.market.worlds import LEAPS
from tests.worlds import START, World

BATCH = "ccer-00001-2024-001"
NAME = "ccer24-cny"
OTHER = "ccer24-usd"
REF = 600_000  # 60.0000
ALWAYS = (Session("book", 0, 1_440),)
SEEE = (Session("book", 570, 690), Session("book", 780, 900))
EVERY_DAY = Calendar("always", 0, 127, (), ())
CHINA = Calendar("china", 480, 0b0011111, (), ())
FRIDAY = (START + 8 * 3_600_000) // 86_400_000  # the local day of START in China


def terms(**changes: Any) -> dict[str, Any]:
    """The fields of an instrument that may be created."""
    named = {"id": NAME, "asset": BATCH, "quote": "cny", "calendar": "always", "ref": REF}
    return offered(CCER) | {"collar_bp": 0, "sessions": ALWAYS} | named | changes


def creation(**changes: Any) -> CreateInstrument:
    """The operation that creates it."""
    return msgspec.convert(msgspec.to_builtins(terms(**changes)), CreateInstrument)


def market(*calendars: Calendar) -> tuple[World, str]:
    """A world with an operator, a batch, and money."""
    world = World(resume_gap=LEAPS)
    for calendar in calendars or (EVERY_DAY, CHINA):
        world.put(calendar)
    world.put(Asset(BATCH, FREE))
    world.put(Asset("usd", FREE))
    return world, world.authority("operator", DutyKind.OPERATOR)


def listed(world: World, calendar: Calendar = EVERY_DAY, **changes: Any) -> Instrument:
    """An active instrument in genesis, closed until the first block."""
    made = creation(calendar=calendar.id, **changes).terms().replace(status="active")
    world.put(made)
    world.put(first_state(made, calendar, START - 1))
    return made


def resting(world: World, *orders: Order) -> None:
    """Orders in genesis, each with what it holds."""
    for account in dict.fromkeys([order.account for order in orders]):
        world.keep(account, "order")
    for order in orders:
        world.put(order)
        asset = "cny" if order.side == "buy" else BATCH
        world.grant(f"order:{order.no}", asset, held(order))
    world.put(Counters(1 + max(order.no for order in orders), 1, 0), COUNTERS)


def order(no: int, account: str, **changes: Any) -> Order:
    """A resting bid of one tonne at the reference."""
    plain = Order(
        no=no, account=account, instrument=NAME, side="buy", kind="limit", price=REF,
        trigger=None, qty=TONNE, open=TONNE, display=None, shown=TONNE, tif="gtc",
        expires=START + 90 * 86_400_000, post_only=False, stp="cancel_taker", rank=0, seq=no,
        height=0, state="open", cap=5_000_000, credit=0, via=None, client_id=None,
    )  # fmt: skip
    return plain.replace(**changes)


def told(items: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    """The events of one name in the hook items of a block."""
    name = f"market.{event}"
    return [found for item in items for found in item["events"] if found["event"] == name]


def placing(side: Side = "buy", price: int = REF, tonnes: int = 1, **changes: Any) -> PlaceOrder:
    """A limit order for whole tonnes that stands for 90 days."""
    fields: dict[str, Any] = {
        "instrument": NAME, "side": side, "kind": "limit", "qty": tonnes * TONNE, "price": price,
        "trigger": None, "protect_bp": None, "tif": "gtc", "expires": None, "post_only": False,
        "display": None, "stp": "cancel_taker", "fills_max": 20, "client_id": None, "via": None,
    }  # fmt: skip
    return PlaceOrder(**fields | changes)


def replacing(number: int, **changes: Any) -> ReplaceOrder:
    """A replace that keeps everything but what is changed."""
    fields: dict[str, Any] = {
        "order": number, "client_id": None, "qty": None, "price": None, "trigger": None,
        "display": None, "expires": None, "fills_max": 20,
    }  # fmt: skip
    return ReplaceOrder(**fields | changes)


def cancelling(number: int) -> CancelOrder:
    """The end of an order."""
    return CancelOrder(number, None)
