"""Let a signer count for some families of operations only: a trade-only key for a bot."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import Account, Role, Threshold
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op, Passage
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.modules.accounts.outgoing import has_held
from ctn.modules.accounts.pending import (
    GuardPending,
    PendingCancelled,
    SignerLimited,
    TooManyPending,
    act,
    ask,
    delay_of,
    supersede,
)
from ctn.modules.accounts.records import Families, SignerLimit, SignerLimits
from ctn.modules.accounts.rules import widens
from ctn.modules.accounts.signers import BadSigners, require_reachable
from ctn.modules.accounts.waiting import Pending, PendingCounter, SignerChange


class LimitSigner(Op, frozen=True, tag="accounts.limit_signer"):
    """Limit a signer of the sender to families; null frees it, which waits as widening does."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.VISITOR
    family: ClassVar[str] = "identity"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (SignerLimit, Pending, PendingCounter)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (BadSigners, TooManyPending)
    emits: ClassVar[tuple[type[Event], ...]] = (SignerLimited, GuardPending, PendingCancelled)

    scheme: Annotated[int, Meta(ge=1, le=255)]
    key: Annotated[str, Meta(pattern=r"^(?:[0-9a-f]{2}){1,64}\Z")]
    families: Families | None

    def passage(self, sender: str) -> Passage:
        """Goes on under a freeze: it tightens at once, and what loosens waits."""
        return Passage.FREE

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse another's key and thresholds out of reach, then limit it or let it wait."""
        account = ledger.get(Account, sender)
        assert account is not None
        families = None if self.families is None else tuple(sorted(dict.fromkeys(self.families)))
        limited = dict(ledger.index(SignerLimits).families.get(sender, {}))
        signer = f"{self.scheme}-{self.key}"
        before = limited.get(signer)
        if all((one.scheme, one.key) != (self.scheme, self.key) for one in account.signers):
            raise BadSigners(rule="a signer of the account")
        if families is None and before is None:
            raise BadSigners(rule="a limited signer")
        if families is not None:
            limited[signer] = families
            require_reachable(ledger, sender, account.signers, account.thresholds, tuple(limited))

        change = SignerChange(self.scheme, self.key, families)
        if widens(before, families) and has_held(ledger, sender):
            asked = ask(ledger, sender, change, delay_of(ledger, sender))
            ledger.emit(GuardPending(sender, asked.number, asked.effective))
        else:
            supersede(ledger, sender, change)
            act(ledger, sender, change)
