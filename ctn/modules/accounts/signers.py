"""What a set of signers must be: distinct, whole keys of known schemes, and able to sign."""

from collections.abc import Iterable

from ctn.crypto import errors, schemes
from ctn.kernel.account import SIGNERS_MAX, Account, Signer, Thresholds
from ctn.kernel.ledger import Ledger
from ctn.kernel.refusal import Refusal, WeakKey
from ctn.kernel.tx import SCHEME_LENGTHS
from ctn.modules.accounts.approval import approvers_of
from ctn.modules.accounts.records import ENTERPRISE_MIN_APPROVERS, Guard, SignerLimits
from ctn.modules.accounts.rules import needs_approvers


class BadSigners(Refusal):
    """Signers must be 1 to 16 distinct keys with 1 <= low <= medium <= high <= sum of weights.

    Of these weights only those of unlimited signers count, and an organisation has two of them.
    """


def check_signers(signers: tuple[Signer, ...], thresholds: Thresholds) -> None:
    """Refuse signers and thresholds by the rule of engine.md 3.4."""
    if not 1 <= len(signers) <= SIGNERS_MAX:
        raise BadSigners(rule="1 to 16 signers")
    keys = {(signer.scheme, signer.key): None for signer in signers}
    if len(keys) != len(signers):
        raise BadSigners(rule="distinct signers")
    for signer in signers:
        lengths = SCHEME_LENGTHS.get(signer.scheme)
        if lengths is None or len(signer.key) != 2 * lengths[0]:
            raise BadSigners(rule="scheme 1 or 2, and its length of key")
    total = sum(signer.weight for signer in signers)
    if not 1 <= thresholds.low <= thresholds.medium <= thresholds.high <= total:
        raise BadSigners(rule="1 <= low <= medium <= high <= sum of weights", sum=total)


def check_keys(signers: tuple[Signer, ...]) -> None:
    """Refuse a key that is no valid point, or of small or mixed order (engine.md 3.2)."""
    for signer in signers:
        try:
            schemes.check_key(signer.scheme, bytes.fromhex(signer.key))
        except errors.WeakKey:
            raise WeakKey(key=signer.key) from None


def ordered(signers: tuple[Signer, ...]) -> tuple[Signer, ...]:
    """The signers as a record holds them: by scheme and key."""
    return tuple(sorted(signers))


def unlimited(signers: tuple[Signer, ...], limited: Iterable[str]) -> list[Signer]:
    """The signers that count for everything; `limited` names the others as `<scheme>-<key>`."""
    named = dict.fromkeys(limited)
    return [signer for signer in signers if f"{signer.scheme}-{signer.key}" not in named]


def require_reachable(
    ledger: Ledger,
    account: str,
    signers: tuple[Signer, ...],
    thresholds: Thresholds,
    limited: tuple[str, ...],
) -> None:
    """Refuse signers of whom the unlimited could not send everything (people.md 2.1, 2.3).

    `limited` names the limited ones as `<scheme>-<key>`. An organisation also keeps as many
    unlimited signers as it needs approvers, else it could never change its signers again.
    """
    free = unlimited(signers, limited)
    weight = sum(signer.weight for signer in free)
    if weight < thresholds.high:
        raise BadSigners(rule="thresholds within reach of unlimited signers", sum=weight)
    if needs_approvers(ledger.get(Guard, account)):
        known = ledger.get(Account, account)
        before = tuple(ledger.index(SignerLimits).families.get(account, {}))
        had = 1 if known is None else len(unlimited(known.signers, before))
        need = approvers_of(ledger.param(ENTERPRISE_MIN_APPROVERS), had)
        if len(free) < need:
            raise BadSigners(rule="as many unlimited signers as approvers", need=need)
