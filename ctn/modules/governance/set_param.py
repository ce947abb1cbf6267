"""Set a parameter, from the next epoch of its owner."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import Threshold, Track
from ctn.kernel.codec import Identifier
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.governance.events import ParamSet
from ctn.modules.governance.records import ParamChange
from ctn.modules.governance.rules import next_epoch
from ctn.modules.staking.records import EPOCH_MS


class ParamUnknown(Refusal):
    """No module declares a parameter of this name, or it is fixed at genesis."""


class ParamOutOfRange(Refusal):
    """The value lies outside the range that the parameter declares."""


class SetParam(Op, frozen=True, tag="governance.set_param"):
    """Give a parameter another value from the next epoch on; a pending value is replaced."""

    needs: ClassVar[Need | tuple[Need, ...]] = Track.GOVERNANCE
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (ParamChange,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (ParamUnknown, ParamOutOfRange)
    emits: ClassVar[tuple[type[Event], ...]] = (ParamSet,)

    name: Identifier
    value: Annotated[str, Meta(pattern=r"^(?:0|[1-9][0-9]{0,18})\Z")]

    @property
    def work(self) -> int:
        """One record, and the days up to the next period or quarter."""
        return WORK + 60

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what is no parameter or no value of it, then let it wait for its epoch."""
        declared = ledger.declared.get(self.name)
        # A range of one value is that of a parameter fixed at genesis, where any may be named.
        if declared is None or declared.param.low == declared.param.high:
            raise ParamUnknown(name=self.name)
        value, param = int(self.value), declared.param
        if not param.low <= value <= param.high:
            raise ParamOutOfRange(name=self.name, low=param.low, high=param.high)

        epoch_ms = ledger.param(EPOCH_MS)
        acts = next_epoch(ledger.block.time, declared.module, epoch_ms)
        ledger.put(ParamChange(self.name, value, acts))
        ledger.emit(ParamSet(self.name, value, acts))
