"""A set of validators that someone trusts, from a file."""

import msgspec

from ctn.client.light import comet
from ctn.client.light.comet import Validator, ValidatorPage
from ctn.client.light.failures import LightVerifyFailed
from ctn.client.light.verify import check_set


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer of JSON-RPC as a whole."""

    jsonrpc: str
    id: int | str
    result: ValidatorPage


def pinned_set(data: bytes) -> str:
    """The hash, 64 hex, of a set: the list, or the answer of CometBFT's call `validators`.

    An answer must hold the whole set, not one page of it. Raises LightVerifyFailed: format,
    validators. Source: engine.md 15.2.
    """
    if data.lstrip()[:1] == b"[":
        validators = comet.read_text(data, list[Validator])
    else:
        page = comet.read_text(data, _Answer).result
        validators = page.validators
        if len(validators) != int(page.total):
            raise LightVerifyFailed("validators", "the file holds one page of the set only")
    if not validators:
        raise LightVerifyFailed("validators", "the file holds no validator")
    check_set(validators)
    return comet.validators_hash(validators).hex()
