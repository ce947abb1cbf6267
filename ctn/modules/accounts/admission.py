"""Admission: who signed, in which sequence, and who pays (engine.md 4.2, checks 10 to 14).

It runs before any op of the block and is kept even when the operation is refused, so a refused
transaction still spends its sequence and its fee.
"""

from typing import NamedTuple

from ctn.crypto import errors, schemes
from ctn.kernel import refusal
from ctn.kernel.account import FEES, Account, Signer, Threshold, Thresholds, key_address
from ctn.kernel.ledger import Ledger, Move
from ctn.kernel.receipt import FeePaid
from ctn.kernel.tx import EXPIRY_MAX, FEE_MAX, Tx
from ctn.modules.accounts.approval import Limited, approval_of, approvers_of
from ctn.modules.accounts.cancel_pending import CancelPending, pending_of
from ctn.modules.accounts.halts import is_halted, require_open
from ctn.modules.accounts.records import (
    ENTERPRISE_MIN_APPROVERS,
    Guard,
    SignerLimits,
    Sponsorship,
)
from ctn.modules.accounts.rules import needs_approvers
from ctn.modules.accounts.waiting import RecoveryChange

FEE_ASSET = "cny"
GOOD_KEYS_MAX = 100_000
_good_keys: dict[tuple[int, bytes], None] = {}


class Admitted(NamedTuple):
    """What an admission found and moved; compared again before the first op."""

    account: Account
    guard: Guard | None
    limited: Limited | None
    fee: FeePaid
    move: Move


def check(ledger: Ledger, tx: Tx, *, waiting: int = 0, held: int = 0) -> Admitted:
    """Checks 10 to 14, behind `waiting` transactions of the sender and `held` fees of the payer."""
    body = tx.body
    height = ledger.block.height
    if body.expires < height:
        raise refusal.Expired(expires=body.expires, height=height)
    if body.expires > height + EXPIRY_MAX:
        raise refusal.ExpiryTooFar(expires=body.expires, latest=height + EXPIRY_MAX)
    account = ledger.get(Account, body.sender)
    guard = ledger.get(Guard, body.sender)
    known = account or _first_use(tx, ledger.block.time)
    limited = _limited(ledger, body.sender)
    _check_signers(ledger, tx, known, guard)
    expected = known.sequence + waiting
    if body.sequence < expected:
        raise refusal.SequenceUsed(sequence=body.sequence, next=expected)
    if body.sequence > expected:
        raise refusal.SequenceGap(sequence=body.sequence, next=expected)
    require_open(ledger, known, body.sender, body.ops)
    fee = _check_fee(ledger, tx, held)
    if account is None:
        _check_first_key(tx)
    return Admitted(known, guard, limited, fee, (fee.asset, fee.payer, FEES, fee.amount))


def admit(ledger: Ledger, tx: Tx) -> Admitted:
    """Checks 10 to 14, then sequence + 1 and the fee moved."""
    admitted = check(ledger, tx)
    account, fee, sender = admitted.account, admitted.fee, tx.body.sender
    if tx.body.fee.payer is not None:
        place = f"{fee.payer}/{sender}"
        sponsorship = ledger.get(Sponsorship, place)
        assert sponsorship is not None
        ledger.put(sponsorship.replace(budget=sponsorship.budget - fee.amount), place)
    # Built by hand: `replace` costs a microsecond, and this runs once a transaction.
    signers, thresholds = account.signers, account.thresholds
    raised = Account(signers, thresholds, account.sequence + 1, account.opened, account.closed)
    ledger.put(raised, sender)
    ledger.move(fee.asset, fee.amount, source=fee.payer, target=FEES)
    return admitted


def recheck(ledger: Ledger, tx: Tx, admitted: Admitted) -> None:
    """Checks 11 and 13 at the transaction's place, where an earlier one may have changed both."""
    account = ledger.get(Account, tx.body.sender)
    guard = ledger.get(Guard, tx.body.sender)
    assert account is not None
    before = admitted.account
    is_same = account.signers is before.signers and account.thresholds is before.thresholds
    is_same = is_same and guard is admitted.guard
    is_same = is_same and _limited(ledger, tx.body.sender) is admitted.limited
    # A recovery that started meanwhile asks more of who cancels it.
    if not is_same or any(type(op) is CancelPending for op in tx.body.ops):
        _check_signers(ledger, tx, account, guard)
    require_open(ledger, account, tx.body.sender, tx.body.ops)


