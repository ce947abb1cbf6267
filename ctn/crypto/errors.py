"""What verification raises; the ledger maps these to its refusals."""


class CryptoError(Exception):
    """A proof, key or scheme is not what it claims to be."""


class BadSignature(CryptoError):
    """The signature does not hold for this key and message."""


class WeakKey(CryptoError):
    """The key is no point, or a point that lets several signatures or signers pass."""


class SchemeUnknown(CryptoError):
    """No verifier is known for this signature scheme."""


class BadPath(CryptoError):
    """The audit path does not lead from this leaf to this root."""
