"""Set how an account's outgoing value is protected: trusted addresses, daily limits, guardians."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op, Passage
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.accounts.outgoing import has_held
from ctn.modules.accounts.pending import (
    GuardPending,
    GuardSet,
    PendingCancelled,
    TooManyPending,
    act,
    ask,
    delay_of,
    supersede,
)
from ctn.modules.accounts.records import (
    UNGUARDED,
    Guard,
    Guardians,
    GuardianThreshold,
    Limits,
    RecoveryVote,
)
from ctn.modules.accounts.rules import guard_fault, loosens
from ctn.modules.accounts.waiting import GuardChange, Pending, PendingCounter


class BadGuard(Refusal):
    """The guard breaks a rule: distinct assets, others as guardians, more than half of them."""


class SetGuard(Op, frozen=True, tag="accounts.set_guard"):
    """Replace the sender's guard: at once when it only tightens, after the delay otherwise."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.VISITOR
    family: ClassVar[str] = "identity"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Guard, RecoveryVote, Pending, PendingCounter)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (BadGuard, TooManyPending)
    emits: ClassVar[tuple[type[Event], ...]] = (GuardSet, GuardPending, PendingCancelled)

    trusted_only: bool
    limits: Limits
    guardians: Guardians
    guardian_threshold: GuardianThreshold

    def passage(self, sender: str) -> Passage:
        """Goes on under a freeze: it tightens at once, and what loosens waits."""
        return Passage.FREE

    @property
    def work(self) -> int:
        """A few records, and the votes of guardians that go."""
        return 110

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse a guard that breaks a rule, then set it or let it wait."""
        change = GuardChange(
            self.trusted_only, self.limits, self.guardians, self.guardian_threshold
        )
        fault = guard_fault(change, sender)
        if fault is not None:
            raise BadGuard(rule=fault)
        before = ledger.get(Guard, sender) or UNGUARDED

        if loosens(before, change) and has_held(ledger, sender):
            asked = ask(ledger, sender, change, delay_of(ledger, sender))
            ledger.emit(GuardPending(sender, asked.number, asked.effective))
        else:
            supersede(ledger, sender, change)
            act(ledger, sender, change)
