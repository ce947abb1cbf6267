"""Freeze serials, a batch, a project or a class: an authority stops it, at once and alone."""

from typing import Annotated, ClassVar, Final

import msgspec
from msgspec import Meta

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.block import DAY_MS
from ctn.kernel.codec import Hash, RegistryId, Time
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import NotAuthority, Refusal
from ctn.kernel.text import Text
from ctn.modules.identity.reads import has_duty
from ctn.modules.registry.freezes import (
    Carrier,
    find_carrier,
    freeze_pieces,
    is_full,
    is_on_market,
    put_on,
)
from ctn.modules.registry.ids import record_id
from ctn.modules.registry.intervals import (
    CROSSING_WORK,
    FINAL,
    PARTS_MAX,
    Interval,
    Part,
    PartsInvalid,
    TooManyIntervals,
)
from ctn.modules.registry.reads import Piece, pieces, require_scope
from ctn.modules.registry.records import (
    Batch,
    BatchNotFound,
    Class,
    ClassNotFound,
    Freezing,
    Project,
    ProjectNotFound,
    Scope,
)
from ctn.modules.registry.records import Freeze as FreezeRecord
from ctn.modules.registry.retirement import BadPeriod
from ctn.modules.registry.rules import are_ascending

REGISTRAR_MS_MAX: Final = 3 * DAY_MS
REGISTRAR_PAUSE_MS: Final = 30 * DAY_MS


class FreezeTooLong(Refusal):
    """A registrar may freeze for 72 h at most."""


class FreezeRepeated(Refusal):
    """A registrar froze the subject within 30 days, or it carries four freezes already."""


class Frozen(Event, frozen=True):
    """`by` froze `subject`: all of it, or the serials that the freeze names."""

    freeze: str
    scope: str
    subject: str
    by: str
    reason: str
    until: int | None
    allow_retire: bool


class Freeze(Op, frozen=True, tag="registry.freeze"):
    """Stop serials, a batch, a project or a class, with a public reason."""

    needs: ClassVar[Need | tuple[Need, ...]] = (DutyKind.REGULATOR, DutyKind.REGISTRAR)
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    lane: ClassVar[int] = SAFETY_LANE
    writes: ClassVar[tuple[type[Record], ...]] = (FreezeRecord, Interval, Batch, Project, Class)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        PartsInvalid,
        NotAuthority,
        ProjectNotFound,
        ClassNotFound,
        BatchNotFound,
        BadPeriod,
        FreezeTooLong,
        FreezeRepeated,
        TooManyIntervals,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (Frozen,)

    # The field is `scope`; that name in an op is what a broken invariant stops.
    scope_kind: Scope = msgspec.field(name="scope")
    subject: RegistryId
    parts: Annotated[tuple[Part, ...], Meta(max_length=PARTS_MAX)]
    reason: Text
    evidence: Hash
    until: Time | None
    allow_retire: bool

    @property
    def work(self) -> int:
        """Rows, and the intervals that they may cross."""
        return WORK + 20 * (1 + len(self.parts)) + CROSSING_WORK

    def check(self) -> None:
        """Refuse parts out of order, or where they have no place."""
        if bool(self.parts) != (self.scope_kind == "parts") or not are_ascending(self.parts):
            raise PartsInvalid(rule="ascending and disjoint, for the scope `parts` only")

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what this authority may not freeze so long or so often, then freeze it."""
        is_regulator = has_duty(ledger, sender, DutyKind.REGULATOR)
        duty = DutyKind.REGULATOR if is_regulator else DutyKind.REGISTRAR
        require_scope(ledger, sender, duty, self.subject)
        carrier = find_carrier(ledger, self.scope_kind, self.subject)
        self._check_time(ledger, duty)
        frozen: list[Piece] = []
        if isinstance(carrier, Batch):
            frozen = pieces(ledger, carrier, self.parts)
        self._check_room(carrier, frozen)

        freeze = FreezeRecord(
            record_id(ledger, "f", 0), self.scope_kind, self.subject, self.parts, self.reason,
            self.evidence, self.until, self.allow_retire, sender,
            "regulator" if is_regulator else "registrar", ledger.block.height, ledger.block.time,
            None, 0, None,
        )  # fmt: skip
        ledger.put(freeze)
        freeze_pieces(ledger, freeze.id, frozen)
        if not self.parts or is_on_market(frozen):
            put_on(ledger, carrier, freeze.id)
        ledger.emit(
            Frozen(
                freeze.id, self.scope_kind, self.subject, sender, self.reason, self.until,
                self.allow_retire,
            )
        )  # fmt: skip

    def _check_time(self, ledger: Ledger, duty: DutyKind) -> None:
        time = ledger.block.time
        if self.until is not None and self.until <= time:
            raise BadPeriod(start=time, end=self.until)
        if duty is DutyKind.REGULATOR:
            return
        if self.until is None or self.until > time + REGISTRAR_MS_MAX:
            raise FreezeTooLong(latest=time + REGISTRAR_MS_MAX)
        # At most some twelve a year and subject, since each waits 30 days for the last.
        before = ledger.index(Freezing).by_registrar.get(self.subject, {})
        latest = max(before.values(), default=0)
        if before and latest > time - REGISTRAR_PAUSE_MS:
            raise FreezeRepeated(subject=self.subject, again=latest + REGISTRAR_PAUSE_MS)

    def _check_room(self, carrier: Carrier, frozen: list[Piece]) -> None:
        if (not self.parts or is_on_market(frozen)) and is_full(carrier.freezes):
            raise FreezeRepeated(subject=self.subject, freezes=len(carrier.freezes))
        for piece in frozen:
            # What is final is passed by, so what it carried to its end takes no room.
            if piece.interval.status not in FINAL and is_full(piece.interval.freezes):
                raise FreezeRepeated(subject=self.subject, start=piece.start)
