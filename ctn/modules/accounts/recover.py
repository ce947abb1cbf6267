"""Give an account new signers by word of its guardians, when its keys are lost or stolen."""

import hashlib
from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import SIGNERS_MAX, Account, Role, Signer, Threshold, Thresholds
from ctn.kernel.codec import encode
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal, WeakKey
from ctn.kernel.text import Address
from ctn.modules.accounts.lock import Locked, NotGuardian
from ctn.modules.accounts.pending import ask, drop_pending, drop_votes
from ctn.modules.accounts.records import (
    DAYS_30,
    RECOVERY_DELAY,
    Guard,
    RecoveryStop,
    RecoveryVote,
)
from ctn.modules.accounts.signers import (
    BadSigners,
    check_keys,
    check_signers,
    ordered,
    require_reachable,
)
from ctn.modules.accounts.waiting import Lock, Pending, PendingCounter, RecoveryChange

STOPS_MAX = 2


class RecoveryApproved(Event, frozen=True):
    """`guardian` approves a recovery of `account`: `have` of `need` guardians do."""

    account: str
    guardian: str
    have: int
    need: int


class RecoveryPending(Event, frozen=True):
    """The signers of `account` are replaced at `effective`; a final recovery is not stopped."""

    account: str
    number: int
    effective: int
    is_final: bool


class Recover(Op, frozen=True, tag="accounts.recover"):
    """Approve, as guardian, that an account get these signers; the last approval starts it."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.VISITOR
    family: ClassVar[str] = "identity"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (RecoveryVote, Lock, Pending, PendingCounter)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (NotGuardian, BadSigners, WeakKey)
    emits: ClassVar[tuple[type[Event], ...]] = (RecoveryApproved, Locked, RecoveryPending)

    account: Address
    signers: Annotated[tuple[Signer, ...], Meta(max_length=SIGNERS_MAX)]
    thresholds: Thresholds

    @property
    def work(self) -> int:
        """The votes, what falls when it starts, and 35 for each key that is checked."""
        return 180 + 35 * len(self.signers)

    def check(self) -> None:
        """Refuse signers and thresholds that could never sign."""
        check_signers(self.signers, self.thresholds)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse a stranger and bad keys, then count the word; start when there are enough."""
        guard = ledger.get(Guard, self.account)
        if guard is None or sender not in guard.guardians:
            raise NotGuardian(account=self.account)
        check_keys(self.signers)
        signers = ordered(self.signers)
        require_reachable(ledger, self.account, signers, self.thresholds, ())
        recovery = hashlib.sha256(encode([signers, self.thresholds])).hexdigest()

        ledger.put(RecoveryVote(self.account, sender, recovery, ledger.block.time))
        have = _votes(ledger, self.account, guard, recovery)
        need = guard.guardian_threshold
        ledger.emit(RecoveryApproved(self.account, sender, have, need))
        if have >= need:
            drop_votes(ledger, self.account, guard.guardians)
            self._start(ledger, sender, signers)

    def _start(self, ledger: Ledger, sender: str, signers: tuple[Signer, ...]) -> None:
        """Lock the account, drop what waits, and let the recovery alone wait."""
        if ledger.get(Lock, self.account) is None:
            ledger.put(Lock(sender, ledger.block.time), self.account)
            ledger.emit(Locked(self.account, sender))
        drop_pending(ledger, self.account)
        is_final = _stops(ledger, self.account) >= STOPS_MAX
        change = RecoveryChange(signers, self.thresholds, is_final)
        asked = ask(ledger, self.account, change, ledger.param(RECOVERY_DELAY))
        ledger.emit(RecoveryPending(self.account, asked.number, asked.effective, is_final))


def _votes(ledger: Ledger, account: str, guard: Guard, recovery: str) -> int:
    """How many guardians, whose accounts are open, approved this very recovery in 30 days."""
    count, since = 0, ledger.block.time - DAYS_30
    for guardian in guard.guardians:
        vote = ledger.get(RecoveryVote, f"{account}/{guardian}")
        known = ledger.get(Account, guardian)
        is_open = known is not None and known.closed is None
        is_same = vote is not None and vote.recovery == recovery and vote.time > since
        count += is_same and is_open
    return count


def _stops(ledger: Ledger, account: str) -> int:
    """How many recoveries the owner stopped in the last 30 days."""
    stops = ledger.get(RecoveryStop, account)
    since = ledger.block.time - DAYS_30
    return len([time for time in stops.times if time > since]) if stops is not None else 0
