"""Stop a request: the state before comes back.

Who asked may stop it before the attestation; the custodian of its registry and the registrar of
its class also after it, since then something is locked there. A later attestation is refused, and
the custodian undoes there what it did.
"""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Role, Threshold
from ctn.kernel.codec import RegistryId
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Text200
from ctn.modules.identity.reads import has_duty
from ctn.modules.registry.bridges import (
    LIVE,
    OPEN,
    OUTWARD,
    Bridge,
    BridgeStopped,
    NotCustodian,
    RequestClosed,
    RequestNotFound,
    leaving,
    stop,
)
from ctn.modules.registry.external import External
from ctn.modules.registry.intervals import CROSSING_WORK, Frozen, Interval
from ctn.modules.registry.reads import find_batch, require_unfrozen
from ctn.modules.registry.records import Batch
from ctn.modules.registry.steps import UnitsMoved

WORK_UNITS = 400


class StopBridge(Op, frozen=True, tag="registry.stop_bridge"):
    """Stop a request to bring units in or to let serials leave, and say why."""

    needs: ClassVar[Need | tuple[Need, ...]] = (
        Role.ORDINARY,
        DutyKind.CUSTODIAN,
        DutyKind.REGISTRAR,
    )
    family: ClassVar[str] = "transfer"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    lane: ClassVar[int] = SAFETY_LANE
    writes: ClassVar[tuple[type[Record], ...]] = (Bridge, External, Interval, Batch)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        RequestNotFound,
        NotCustodian,
        RequestClosed,
        Frozen,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (UnitsMoved, BridgeStopped)

    request: RegistryId
    reason: Text200

    @property
    def work(self) -> int:
        """The units of the request, and each interval of numbers or serials that changes back."""
        return WORK + WORK_UNITS + CROSSING_WORK

    @property
    def scope(self) -> str:
        """The request."""
        return self.request

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse one who has no say, and what has ended; then give back the state before."""
        bridge = ledger.get(Bridge, self.request)
        if bridge is None:
            raise RequestNotFound(request=self.request)
        is_authority = has_duty(ledger, sender, DutyKind.REGISTRAR, bridge.class_id) or has_duty(
            ledger, sender, DutyKind.CUSTODIAN, bridge.registry
        )
        if not is_authority and sender != bridge.account:
            raise NotCustodian(registry=bridge.registry)
        if bridge.status not in LIVE or (bridge.status != OPEN and not is_authority):
            raise RequestClosed(
                request=bridge.id, status=bridge.status, deadline=bridge.deadline
            )
        if bridge.direction == OUTWARD:
            batch = find_batch(ledger, bridge.home_batch)
            require_unfrozen(ledger, batch, leaving(ledger, bridge), own_use=False)

        stop(ledger, bridge, sender, self.reason)
