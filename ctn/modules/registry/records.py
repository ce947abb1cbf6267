"""What is remembered of credits: classes, methodologies, projects, batches, certificates, freezes.

The right to a tonne lives in the serial intervals of a batch (`intervals.py`); the records here
say what that tonne is, what became of it, and who stopped it.
"""

from bisect import bisect_left, insort
from typing import Annotated, ClassVar, Final, Literal

import msgspec
from msgspec import Meta

from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.codec import Amount, Count, Date, Hash, Ppm, RegistryId, Time
from ctn.kernel.record import Index, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Address, Text, Text64, Text160, Text500
from ctn.modules.registry.intervals import (
    INTERVALS_MAX,
    PARTS_MAX,
    SERIALS_MAX,
    BatchId,
    Freezes,
    Interval,
    Part,
    Serial,
)
from ctn.modules.registry.serials import project_key

__all__ = [
    "Batch", "BatchNotFound", "Beneficiary", "Blocklist", "Certificate", "CertificatePart", "Class",
    "ClassNotFound", "Counts", "ExternalPair", "Fraction", "Freeze", "Freezing", "Interval",
    "Methodology", "MethodologyNotActive", "Opening", "Pairs", "Party", "Project",
    "ProjectNotFound",
]  # fmt: skip

HOME: Final = "ctn"
LIVE: Final = "live"
FREE_TRANSFER: Final = "free"
REGISTERED: Final = "registered"
PUBLIC: Final = "public"
NAME_HIDDEN: Final = "name_hidden"
SEALED: Final = "sealed"
FRACTION_STEP_G: Final = 1_000
SHARES_MAX: Final = GRAMS_PER_TONNE // FRACTION_STEP_G  # exact: each share is a step or more
LABELS_MAX: Final = 16
YEAR_MIN: Final = 1900
YEAR_MAX: Final = 2199
# Disjoint ranges of years that do not touch: at most every second year starts one.
RANGES_MAX: Final = (YEAR_MAX - YEAR_MIN + 1) // 2

ClassId = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]{1,7}\Z")]
ProjectId = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]{1,7}-[0-9]{5}\Z")]
ForeignId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]
Lei = Annotated[str, Meta(pattern=r"^[0-9A-Z]{18}[0-9]{2}\Z")]
Envelope = Annotated[str, Meta(pattern=r"^(?:[0-9a-f]{2})*\Z", max_length=2_048)]
Year = Annotated[int, Meta(ge=YEAR_MIN, le=YEAR_MAX)]
LatitudeE6 = Annotated[int, Meta(ge=0, le=180_000_000)]
LongitudeE6 = Annotated[int, Meta(ge=0, le=360_000_000)]
RegistryCode = Literal[
    "ctn", "verra", "gs", "itl", "acr", "car", "art", "cdc", "iso", "puro", "itmo", "arb", "ccer"
]
UnitType = Literal[
    "avoidance_nature", "avoidance_technical", "reduction_nature", "reduction_technical",
    "removal_nature", "removal_technical", "undetermined",
]  # fmt: skip
Use = Literal["voluntary", "compliance_other", "ndc", "oimp_corsia", "oimp_other"]
Purpose = Literal[
    "emissions_inventory", "product", "event", "travel", "project", "contribution", "gift", "other"
]
Privacy = Literal["public", "name_hidden", "sealed"]
Scope = Literal["parts", "batch", "project", "class"]


class ClassNotFound(Refusal):
    """There is no such class, or it cannot be used for this."""


class MethodologyNotActive(Refusal):
    """There is no such methodology, or it is not active now."""


class ProjectNotFound(Refusal):
    """There is no such project, or it cannot be used for this."""


class BatchNotFound(Refusal):
    """There is no such batch."""


