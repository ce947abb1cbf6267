"""Headers of an embedded chain: one maker seals them all, so its key is enough."""

from collections.abc import Callable
from typing import Any

import msgspec

from ctn.client import talks
from ctn.client.light.failures import LightVerifyFailed, step
from ctn.client.light.found import Found, fork
from ctn.client.light.trust import Trust
from ctn.client.light.verify import AHEAD_NS
from ctn.client.proofs import Proved, read_header
from ctn.client.refusals import RefusalError
from ctn.client.talks import Pause, Talk, Unanswered
from ctn.kernel.block import Header, block_hash
from ctn.kernel.codec import encode

NS_PER_MS = 1_000_000
TRIES = 25
PAUSE_MS = 200


class Sealed:
    """An embedded chain of a known maker."""

    def __init__(self, trust: Trust, chain: str, now_ns: Callable[[], int]) -> None:
        self._trust = trust
        self._chain = chain
        self._now_ns = now_ns
        self._maker = trust.maker or ""
        self._last: tuple[int, str, int] | None = None

    def begin(self) -> Talk[None]:
        """Learn the maker from the trusted block, unless its key is what is trusted."""
        root = self._trust.root
        if root is None:
            return
        header, seal = yield from _block(root.height, 0)
        data = encode(header)
        if block_hash(data).hex() != root.hash:
            raise LightVerifyFailed("trust", f"block {root.height} is not the trusted one")
        with step("seal"):
            read_header(data.decode(), seal, header.maker)
        self._maker, self._chain = header.maker, header.chain

    def header(self, proved: Proved, height: int) -> Talk[Found]:
        """The sealed header of an answer, of the height that it names."""
        if proved.header is None or proved.seal is None:
            raise LightVerifyFailed("header", "no block is sealed yet")
        with step("seal"):
            header = read_header(proved.header, proved.seal, self._maker)
        if header.chain != self._chain:
            raise LightVerifyFailed("chain", f"the header is of {header.chain!r:.100}")
        if header.height != height:
            raise LightVerifyFailed("height", f"the header is of {header.height}, not of {height}")
        found = block_hash(proved.header.encode()).hex()
        self._check_order(header, found)
        for number, url in enumerate(self._trust.witnesses, 1):
            yield from self._compare(header, proved.seal, number, url=url)
        if self._last is None or height > self._last[0]:
            self._last = (height, found, header.time)
        receipts = bytes.fromhex(header.receipts)
        return Found(bytes.fromhex(header.state), header.time, header.chain, found, receipts)

    def leaf(self, _status: str, receipt: bytes) -> bytes:
        """What stands for a receipt in the header's tree: itself."""
        return receipt

    def _compare(self, header: Header, seal: str, number: int, *, url: str) -> Talk[None]:
        """A witness has this header; one that the maker sealed beside it goes to evidence."""
        other, others_seal = yield from _block(header.height, number)
        if other == header:
            return
        with step("witness"):
            read_header(encode(other).decode(), others_seal, self._maker)
        raise fork(
            self._trust, header.height, url=url,
            primary={"header": msgspec.to_builtins(header), "seal": seal},
            witness={"header": msgspec.to_builtins(other), "seal": others_seal},
        )  # fmt: skip

    def _check_order(self, header: Header, found: str) -> None:
        """Times rise with heights, and a height has one header."""
        if header.time * NS_PER_MS > self._now_ns() + AHEAD_NS:
            raise LightVerifyFailed(
                "time", "the header is more than 10 seconds ahead of this clock"
            )
        if self._last is None:
            return
        height, before, made = self._last
        if header.height == height and found != before:
            raise LightVerifyFailed("header", f"the maker sealed two headers of height {height}")
        if header.height > height and header.time <= made:
            raise LightVerifyFailed("time", f"header {header.height} is not later than {height}")


def _block(height: int, server: int) -> Talk[tuple[Header, str]]:
    """Header and seal of a height from a platform, once it has it."""
    where = "witness" if server else "header"
    for _ in range(TRIES):
        try:
            answer: Any = yield from talks.get(f"/blocks/{height}", server)
            seal = msgspec.convert(answer.get("seal"), str)
            return msgspec.convert(answer.get("header"), Header), seal
        except RefusalError as refusal:
            if refusal.code != "door.not_found":
                raise LightVerifyFailed(where, f"no block {height}: {refusal}") from None
            yield Pause(PAUSE_MS)
        except Unanswered as error:
            raise LightVerifyFailed(where, f"no block {height}: {error}") from None
        except msgspec.ValidationError as error:
            raise LightVerifyFailed("format", f"{error!s:.200}") from None
    raise LightVerifyFailed(where, f"there is no block {height}")
