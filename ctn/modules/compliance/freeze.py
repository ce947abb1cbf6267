"""Freeze an account, a pool or a bridge: an authority stops it, at once and alone."""

from typing import ClassVar

import msgspec

from ctn.kernel.account import GOV_COUNCIL, DutyKind, Threshold, Track, is_address, is_holding
from ctn.kernel.codec import Hash, Identifier
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Text
from ctn.modules.accounts.freezes import ACCOUNT, FREEZES_MAX, FreezeScope, flag_of
from ctn.modules.compliance.freezes import Frozen, begin
from ctn.modules.compliance.records import (
    COUNCIL,
    MEMBER,
    MEMBER_MS,
    MEMBER_PAUSE_MS,
    REGULATOR,
    By,
    ComplianceFreeze,
    Freezings,
)
from ctn.modules.governance.reads import is_member
from ctn.modules.identity.reads import has_duty
from ctn.modules.registry.ids import record_id


class NotRegulator(Refusal):
    """Only a regulator, a member of the council or the council itself may do this."""


class FreezeNotAllowed(Refusal):
    """This is no account, or one of the council or a regulator, which the council alone freezes."""


class FreezeRepeated(Refusal):
    """A member of the council froze the subject within 30 days, or it carries four freezes."""


class Freeze(Op, frozen=True, tag="compliance.freeze"):
    """Stop an account, a pool or a bridge, with a public reason."""

    needs: ClassVar[Need | tuple[Need, ...]] = (DutyKind.REGULATOR, Track.MEMBER, Track.COUNCIL)
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    lane: ClassVar[int] = SAFETY_LANE
    writes: ClassVar[tuple[type[Record], ...]] = (ComplianceFreeze,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        NotRegulator,
        FreezeNotAllowed,
        FreezeRepeated,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (Frozen,)

    # The field is `scope`; that name in an op is what a broken invariant stops.
    scope_kind: FreezeScope = msgspec.field(name="scope")
    id: Identifier
    reason: Text
    evidence: Hash
    allow_retire: bool

    @property
    def work(self) -> int:
        """The freeze and its flag."""
        return WORK

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what this authority may not freeze, or not again; then freeze it."""
        duty = duty_of(ledger, sender)
        if is_holding(self.id):
            raise FreezeNotAllowed(subject=self.id)
        if self.scope_kind == ACCOUNT:
            _check_account(ledger, self.id, duty)
        self._check_room(ledger, duty)

        time = ledger.block.time
        freeze = ComplianceFreeze(
            record_id(ledger, "f", 0), self.scope_kind, self.id, self.reason, self.evidence,
            self.allow_retire, sender, duty, ledger.block.height, time,
            time + MEMBER_MS if duty == MEMBER else None, None, None,
        )  # fmt: skip
        begin(ledger, freeze)

    def _check_room(self, ledger: Ledger, duty: By) -> None:
        if duty == MEMBER:
            before = ledger.index(Freezings).by_members.get((self.scope_kind, self.id))
            if before and before[-1] > ledger.block.time - MEMBER_PAUSE_MS:
                raise FreezeRepeated(subject=self.id, again=before[-1] + MEMBER_PAUSE_MS)
        flag = flag_of(ledger, self.scope_kind, self.id)
        if flag is not None and len(flag.freezes) >= FREEZES_MAX:
            raise FreezeRepeated(subject=self.id, freezes=len(flag.freezes))


def duty_of(ledger: Ledger, sender: str) -> By:
    """As what an authority acts here; refuses who is none."""
    if sender == GOV_COUNCIL:
        return COUNCIL
    if has_duty(ledger, sender, DutyKind.REGULATOR):
        return REGULATOR
    if is_member(ledger, sender):
        return MEMBER
    raise NotRegulator()


def _check_account(ledger: Ledger, address: str, duty: By) -> None:
    if not is_address(address):
        raise FreezeNotAllowed(subject=address)
    is_authority = is_member(ledger, address) or has_duty(ledger, address, DutyKind.REGULATOR)
    if is_authority and duty != COUNCIL:
        raise FreezeNotAllowed(subject=address)
