"""How an owner names one of his orders: by its number or by his own id for it."""

from ctn.kernel.ledger import Ledger
from ctn.modules.market.records import ClientId, Order
from ctn.modules.market.refusals import OrderNotFound, OrderNotOpen


def check_named(order: int | None, client_id: str | None) -> None:
    """Refuse a wish that names no order, or one in two ways."""
    if (order is None) == (client_id is None):
        raise OrderNotFound(order=order, client_id=client_id)


def own_order(ledger: Ledger, sender: str, number: int | None, client_id: str | None) -> Order:
    """The sender's open order; refuses OrderNotFound, OrderNotOpen (known by its client id)."""
    if number is None:
        known = ledger.get(ClientId, f"{sender}/{client_id}")
        if known is None or known.due <= ledger.block.time:
            raise OrderNotFound(client_id=client_id)
        number = known.no
    order = ledger.get(Order, f"{number:020d}")
    if order is None and client_id is not None:
        raise OrderNotOpen(order=number)
    if order is None or order.account != sender:
        raise OrderNotFound(order=number)
    return order
