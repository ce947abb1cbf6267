"""Schedule the height at which another version of the ledger takes over."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import Threshold, Track
from ctn.kernel.codec import INT_MAX, Count
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.upgrade import PLAN, Upgrade
from ctn.modules.governance.events import UpgradeScheduled
from ctn.modules.governance.records import UPGRADE_NOTICE


class UpgradeInPast(Refusal):
    """The height is nearer than the notice that operators of nodes are given."""


class UpgradeExists(Refusal):
    """Another upgrade is scheduled; it is cancelled first."""


class ScheduleUpgrade(Op, frozen=True, tag="governance.schedule_upgrade"):
    """Let nodes stop before a height, and go on from it with another version only."""

    needs: ClassVar[Need | tuple[Need, ...]] = Track.COUNCIL
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Upgrade,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (UpgradeInPast, UpgradeExists)
    emits: ClassVar[tuple[type[Event], ...]] = (UpgradeScheduled,)

    height: Count
    app_version: Annotated[int, Meta(ge=1, le=INT_MAX)]

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse a height too near and a second plan, then keep the plan."""
        least = ledger.block.height + ledger.param(UPGRADE_NOTICE)
        if self.height < least:
            raise UpgradeInPast(height=self.height, least=least)
        plan = ledger.get(Upgrade, PLAN)
        if plan is not None:
            raise UpgradeExists(height=plan.height, app_version=plan.app_version)

        ledger.put(Upgrade(self.height, self.app_version), PLAN)
        ledger.emit(UpgradeScheduled(self.height, self.app_version))
