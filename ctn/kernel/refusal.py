"""A refusal is an expected no, with a public reason.

One class per cause: the docstring is the public sentence, the class name the stable code, the
keywords the facts. The classes below are those of the transaction's checks and of the ledger.
"""

from typing import Any


class Refusal(Exception):
    """The operation is refused."""

    def __init__(self, **facts: Any) -> None:
        super().__init__()
        self.facts: dict[str, Any] = facts

    @property
    def code(self) -> str:
        """Stable name `<module>.<Class>`."""
        return refusal_code(type(self))

    @property
    def sentence(self) -> str:
        """The public sentence."""
        return (type(self).__doc__ or "").strip().split("\n", 1)[0]

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code}: {self.sentence}" + (f" ({facts})" if facts else "")


def refusal_code(kind: type[Refusal]) -> str:
    """Stable name of a refusal class: the module that owns it, a point, the class."""
    return f"{module_of(kind)}.{kind.__name__}"


_modules: dict[type, str] = {}


def module_of(kind: type) -> str:
    """The folder under `ctn/modules` that a class is written in, or `kernel`."""
    module = _modules.get(kind)
    if module is None:
        parts = kind.__module__.split(".")
        module = parts[2] if parts[:2] == ["ctn", "modules"] else "kernel"
        _modules[kind] = module
    return module


class TooLarge(Refusal):
    """The envelope is larger than 65,536 bytes."""


class Malformed(Refusal):
    """A field is missing, unknown, of a wrong type or out of its range."""


class SchemeUnknown(Refusal):
    """The signature scheme is not known."""


class NotCanonical(Refusal):
    """The body is not canonical JSON: re-encoding it gives other bytes."""


class BadText(Refusal):
    """A free text holds a control or invisible character or is too long."""


class BadAddress(Refusal):
    """An address does not parse."""


class WrongChain(Refusal):
    """The transaction names another chain."""


class TooMuchWork(Refusal):
    """The operations state more work than a transaction may have."""


class BadSignature(Refusal):
    """A signature does not verify."""


class Expired(Refusal):
    """The height at which the transaction expires has passed."""


class ExpiryTooFar(Refusal):
    """The expiry lies more than 5,000,000 heights ahead."""


class SignerUnknown(Refusal):
    """A signer does not belong to the sender's account."""


class ThresholdNotMet(Refusal):
    """The signers' weight does not reach the threshold of the operations."""


class SecondApproverNeeded(Refusal):
    """An enterprise or authority needs a second distinct signer for this operation."""


class SignerLimited(Refusal):
    """A signer that is needed for this counts for operations of other families only."""


class SequenceUsed(Refusal):
    """The sequence was used before."""


class SequenceGap(Refusal):
    """The sequence is ahead of the account's next one."""


class AccountClosed(Refusal):
    """The account is closed."""


class AccountFrozen(Refusal):
    """The account is frozen by an authority: nothing leaves it and it trades nothing."""


class Stopped(Refusal):
    """Everything is stopped: only safety operations and those of governance are admitted."""


class FeeTooLow(Refusal):
    """The fee is below the least fee of this transaction."""


class FeeTooHigh(Refusal):
    """The fee is above 1,000,000 units."""


class NotSponsored(Refusal):
    """The payer has no live sponsorship for the sender that covers this fee."""


class CannotPayFee(Refusal):
    """The payer does not hold the fee."""


class WeakKey(Refusal):
    """The public key is not a valid point, or is of small or mixed order."""


class RoleTooLow(Refusal):
    """The sender does not hold the role that this operation needs."""


class NotAuthority(Refusal):
    """The sender does not hold the duty that this operation needs."""


class ScopeFrozen(Refusal):
    """The scope is frozen: by an authority, or because an invariant broke in it."""


class NotAnOwner(Refusal):
    """The target is a holding account, which no user can send to."""


class AmountZero(Refusal):
    """The amount is zero."""


class InsufficientBalance(Refusal):
    """The source holds less than the amount."""


class BalanceTooLarge(Refusal):
    """The balance would pass 2^63 - 1."""


class WorkExceeded(Refusal):
    """The operation did more work, or emitted more events, than it states."""


class TooManyPending(Refusal):
    """The sender already has 64 transactions waiting."""


class PoolFull(Refusal):
    """The pool of waiting transactions is full."""


class DiskLow(Refusal):
    """The node is read-only: its disk is nearly full."""


class HeightNotKept(Refusal):
    """This node does not keep the values of that height; an archive does."""


class NotSynced(Refusal):
    """The node is not in step with its network and takes nothing in."""


class Broken(Refusal):
    """The operation ended in a bug; it changed nothing and an alarm was raised."""
