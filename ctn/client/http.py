"""The client of a platform's REST doors, blocking and asynchronous.

    client = Client("http://127.0.0.1:8080")
    client.submit([Transfer("cny", 2_500_000, address)], key)

It raises the ledger's own refusal classes. With `trust`, a block maker's key or a block known from
elsewhere, every balance and record that it returns was proved by a light client (`light`).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar, Unpack

import httpx

from ctn.client import talks
from ctn.client.building import Signer, Terms, key_of
from ctn.client.light import records as light_records
from ctn.client.light.client import LightClient
from ctn.client.light.evidence import submit as submit_evidence
from ctn.client.light.trust import Trust, trust_of
from ctn.client.talks import Answer, Ask, Outcome, Pause, Reply, Talk
from ctn.kernel.op import Op
from ctn.kernel.receipt import Receipt

TIMEOUT_SECONDS = 40.0  # a submission is held for at most 30
NO_REPLY = Reply(0, b"")
T = TypeVar("T")


class Row(NamedTuple):
    """One record of a listing: its id and value."""

    id: str
    value: Any


def _light_of(url: str, trust: Trust | str | None) -> tuple[LightClient | None, tuple[str, ...]]:
    """The light client of what is known, and the servers: the platform, then the witnesses."""
    stated = trust_of(trust) if isinstance(trust, str) else trust
    if stated is None:
        return None, (url,)
    return LightClient(stated), (url, *stated.witnesses)


class Client:
    """A blocking client; use it in `with`, or call `close`."""

    def __init__(self, url: str, trust: Trust | str | None = None) -> None:
        """`url` of the platform, without a path; `trust` what is known from elsewhere.

        A text is the maker's key, 64 hex, or HEIGHT:HASH of a block; a chain under CometBFT needs
        a `Trust` with witnesses. Raises ValueError.
        """
        self.url = url
        self._light, servers = _light_of(url, trust)
        self._servers = [
            httpx.Client(base_url=server, timeout=TIMEOUT_SECONDS) for server in servers
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        for server in self._servers:
            server.close()

    def status(self) -> Answer:
        """Chain, height, root and state of the node (thallo.md 5)."""
        return self.run(talks.get("/status"))

    def block(self, height: int) -> Answer:
        """Header, hash, seal and transaction ids of a block; RefusalError when there is none."""
        return self.run(talks.get(f"/blocks/{height}"))

    def changes(self, height: int) -> Answer:
        """Key and new leaf hash (64 hex, None when dropped) of what a block changed."""
        return self.run(talks.get(f"/changes/{height}"))

    def transaction(self, identity: str, *, prove: bool = False) -> Answer:
        """What became of a transaction id (64 hex); RefusalError when it is not known."""
        return self.run(talks.get(f"/transactions/{identity}?prove={int(prove)}"))

    def account(self, address: str) -> Answer:
        """Record, next sequence and balances (decimal strings of base units) of an address.

        With `trust` each is proved; that no balance is missing is not.
        """
        if self._light is not None:
            return self.run(self._light.account(address))
        return self.run(talks.get(f"/accounts/{address}"))

    def state(
        self, table: str, place: str, *, prove: bool = False, at: int | None = None
    ) -> Answer:
        """`value` of a record, None when there is none, with its height, time and age in ms.

        With `trust` the value was proved (LightVerifyFailed otherwise); with `prove` alone the
        proof is given and `value` is its exact text. `at` is an older height, which an archive
        knows and nothing proves.
        """
        if self._light is None or at is not None:
            return self.run(talks.state(table, place, prove=prove, at=at))
        return self.run(self._light.state(table, place))

    def balance(self, account: str, asset: str) -> int:
        """What an account holds of an asset, in base units; proved when `trust` is given."""
        value = self.state("balance", f"{account}/{asset}")["value"]
        return int(value or 0)

    def certificate(self, identity: str) -> Answer:
        """A certificate's record, and that its tonnes ended for it; needs `trust` (`light`)."""
        return self.run(light_records.certificate(_known(self._light), identity))

    def serial(self, text: str) -> Answer:
        """The intervals that hold serials `CTN-<batch>-<start>-<end>`; needs `trust` (`light`)."""
        return self.run(light_records.serial(_known(self._light), text))

    def submit_evidence(self, file: bytes) -> Answer:
        """Hand a light client's evidence file to the platform's CometBFT; `hash`, and `signers`."""
        return self.run(submit_evidence(file))

    def receipt(self, identity: str) -> Answer:
        """The receipt of a transaction, proved to stand in its block; needs `trust`."""
        return self.run(_known(self._light).receipt(identity))

    def records(self, table: str, prefix: str = "") -> Iterator[Row]:
        """The records of a table whose ids begin with `prefix`, in byte order.

        With `trust` each one is proved; that none is missing is not.
        """
        after: str | None = ""
        while after is not None:
            found = self.run(talks.page(table, prefix, after))
            for item in found["items"]:
                value = item["value"]
                if self._light is not None:
                    value = self.state(table, item["id"])["value"]
                yield Row(item["id"], value)
            after = found["next"]

    def build(self, ops: Sequence[Op], sender: str, /, **terms: Unpack[Terms]) -> bytes:
        """The body of a transaction for `sender`, to be signed elsewhere (`building.Terms`).

        Unless `schemes` or `fee` are stated, its fee allows for all signers of the account.
        """
        return self.run(talks.body_of(ops, (), _sent_by(sender, terms)))

    def submit(
        self,
        ops: Sequence[Op],
        keys: Signer | Sequence[Signer],
        *,
        wait: bool = True,
        **terms: Unpack[Terms],
    ) -> Outcome:
        """Build, sign and send a transaction, and wait for its block (at most 30 s).

        Raises the ledger's refusal, whether a door or the block refused, or Unanswered with the
        envelope, which `send` may repeat. One call is one intention: within it only the same
        envelope is ever sent again.
        """
        return self.run(talks.submit(ops, key_of(keys), terms, wait=wait))

    def send(self, envelope: bytes, *, wait: bool = True) -> Outcome:
        """Send a signed envelope; the same one again gives the same transaction's answer."""
        return self.run(talks.send(envelope, wait=wait))

    def simulate(self, envelope: bytes) -> Receipt:
        """The receipt that an envelope would get in the next block; signatures are not checked."""
        return self.run(talks.simulate(envelope))

    def endow(self, kind: str, account: str) -> Answer:
        """Ask a demo chain for a seat (visitor, commuter, seller, trader, developer) or `faucet`.

        Money and grams come as decimal strings of base units. RefusalError when the account had
        its seat or the chain is no demo, Unanswered when nobody could give one now.
        """
        return self.run(talks.endow(kind, account))

    def follow(self, from_height: int) -> Iterator[Answer]:
        """Each block from a height on, as it is made; goes on by itself after a lost connection."""
        height = from_height
        while True:
            yield self.run(talks.next_block(height))
            height += 1

    def run(self, talk: Talk[T]) -> T:
        """What a talk (`talks`, `room`) comes to, held with this client's servers."""
        step = next(talk)
        try:
            while True:
                step = talk.send(self._serve(step))
        except StopIteration as end:
            found: T = end.value
            return found

    def _serve(self, step: Ask | Pause) -> Reply:
        if isinstance(step, Pause):
            time.sleep(step.milliseconds / 1000)
            return NO_REPLY
        try:
            reply = self._servers[step.server].request(
                step.method, step.path, content=step.body, headers=_headers(step)
            )
        except httpx.TransportError:
            return NO_REPLY
        return Reply(reply.status_code, reply.content)


