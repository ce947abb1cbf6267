"""What operations on named serials of one batch have in common."""

from ctn.kernel.op import WORK, Op
from ctn.modules.registry.intervals import CROSSING_WORK, BatchId, Parts, PartsInvalid
from ctn.modules.registry.rules import are_ascending


class OverParts(Op, frozen=True):
    """An operation on parts of a batch, first to last, in ascending order."""

    batch: BatchId
    parts: Parts

    @property
    def work(self) -> int:
        """Rows, and the intervals that they may cross."""
        return WORK + 20 * len(self.parts) + CROSSING_WORK

    @property
    def scope(self) -> str:
        """The batch."""
        return self.batch

    def check(self) -> None:
        """Refuse parts out of order."""
        if not are_ascending(self.parts):
            raise PartsInvalid(rule="ascending and disjoint")
