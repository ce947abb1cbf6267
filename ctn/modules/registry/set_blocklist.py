"""Block vintages of a methodology from entering pools, baskets, bonds and bridges."""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.codec import Hash, RegistryId
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.registry.records import Blocklist, Methodology, MethodologyNotActive, Year
from ctn.modules.registry.retirement import BadPeriod
from ctn.modules.registry.rules import with_years, without_years


class BlocklistSet(Event, frozen=True):
    """Vintages `vintage_from` to `vintage_to` of `methodology` are blocked, or no longer."""

    methodology: str
    vintage_from: int
    vintage_to: int
    blocked: bool
    evidence: str


class SetBlocklist(Op, frozen=True, tag="registry.set_blocklist"):
    """Block vintages of a methodology, or unblock them; what is inside already stays inside."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.REGISTRAR
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Blocklist,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (BadPeriod, MethodologyNotActive)
    emits: ClassVar[tuple[type[Event], ...]] = (BlocklistSet,)

    methodology: RegistryId
    vintage_from: Year
    vintage_to: Year
    blocked: bool
    evidence: Hash

    def check(self) -> None:
        """Refuse vintages out of order."""
        if self.vintage_to < self.vintage_from:
            raise BadPeriod(start=self.vintage_from, end=self.vintage_to)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse an unknown methodology, then change its blocked vintages."""
        if ledger.get(Methodology, self.methodology) is None:
            raise MethodologyNotActive(methodology=self.methodology)
        known = ledger.get(Blocklist, self.methodology)

        change = with_years if self.blocked else without_years
        ranges = change(known.ranges if known else (), self.vintage_from, self.vintage_to)
        if ranges:
            ledger.put(Blocklist(self.methodology, ranges, self.evidence, ledger.block.time))
        elif known is not None:
            ledger.drop(Blocklist, self.methodology)
        ledger.emit(
            BlocklistSet(
                self.methodology, self.vintage_from, self.vintage_to, self.blocked, self.evidence
            )
        )