class Class(Record, frozen=True):
    """A kind of credit or allowance: its registry, and the rules of its issuance and transfer."""

    table: ClassVar[str] = "class"
    key: ClassVar[tuple[str, ...]] = ("id",)

    id: ClassId
    kind: Literal["credit", "allowance"]
    name: Text160
    registry: RegistryCode
    verifiers: Annotated[int, Meta(ge=1, le=2)]
    quota_day_t: Amount
    buffer_ppm_min: Ppm
    sop_ppm: Ppm
    omge_ppm: Ppm
    comment_days: Annotated[int, Meta(ge=0, le=365)]
    transfer: Literal["free", "non_trade"]
    status: Literal["active", "closed"]
    freezes: Freezes


class Methodology(Record, frozen=True):
    """How reductions of a type are measured; new projects need one that is active."""

    table: ClassVar[str] = "methodology"
    key: ClassVar[tuple[str, ...]] = ("id",)

    id: RegistryId
    name: Text160
    type: RegistryId
    sector: RegistryId
    unit_type: UnitType
    supersedes: RegistryId | None
    doc: Hash
    active_from: Time
    grace_until: Time | None

    def is_active(self, time: int) -> bool:
        """Whether a new project may use it at a block time in ms."""
        return self.active_from <= time and self.grace_until is None


class Blocklist(Record, frozen=True):
    """The vintages of a methodology that may enter no pool, basket, bond or bridge any more."""

    table: ClassVar[str] = "blocklist"
    key: ClassVar[tuple[str, ...]] = ("methodology",)

    methodology: RegistryId
    ranges: Annotated[tuple[tuple[Year, Year], ...], Meta(max_length=RANGES_MAX)]
    evidence: Hash
    since: Time


