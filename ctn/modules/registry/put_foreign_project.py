"""Put a project of a foreign registry, so that its units can come in; it never issues here."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.codec import Amount, Date, Hash, RegistryId
from ctn.kernel.country import is_country
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Malformed, NotAuthority, Refusal
from ctn.kernel.text import Address, Text160
from ctn.modules.registry.intervals import class_of
from ctn.modules.registry.reads import require_scope
from ctn.modules.registry.records import (
    HOME,
    REGISTERED,
    Class,
    ClassNotFound,
    Country,
    ExternalPair,
    LatitudeE6,
    LongitudeE6,
    Methodology,
    MethodologyNotActive,
    Pairs,
    Party,
    Project,
    ProjectId,
)
from ctn.modules.registry.retirement import BadCountry, BadPeriod
from ctn.modules.registry.rules import is_period


class ProjectKnown(Refusal):
    """The external project belongs to another project here, or this one to another external."""


class ForeignProjectPut(Event, frozen=True):
    """`project` stands for `external_project` of `registry`."""

    project: str
    registry: str
    external_project: str


class PutForeignProject(Op, frozen=True, tag="registry.put_foreign_project"):
    """Put a project of a class that another registry runs, or a new description of one."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.REGISTRAR
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Project,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        Malformed,
        BadCountry,
        BadPeriod,
        NotAuthority,
        ClassNotFound,
        ProjectKnown,
        MethodologyNotActive,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (ForeignProjectPut,)

    id: ProjectId
    proponent: Address | None
    parties: Annotated[tuple[Party, ...], Meta(max_length=8)]
    name: Text160
    country: Country
    region: Text160
    lat_e6: LatitudeE6 | None
    lon_e6: LongitudeE6 | None
    methodologies: Annotated[tuple[RegistryId, ...], Meta(min_length=1, max_length=4)]
    period_start: Date
    period_end: Date
    annual_t: Amount
    external: ExternalPair
    doc: Hash

    @property
    def work(self) -> int:
        """One record, and a row for each methodology."""
        return WORK + 20 * len(self.methodologies)

    def check(self) -> None:
        """Refuse half a place, a country or a period that is none."""
        if (self.lat_e6 is None) != (self.lon_e6 is None):
            raise Malformed(field="lon_e6", rule="latitude and longitude, or neither")
        if not is_country(self.country):
            raise BadCountry(country=self.country)
        if not is_period(self.period_start, self.period_end):
            raise BadPeriod(start=self.period_start, end=self.period_end)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse a class that issues here, a pair in use or a methodology past, then put it."""
        require_scope(ledger, sender, DutyKind.REGISTRAR, self.id)
        class_id = class_of(self.id)
        kind = ledger.get(Class, class_id)
        if kind is None or kind.status != "active" or kind.registry == HOME:
            raise ClassNotFound(class_id=class_id)
        if kind.registry != self.external.registry:
            raise ClassNotFound(class_id=class_id, registry=kind.registry)
        known = ledger.get(Project, self.id)
        self._check_pair(ledger, known)
        methodology = self._check_methodologies(ledger, known)

        time = ledger.block.time
        since, listed_at, freezes = (
            (time, time, ()) if known is None else (known.since, known.listed_at, known.freezes)
        )
        ledger.put(
            Project(
                self.id, class_id, self.proponent, self.parties, self.name, self.country,
                self.region, self.lat_e6, self.lon_e6, self.methodologies, methodology.type,
                self.period_start, self.period_end, self.annual_t, 0, (self.external,), self.doc,
                REGISTERED, since, listed_at, None, None, 0, freezes,
            )
        )  # fmt: skip
        external = self.external
        ledger.emit(ForeignProjectPut(self.id, external.registry, external.project))

    def _check_pair(self, ledger: Ledger, known: Project | None) -> None:
        """A pair belongs to one project, and a project of a foreign registry has one pair."""
        owner = ledger.index(Pairs).projects.get(self.external.key)
        if owner is not None and owner != self.id:
            raise ProjectKnown(project=owner)
        if owner is None and known is not None:
            raise ProjectKnown(project=self.id)

    def _check_methodologies(self, ledger: Ledger, known: Project | None) -> Methodology:
        """The first methodology; new ones must be active now."""
        time = ledger.block.time
        found: list[Methodology] = []
        for name in self.methodologies:
            methodology = ledger.get(Methodology, name)
            is_new = known is None or name not in known.methodologies
            if methodology is None or (is_new and not methodology.is_active(time)):
                raise MethodologyNotActive(methodology=name)
            found.append(methodology)
        return found[0]
