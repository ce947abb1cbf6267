"""How a change waits, and how it acts: at once when it tightens, later when it loosens.

Whoever asks goes through `ask`, whatever matures goes through `act`, so both ways end alike.
"""

from typing import NamedTuple

from ctn.kernel.account import Account
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import Event, numbered
from ctn.kernel.refusal import Refusal
from ctn.modules.accounts.records import (
    ENTERPRISE_DELAY,
    PERSON_DELAY,
    UNGUARDED,
    Guard,
    RecoveryVote,
    SignerLimit,
    SignerLimits,
    Trusted,
)
from ctn.modules.accounts.rules import needs_approvers
from ctn.modules.accounts.waiting import (
    PENDING_MAX,
    Change,
    GuardChange,
    Lock,
    Pending,
    PendingCounter,
    RecoveryChange,
    SignerChange,
    TrustChange,
    UnlockChange,
    Waiting,
)

COUNTER = "last"


class TooManyPending(Refusal):
    """Eight changes of this account wait already."""


class NothingPending(Refusal):
    """Nothing of the account waits under this number, or it is not locked."""


class PendingCancelled(Event, frozen=True):
    """The change `number` of `account` will not act."""

    account: str
    number: int


class GuardPending(Event, frozen=True):
    """A change `number` of the guard or of a signer's limit of `account` acts at `effective`."""

    account: str
    number: int
    effective: int


class GuardSet(Event, frozen=True):
    """The guard of `account` is as it says here from now on."""

    account: str
    trusted_only: bool
    limits: tuple[tuple[str, int], ...]
    guardians: tuple[str, ...]
    guardian_threshold: int


class SignerLimited(Event, frozen=True):
    """A key of `account` counts for these families from now on, for all when that is null."""

    account: str
    scheme: int
    key: str
    families: tuple[str, ...] | None


class TrustedAdded(Event, frozen=True):
    """Outgoing value of `account` may reach `address` from now on."""

    account: str
    address: str


class Unlocked(Event, frozen=True):
    """`account` is locked no longer."""

    account: str


class Recovered(Event, frozen=True):
    """Guardians replaced the keys of `account`, of which there are `signers` now."""

    account: str
    signers: int


class Asked(NamedTuple):
    """What waits now: its number, and the block time in ms at which it acts."""

    number: int
    effective: int


def delay_of(ledger: Ledger, account: str) -> int:
    """How long a loosening of an account waits, in ms."""
    guard = ledger.get(Guard, account)
    return ledger.param(ENTERPRISE_DELAY if needs_approvers(guard) else PERSON_DELAY)


def ask(ledger: Ledger, account: str, change: Change, delay: int) -> Asked:
    """Let a change wait; refuses TooManyPending."""
    if len(ledger.index(Waiting).of(account)) >= PENDING_MAX:
        raise TooManyPending(limit=PENDING_MAX)
    counter = ledger.get(PendingCounter, COUNTER)
    number = 1 if counter is None else counter.last + 1
    time = ledger.block.time
    ledger.put(PendingCounter(number), COUNTER)
    ledger.put(Pending(account, number, change, time, time + delay))
    return Asked(number, time + delay)


def drop_pending(ledger: Ledger, account: str) -> None:
    """Forget everything that waits in an account."""
    for one in ledger.index(Waiting).of(account):
        ledger.drop(Pending, one.place())


def supersede(ledger: Ledger, account: str, change: GuardChange | SignerChange) -> None:
    """Cancel what waits and would undo a change that acts now: the same guard, the same signer."""
    for one in ledger.index(Waiting).of(account):
        if _is_of_same(one.change, change):
            ledger.drop(Pending, one.place())
            ledger.emit(PendingCancelled(account, one.number))


def _is_of_same(older: Change, newer: GuardChange | SignerChange) -> bool:
    if isinstance(older, SignerChange) and isinstance(newer, SignerChange):
        return (older.scheme, older.key) == (newer.scheme, newer.key)
    return isinstance(older, GuardChange) and isinstance(newer, GuardChange)


