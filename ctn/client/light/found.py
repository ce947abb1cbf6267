"""What both kinds of headers come to: a root with its time, and evidence of two for one height."""

from pathlib import Path
from typing import Any, NamedTuple

from ctn.client.light.failures import HeadersConflict
from ctn.client.light.headers import write_whole
from ctn.client.light.trust import Trust
from ctn.kernel.codec import encode


class Found(NamedTuple):
    """A header that is believed: state root, time in ms, full name of the chain, hash in hex.

    `receipts` is the root over what stands for the receipts of the block whose state it proves.
    """

    root: bytes
    time: int
    chain: str
    hash: str
    receipts: bytes


def fork(trust: Trust, height: int, *, primary: Any, witness: Any, url: str) -> HeadersConflict:
    """Write both blocks of a height to the evidence file; the failure that names it."""
    file = (trust.folder or Path()) / f"light-evidence-{height}.json"
    write_whole(
        file, encode({"height": height, "primary": primary, "witness": witness, "url": url})
    )
    return HeadersConflict("witness", f"{url} has another header {height}: both are in {file}")
