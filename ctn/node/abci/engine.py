"""Drives a chain by CometBFT, for the door: what comes in goes to its mempool first.

The answer of a submission is the answer of our own CheckTx, which CometBFT asks for on the way;
it is kept by envelope, because CometBFT tells codes and not refusals.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable
from typing import Any

from ctn.kernel import refusal
from ctn.kernel.codec import to_base64
from ctn.kernel.refusal import Refusal
from ctn.kernel.tx import Tx
from ctn.node.abci.application import Application
from ctn.node.abci.chain import Chain
from ctn.node.cometbft.rpc import RpcRefused, RpcUnreachable, call
from ctn.node.maker import Made
from ctn.node.trial import Trial

IN_CACHE = "tx already exists in cache"

Told = Callable[[Tx | None, Refusal | None], None]


class AbciEngine:
    """One node of a network, as its door sees it; all of it lives on the loop thread."""

    kind = "abci"

    def __init__(self, application: Application, rpc: str) -> None:
        self.application = application
        self.maker: Chain = application.chain
        self.listeners: list[Callable[[Made], None]] = []
        self.on_failure: Callable[[BaseException], None] | None = None
        self._rpc = rpc
        self._posted: deque[Callable[[], None]] = deque()
        self._asked: dict[bytes, Refusal | None] = {}
        self._tasks: dict[asyncio.Task[None], None] = {}
        self._trial = Trial()
        application.committed = self._on_block
        application.checked = self._on_check

    def post(self, work: Callable[[], None]) -> None:
        """Run something between blocks, never between FinalizeBlock and Commit."""
        self._posted.append(work)
        self._start(self._run_posted())

    @property
    def rejected(self) -> dict[str, int]:
        """How many proposals of each proposer this node refused since its start."""
        return self.application.rejected

    async def _run_posted(self) -> None:
        await self.application.settled()
        while self._posted:
            self._posted.popleft()()

    def submit(self, envelope: bytes, answer: Told) -> None:
        """Hand an envelope to CometBFT's mempool."""
        self._start(self._submit(envelope, answer))

    async def _submit(self, envelope: bytes, answer: Told) -> None:
        tx: Tx | None = None
        try:
            tx = self.maker.machine.read(envelope)
            if self.maker.store.place(tx.id) is None:
                await self._broadcast(envelope)
            answer(tx, None)
        except Refusal as error:
            is_repeat = tx is not None and self.maker.store.place(tx.id) is not None
            answer(tx, None if is_repeat else error)

    async def _broadcast(self, envelope: bytes) -> None:
        """Let CometBFT take in an envelope; raises what our check refused."""
        digest = hashlib.sha256(envelope).digest()
        self._asked[digest] = None
        try:
            await asyncio.to_thread(call, self._rpc, "broadcast_tx_sync", tx=to_base64(envelope))
        except RpcRefused as error:
            if IN_CACHE not in str(error):
                raise refusal.PoolFull(limit=self.maker.pool.size) from None
        except RpcUnreachable:
            raise refusal.NotSynced() from None
        finally:
            found = self._asked.pop(digest, None)
        if found is not None:
            raise found

    def _on_check(self, envelope: bytes, error: Refusal | None) -> None:
        digest = hashlib.sha256(envelope).digest()
        if digest in self._asked:
            self._asked[digest] = error

    def simulate(self, envelope: bytes) -> dict[str, Any]:
        """What would become of a transaction; changes nothing; bounded in work and time."""
        return self._trial.run(self.maker.machine, envelope)

    def _on_block(self, made: Made) -> None:
        for listener in self.listeners:
            listener(made)

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks[task] = None
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.pop(task, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            assert self.on_failure is not None
            self.on_failure(error)
