"""Ask that units of another registry be locked there and become serials here.

A request blocks no number: only the custodian's word does.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import Role, Threshold
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.codec import RegistryId, Time
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Text64
from ctn.modules.registry.bridges import (
    INWARD,
    OPEN,
    REQUEST_TONNES_MAX,
    Bridge,
    DeadlineOutOfRange,
    TooManyRequests,
    check_request,
    incoming,
    open_request,
)
from ctn.modules.registry.external import (
    ForeignRegistry,
    Reach,
    SerialMalformed,
    SerialOverlap,
    SourceRetired,
    Stretch,
    numbers_of,
    require_disjoint,
)
from ctn.modules.registry.ids import record_id
from ctn.modules.registry.intervals import CROSSING_WORK, NotWholeTonnes, TooManyIntervals
from ctn.modules.registry.reads import receiving_project
from ctn.modules.registry.records import (
    Batch,
    Class,
    ClassNotFound,
    Project,
    ProjectNotFound,
    Year,
)
from ctn.modules.registry.serials import Serial, project_key
from ctn.modules.registry.units import Units, read_units

WORK_UNIT = 20


class SerialMismatch(Refusal):
    """A serial shows another project or vintage than the request, or counts other tonnes."""


class BridgeRequested(Event, frozen=True):
    """`account` asks that `tonnes` come in from `registry`, or leave for it."""

    request: str
    direction: str
    account: str
    registry: str
    tonnes: int
    deadline: int


class RequestInbound(Op, frozen=True, tag="registry.request_inbound"):
    """Ask that units of another registry be locked there, to become serials of a project here."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "transfer"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Bridge,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        SerialMalformed,
        ProjectNotFound,
        ClassNotFound,
        TooManyRequests,
        DeadlineOutOfRange,
        SerialOverlap,
        TooManyIntervals,
        SourceRetired,
        NotWholeTonnes,
        SerialMismatch,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (BridgeRequested,)

    registry: ForeignRegistry
    units: Annotated[Units, Meta(min_length=1)]
    project: RegistryId
    vintage: Year
    account_ref: Text64
    deadline: Time

    @property
    def work(self) -> int:
        """Each unit is read, and each interval that holds some of its numbers."""
        return WORK + WORK_UNIT * len(self.units) + CROSSING_WORK

    @property
    def scope(self) -> str:
        """The project."""
        return self.project

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse units that cannot come in as what they are asked for; then note the request."""
        serials = read_units(self.units, self.registry)
        project = receiving_project(ledger, self.project)
        check_request(ledger, sender, self.registry, deadline=self.deadline)
        tonnes = self._check_units(ledger, project, serials)

        request = record_id(ledger, "b", 0)
        open_request(
            ledger,
            Bridge(
                request, INWARD, sender, self.registry, self.units, self.project, self.vintage,
                None, (), self.account_ref, self.deadline, None, OPEN, (),
            ),
        )  # fmt: skip
        ledger.emit(
            BridgeRequested(request, INWARD, sender, self.registry, tonnes, self.deadline)
        )

    def _check_units(self, ledger: Ledger, project: Project, serials: list[Serial]) -> int:
        """The tonnes of the units; refuses each that may not enter."""
        reach = Reach()
        grams = 0
        ranges = [
            numbers_of(serial, self.registry, row) for row, serial in enumerate(serials)
        ]
        require_disjoint(ranges)
        for row, (serial, numbers) in enumerate(zip(serials, ranges, strict=True)):
            grams += numbers.grams
            for stretch in incoming(ledger, reach, numbers, row):
                if not self._belongs(ledger, project, stretch, serial):
                    raise SerialMismatch(row=row, project=self.project, vintage=self.vintage)
        if grams > REQUEST_TONNES_MAX * GRAMS_PER_TONNE:
            raise TooManyRequests(tonnes=grams // GRAMS_PER_TONNE, most=REQUEST_TONNES_MAX)
        return grams // GRAMS_PER_TONNE  # exact: every stretch is whole tonnes

    def _belongs(
        self, ledger: Ledger, project: Project, stretch: Stretch, serial: Serial
    ) -> bool:
        """Whether numbers are the project's and of the vintage, as far as their serial shows."""
        if stretch.known is not None and stretch.known.batch is not None:
            # They left from here: what they were here decides.
            batch = ledger.get(Batch, stretch.known.batch)
            assert batch is not None
            return (batch.project, batch.vintage) == (self.project, self.vintage)
        unit_class = ledger.get(Class, project.class_id)
        if unit_class is None or unit_class.registry != self.registry:
            return False
        # Some registries show neither project nor vintage; custodian and registrar answer then.
        if serial.vintage and serial.vintage != self.vintage:
            return False
        known = [pair.key for pair in project.external]
        # A pair may name the party that counts the project, or leave it out.
        shown = (serial.project, serial.country + serial.project)
        return not serial.project or any(
            (self.registry, project_key(self.registry, name)) in known for name in shown
        )
