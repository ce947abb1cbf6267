"""Cancel tonnes: they end without a claim, by their owner's will or as a registrar's correction."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from ctn.kernel.account import DutyKind, Role, Threshold
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.codec import Amount, Hash, RegistryId
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import AmountZero, InsufficientBalance, Malformed, NotAuthority, Refusal
from ctn.modules.accounts.halts import AccountLocked, require_free_to_spend
from ctn.modules.accounts.mutators import spend
from ctn.modules.accounts.outgoing import DailyLimitExceeded
from ctn.modules.registry.intervals import (
    CANCELLED,
    CROSSING_WORK,
    PARTS_MAX,
    BatchId,
    BatchImpaired,
    Frozen,
    Interval,
    NotWholeTonnes,
    NotYours,
    Part,
    PartsInvalid,
    TooManyIntervals,
)
from ctn.modules.registry.reads import (
    Piece,
    find_batch,
    held_pieces,
    require_scope,
    require_unfrozen,
)
from ctn.modules.registry.records import LIVE, Batch, BatchNotFound, Project
from ctn.modules.registry.rules import are_ascending, tonnes_of
from ctn.modules.registry.steps import Aim, UnitsMoved, lowest, step_pieces

CORRECTIONS = ("error", "over_issue")


class Cancelled(Event, frozen=True):
    """`tonnes` of `batch` that `owner` had were cancelled; `scheme` is where they convert to."""

    batch: str
    owner: str
    tonnes: int
    reason: str
    scheme: str | None
    statement: str | None


class Cancel(Op, frozen=True, tag="registry.cancel"):
    """Cancel own tonnes, or, as registrar, wrongly issued ones that the proponent still holds."""

    needs: ClassVar[Need | tuple[Need, ...]] = (Role.ORDINARY, DutyKind.REGISTRAR)
    family: ClassVar[str] = "exit"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Interval, Batch)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        Malformed,
        PartsInvalid,
        AmountZero,
        NotWholeTonnes,
        BatchNotFound,
        NotAuthority,
        AccountLocked,
        DailyLimitExceeded,
        BatchImpaired,
        TooManyIntervals,
        NotYours,
        Frozen,
        InsufficientBalance,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (UnitsMoved, Cancelled)

    batch: BatchId
    source: Literal["held", "market"]
    parts: Annotated[tuple[Part, ...], Meta(max_length=PARTS_MAX)]
    grams: Amount
    reason: Literal["voluntary", "conversion", "error", "over_issue"]
    scheme: RegistryId | None
    statement: Hash | None

    @property
    def work(self) -> int:
        """Rows, and the intervals that they or the grams may cross."""
        return WORK + 20 * (1 + len(self.parts)) + CROSSING_WORK

    @property
    def scope(self) -> str:
        """The batch."""
        return self.batch

    def check(self) -> None:
        """Refuse a conversion to nowhere, and an amount that its source does not have."""
        if (self.reason == "conversion") != (self.scheme is not None):
            raise Malformed(field="scheme", rule="named by a conversion only")
        if self.reason in CORRECTIONS and self.source != "held":
            raise Malformed(field="source", rule="corrections take held units only")
        if self.source == "held":
            if not self.parts or self.grams or not are_ascending(self.parts):
                raise PartsInvalid(rule="held: ascending, disjoint parts and no grams")
        elif self.parts:
            raise PartsInvalid(rule="market: grams and no parts")
        elif self.grams == 0:
            raise AmountZero(asset=self.batch)
        elif self.grams % GRAMS_PER_TONNE:
            raise NotWholeTonnes(grams=self.grams)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what the sender may not cancel, then cancel it."""
        batch = find_batch(ledger, self.batch)
        owner: str | None = sender
        if self.reason in CORRECTIONS:
            require_scope(ledger, sender, DutyKind.REGISTRAR, self.batch)
            project = ledger.get(Project, batch.project)
            assert project is not None
            owner = project.proponent
        else:
            self._let_go(ledger, sender)
        if self.source == "market" and batch.status != LIVE:
            raise BatchImpaired(batch=self.batch)
        moved = held_pieces(ledger, batch, self.parts, owner)
        require_unfrozen(ledger, batch, moved, own_use=False)
        holder = owner or sender
        if self.source == "market":
            moved = self._from_market(ledger, batch, sender)

        step_pieces(ledger, self.batch, moved, Aim(CANCELLED, holder, ledger.tx.id))
        tonnes = sum([piece.tonnes for piece in moved])
        ledger.emit(Cancelled(self.batch, holder, tonnes, self.reason, self.scheme, self.statement))

    def _let_go(self, ledger: Ledger, sender: str) -> None:
        """Refuse an owner whose tonnes may not leave it, to nobody or to another scheme."""
        if self.reason == "voluntary":
            require_free_to_spend(ledger, sender)
            return
        # What a scheme makes of them is stated as one's own, as with a registry account.
        grams = self.grams or tonnes_of(self.parts) * GRAMS_PER_TONNE
        spend(ledger, sender, target=sender, asset=self.batch, amount=grams)

    def _from_market(self, ledger: Ledger, batch: Batch, sender: str) -> list[Piece]:
        """Take the grams, and find the lowest serials in custody for them."""
        ledger.move(self.batch, self.grams, source=sender, target="cancelled:" + self.batch)
        return lowest(ledger, batch, self.grams // GRAMS_PER_TONNE, owner=None)  # whole tonnes
