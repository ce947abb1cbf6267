"""Open an account that several keys sign for, at an address of its own."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.kernel.account import (
    SIGNERS_MAX,
    Account,
    Role,
    Signer,
    Threshold,
    Thresholds,
    multisig_address,
)
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal, WeakKey
from ctn.modules.accounts.signers import BadSigners, check_keys, check_signers, ordered


class MultisigOpened(Event, frozen=True):
    """`creator` opened `address`, which `signers` keys sign for."""

    address: str
    creator: str
    signers: int


class OpenMultisig(Op, frozen=True, tag="accounts.open_multisig"):
    """Make a new address that the given keys sign for, by weight and threshold."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.VISITOR
    family: ClassVar[str] = "identity"
    threshold: ClassVar[Threshold] = Threshold.LOW
    writes: ClassVar[tuple[type[Record], ...]] = ()
    refuses: ClassVar[tuple[type[Refusal], ...]] = (BadSigners, WeakKey)
    emits: ClassVar[tuple[type[Event], ...]] = (MultisigOpened,)

    signers: Annotated[tuple[Signer, ...], Meta(max_length=SIGNERS_MAX)]
    thresholds: Thresholds

    @property
    def work(self) -> int:
        """Reading and writing, and 35 for each key that is checked."""
        return 40 + 35 * len(self.signers)

    def check(self) -> None:
        """Refuse signers and thresholds that could never sign, or sign alone by accident."""
        check_signers(self.signers, self.thresholds)

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Check the keys, then open the account."""
        check_keys(self.signers)
        address = multisig_address(sender, ledger.tx.sequence, ledger.tx.op)

        signers = ordered(self.signers)
        ledger.put(Account(signers, self.thresholds, 0, ledger.block.time, None), address)
        ledger.emit(MultisigOpened(address, sender, len(signers)))
