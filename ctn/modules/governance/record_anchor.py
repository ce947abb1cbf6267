"""Record that a state root of ours stands on the base chain."""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.codec import Count, Hash
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Text
from ctn.modules.governance.events import Anchored
from ctn.modules.governance.hooks import root_place
from ctn.modules.governance.records import LAST, Anchor, LastAnchor, PastRoot


class AnchorNotRising(Refusal):
    """An anchor of this height or a later one is recorded already."""


class AnchorRootMismatch(Refusal):
    """The root is not ours after that height, or that height is none of which roots are kept."""


class RecordAnchor(Op, frozen=True, tag="governance.record_anchor"):
    """Record an anchor: its height, which 10 divides, our root after it, and where it stands."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.ANCHOR
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.LOW
    writes: ClassVar[tuple[type[Record], ...]] = (Anchor, LastAnchor)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (AnchorNotRising, AnchorRootMismatch)
    emits: ClassVar[tuple[type[Event], ...]] = (Anchored,)

    height: Count
    state_root: Hash
    reference: Text

    @property
    def work(self) -> int:
        """Two records."""
        return WORK

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse an older height and another root than ours, then record it."""
        last = ledger.get(LastAnchor, LAST)
        if last is not None and self.height <= last.height:
            raise AnchorNotRising(height=self.height, last=last.height)
        known = ledger.get(PastRoot, root_place(self.height))
        if known is None or known.height != self.height or known.root != self.state_root:
            raise AnchorRootMismatch(height=self.height)

        time = ledger.block.time
        ledger.put(Anchor(self.height, self.state_root, self.reference, sender, time))
        ledger.put(LastAnchor(self.height), LAST)
        ledger.emit(Anchored(self.height, self.state_root, self.reference, sender))
