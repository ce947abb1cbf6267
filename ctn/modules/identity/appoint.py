"""Give a duty to an account, by decision of the council or of a public vote."""

from typing import ClassVar

from ctn.kernel.account import Threshold, Track
from ctn.kernel.codec import Time
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Address
from ctn.modules.accounts.records import PERSON
from ctn.modules.identity.levels import ExpiryOutOfRange, LevelKindMismatch
from ctn.modules.identity.reads import holders, live_attestation
from ctn.modules.identity.records import COMBINABLE, Duties, Duty, DutyName, DutyScope

PERSON_LEVEL_MIN = 2


class DutyExists(Refusal):
    """The account holds this duty already."""


class OneDutyPerAccount(Refusal):
    """The account holds another duty; only validator and platform may coincide."""


class DutyGiven(Event, frozen=True):
    """`address` holds the duty `kind` for `scope`, until `expires` when that is stated."""

    address: str
    kind: str
    scope: str
    expires: int | None


class Appoint(Op, frozen=True, tag="identity.appoint"):
    """Appoint an attested account to a duty; an empty scope means all."""

    needs: ClassVar[Need | tuple[Need, ...]] = Track.GOVERNANCE
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Duty,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        ExpiryOutOfRange,
        LevelKindMismatch,
        DutyExists,
        OneDutyPerAccount,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (DutyGiven,)

    address: Address
    kind: DutyName
    scope: DutyScope
    expires: Time | None

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse by term, kind of holder and other duties, then appoint."""
        time = ledger.block.time
        if self.expires is not None and self.expires <= time:
            raise ExpiryOutOfRange(expires=self.expires, time=time)
        _check_holder(ledger, self.address, self.kind)
        held = ledger.index(Duties).held.get(self.address, {})
        live = [name for name in sorted(held) if _is_live(held[name], time)]
        if self.kind in live:
            raise DutyExists(kind=self.kind)
        if any(self.kind not in COMBINABLE or name not in COMBINABLE for name in live):
            raise OneDutyPerAccount(held=live)

        ledger.put(Duty(self.kind, self.address, self.scope, time, self.expires))
        ledger.emit(DutyGiven(self.address, self.kind, self.scope, self.expires))


def _is_live(duty: Duty, time: int) -> bool:
    return duty.expires is None or duty.expires > time


def _check_holder(ledger: Ledger, address: str, duty: str) -> None:
    """Refuse a holder of the wrong kind (people.md 5.2): institutions unless stated."""
    attestation = live_attestation(ledger, address)
    if attestation is None or attestation.expires <= ledger.block.time:
        raise LevelKindMismatch(level=0, kind=None, duty=duty)
    level, kind = attestation.level, attestation.kind
    if kind not in holders(duty) or (kind == PERSON and level < PERSON_LEVEL_MIN):
        raise LevelKindMismatch(level=level, kind=kind, duty=duty)
