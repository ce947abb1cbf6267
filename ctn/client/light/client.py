"""A light client: values of the state, each proved from a trust root through headers alone.

It holds no connection: like every talk of the SDK it yields what it asks for (`talks.py`), so that
the blocking and the asynchronous client walk the same way.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from ctn.client import talks
from ctn.client.light.committed import Committed
from ctn.client.light.failures import HeadersConflict, LightVerifyFailed, step
from ctn.client.light.sealed import Sealed
from ctn.client.light.trust import Trust
from ctn.client.proofs import Proved, value_under
from ctn.client.talks import Answer, Talk
from ctn.crypto.digest import verify_path
from ctn.crypto.errors import BadPath
from ctn.kernel.codec import DECODE_ERRORS, decode_json

EVIDENCE = "light-evidence-*.json"


class _Holding(msgspec.Struct, frozen=True):
    """An asset that a platform says an account holds."""

    asset: str


class _ReceiptProof(msgspec.Struct, frozen=True):
    """A receipt as its exact text, with the way to a root; the header that holds it, if sealed."""

    receipt: str
    index: int
    size: int
    path: list[str]
    header: str | None
    seal: str | None


class _Receipt(msgspec.Struct, frozen=True):
    """What of a receipt decides where it stands."""

    tx: str
    height: int
    status: str


class LightClient:
    """One chain, as its trust root shows it; `now_ns` is the clock, ns since 1970."""

    def __init__(self, trust: Trust, now_ns: Callable[[], int] = time.time_ns) -> None:
        """Raises ValueError for a trust without a root, LightVerifyFailed (stopped) after a fork.

        A client that met two headers of one height stays stopped until someone who looked at the
        evidence file takes it away.
        """
        if (trust.maker is None) == (trust.root is None):
            raise ValueError("trust: either a maker's key or a block")
        folder = trust.folder or Path()
        for found in sorted(folder.glob(EVIDENCE)):
            raise LightVerifyFailed("stopped", f"{found} shows two headers of one height")
        self.trust = trust
        self._now_ns = now_ns
        self._way: Sealed | Committed | None = None
        self._stopped: HeadersConflict | None = None
        self._highest = 0

    def state(self, table: str, place: str) -> Talk[Answer]:
        """Value (None when absent), height, time in ms and block of a record, all proved.

        The value is of the state after block `height`; `time` and `block` are of the header that
        proves it. Raises LightVerifyFailed, whose `step` names what does not follow.
        """
        if self._stopped is not None:
            raise LightVerifyFailed("stopped", str(self._stopped))
        try:
            return (yield from self._state(table, place))
        except HeadersConflict as conflict:
            self._stopped = conflict
            raise

    def _state(self, table: str, place: str) -> Talk[Answer]:
        way = yield from self._open()
        floor = self._highest
        answer = yield from talks.state(table, place, prove=True)
        try:
            proved = msgspec.convert(answer, Proved)
            height = msgspec.convert(answer.get("height"), int)
        except msgspec.ValidationError as error:
            raise LightVerifyFailed("format", f"the answer holds no proof: {error}") from None
        if height < floor:
            raise LightVerifyFailed("height", f"{height} is older than {floor}, seen before")
        header = yield from way.header(proved, height)
        with step("path"):
            value = value_under(header.root, f"{table}\0{place}".encode(), proved)
        self._highest = max(self._highest, height)
        # Down: an age below a millisecond is none.
        age = max(0, self._now_ns() // 1_000_000 - header.time)
        return {
            "table": table, "id": place, "value": value, "height": height, "time": header.time,
            "age_ms": age, "chain": header.chain, "block": header.hash,
        }  # fmt: skip

    def receipt(self, identity: str) -> Talk[Answer]:
        """The receipt of a transaction, proved to stand in its block.

        Answers `receipt`, its `height`, and `time` and `block` of the header that proves it.
        Raises LightVerifyFailed (receipt, path).
        """
        way = yield from self._open()
        answer = yield from talks.get(f"/transactions/{quote(identity, safe='')}?prove=1")
        try:
            proof = msgspec.convert(answer.get("proof"), _ReceiptProof)
            told = msgspec.json.decode(proof.receipt, type=_Receipt)
            receipt = decode_json(proof.receipt.encode())
        except (*DECODE_ERRORS, ValueError) as error:
            raise LightVerifyFailed("format", f"{error!s:.200}") from None
        if told.tx != identity:
            raise LightVerifyFailed("receipt", f"it is of transaction {told.tx!r:.100}")
        sealed = Proved(None, None, None, proof.header, proof.seal)
        header = yield from way.header(sealed, told.height)
        leaf = way.leaf(told.status, proof.receipt.encode())
        try:
            path = [bytes.fromhex(step) for step in proof.path]
            verify_path(
                path, leaf=leaf, root=header.receipts, index=proof.index, size=proof.size
            )
        except (BadPath, ValueError):
            raise LightVerifyFailed("path", "the receipt is not in the header's tree") from None
        return {
            "receipt": receipt, "height": told.height, "time": header.time,
            "chain": header.chain, "block": header.hash,
        }  # fmt: skip

    def account(self, address: str) -> Talk[Answer]:
        """Record, sequence and balances of an address, each proved; that none is missing is not."""
        named = yield from talks.get(f"/accounts/{quote(address, safe='')}")
        try:
            holdings = msgspec.convert(named.get("balances"), list[_Holding])
        except msgspec.ValidationError as error:
            raise LightVerifyFailed("format", f"{error!s:.200}") from None
        found = yield from self.state("account", address)
        balances: list[Any] = []
        for holding in holdings:
            held = yield from self.state("balance", f"{address}/{holding.asset}")
            if held["value"] is not None:
                balances.append({"asset": holding.asset, "amount": str(held["value"])})
        record = found["value"]
        return named | {
            "address": address, "account": record, "balances": balances,
            "sequence": record["sequence"] if record else 0,
            "height": found["height"], "time": found["time"], "age_ms": found["age_ms"],
        }  # fmt: skip

    def _open(self) -> Talk[Sealed | Committed]:
        """How this chain proves its headers; a lie about it meets a root that does not fit."""
        if self._way is None:
            status = yield from talks.get("/status")
            name, engine = status.get("chain"), status.get("engine")
            if not isinstance(name, str):
                raise LightVerifyFailed("format", "the status names no chain")
            if self.trust.maker is not None or engine == "embedded":
                way: Sealed | Committed = Sealed(self.trust, name, self._now_ns)
            else:
                way = Committed(self.trust, name, self._now_ns)
            yield from way.begin()
            self._way = way
        return self._way
