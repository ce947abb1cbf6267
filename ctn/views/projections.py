"""How events become rows: one function for each event that more follows from than its own row.

A function may read rows and write rows, nothing else; so the same events give the same tables.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ctn.kernel.record import event_name
from ctn.modules.market.events import OrderChanged, OrderPlaced, OrdersEnded, Traded
from ctn.modules.registry.mutators import UnitsMoved
from ctn.modules.staking.events import EpochEnded
from ctn.views import tables
from ctn.views.rows import Rows

Value = dict[str, Any]


class Told(NamedTuple):
    """Where an event stands: block, place of its receipt, number in it, and its transaction."""

    height: int
    time: int
    receipt: int
    number: int
    tx: str | None


Projection = Callable[[Value, Told, Rows], None]


def order_placed(event: Value, told: Told, rows: Rows) -> None:
    """An order enters with all of its grams open."""
    rows.put_order(
        {
            "no": event["no"], "account": event["account"], "instrument": event["instrument"],
            "side": event["side"], "kind": event["kind"], "price": event["price"],
            "trigger": None, "qty": event["qty"], "open": event["qty"], "display": None,
            "shown": event["qty"], "tif": event["tif"], "expires": event["expires"],
            "post_only": event["post_only"], "stp": event["stp"], "rank": event["rank"],
            "seq": event["no"], "height": told.height, "time": told.time, "state": "open",
            "reason": None, "ended_height": None, "ended_time": None, "via": None,
            "client_id": event["client_id"], "tx": told.tx,
        }
    )  # fmt: skip


def order_changed(event: Value, _told: Told, rows: Rows) -> None:
    """An order stands otherwise than it was placed."""
    row = rows.order(event["no"])
    for name in ("price", "qty", "open", "expires", "rank", "seq"):
        row[name] = event[name]
    row["shown"] = event["open"]


def orders_ended(event: Value, told: Told, rows: Rows) -> None:
    """Orders are over, each with its reason."""
    for ended in event["orders"]:
        row = rows.order(ended["no"])
        row["open"] = row["shown"] = ended["open"]
        row["state"], row["reason"] = ended["state"], ended["reason"]
        row["ended_height"], row["ended_time"] = told.height, told.time


def traded(event: Value, told: Told, rows: Rows) -> None:
    """A trade joins the tape and the candles, and leaves both orders smaller or filled."""
    fees, ranks, opens = event["fees"], event["ranks"], event["opens"]
    rows.add(
        tables.trades,
        (
            event["no"], event["instrument"], event["mode"], event["price"], event["qty"],
            event["notional"], event["buyer"], event["seller"], event["buyer_ref"],
            event["seller_ref"], event["taker"], fees[0], fees[1], ranks[0], ranks[1],
            told.height, told.time, told.tx,
        ),
    )  # fmt: skip
    rows.trade(event, told.height, told.time)
    for reference, left in ((event["buyer_ref"], opens[0]), (event["seller_ref"], opens[1])):
        kind, _, number = reference.partition(":")
        if kind != "order":
            continue
        row = rows.order(int(number))
        row["open"] = row["shown"] = left
        if left == 0:
            row["state"] = "filled"
            row["ended_height"], row["ended_time"] = told.height, told.time


def units_moved(event: Value, told: Told, rows: Rows) -> None:
    """A step of serials joins their life."""
    rows.add(
        tables.lineage,
        (
            told.height, told.receipt, told.number, event["batch"], event["start"], event["end"],
            event["from_status"], event["to_status"], event["from_owner"], event["to_owner"],
            event["cause"], told.tx,
        ),
    )  # fmt: skip


def epoch_ended(event: Value, told: Told, rows: Rows) -> None:
    """Every validator adds the epoch to its history."""
    names = ("operator", "power", "weight", "credit", "blocks", "signed")
    for figures in event["figures"]:
        values = [figures[name] for name in names]
        rows.add(tables.epochs, (event["epoch"], *values, told.height, told.time))


PROJECTIONS: Final[dict[str, Projection]] = {
    event_name(OrderPlaced): order_placed,
    event_name(OrderChanged): order_changed,
    event_name(OrdersEnded): orders_ended,
    event_name(Traded): traded,
    event_name(UnitsMoved): units_moved,
    event_name(EpochEnded): epoch_ended,
}
