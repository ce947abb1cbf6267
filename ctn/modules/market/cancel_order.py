"""End one's own open order."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.codec import Count
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.market.events import OrdersEnded
from ctn.modules.market.finding import check_named, own_order
from ctn.modules.market.mutators import end_orders
from ctn.modules.market.records import ClientOrderId, InstrumentState, Order
from ctn.modules.market.refusals import OrderNotFound, OrderNotOpen


class CancelOrder(Op, frozen=True, tag="market.cancel_order"):
    """End an open order, named by its number or its client id, in any phase."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "exit"
    threshold: ClassVar[Threshold] = Threshold.LOW
    lane: ClassVar[int] = SAFETY_LANE
    writes: ClassVar[tuple[type[Record], ...]] = (Order, InstrumentState)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (OrderNotFound, OrderNotOpen)
    emits: ClassVar[tuple[type[Event], ...]] = (OrdersEnded,)

    order: Count | None
    client_id: ClientOrderId | None

    @property
    def work(self) -> int:
        """One order, its reservation, and the state of its instrument."""
        return 60

    def check(self) -> None:
        """Refuse a wish that names no order."""
        check_named(self.order, self.client_id)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Find the order, then give back what it holds and forget it."""
        order = own_order(ledger, sender, self.order, self.client_id)

        end_orders(ledger, ((order, "user"),))
