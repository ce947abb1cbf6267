"""Retire tonnes for good, and keep a certificate of who claims them and for what."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from ctn.kernel.account import Role, Threshold
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.codec import Amount, Date, Hash
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op, Passage
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import AmountZero, InsufficientBalance, Refusal
from ctn.kernel.text import Text160, Text500
from ctn.modules.accounts.halts import AccountLocked
from ctn.modules.accounts.mutators import RecipientNotVerified, spend_for
from ctn.modules.accounts.outgoing import DailyLimitExceeded, TargetNotTrusted
from ctn.modules.registry.intervals import (
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
from ctn.modules.registry.mutators import retire_for
from ctn.modules.registry.reads import find_batch, held_pieces
from ctn.modules.registry.records import (
    Batch,
    BatchNotFound,
    Beneficiary,
    Certificate,
    Country,
    Envelope,
    Fraction,
    Privacy,
    Purpose,
    Use,
)
from ctn.modules.registry.retirement import (
    BadCountry,
    BadPeriod,
    LeiInvalid,
    Lot,
    NotAuthorised,
    PrivacyMismatch,
    Retired,
    Retirement,
    benefits,
    check_retirement,
    is_own_use,
    retire_held,
)
from ctn.modules.registry.rules import are_ascending, is_fractional, tonnes_of
from ctn.modules.registry.steps import UnitsMoved


class Retire(Op, frozen=True, tag="registry.retire"):
    """Retire held serials, or grams of the market, under one certificate."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "exit"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Interval, Batch, Fraction, Certificate)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        PartsInvalid,
        AmountZero,
        NotWholeTonnes,
        NotAuthorised,
        BadCountry,
        LeiInvalid,
        BadPeriod,
        PrivacyMismatch,
        BatchNotFound,
        AccountLocked,
        RecipientNotVerified,
        TargetNotTrusted,
        DailyLimitExceeded,
        TooManyIntervals,
        NotYours,
        BatchImpaired,
        Frozen,
        InsufficientBalance,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (UnitsMoved, Retired)

    batch: BatchId
    source: Literal["held", "market"]
    parts: Annotated[tuple[Part, ...], Meta(max_length=PARTS_MAX)]
    grams: Amount
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

    @property
    def work(self) -> int:
        """Rows, and the intervals that they or the grams may cross."""
        return WORK + 20 * (1 + len(self.parts)) + CROSSING_WORK

    @property
    def scope(self) -> str:
        """The batch."""
        return self.batch

    def passage(self, sender: str) -> Passage:
        """A lock, and a freeze that says so, let a retirement for the holder itself through."""
        return Passage.RETIREMENT if is_own_use(self._retirement(), sender) else Passage.NONE

    def check(self) -> None:
        """Refuse an amount that its source does not have, and what the certificate may not say."""
        if self.source == "held":
            if not self.parts or self.grams or not are_ascending(self.parts):
                raise PartsInvalid(rule="held: ascending, disjoint parts and no grams")
        elif self.parts:
            raise PartsInvalid(rule="market: grams and no parts")
        elif self.grams == 0:
            raise AmountZero(asset=self.batch)
        elif not is_fractional(self.grams):
            raise NotWholeTonnes(grams=self.grams)
        check_retirement(self._retirement())

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what is not the sender's to retire, then retire it."""
        batch = find_batch(ledger, self.batch)
        retirement = self._retirement()
        if not is_own_use(retirement, sender):
            # A beneficiary without an account, or a hidden one, is no address to be trusted.
            grams = self.grams or tonnes_of(self.parts) * GRAMS_PER_TONNE
            target = benefits(retirement) or sender
            spend_for(ledger, sender, target=target, asset=self.batch, amount=grams)
        if self.source == "held":
            moved = held_pieces(ledger, batch, self.parts, sender)
            retire_held(ledger, batch, moved, sender, retirement)
        else:
            retire_for(ledger, Lot(batch, self.grams, sender, sender), retirement)

    def _retirement(self) -> Retirement:
        return Retirement(
            self.beneficiary, self.on_behalf_of, self.use, self.purpose, self.message,
            self.country, self.period_start, self.period_end, self.privacy, self.commitment,
            self.envelope,
        )  # fmt: skip
