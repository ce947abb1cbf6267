"""Attest who an account belongs to: the step from visitor to user."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import Account, DutyKind, Threshold
from ctn.kernel.block import local_day
from ctn.kernel.codec import Hash, Time
from ctn.kernel.country import is_country
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record, numbered
from ctn.kernel.refusal import AccountClosed, Refusal, SecondApproverNeeded
from ctn.kernel.text import Address
from ctn.modules.accounts.mutators import put_guard
from ctn.modules.accounts.records import (
    ENTERPRISE_MIN_APPROVERS,
    PERSON,
    UNGUARDED,
    Guard,
    SignerLimits,
)
from ctn.modules.accounts.rules import is_organisation
from ctn.modules.accounts.signers import unlimited
from ctn.modules.accounts.waiting import RecoveryChange, Waiting
from ctn.modules.identity.levels import (
    ExpiryOutOfRange,
    LevelKindMismatch,
    check_expiry,
    check_level,
)
from ctn.modules.identity.reads import live_attestation, owners_room
from ctn.modules.identity.records import (
    AFFILIATES_MAX,
    ATTEST_DAY_MAX,
    LIVE,
    NEIGHBOUR_WORK,
    OWNER_ACCOUNTS_MAX,
    OWNERS_MAX,
    REPLACED,
    Attestation,
    AttestorDay,
    Owners,
    SubjectKind,
)


class BadCountry(Refusal):
    """The country is no code of ISO 3166-1 alpha-2, in upper case."""


class AttestorQuotaSpent(Refusal):
    """The attestor gave as many attestations today as one attestor may."""


class OwnerAccountsFull(Refusal):
    """An owner would have more than 64 accounts."""


class Attested(Event, frozen=True):
    """`attestor` attested `subject`; the word is good until `expires`."""

    attestation: str
    subject: str
    attestor: str
    level: int
    kind: str
    expires: int


class Attest(Op, frozen=True, tag="identity.attest"):
    """Attest an account at a level; a live attestation of it is replaced."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.ATTESTOR
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Attestation, AttestorDay)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        LevelKindMismatch,
        BadCountry,
        ExpiryOutOfRange,
        AccountClosed,
        SecondApproverNeeded,
        AttestorQuotaSpent,
        OwnerAccountsFull,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (Attested,)

    subject: Address
    level: Annotated[int, Meta(ge=1, le=3)]
    kind: SubjectKind
    country: Annotated[str, Meta(min_length=2, max_length=2)]
    owners: Annotated[tuple[Hash, ...], Meta(min_length=1, max_length=OWNERS_MAX)]
    affiliates: Annotated[tuple[Hash, ...], Meta(max_length=AFFILIATES_MAX)]
    credential: Hash
    expires: Time

    @property
    def work(self) -> int:
        """Reading and writing, and looking at all who share an owner."""
        return 60 + NEIGHBOUR_WORK * (OWNERS_MAX * OWNER_ACCOUNTS_MAX + 1)

    def check(self) -> None:
        """Refuse a level of another kind of subject, and a country that is none."""
        check_level(self.level, self.kind)
        if not is_country(self.country):
            raise BadCountry(country=self.country)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse by term, account, signers, quota and owners, then replace, attest and guard."""
        guard = ledger.get(Guard, self.subject) or UNGUARDED
        if self.kind == PERSON and is_organisation(guard.kind):
            # Else an attestor could take an organisation's second approver away.
            raise LevelKindMismatch(level=self.level, kind=self.kind, was=guard.kind)
        check_expiry(self.expires, ledger.block.time, self.level)
        known = ledger.get(Account, self.subject)
        if known is not None and known.closed is not None:
            raise AccountClosed()
        self._check_signers(ledger)
        day, count = _quota(ledger, sender)
        most = owners_room(ledger, self.subject, self.owners)
        if most > OWNER_ACCOUNTS_MAX:
            raise OwnerAccountsFull(accounts=most, limit=OWNER_ACCOUNTS_MAX)

        ledger.put(AttestorDay(day, count + 1), sender)
        before = live_attestation(ledger, self.subject)
        if before is not None:
            ledger.put(before.replace(status=REPLACED))
        number = len(ledger.index(Owners).attestations.get(self.subject, {}))
        attestation = Attestation(
            numbered(self.subject, number), self.subject, sender, self.level, self.kind,
            self.country, self.owners, self.affiliates, self.credential, ledger.block.time,
            self.expires, LIVE, None,
        )  # fmt: skip
        ledger.put(attestation)
        put_guard(ledger, self.subject, self._guard(guard))
        ledger.emit(
            Attested(attestation.id, self.subject, sender, self.level, self.kind, self.expires)
        )

    def _guard(self, known: Guard) -> Guard:
        """The subject's guard; one that becomes an organisation sends to trusted addresses only."""
        is_new = self.kind != PERSON and known.kind in (None, PERSON)
        return known.replace(
            trusted_only=known.trusted_only or is_new, kind=self.kind, verified_until=self.expires
        )

    def _check_signers(self, ledger: Ledger) -> None:
        """An organisation that cannot bring its approvers, now or after a recovery, is none."""
        if self.kind == PERSON:
            return
        account = ledger.get(Account, self.subject)
        limited = ledger.index(SignerLimits).families.get(self.subject, {})
        have = 1 if account is None else len(unlimited(account.signers, limited))
        for waiting in ledger.index(Waiting).of(self.subject):
            if isinstance(waiting.change, RecoveryChange):
                have = min(have, len(waiting.change.signers))
        need = ledger.param(ENTERPRISE_MIN_APPROVERS)
        if have < need:
            raise SecondApproverNeeded(have=have, need=need)


def _quota(ledger: Ledger, attestor: str) -> tuple[int, int]:
    """The day, UTC+8, and what the attestor gave in it; refuses when the quota is spent."""
    day = local_day(ledger.block.time)
    last = ledger.get(AttestorDay, attestor)
    count = last.count if last is not None and last.day == day else 0
    limit = ledger.param(ATTEST_DAY_MAX)
    if count >= limit:
        raise AttestorQuotaSpent(limit=limit)
    return day, count
