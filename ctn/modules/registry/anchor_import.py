"""Note that a registry's file was imported: its hash, how it was read, and the report of it.

The rows themselves stand in the mirror; whoever has file and report can compare them with this.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.codec import Count, Hash
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.registry.imports import ImportAnchor, Layout

ROWS_MAX = 10**9


class MoreThanRows(Refusal):
    """More rows are accepted than the file has."""


class ImportAnchored(Event, frozen=True):
    """A file was read by a layout: `accepted` of its `rows`, as the report says."""

    file: str
    layout: str
    rows: int
    accepted: int
    report: str


class AnchorImport(Op, frozen=True, tag="registry.anchor_import"):
    """Note the hash of an imported file, its layout, how many rows were accepted, the report."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.REGISTRAR
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (ImportAnchor,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (MoreThanRows,)
    emits: ClassVar[tuple[type[Event], ...]] = (ImportAnchored,)

    file: Hash
    layout: Layout
    rows: Annotated[int, Meta(ge=1, le=ROWS_MAX)]
    accepted: Count
    report: Hash

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse a sum that cannot be; the same file by the same layout again replaces."""
        if self.accepted > self.rows:
            raise MoreThanRows(rows=self.rows, accepted=self.accepted)

        time = ledger.block.time
        ledger.put(
            ImportAnchor(
                self.file, self.layout, self.rows, self.accepted, self.report, sender, time
            )
        )
        ledger.emit(
            ImportAnchored(self.file, self.layout, self.rows, self.accepted, self.report)
        )
