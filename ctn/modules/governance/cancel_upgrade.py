"""Cancel the scheduled upgrade."""

from typing import ClassVar

from ctn.kernel.account import Threshold, Track
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.upgrade import PLAN, Upgrade
from ctn.modules.governance.events import UpgradeCancelled


class UpgradeNotFound(Refusal):
    """No upgrade is scheduled."""


class CancelUpgrade(Op, frozen=True, tag="governance.cancel_upgrade"):
    """Let the scheduled upgrade not take place."""

    needs: ClassVar[Need | tuple[Need, ...]] = Track.COUNCIL
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    lane: ClassVar[int] = SAFETY_LANE
    writes: ClassVar[tuple[type[Record], ...]] = (Upgrade,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (UpgradeNotFound,)
    emits: ClassVar[tuple[type[Event], ...]] = (UpgradeCancelled,)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse when none is scheduled, then forget it."""
        plan = ledger.get(Upgrade, PLAN)
        if plan is None:
            raise UpgradeNotFound()

        ledger.drop(Upgrade, PLAN)
        ledger.emit(UpgradeCancelled(plan.height, plan.app_version))