def act(ledger: Ledger, account: str, change: Change) -> None:
    """Do what a change says, now."""
    match change:
        case GuardChange():
            _set_guard(ledger, account, change)
        case SignerChange():
            _limit_signer(ledger, account, change)
        case TrustChange():
            _trust(ledger, account, change.address)
        case UnlockChange():
            _unlock(ledger, account)
        case RecoveryChange():
            _recover(ledger, account, change)


def mature(ledger: Ledger, account: str, number: int) -> None:
    """Let a change that has waited long enough act."""
    place = numbered(account, number)
    pending = ledger.get(Pending, place)
    assert pending is not None
    assert pending.effective <= ledger.block.time
    ledger.drop(Pending, place)
    change = pending.change
    if isinstance(change, SignerChange) and not _is_limited(ledger, account, change):
        # Its key was replaced meanwhile, and what is not limited cannot be widened.
        return
    act(ledger, account, change)


def _is_limited(ledger: Ledger, account: str, change: SignerChange) -> bool:
    return ledger.get(SignerLimit, f"{account}/{change.scheme}-{change.key}") is not None


def _set_guard(ledger: Ledger, account: str, change: GuardChange) -> None:
    before = ledger.get(Guard, account) or UNGUARDED
    if before.guardians != change.guardians:
        drop_votes(ledger, account, before.guardians)
    after = before.replace(
        trusted_only=change.trusted_only, limits=change.limits, guardians=change.guardians,
        guardian_threshold=change.guardian_threshold,
    )  # fmt: skip
    ledger.put(after, account)
    limits = tuple([(limit.asset, limit.per_day) for limit in change.limits])
    ledger.emit(
        GuardSet(account, change.trusted_only, limits, change.guardians, change.guardian_threshold)
    )


def drop_votes(ledger: Ledger, account: str, guardians: tuple[str, ...]) -> None:
    """Forget which recovery these guardians of an account approve."""
    for guardian in guardians:
        if ledger.get(RecoveryVote, f"{account}/{guardian}") is not None:
            ledger.drop(RecoveryVote, f"{account}/{guardian}")


def _limit_signer(ledger: Ledger, account: str, change: SignerChange) -> None:
    place = f"{account}/{change.scheme}-{change.key}"
    if change.families is None:
        ledger.drop(SignerLimit, place)
    else:
        ledger.put(SignerLimit(change.families), place)
    ledger.emit(SignerLimited(account, change.scheme, change.key, change.families))


def _trust(ledger: Ledger, account: str, address: str) -> None:
    ledger.put(Trusted(ledger.block.time), f"{account}/{address}")
    ledger.emit(TrustedAdded(account, address))


def _unlock(ledger: Ledger, account: str) -> None:
    """Take the lock off, and forget a second wish to, which would undo a later lock at once."""
    for one in ledger.index(Waiting).of(account):
        if isinstance(one.change, UnlockChange):
            ledger.drop(Pending, one.place())
    ledger.drop(Lock, account)
    ledger.emit(Unlocked(account))


def _recover(ledger: Ledger, account: str, change: RecoveryChange) -> None:
    """Give the account the guardians' signers; the lock stays, and all else that waited falls."""
    known = ledger.get(Account, account)
    sequence, opened = (0, ledger.block.time) if known is None else (known.sequence, known.opened)
    drop_pending(ledger, account)
    drop_signer_limits(ledger, account)
    ledger.put(Account(change.signers, change.thresholds, sequence, opened, None), account)
    ledger.emit(Recovered(account, len(change.signers)))


def drop_signer_limits(ledger: Ledger, account: str, kept: tuple[str, ...] = ()) -> None:
    """Forget the limits of an account's signers but those of `kept`, each `<scheme>-<key>`."""
    for signer in sorted(ledger.index(SignerLimits).families.get(account, {})):
        if signer not in kept:
            ledger.drop(SignerLimit, f"{account}/{signer}")
