"""Replace the keys that sign for an account; the address stays."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import SIGNERS_MAX, Account, Role, Signer, Threshold, Thresholds
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op, Passage
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal, WeakKey
from ctn.modules.accounts.pending import drop_signer_limits
from ctn.modules.accounts.records import SignerLimit, SignerLimits
from ctn.modules.accounts.signers import (
    BadSigners,
    check_keys,
    check_signers,
    ordered,
    require_reachable,
)


class SignersSet(Event, frozen=True):
    """`account` is signed for by `signers` keys from now on."""

    account: str
    signers: int


class SetSigners(Op, frozen=True, tag="accounts.set_signers"):
    """Replace all signers and thresholds of the sender, at once."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.VISITOR
    family: ClassVar[str] = "identity"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (SignerLimit,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (BadSigners, WeakKey)
    emits: ClassVar[tuple[type[Event], ...]] = (SignersSet,)

    signers: Annotated[tuple[Signer, ...], Meta(max_length=SIGNERS_MAX)]
    thresholds: Thresholds

    def passage(self, sender: str) -> Passage:
        """Keys are rotated under a freeze, too: whoever leaked one must not wait."""
        return Passage.FREE

    @property
    def work(self) -> int:
        """Reading, writing and dropping limits, and 35 for each key that is checked."""
        return 130 + 35 * len(self.signers)

    def check(self) -> None:
        """Refuse signers and thresholds that could never sign."""
        check_signers(self.signers, self.thresholds)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Check the keys, then replace them; a limit stays with its key, and goes with it."""
        check_keys(self.signers)
        account = ledger.get(Account, sender)
        assert account is not None
        signers = ordered(self.signers)
        kept = tuple([f"{signer.scheme}-{signer.key}" for signer in signers])
        limited = tuple(ledger.index(SignerLimits).families.get(sender, {}))
        require_reachable(ledger, sender, signers, self.thresholds, limited)

        drop_signer_limits(ledger, sender, kept)
        ledger.put(account.replace(signers=signers, thresholds=self.thresholds), sender)
        ledger.emit(SignersSet(sender, len(signers)))
