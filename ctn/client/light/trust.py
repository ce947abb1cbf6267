"""What a client trusts beforehand: a block maker's key, or one block of the chain."""

import re
from pathlib import Path
from typing import NamedTuple

KEY = re.compile(r"[0-9a-f]{64}")
ROOT = re.compile(r"(0|[1-9][0-9]{0,18}):([0-9a-f]{64})")


class Root(NamedTuple):
    """A block by its height and the hash of its header, 64 hex."""

    height: int
    hash: str


class Trust(NamedTuple):
    """The trust root of a light client (engine.md 15).

    `maker`: key of the one maker of an embedded chain, 64 hex. `root`: a block known from
    elsewhere, younger than 14 days under CometBFT, in CometBFT's count of heights. `witnesses`:
    addresses of other platforms of the chain, at least one for a chain of CometBFT. `folder`:
    where headers are kept from one run to the next. `initial_height`: the first height of the
    chain, above 1 only where it continues another (its genesis file states it).
    """

    maker: str | None = None
    root: Root | None = None
    witnesses: tuple[str, ...] = ()
    folder: Path | None = None
    initial_height: int = 1


def trust_of(text: str) -> Trust:
    """The trust that a text names: a maker's key, or HEIGHT:HASH; raises ValueError.

    All hex is lower case; the height is decimal, without leading zeros.
    """
    if KEY.fullmatch(text):
        return Trust(maker=text)
    found = ROOT.fullmatch(text)
    if found is None:
        raise ValueError(f"trust {text!r:.100}: a maker's key of 64 hex digits, or HEIGHT:HASH")
    return Trust(root=Root(int(found[1]), found[2]))
