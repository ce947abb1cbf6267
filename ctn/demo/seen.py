"""What the agents see before they act: all of one moment, read from records and nothing else."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from ctn.demo.cast import PERSON, Actor, Cast, owner_of
from ctn.demo.ground import Reads
from ctn.kernel.block import local_day
from ctn.kernel.codec import INT_MAX
from ctn.kernel.op import Op
from ctn.modules.assets.records import Money
from ctn.modules.identity.mutators import DAILY_MAX
from ctn.modules.identity.records import DailyValue
from ctn.modules.market.records import Instrument, InstrumentState, Order


class Act(NamedTuple):
    """Operations that one of the cast signs as one transaction."""

    actor: str
    ops: tuple[Op, ...]


class Seen(NamedTuple):
    """The market, and of those who may act, by name: free balances by asset, and how much value
    they may enter today.
    """

    height: int
    time: int
    instruments: dict[str, Instrument]
    states: dict[str, InstrumentState]
    orders: list[Order]
    balances: dict[str, dict[str, int]]
    rooms: dict[str, int]
    money: Money | None

    def best(self, instrument: str, side: str) -> int | None:
        """The best price of a side, None when nobody stands there."""
        prices = [
            order.price
            for order in self.orders
            if order.instrument == instrument and order.side == side and order.price is not None
        ]
        if not prices:
            return None
        return max(prices) if side == "buy" else min(prices)

    def depth(self, instrument: str, side: str, price: int) -> int:
        """The grams that stand at one price."""
        return sum(
            [
                order.open
                for order in self.orders
                if order.instrument == instrument and order.side == side and order.price == price
            ]
        )

    def held(self, actor: str, asset: str) -> int:
        """The free balance of an actor."""
        return self.balances.get(actor, {}).get(asset, 0)


def see(reads: Reads, cast: Cast, actors: Iterable[str]) -> Seen:
    """Read the market, and what these actors have and may."""
    head, names = reads.head(), list(actors)
    instruments = {
        place: msgspec.convert(value, Instrument) for place, value in reads.rows("instrument")
    }
    states = {
        place: msgspec.convert(value, InstrumentState)
        for place, value in reads.rows("instrument_state")
    }
    money = reads.value("money", "cny")
    return Seen(
        head.height,
        head.time,
        {place: found for place, found in instruments.items() if found.status == "active"},
        states,
        [msgspec.convert(value, Order) for _place, value in reads.rows("order")],
        {actor: balances_of(reads, cast.address(actor)) for actor in names},
        {actor: room_of(reads, cast.actors[cast.address(actor)], head.time) for actor in names},
        None if money is None else msgspec.convert(money, Money),
    )


def balances_of(reads: Reads, address: str) -> dict[str, int]:
    """The free balances of an address, by asset."""
    prefix = address + "/"
    return {place[len(prefix) :]: int(value) for place, value in reads.rows("balance", prefix)}


def room_of(reads: Reads, actor: Actor, time: int) -> int:
    """What an actor may still enter on the day of a time, in money base units (people.md 4)."""
    if actor.kind != PERSON:
        return INT_MAX
    value = reads.value(DailyValue.table, owner_of(actor.name))
    entered = None if value is None else msgspec.convert(value, DailyValue)
    is_today = entered is not None and entered.day == local_day(time)
    return DAILY_MAX[2] - (entered.value if entered is not None and is_today else 0)
