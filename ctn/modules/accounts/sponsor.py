"""Pay another account's network fees, within a budget."""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Role, Threshold
from ctn.kernel.codec import Amount, Time
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Address
from ctn.modules.accounts.halts import AccountLocked, require_free_to_spend
from ctn.modules.accounts.records import Sponsorship


class Sponsored(Event, frozen=True):
    """`payer` pays the network fees of `account`, up to `budget`."""

    payer: str
    account: str
    budget: int
    per_tx: int
    expires: int


class Sponsor(Op, frozen=True, tag="accounts.sponsor"):
    """Pay an account's network fees up to a budget; a new sponsorship replaces the old one."""

    needs: ClassVar[Need | tuple[Need, ...]] = (Role.ORDINARY, DutyKind.ATTESTOR)
    family: ClassVar[str] = "identity"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (Sponsorship,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (AccountLocked,)
    emits: ClassVar[tuple[type[Event], ...]] = (Sponsored,)

    account: Address
    budget: Amount
    per_tx: Amount
    expires: Time

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Remember what the sender will pay; the fee itself is taken when it falls due."""
        require_free_to_spend(ledger, sender)

        sponsorship = Sponsorship(self.budget, self.per_tx, self.expires)
        ledger.put(sponsorship, f"{sender}/{self.account}")
        ledger.emit(Sponsored(sender, self.account, self.budget, self.per_tx, self.expires))
