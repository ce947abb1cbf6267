"""What the agents see before they act: all of one moment, read from records and nothing else."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from ctn.demo.cast import Cast
from ctn.demo.ground import Reads
from ctn.kernel.op import Op
from ctn.modules.assets.records import Money
from ctn.modules.market.records import Instrument, InstrumentState, Order


class Act(NamedTuple):
    """Operations that one of the cast signs as one transaction."""

    actor: str
    ops: tuple[Op, ...]


class Seen(NamedTuple):
    """The market, and what those who may act hold in free balances, by name and asset."""

    height: int
    time: int
    instruments: dict[str, Instrument]
    states: dict[str, InstrumentState]
    orders: list[Order]
    balances: dict[str, dict[str, int]]
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
        return sum([
            order.open
            for order in self.orders
            if order.instrument == instrument and order.side == side and order.price == price
        ])

    def held(self, actor: str, asset: str) -> int:
        """The free balance of an actor."""
        return self.balances.get(actor, {}).get(asset, 0)


def see(reads: Reads, cast: Cast, actors: Iterable[str]) -> Seen:
    """Read the market, and the balances of these actors."""
    head = reads.head()
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
        {actor: balances_of(reads, cast.address(actor)) for actor in actors},
        None if money is None else msgspec.convert(money, Money),
    )


def balances_of(reads: Reads, address: str) -> dict[str, int]:
    """The free balances of an address, by asset."""
    prefix = address + "/"
    return {place[len(prefix) :]: int(value) for place, value in reads.rows("balance", prefix)}
