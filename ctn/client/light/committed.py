"""Headers of a chain under CometBFT: from a trusted one to any later one, by signatures alone.

The state after block h is proved by the header of h + 1; CometBFT counts from 1 whatever height
ours began at, so that is its height h + 2 - initial_height (engine.md 15).
"""

from collections.abc import Callable
from typing import Any

from ctn.client import talks
from ctn.client.light import comet
from ctn.client.light.comet import CommitAnswer, LightBlock, Validator, ValidatorPage
from ctn.client.light.failures import LightVerifyFailed, TooFewKnown
from ctn.client.light.found import Found, fork
from ctn.client.light.headers import Headers, plain
from ctn.client.light.trust import Trust
from ctn.client.light.verify import check_age, check_block, check_step
from ctn.client.proofs import Proved
from ctn.client.refusals import RefusalError
from ctn.client.talks import Pause, Talk, Unanswered
from ctn.crypto.digest import sha256
from ctn.kernel.receipt import APPLIED, BROKEN, NOT_ADMITTED, REFUSED

TRIES = 50
PAUSE_MS = 200
PAGE = 100
PAGES_MAX = comet.VALIDATORS_MAX // PAGE
ROOT_BYTES = 32
WAY_MAX = 1_000
# The place of a status is its code in CometBFT's result.
CODES = (APPLIED, REFUSED, BROKEN, NOT_ADMITTED)


class Committed:
    """A chain whose blocks a set of validators commits."""

    def __init__(self, trust: Trust, chain: str, now_ns: Callable[[], int]) -> None:
        assert trust.root is not None
        if not trust.witnesses:
            raise LightVerifyFailed("witness", "a chain of CometBFT needs at least one")
        self._trust = trust
        self._chain = chain
        self._now_ns = now_ns
        self._root = trust.root
        self._headers = Headers(trust.folder, trust.root)

    def begin(self) -> Talk[None]:
        """Take the trusted block from the platform, unless later ones are kept already."""
        if not len(self._headers):
            block = yield from fetch(self._root.height, 0)
            found = comet.header_hash(block.header).hex()
            if found != self._root.hash:
                raise LightVerifyFailed(
                    "trust", f"block {self._root.height} is not the trusted one"
                )
            check_age(block, self._now_ns())
            check_block(block, block.header.chain_id)
            yield from self._compare(block)
            self._headers.keep([block])
        chain_id = self._chain_id()
        if self._chain.partition(":")[0] != chain_id:
            raise LightVerifyFailed("chain", f"{self._chain!r:.100} is not {chain_id!r}")

    def header(self, _proved: Proved, height: int) -> Talk[Found]:
        """The header that proves the state after block `height`, once it is there."""
        block = yield from self.trusted(height + 2 - self._trust.initial_height)
        root = bytes.fromhex(block.header.app_hash)
        if len(root) != ROOT_BYTES:
            raise LightVerifyFailed("root", "the header holds no state root of this ledger")
        time = comet.moment_ns(block.header.time) // comet.NS_PER_MS  # down, as the ledger does
        receipts = bytes.fromhex(block.header.last_results_hash)
        return Found(root, time, self._chain, comet.header_hash(block.header).hex(), receipts)

    def leaf(self, status: str, receipt: bytes) -> bytes:
        """What stands for a receipt in the header's tree: CometBFT's result of it."""
        if status not in CODES:
            raise LightVerifyFailed("receipt", f"{status!r:.40} is no status of a receipt")
        return comet.result_leaf(CODES.index(status), sha256(receipt))

    def trusted(self, height: int) -> Talk[LightBlock]:
        """The block of a height in CometBFT's count, verified from the nearest trusted one below.

        One step where a third of the trusted power still signs, else by halves. Every witness must
        have the same header before it is trusted.
        """
        found = self._headers.at(height)
        if found is not None:
            check_age(found, self._now_ns())
            return found
        before = self._headers.below(height)
        if before is None:
            raise LightVerifyFailed("height", f"header {height} is below the trust root")
        waiting = [(yield from fetch(height, 0))]
        way: list[LightBlock] = []
        while waiting:
            next_block = waiting[-1]
            try:
                check_step(before, next_block, now_ns=self._now_ns())
            except TooFewKnown:
                # Down: between neighbours there is nothing, and they never end here.
                if len(waiting) + len(way) >= WAY_MAX:
                    raise
                middle = (before.height + next_block.height) // 2
                waiting.append((yield from fetch(middle, 0)))
                continue
            before = waiting.pop()
            way.append(before)
        yield from self._compare(before)
        self._headers.keep(way)
        return before

    def _chain_id(self) -> str:
        block = self._headers.below(2**63)
        assert block is not None
        return block.header.chain_id

    def _compare(self, block: LightBlock) -> Talk[None]:
        """Every witness has this header; else both go to the evidence file.

        What no two thirds signed is no other header, only a bad witness: it stops nobody.
        """
        ours = comet.header_hash(block.header)
        for number, url in enumerate(self._trust.witnesses, 1):
            other = yield from fetch(block.height, number)
            if comet.header_hash(other.header) == ours:
                continue
            try:
                check_block(other, block.header.chain_id)
            except LightVerifyFailed as failure:
                raise LightVerifyFailed("witness", f"{url} has a false header: {failure}") from None
            raise fork(
                self._trust, block.height, primary=plain(block), witness=plain(other), url=url
            )


def fetch(height: int, server: int) -> Talk[LightBlock]:
    """Header, commit and set of a height from a platform or a witness."""
    answer = yield from _asked("commit", {"height": str(height)}, server)
    signed = comet.read(answer, CommitAnswer).signed_header
    if int(signed.header.height) != height:
        raise LightVerifyFailed("height", f"asked for header {height}, got another")
    validators: list[Validator] = []
    for page in range(1, PAGES_MAX + 1):
        params = {"height": str(height), "page": str(page), "per_page": str(PAGE)}
        found = comet.read((yield from _asked("validators", params, server)), ValidatorPage)
        validators += found.validators
        if len(validators) >= int(found.total):
            break
    return LightBlock(signed.header, signed.commit, validators)


def _asked(method: str, params: dict[str, str], server: int) -> Talk[dict[str, Any]]:
    """The result of a call; asks again while the height is not there yet."""
    where = "witness" if server else "header"
    what = f"no {method} of height {params['height']}"
    reason = ""
    for _ in range(TRIES):
        try:
            answer = yield from talks.comet_call(method, params, server)
        except (RefusalError, Unanswered) as error:
            raise LightVerifyFailed(where, f"{what}: {error}") from None
        result = answer.get("result")
        if isinstance(result, dict):
            return result
        reason = f"{answer.get('error')!s:.200}"
        yield Pause(PAUSE_MS)
    raise LightVerifyFailed(where, f"{what}: {reason}")
