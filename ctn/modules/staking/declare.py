"""Declare a validator: an enterprise names the key that will sign for it."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ctn.crypto import domains, ed25519, errors
from ctn.kernel.account import Role, Threshold
from ctn.kernel.codec import Hash
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal, WeakKey
from ctn.kernel.text import Text64
from ctn.kernel.tx import SIGNATURE_WORK
from ctn.modules.identity.records import OWNER_ACCOUNTS_MAX
from ctn.modules.staking.faults import consensus_address
from ctn.modules.staking.reads import OwnerHasValidator, other_of_owner
from ctn.modules.staking.records import (
    ADMITTED,
    DECLARED,
    TOMBSTONED,
    ConsensusAddress,
    Stakes,
    Validator,
)
from ctn.modules.staking.rules import CREDIT_NEW

SignatureHex = Annotated[str, Meta(pattern=r"^[0-9a-f]{128}\Z")]


class KeyInUse(Refusal):
    """The key belongs to another validator."""


class BadProof(Refusal):
    """The proof is no signature of this operator on this chain by the key."""


class ValidatorDeclared(Event, frozen=True):
    """`operator` declared a validator with a key."""

    operator: str
    pubkey: str
    moniker: str


class Declare(Op, frozen=True, tag="staking.declare"):
    """Declare a validator with a consensus key, once for ever; the council admits it."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ENTERPRISE
    family: ClassVar[str] = "business"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Validator, ConsensusAddress)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (WeakKey, OwnerHasValidator, KeyInUse, BadProof)
    emits: ClassVar[tuple[type[Event], ...]] = (ValidatorDeclared,)

    pubkey: Hash
    proof: SignatureHex
    moniker: Text64

    @property
    def work(self) -> int:
        """One signature, and the accounts of the owner."""
        return WORK + SIGNATURE_WORK + OWNER_ACCOUNTS_MAX

    def check(self) -> None:
        """Refuse a key that is no good point of its curve."""
        try:
            ed25519.check_key(bytes.fromhex(self.pubkey))
        except errors.WeakKey:
            raise WeakKey(key=self.pubkey) from None

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse a second validator of an owner, a known key and one not held, then declare."""
        statuses = (DECLARED, ADMITTED, TOMBSTONED)
        other = other_of_owner(ledger, sender, *statuses)
        if other is not None or ledger.get(Validator, sender) is not None:
            raise OwnerHasValidator(operator=other or sender)
        if self.pubkey in ledger.index(Stakes).operators:
            raise KeyInUse(key=self.pubkey)
        ledger.spend_work(SIGNATURE_WORK)
        try:
            said = proof_bytes(ledger.block.chain, sender)
            ed25519.verify(bytes.fromhex(self.pubkey), said, bytes.fromhex(self.proof))
        except errors.BadSignature:
            raise BadProof(key=self.pubkey) from None

        address = consensus_address(self.pubkey)
        ledger.put(
            Validator(
                sender, self.pubkey, address, self.moniker, DECLARED, CREDIT_NEW, False, None, 0,
                0, 0, 0, ledger.block.time, None,
            )
        )  # fmt: skip
        ledger.put(ConsensusAddress(address, self.pubkey, sender))
        ledger.emit(ValidatorDeclared(sender, self.pubkey, self.moniker))


def proof_bytes(chain: str, operator: str) -> bytes:
    """What a consensus key signs to prove that the operator of a chain holds it (engine.md 1)."""
    return domains.VALIDATOR + f"{chain}\n{operator}".encode()
