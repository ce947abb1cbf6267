"""What a set of signers must be: distinct, whole keys of known schemes, and able to sign."""

from ctn.crypto import errors, schemes
from ctn.kernel.account import SIGNERS_MAX, Signer, Thresholds
from ctn.kernel.refusal import Refusal, WeakKey
from ctn.kernel.tx import SCHEME_LENGTHS


class BadSigners(Refusal):
    """Signers must be 1 to 16 distinct keys with 1 <= low <= medium <= high <= sum of weights."""


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
