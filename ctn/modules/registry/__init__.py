"""Registry: credits from project to retirement, and the serials in which they are owned.

A tonne is one serial of a batch. Serials are *held* by an account, or lie in custody while their
grams are on the market; they end retired, cancelled, surrendered, invalidated or converted. A
batch is an asset, so that markets trade its grams like anything else. A retirement leaves a
certificate that never changes; a freeze stops what it names at once. Tonnes of other registries
are numbers on lines; a bridge locks them there and makes them serials here (`registry.md` 2-11).
"""

from collections.abc import Iterator

from ctn.kernel.block import Item
from ctn.kernel.invariant import Invariant
from ctn.kernel.ledger import Ledger
from ctn.kernel.param import Param
from ctn.kernel.record import Record
from ctn.modules.registry import bridges, freezes, invariants
from ctn.modules.registry import recount as recounting
from ctn.modules.registry.admit_inbound import AdmitInbound
from ctn.modules.registry.anchor_import import AnchorImport
from ctn.modules.registry.attest_inbound import AttestInbound
from ctn.modules.registry.attest_outbound import AttestOutbound
from ctn.modules.registry.bridges import Bridge
from ctn.modules.registry.cancel import Cancel
from ctn.modules.registry.deposit import Deposit
from ctn.modules.registry.enforce_transfer import EnforceTransfer
from ctn.modules.registry.external import External
from ctn.modules.registry.external_invariants import (
    LINE_INVARIANTS,
    recount_bridges,
    recount_external,
)
from ctn.modules.registry.freeze import Freeze as FreezeOp
from ctn.modules.registry.imports import ImportAnchor
from ctn.modules.registry.intervals import Interval
from ctn.modules.registry.lift_freeze import LiftFreeze
from ctn.modules.registry.put_foreign_project import PutForeignProject
from ctn.modules.registry.put_methodology import PutMethodology
from ctn.modules.registry.record_external import RecordExternal
from ctn.modules.registry.records import (
    Batch,
    Blocklist,
    Certificate,
    Class,
    Fraction,
    Freeze,
    Methodology,
    Project,
)
from ctn.modules.registry.request_inbound import RequestInbound
from ctn.modules.registry.request_outbound import RequestOutbound
from ctn.modules.registry.retire import Retire
from ctn.modules.registry.reveal import Reveal
from ctn.modules.registry.set_blocklist import SetBlocklist
from ctn.modules.registry.set_class import SetClass
from ctn.modules.registry.stop_bridge import StopBridge
from ctn.modules.registry.transfer import Transfer
from ctn.modules.registry.withdraw import Withdraw
from ctn.modules.registry.withdraw_methodology import WithdrawMethodology

__all__ = [
    "INVARIANTS", "PARAMS", "RECORDS", "Ops", "end_block", "next_due", "recount",
]  # fmt: skip

RulesOps = SetClass | PutMethodology | WithdrawMethodology | SetBlocklist | PutForeignProject
UnitsOps = Transfer | Deposit | Withdraw | Retire | Reveal | Cancel
FreezeOps = FreezeOp | LiftFreeze | EnforceTransfer
LineOps = RecordExternal | AnchorImport
InwardOps = RequestInbound | AttestInbound | AdmitInbound
BridgeOps = InwardOps | RequestOutbound | AttestOutbound | StopBridge

Ops = RulesOps | UnitsOps | FreezeOps | LineOps | BridgeOps
RECORDS: tuple[type[Record], ...] = (
    Class, Methodology, Blocklist, Project, Batch, Interval, Fraction, Certificate, Freeze,
    External, Bridge, ImportAnchor,
)  # fmt: skip
INVARIANTS: tuple[Invariant, ...] = invariants.INVARIANTS + LINE_INVARIANTS
PARAMS: tuple[Param, ...] = ()


def end_block(ledger: Ledger) -> Iterator[Item]:
    """End the freezes whose time has come, then stop the requests past their deadline."""
    yield from freezes.due_items(ledger)
    yield from bridges.due_items(ledger)


def next_due(ledger: Ledger) -> int | None:
    """The block time in ms at which the next freeze ends or the next request is stopped."""
    times = [freezes.earliest(ledger), bridges.earliest(ledger)]
    return min([time for time in times if time is not None], default=None)


def recount(ledger: Ledger, balances: dict[str, int]) -> None:
    """Every invariant of the registry over the whole state."""
    recounting.recount(ledger, balances)
    recount_external(ledger)
    recount_bridges(ledger)
