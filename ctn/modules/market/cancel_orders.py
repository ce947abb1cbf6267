"""End many of one's own open orders at once."""

from collections.abc import Iterator
from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.codec import Identifier
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.market.book import Books
from ctn.modules.market.events import OrdersEnded, Reason
from ctn.modules.market.mutators import end_orders
from ctn.modules.market.records import OPEN_RANKED_MAX, InstrumentState, Order, Side

CANCELS_MAX = 200


class CancelOrders(Op, frozen=True, tag="market.cancel_orders"):
    """End the sender's 200 lowest open orders, of one instrument or side when named.

    The event says whether more of them remain.
    """

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "exit"
    threshold: ClassVar[Threshold] = Threshold.LOW
    lane: ClassVar[int] = SAFETY_LANE
    writes: ClassVar[tuple[type[Record], ...]] = (Order, InstrumentState)
    refuses: ClassVar[tuple[type[Refusal], ...]] = ()
    emits: ClassVar[tuple[type[Event], ...]] = (OrdersEnded,)

    instrument: Identifier | None
    side: Side | None

    @property
    def work(self) -> int:
        """A read of every open order, and 30 for each that may be ended."""
        return 40 + OPEN_RANKED_MAX + 30 * CANCELS_MAX

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Find the orders, lowest number first, then end them."""
        found = list(self._found(ledger, sender))
        more = len(found) > CANCELS_MAX

        reason: Reason = "user"
        end_orders(ledger, [(order, reason) for order in found[:CANCELS_MAX]], more=more)

    def _found(self, ledger: Ledger, sender: str) -> Iterator[Order]:
        """At most `OPEN_RANKED_MAX` orders, as an account may have open."""
        for number in sorted(ledger.index(Books).holder(sender).orders):
            order = ledger.get(Order, f"{number:020d}")
            assert order is not None
            if self.instrument not in (None, order.instrument):
                continue
            if self.side in (None, order.side):
                yield order
