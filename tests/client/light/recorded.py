"""Blocks of real CometBFT runs, kept as data (tests/vectors/cometbft_kvstore.json)."""

from typing import Any

from ctn.client.light import comet
from ctn.client.light.comet import LightBlock, SignedHeader, Validator
from tests.crypto.vector_files import read

_DATA = read("cometbft_kvstore")
RUNS = ("one", "four")
# In run four: the sets changed with these headers (the first signed by the new set).
TWENTY, TWO_HUNDRED, REMOVED, ADDED = 108, 116, 126, 134


def heights(run: str) -> list[int]:
    """The heights of a run that were kept."""
    return sorted(int(height) for height in _DATA[run]["commits"])


def signed(run: str, height: int) -> Any:
    """Header and commit as JSON-RPC printed them."""
    return _DATA[run]["commits"][str(height)]


def validators(run: str, height: int) -> Any:
    """The set of a height as JSON-RPC printed it."""
    return _DATA[run]["validators"][signed(run, height)["header"]["validators_hash"]]


def block(run: str, height: int) -> LightBlock:
    """A block with its set."""
    found = comet.read(signed(run, height), SignedHeader)
    return LightBlock(
        found.header, found.commit, comet.read(validators(run, height), list[Validator])
    )
