"""Trust an address, so that outgoing value may reach it after the delay."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Address
from ctn.modules.accounts.outgoing import has_held
from ctn.modules.accounts.pending import TooManyPending, TrustedAdded, act, ask, delay_of
from ctn.modules.accounts.records import TRUSTED_MAX, Trusted
from ctn.modules.accounts.set_guard import BadGuard
from ctn.modules.accounts.waiting import Pending, PendingCounter, TrustChange, Waiting


class TooManyTrusted(Refusal):
    """The account trusts 64 addresses, those that wait among them."""


class TrustedPending(Event, frozen=True):
    """Outgoing value of `account` may reach `address` from `effective` on, as change `number`."""

    account: str
    address: str
    number: int
    effective: int


class AddTrusted(Op, frozen=True, tag="accounts.add_trusted"):
    """Trust an address: after 24 hours for a person, 72 for an organisation."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.VISITOR
    family: ClassVar[str] = "identity"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Trusted, Pending, PendingCounter)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (BadGuard, TooManyTrusted, TooManyPending)
    emits: ClassVar[tuple[type[Event], ...]] = (TrustedAdded, TrustedPending)

    address: Address

    @property
    def work(self) -> int:
        """A few records, and counting the trusted addresses."""
        return 40 + TRUSTED_MAX

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse oneself, an address twice, and too many; then trust it or let it wait."""
        waiting = [
            one.change.address
            for one in ledger.index(Waiting).of(sender)
            if isinstance(one.change, TrustChange)
        ]
        is_known = ledger.get(Trusted, f"{sender}/{self.address}") is not None
        if self.address == sender:
            raise BadGuard(rule="another's address")
        if is_known or self.address in waiting:
            raise BadGuard(rule="an address once")
        count = len(ledger.scan(Trusted, f"{sender}/", TRUSTED_MAX)) + len(waiting)
        if count >= TRUSTED_MAX:
            raise TooManyTrusted(limit=TRUSTED_MAX)

        change = TrustChange(self.address)
        if has_held(ledger, sender):
            asked = ask(ledger, sender, change, delay_of(ledger, sender))
            ledger.emit(TrustedPending(sender, self.address, asked.number, asked.effective))
        else:
            act(ledger, sender, change)
