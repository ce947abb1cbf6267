"""Ask that the sender's lock be taken off, which waits."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op, Passage
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.accounts.outgoing import has_held
from ctn.modules.accounts.pending import (
    NothingPending,
    TooManyPending,
    Unlocked,
    act,
    ask,
    delay_of,
)
from ctn.modules.accounts.waiting import Lock, Pending, PendingCounter, UnlockChange


class UnlockPending(Event, frozen=True):
    """`account` is unlocked at `effective`, as change `number`."""

    account: str
    number: int
    effective: int


class Unlock(Op, frozen=True, tag="accounts.unlock"):
    """Unlock the sender's account after the delay."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.VISITOR
    family: ClassVar[str] = "identity"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Lock, Pending, PendingCounter)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (NothingPending, TooManyPending)
    emits: ClassVar[tuple[type[Event], ...]] = (Unlocked, UnlockPending)

    def passage(self, sender: str) -> Passage:
        """Goes on under a freeze: it tightens at once, and what loosens waits."""
        return Passage.FREE

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse when nothing is locked; then let the unlocking wait."""
        if ledger.get(Lock, sender) is None:
            raise NothingPending(account=sender)

        if has_held(ledger, sender):
            asked = ask(ledger, sender, UnlockChange(), delay_of(ledger, sender))
            ledger.emit(UnlockPending(sender, asked.number, asked.effective))
        else:
            act(ledger, sender, UnlockChange())
