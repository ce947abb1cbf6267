"""What a light client does not believe, by the step that fails."""

from collections.abc import Iterator
from contextlib import contextmanager

from ctn.kernel.proof import ProofInvalid


class LightVerifyFailed(ProofInvalid):
    """A server's answer does not follow from the trust root; `step` names where it breaks.

    Steps: format, chain, header, seal, validators, commit, trust, time, expired, height, root,
    path, value, witness, stored, stopped, serial, parts.
    """

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step = step
        self.reason = reason


class TooFewKnown(LightVerifyFailed):
    """Signers with at most a third of the trusted power signed: go by a header in between."""


class HeadersConflict(LightVerifyFailed):
    """A witness has another header of the same height; the evidence file holds both."""


@contextmanager
def step(name: str) -> Iterator[None]:
    """Whatever proof fails inside fails under this name."""
    try:
        yield
    except LightVerifyFailed:
        raise
    except ProofInvalid as error:
        raise LightVerifyFailed(name, str(error)) from None