def recheck_open(ledger: Ledger, tx: Tx) -> None:
    """Check 13 before each later op: an earlier op may have closed or stopped the account."""
    account = ledger.get(Account, tx.body.sender)
    assert account is not None
    require_open(ledger, account, tx.body.sender, tx.body.ops)


def _limited(ledger: Ledger, address: str) -> Limited | None:
    """The families of each limited signer of an account; None when all are unlimited."""
    return ledger.index(SignerLimits).families.get(address)


def _check_signers(ledger: Ledger, tx: Tx, account: Account, guard: Guard | None) -> None:
    """Check 11: each signer is one of the account, and those that count are enough."""
    limited = _limited(ledger, tx.body.sender)
    signed = [_signer(account, scheme, key) for scheme, key, _signature in tx.signatures]
    stops = _stops_recovery(ledger, tx)
    approval = approval_of(signed, limited, tx.body.ops, stops_recovery=stops)
    weight, count, withheld, barred = approval
    threshold = Threshold.HIGH if stops else tx.threshold
    needed = account.thresholds.weight(threshold)
    if weight < needed:
        if weight + withheld >= needed:
            raise refusal.SignerLimited(family=barred)
        raise refusal.ThresholdNotMet(weight=weight, needed=needed)
    if threshold.value >= Threshold.MEDIUM.value and needs_approvers(guard):
        unlimited = len(account.signers) - len(limited or ())
        approvers = approvers_of(ledger.param(ENTERPRISE_MIN_APPROVERS), unlimited)
        if count < approvers:
            raise refusal.SecondApproverNeeded(have=count, need=approvers)


def _signer(account: Account, scheme: int, key: bytes) -> Signer:
    text = key.hex()
    for signer in account.signers:
        if signer.key == text and signer.scheme == scheme:
            return signer
    raise refusal.SignerUnknown(key=text)


def _stops_recovery(ledger: Ledger, tx: Tx) -> bool:
    """Whether an op stops a recovery, which asks for the high threshold: only the state tells."""
    for op in tx.body.ops:
        if type(op) is CancelPending:
            pending = pending_of(ledger, tx.body.sender, op.number)
            if pending is not None and isinstance(pending.change, RecoveryChange):
                return True
    return False


def _check_fee(ledger: Ledger, tx: Tx, held: int) -> FeePaid:
    amount, payer = tx.body.fee.amount, tx.body.fee.payer
    if amount < tx.fee_min:
        raise refusal.FeeTooLow(amount=amount, least=tx.fee_min)
    if amount > FEE_MAX:
        raise refusal.FeeTooHigh(amount=amount, most=FEE_MAX)
    if payer is not None:
        sponsorship = ledger.get(Sponsorship, f"{payer}/{tx.body.sender}")
        is_covered = sponsorship is not None and _covers(sponsorship, amount, ledger.block.time)
        # A sponsor's money is value that leaves it, and none leaves a halted account.
        if not is_covered or is_halted(ledger, payer):
            raise refusal.NotSponsored(payer=payer)
    asset = ledger.named_param("fee_asset", FEE_ASSET)
    source = payer or tx.body.sender
    have = ledger.balance(source, asset) - held
    if have < amount:
        raise refusal.CannotPayFee(payer=source, asset=asset, have=max(have, 0), need=amount)
    return FeePaid(source, asset, amount)


def _covers(sponsorship: Sponsorship, amount: int, time: int) -> bool:
    is_within = amount <= sponsorship.per_tx and amount <= sponsorship.budget
    return is_within and sponsorship.expires > time


def _first_use(tx: Tx, time: int) -> Account:
    """The account that a key's first transaction opens; refuses another sender's address."""
    scheme, key, _signature = tx.signatures[0]
    if len(tx.signatures) != 1 or key_address(scheme, key) != tx.body.sender:
        raise refusal.SignerUnknown(key=key.hex())
    return Account((Signer(scheme, key.hex(), 1),), Thresholds(1, 1, 1), 0, time, None)


def _check_first_key(tx: Tx) -> None:
    scheme, key, _signature = tx.signatures[0]
    # A key is checked at the door and again in the block; a good key stays good.
    if (scheme, key) in _good_keys:
        return
    try:
        schemes.check_key(scheme, key)
    except errors.WeakKey:
        raise refusal.WeakKey(key=key.hex()) from None
    if len(_good_keys) >= GOOD_KEYS_MAX:
        _good_keys.clear()
    _good_keys[(scheme, key)] = None
