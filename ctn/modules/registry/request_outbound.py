"""Ask that serials leave for another registry; they stand still until the custodian attests.

Serials that stand for units of another registry may only go home.
"""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.codec import Time
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Text64
from ctn.modules.accounts.halts import AccountLocked
from ctn.modules.accounts.mutators import spend
from ctn.modules.accounts.outgoing import DailyLimitExceeded
from ctn.modules.registry.bridges import (
    OPEN,
    OUTWARD,
    Bridge,
    DeadlineOutOfRange,
    TooManyRequests,
    check_request,
    open_request,
)
from ctn.modules.registry.external import ForeignRegistry, Reach, standing_for
from ctn.modules.registry.ids import record_id
from ctn.modules.registry.intervals import (
    BRIDGING,
    CROSSING_WORK,
    BatchId,
    Frozen,
    Interval,
    NotYours,
    Parts,
    PartsInvalid,
    TooManyIntervals,
)
from ctn.modules.registry.reads import (
    find_batch,
    held_pieces,
    is_eligible,
    require_unfrozen,
)
from ctn.modules.registry.records import HOME, Batch, BatchNotFound, Class
from ctn.modules.registry.request_inbound import BridgeRequested
from ctn.modules.registry.rules import are_ascending, tonnes_of
from ctn.modules.registry.steps import Aim, UnitsMoved, step_pieces


class NotEligible(Refusal):
    """The methodology and vintage of the batch may enter no bridge any more."""


class NotHome(Refusal):
    """The serials stand for units of another registry and may only go back there."""


class RequestOutbound(Op, frozen=True, tag="registry.request_outbound"):
    """Ask that held serials of a batch leave for another registry."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "transfer"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Bridge, Interval, Batch)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        PartsInvalid,
        BatchNotFound,
        TooManyRequests,
        DeadlineOutOfRange,
        TooManyIntervals,
        NotYours,
        Frozen,
        NotEligible,
        NotHome,
        AccountLocked,
        DailyLimitExceeded,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (UnitsMoved, BridgeRequested)

    batch: BatchId
    parts: Parts
    registry: ForeignRegistry
    account_ref: Text64
    deadline: Time

    @property
    def work(self) -> int:
        """The parts, and each interval of serials that they cross or make."""
        return WORK + CROSSING_WORK

    @property
    def scope(self) -> str:
        """The batch."""
        return self.batch

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse serials that are not the sender's or may not go there; then set them apart."""
        if not are_ascending(self.parts):
            raise PartsInvalid(parts=self.parts)
        batch = find_batch(ledger, self.batch)
        check_request(ledger, sender, self.registry, deadline=self.deadline)
        moved = held_pieces(ledger, batch, self.parts, sender)
        require_unfrozen(ledger, batch, moved, own_use=False)
        if not is_eligible(ledger, batch.id):
            raise NotEligible(methodology=batch.methodology, vintage=batch.vintage)
        self._check_home(ledger, batch)
        # The account there is stated as one's own, and the custodian attests whose it is.
        tonnes = tonnes_of(self.parts)
        amount = tonnes * GRAMS_PER_TONNE
        spend(ledger, sender, target=sender, asset=batch.id, amount=amount)

        request = record_id(ledger, "b", 0)
        open_request(
            ledger,
            Bridge(
                request, OUTWARD, sender, self.registry, (), None, None, batch.id, self.parts,
                self.account_ref, self.deadline, None, OPEN, (),
            ),
        )  # fmt: skip
        step_pieces(ledger, batch.id, moved, Aim(BRIDGING, sender, request))
        ledger.emit(
            BridgeRequested(request, OUTWARD, sender, self.registry, tonnes, self.deadline)
        )

    def _check_home(self, ledger: Ledger, batch: Batch) -> None:
        """Refuse another registry than that which the units come from."""
        kind = ledger.get(Class, batch.class_id)
        assert kind is not None
        if kind.registry not in (HOME, self.registry):
            raise NotHome(home=kind.registry)
        reach = Reach()
        for start, end in self.parts:
            for known in standing_for(ledger, batch.id, start, end=end):
                reach.take(1)
                if known.registry != self.registry:
                    raise NotHome(home=known.registry)