class Party(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who takes part in a project beside its proponent."""

    role: Literal["owner", "developer", "consultant"]
    account: Address | None
    name: Text160
    until: Time | None


class ExternalPair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same project in another registry."""

    registry: RegistryCode
    project: ForeignId

    @property
    def key(self) -> tuple[str, str]:
        """The pair in its one spelling."""
        return self.registry, project_key(self.registry, self.project)


class Pairs:
    """Which project an external pair belongs to; another spelling makes no second one."""

    def __init__(self) -> None:
        self.projects: dict[tuple[str, str], str] = {}

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Replace the pairs of one project."""
        for pair in before.external if isinstance(before, Project) else ():
            del self.projects[pair.key]
        for pair in after.external if isinstance(after, Project) else ():
            self.projects[pair.key] = place


class Project(Record, frozen=True):
    """Where and how emissions are avoided, reduced or removed, and by whom."""

    table: ClassVar[str] = "project"
    key: ClassVar[tuple[str, ...]] = ("id",)
    index: ClassVar[type[Index] | None] = Pairs

    id: ProjectId
    class_id: ClassId = msgspec.field(name="class")
    proponent: Address | None
    parties: Annotated[tuple[Party, ...], Meta(max_length=8)]
    name: Text160
    country: Country
    region: Text160
    lat_e6: LatitudeE6 | None
    lon_e6: LongitudeE6 | None
    methodologies: Annotated[tuple[RegistryId, ...], Meta(min_length=1, max_length=4)]
    type: RegistryId
    period_start: Date
    period_end: Date
    annual_t: Amount
    buffer_ppm: Ppm
    external: Annotated[tuple[ExternalPair, ...], Meta(max_length=8)]
    doc: Hash
    status: Literal[
        "submitted", "changes_requested", "listed", "validated", "registered", "suspended",
        "completed", "rejected", "withdrawn",
    ]  # fmt: skip
    since: Time
    listed_at: Time
    validator: Address | None
    verifier: Address | None
    verifier_years: Count
    freezes: Freezes


class Counts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many serials of a batch have each status."""

    held: Count
    custody: Count
    fraction: Count
    buffer: Count
    bridging: Count
    bridged: Count
    retired: Count
    cancelled: Count
    surrendered: Count
    invalidated: Count
    converted: Count


NO_COUNTS: Final = Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


class Batch(Record, frozen=True):
    """The serials 1..issued of a project and vintage that share everything; also an asset."""

    table: ClassVar[str] = "batch"
    key: ClassVar[tuple[str, ...]] = ("id",)

    id: BatchId
    class_id: ClassId = msgspec.field(name="class")
    project: ProjectId
    vintage: Year
    start: Date
    end: Date
    methodology: RegistryId
    unit_type: UnitType
    report: str | None
    issued: Annotated[int, Meta(ge=1, le=SERIALS_MAX)]
    counts: Counts
    labels: Annotated[tuple[Text64, ...], Meta(max_length=LABELS_MAX)]
    freezes: Freezes
    status: Literal["live", "impaired"]


class Fraction(Record, frozen=True):
    """A serial that is retired in parts, and the certificates that share it."""

    table: ClassVar[str] = "fraction"
    key: ClassVar[tuple[str, ...]] = ("batch", "serial")

    batch: BatchId
    serial: Serial
    used_g: Annotated[int, Meta(ge=FRACTION_STEP_G, le=GRAMS_PER_TONNE)]
    shares: Annotated[tuple[tuple[str, Count], ...], Meta(max_length=SHARES_MAX)]


class Beneficiary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For whom tonnes are retired."""

    name: Text160
    lei: Lei | None
    account: Address | None
    country: Country | None


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a certificate hides; under `name_hidden` only its first two fields."""

    beneficiary: Beneficiary | None
    on_behalf_of: Text160
    purpose: Purpose | None
    message: Text500
    period_start: Date | None
    period_end: Date | None


class CertificatePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Serials that a certificate covers, whole or, of one serial, in part."""

    start: Serial
    end: Serial
    grams: Amount


class Certificate(Record, frozen=True):
    """The record of one retirement: who, how much, which serials, for what; never changed."""

    table: ClassVar[str] = "certificate"
    key: ClassVar[tuple[str, ...]] = ("id",)

    id: str
    holder: str
    batch: BatchId
    beneficiary: Beneficiary | None
    on_behalf_of: Text160
    use: Use
    purpose: Purpose | None
    message: Text500
    country: Country
    period_start: Date | None
    period_end: Date | None
    privacy: Privacy
    commitment: Hash | None
    envelope: Envelope | None
    grams: Amount
    parts: Annotated[tuple[CertificatePart, ...], Meta(max_length=INTERVALS_MAX)]
    height: Count
    time: Time
    tx: str
    op: Count
    replaces: str | None
    opened: Opening | None


class Freezing:
    """When freezes end, and when a registrar last froze each subject."""

    def __init__(self) -> None:
        self.due: list[tuple[int, str]] = []
        self.by_registrar: dict[str, dict[str, int]] = {}

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Replace one freeze by what became of it."""
        if isinstance(before, Freeze):
            if before.due is not None:
                del self.due[bisect_left(self.due, (before.due, place))]
            if before.duty == "registrar":
                del self.by_registrar[before.subject][place]
        if isinstance(after, Freeze):
            if after.due is not None:
                insort(self.due, (after.due, place))
            if after.duty == "registrar":
                self.by_registrar.setdefault(after.subject, {})[place] = after.since


class Freeze(Record, frozen=True):
    """Serials, a batch, a project or a class that an authority stopped, and how it ends."""

    table: ClassVar[str] = "freeze"
    key: ClassVar[tuple[str, ...]] = ("id",)
    index: ClassVar[type[Index] | None] = Freezing

    id: str
    scope: Scope
    subject: str
    parts: Annotated[tuple[Part, ...], Meta(max_length=PARTS_MAX)]
    reason: Text
    evidence: Hash
    until: Time | None
    allow_retire: bool
    by: Address
    duty: Literal["regulator", "registrar"]
    height: Count
    since: Time
    lift_at: Time | None
    cursor: Count
    ended: Time | None

    @property
    def due(self) -> int | None:
        """When it ends, as far as that is known; None when it ended or nothing ends it yet."""
        if self.ended is not None:
            return None
        times = [time for time in (self.until, self.lift_at) if time is not None]
        return min(times) if times else None