class AsyncClient:
    """The same client for asyncio; use it in `async with`, or call `close`."""

    def __init__(self, url: str, trust: Trust | str | None = None) -> None:
        """`url` of the platform, without a path; `trust` what is known from elsewhere.

        A text is the maker's key, 64 hex, or HEIGHT:HASH of a block; a chain under CometBFT needs
        a `Trust` with witnesses. Raises ValueError.
        """
        self.url = url
        self._light, servers = _light_of(url, trust)
        self._servers = [
            httpx.AsyncClient(base_url=server, timeout=TIMEOUT_SECONDS) for server in servers
        ]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        for server in self._servers:
            await server.aclose()

    async def status(self) -> Answer:
        """As `Client.status`."""
        return await self.run(talks.get("/status"))

    async def block(self, height: int) -> Answer:
        """As `Client.block`."""
        return await self.run(talks.get(f"/blocks/{height}"))

    async def changes(self, height: int) -> Answer:
        """As `Client.changes`."""
        return await self.run(talks.get(f"/changes/{height}"))

    async def transaction(self, identity: str, *, prove: bool = False) -> Answer:
        """As `Client.transaction`."""
        return await self.run(talks.get(f"/transactions/{identity}?prove={int(prove)}"))

    async def account(self, address: str) -> Answer:
        """As `Client.account`."""
        if self._light is not None:
            return await self.run(self._light.account(address))
        return await self.run(talks.get(f"/accounts/{address}"))

    async def state(
        self, table: str, place: str, *, prove: bool = False, at: int | None = None
    ) -> Answer:
        """As `Client.state`."""
        if self._light is None or at is not None:
            return await self.run(talks.state(table, place, prove=prove, at=at))
        return await self.run(self._light.state(table, place))

    async def balance(self, account: str, asset: str) -> int:
        """As `Client.balance`."""
        value = (await self.state("balance", f"{account}/{asset}"))["value"]
        return int(value or 0)

    async def certificate(self, identity: str) -> Answer:
        """As `Client.certificate`."""
        return await self.run(light_records.certificate(_known(self._light), identity))

    async def serial(self, text: str) -> Answer:
        """As `Client.serial`."""
        return await self.run(light_records.serial(_known(self._light), text))

    async def submit_evidence(self, file: bytes) -> Answer:
        """As `Client.submit_evidence`."""
        return await self.run(submit_evidence(file))

    async def receipt(self, identity: str) -> Answer:
        """As `Client.receipt`."""
        return await self.run(_known(self._light).receipt(identity))

    async def records(self, table: str, prefix: str = "") -> AsyncIterator[Row]:
        """As `Client.records`."""
        after: str | None = ""
        while after is not None:
            found = await self.run(talks.page(table, prefix, after))
            for item in found["items"]:
                value = item["value"]
                if self._light is not None:
                    value = (await self.state(table, item["id"]))["value"]
                yield Row(item["id"], value)
            after = found["next"]

    async def build(self, ops: Sequence[Op], sender: str, /, **terms: Unpack[Terms]) -> bytes:
        """As `Client.build`."""
        return await self.run(talks.body_of(ops, (), _sent_by(sender, terms)))

    async def submit(
        self,
        ops: Sequence[Op],
        keys: Signer | Sequence[Signer],
        *,
        wait: bool = True,
        **terms: Unpack[Terms],
    ) -> Outcome:
        """As `Client.submit`."""
        return await self.run(talks.submit(ops, key_of(keys), terms, wait=wait))

    async def send(self, envelope: bytes, *, wait: bool = True) -> Outcome:
        """As `Client.send`."""
        return await self.run(talks.send(envelope, wait=wait))

    async def simulate(self, envelope: bytes) -> Receipt:
        """As `Client.simulate`."""
        return await self.run(talks.simulate(envelope))

    async def endow(self, kind: str, account: str) -> Answer:
        """As `Client.endow`."""
        return await self.run(talks.endow(kind, account))

    async def follow(self, from_height: int) -> AsyncIterator[Answer]:
        """As `Client.follow`."""
        height = from_height
        while True:
            yield await self.run(talks.next_block(height))
            height += 1

    async def run(self, talk: Talk[T]) -> T:
        """As `Client.run`."""
        step = next(talk)
        try:
            while True:
                step = talk.send(await self._serve(step))
        except StopIteration as end:
            found: T = end.value
            return found

    async def _serve(self, step: Ask | Pause) -> Reply:
        if isinstance(step, Pause):
            await asyncio.sleep(step.milliseconds / 1000)
            return NO_REPLY
        try:
            reply = await self._servers[step.server].request(
                step.method, step.path, content=step.body, headers=_headers(step)
            )
        except httpx.TransportError:
            return NO_REPLY
        return Reply(reply.status_code, reply.content)


def _known(light: LightClient | None) -> LightClient:
    if light is None:
        raise ValueError("trust: this read is proved, so it needs a trust root")
    return light


def _headers(ask: Ask) -> dict[str, str]:
    headers = {} if ask.body is None else {"Content-Type": "application/json"}
    return headers | ({"Authorization": f"Bearer {ask.token}"} if ask.token else {})


def _sent_by(sender: str, terms: Terms) -> Terms:
    stated = terms.copy()
    stated["sender"] = sender
    return stated
