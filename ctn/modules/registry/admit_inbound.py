"""Admit units that a custodian locked: they become serials here, held by who asked.

Numbers that had left here come back as their old serials; all others are appended to the batch of
their project, vintage and labels, and stand for its serials one to one (registry.md 11).
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.codec import Date, RegistryId
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.registry.bridges import (
    ATTESTED,
    DONE,
    INWARD,
    Bridge,
    Conflicted,
    RequestClosed,
    RequestNotFound,
    end_request,
    find_request,
    require_apart,
    require_phase,
    serials_of,
)
from ctn.modules.registry.external import IMMOBILISED, INBOUND, External, touching
from ctn.modules.registry.intervals import CROSSING_WORK, HELD, Frozen, Interval
from ctn.modules.registry.mutators import BatchFull, admit
from ctn.modules.registry.reads import (
    find_batch,
    receiving_project,
    require_scope,
    require_unfrozen,
)
from ctn.modules.registry.records import (
    LABELS_MAX,
    Batch,
    ClassNotFound,
    ProjectNotFound,
)
from ctn.modules.registry.retirement import BadPeriod
from ctn.modules.registry.rules import is_period
from ctn.modules.registry.steps import Aim, UnitsMoved, step_pieces
from ctn.modules.registry.units import UNITS_MAX, numbers_of_units

WORK_UNIT = 20

Label = Annotated[
    str,
    Meta(
        pattern=(
            r"^(?:ccp|corsia_pilot|corsia_first|ccb|sdvista|removal|art6_authorised|art6_adjusted"
            r"|x:[a-z0-9][a-z0-9._:-]{0,61})\Z"
        )
    ),
]


class BridgeAdmitted(Event, frozen=True):
    """A request came in: serials were appended to `batch`, and `returned_t` old ones came back.

    Without new serials `batch` is "" and both numbers are 0.
    """

    request: str
    batch: str
    start: int
    end: int
    returned_t: int


class AdmitInbound(Op, frozen=True, tag="registry.admit_inbound"):
    """Admit units that are locked at their registry as serials of a batch here."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.REGISTRAR
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Bridge, External, Interval, Batch)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        RequestNotFound,
        RequestClosed,
        Conflicted,
        BadPeriod,
        ProjectNotFound,
        ClassNotFound,
        Frozen,
        BatchFull,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (UnitsMoved, BridgeAdmitted)

    request: RegistryId
    start: Date
    end: Date
    labels: Annotated[tuple[Label, ...], Meta(max_length=LABELS_MAX)]

    @property
    def work(self) -> int:
        """The units of the request, and each interval of numbers or serials that changes."""
        return WORK + WORK_UNIT * UNITS_MAX + CROSSING_WORK

    @property
    def scope(self) -> str:
        """The request."""
        return self.request

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse a second word of the same people and what is frozen; then make the serials."""
        bridge = find_request(ledger, self.request, INWARD)
        self._check(ledger, bridge, sender)
        old, new = _locked(ledger, bridge)
        back = [(known, serials_of(ledger, known)) for known in old]
        for known, moved in back:
            require_unfrozen(ledger, find_batch(ledger, known.home_batch), moved, own_use=False)

        for known, moved in back:
            aim = Aim(HELD, bridge.account, bridge.id)
            step_pieces(ledger, known.home_batch, moved, aim)
            _immobilise(ledger, bridge, known)
        if new:
            bridge = self._append(ledger, bridge, new)
        end_request(ledger, bridge.replace(status=DONE))
        start, end = bridge.parts[0] if bridge.parts else (0, 0)
        returned_t = sum([known.tonnes for known in old])
        ledger.emit(BridgeAdmitted(bridge.id, bridge.batch or "", start, end, returned_t))

    def _check(self, ledger: Ledger, bridge: Bridge, sender: str) -> None:
        """Refuse one who may not admit this request, and a period or project that is no good."""
        assert bridge.project is not None
        assert bridge.vintage is not None
        require_scope(ledger, sender, DutyKind.REGISTRAR, bridge.project)
        require_phase(ledger, bridge, ATTESTED)
        require_apart(ledger, sender, bridge.custodian, "custodian")
        first, last = int(self.start[:4]), int(self.end[:4])
        if not is_period(self.start, self.end) or not first <= bridge.vintage <= last:
            raise BadPeriod(start=self.start, end=self.end, vintage=bridge.vintage)
        receiving_project(ledger, bridge.project)

    def _append(self, ledger: Ledger, bridge: Bridge, new: list[External]) -> Bridge:
        """Append serials for numbers that are new here, and map them one to one."""
        assert bridge.project is not None
        assert bridge.vintage is not None
        batch, start, end = admit(
            ledger,
            project=bridge.project,
            vintage=bridge.vintage,
            labels=self.labels,
            tonnes=sum([known.tonnes for known in new]),
            owner=bridge.account,
            cause=bridge.id,
        )
        if start == 1:
            made = find_batch(ledger, batch)
            ledger.put(made.replace(start=self.start, end=self.end))
        serial = start
        for known in new:
            _immobilise(ledger, bridge, known.replace(batch=batch, batch_start=serial))
            serial += known.tonnes
        assert serial == end + 1
        return bridge.replace(batch=batch, parts=((start, end),))


def _locked(ledger: Ledger, bridge: Bridge) -> tuple[list[External], list[External]]:
    """The numbers of a request in their order: those that had left here, and those new here."""
    old: list[External] = []
    new: list[External] = []
    for numbers in numbers_of_units(bridge.units, bridge.registry):
        # At most INTERVALS_MAX: the attestation counted them.
        for known in touching(ledger, numbers):
            assert known.state == INBOUND
            (new if known.batch is None else old).append(known)
    return old, new


def _immobilise(ledger: Ledger, bridge: Bridge, known: External) -> None:
    time = ledger.block.time
    ledger.put(known.replace(state=IMMOBILISED, source=bridge.id, since=time))
