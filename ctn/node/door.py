"""The engine's own door: `<home>/run/node.sock`, mode 0600, for the platform on the same machine.

Frames are `u32be length | canonical JSON`. A request is `{id, call, ...}`, its answer
`{id, ok: {...}}` or `{id, refusal: {code, facts, sentence}}`; requests of one connection are
answered as they finish. `follow` answers with one frame `{id, block: {...}}` a block, for ever;
`snapshot` with its head and then all records of that height, until a frame without any.
"""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from typing import NoReturn, Protocol

import msgspec

from ctn.kernel import codec
from ctn.kernel.commitment import Absence, Membership
from ctn.kernel.refusal import Malformed, Refusal
from ctn.kernel.tx import Tx
from ctn.machine import Machine
from ctn.modules.registry.intervals import SERIALS_MAX
from ctn.node import queries, standing
from ctn.node.files import free_mebibytes
from ctn.node.home import Opened
from ctn.node.maker import Made
from ctn.node.pool import Pool
from ctn.node.requests import (
    Answer,
    Request,
    check_key,
    envelope_of,
    height_of,
    is_id,
    refusal_answer,
)
from ctn.node.stops import Stop
from ctn.node.store import Store

FRAME_MAX = 4 << 20
WAIT_SECONDS = 30
PROOFS_MAX = 32
RECORDS_MAX = 1000
EMBEDDED = "embedded"


class Chain(Protocol):
    """The chain of an engine, as the door reads it."""

    opened: Opened
    machine: Machine
    store: Store
    pool: Pool
    is_read_only: bool


class Driver(Protocol):
    """What drives a chain: our own maker, or CometBFT."""

    kind: str
    listeners: list[Callable[[Made], None]]
    on_failure: Callable[[BaseException], None] | None

    @property
    def maker(self) -> Chain:
        """The chain that it drives."""

    @property
    def rejected(self) -> dict[str, int]:
        """How many proposals of each proposer were refused here since the start."""

    def post(self, work: Callable[[], None]) -> None:
        """Run something where the state is written, between blocks."""

    def submit(self, envelope: bytes, answer: Callable[[Tx | None, Refusal | None], None]) -> None:
        """Hand in an envelope; `answer` is called after the check."""

    def simulate(self, envelope: bytes) -> Answer:
        """What would become of a transaction; changes nothing."""


class Door:
    """Serves the calls of the engine on a unix socket."""

    def __init__(self, engine: Driver) -> None:
        self.engine = engine
        self.store = engine.maker.store
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[str, list[asyncio.Future[Answer]]] = {}
        self._moved = asyncio.Event()
        self._calls: dict[str, Callable[[Request], Awaitable[Answer]]] = {
            "status": self._status,
            "submit": self._submit,
            "transaction": self._transaction,
            "simulate": self._simulate,
            "block": self._block,
            "raw": self._raw,
            "changes": self._changes,
            "state": self._state,
            "records": self._records,
            "proofs": self._proofs,
            "standing": self._standing,
        }
        engine.listeners.append(self._on_block)

    async def serve(self, path: str) -> asyncio.Server:
        """Listen on the socket; only its owner can connect."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        old = os.umask(0o177)
        try:
            return await asyncio.start_unix_server(self._connected, path)
        finally:
            os.umask(old)

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        tasks: dict[asyncio.Task[None], None] = {}
        try:
            while True:
                size = int.from_bytes(await reader.readexactly(4), "big")
                if size > FRAME_MAX:
                    return
                data = await reader.readexactly(size)
                task = asyncio.create_task(self._answer(data, writer))
                tasks[task] = None
                task.add_done_callback(lambda done: tasks.pop(done, None))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            # Cancelled only at the loop's end, where asyncio would print it as an error.
            return
        finally:
            for task in list(tasks):
                task.cancel()
            writer.close()

    async def _answer(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            request = msgspec.json.decode(data, type=Request)
            await self._serve(request, writer)
        except (msgspec.DecodeError, ConnectionError):
            writer.close()
        except Stop as stop:
            # Damage that a reader finds stops the node like damage that the writer finds.
            writer.close()
            if self.engine.on_failure is not None:
                self.engine.on_failure(stop)

    async def _serve(self, request: Request, writer: asyncio.StreamWriter) -> None:
        try:
            if request.call == "follow":
                await self._follow(request, writer)
            if request.call == "snapshot":
                await self._snapshot(request, writer)
                return
            call = self._calls.get(request.call)
            if call is None:
                raise Malformed(field="call", rule="one of the calls of this door")
            answer: Answer = {"id": request.id, "ok": await call(request)}
        except Refusal as refusal:
            answer = {"id": request.id, "refusal": refusal_answer(refusal)}
        await _send(writer, answer)

    # --- calls

    async def _status(self, _request: Request) -> Answer:
        answer = queries.status(self.store) | {"engine": self.engine.kind}
        maker = self.engine.maker
        answer["pool"] = len(maker.pool)
        answer["read_only"] = maker.is_read_only
        answer["alarms"] = len(maker.machine.alarms)
        answer["free_mib"] = free_mebibytes(maker.opened.home.folder)
        answer["profile"] = maker.opened.config.profile
        answer["rejected"] = self.engine.rejected
        return answer

    async def _submit(self, request: Request) -> Answer:
        envelope = envelope_of(request.tx)
        future: asyncio.Future[Answer] = self._loop.create_future()
        checked: asyncio.Future[Tx] = self._loop.create_future()

        def told(tx: Tx | None, refusal: Refusal | None) -> None:
            if checked.done():
                return
            if refusal is not None:
                checked.set_exception(refusal)
                return
            assert tx is not None
            # Registered before the block that may hold or drop it is published.
            self._waiting.setdefault(tx.id, []).append(future)
            checked.set_result(tx)

        def answered(tx: Tx | None, refusal: Refusal | None) -> None:
            self._loop.call_soon_threadsafe(told, tx, refusal)

        self.engine.submit(envelope, answered)
        try:
            tx = await checked
            return await self._outcome(tx.id, future, request.wait)
        finally:
            if checked.done() and not checked.cancelled() and checked.exception() is None:
                self._forget(checked.result().id, future)

    async def _outcome(
        self, identity: str, future: asyncio.Future[Answer], wait: bool
    ) -> Answer:
        found = queries.transaction(self.store, identity)
        if found is None and wait:
            with contextlib.suppress(TimeoutError):
                found = await asyncio.wait_for(future, WAIT_SECONDS)
        if found is None:
            return {"id": identity, "status": "pending"}
        if "receipt" not in found:
            return {"id": identity, "status": "dropped"} | found
        return {"id": identity, "status": found["receipt"]["status"]} | found

    async def _transaction(self, request: Request) -> Answer:
        if not is_id(request.place):
            raise Malformed(field="id", rule="64 lower-case hex")
        found = queries.transaction(self.store, request.place, prove=request.prove)
        if found is not None:
            return found
        return {"pending": request.place in self.engine.maker.pool}

    async def _simulate(self, request: Request) -> Answer:
        envelope = envelope_of(request.tx)
        answer: Answer = await self.on_writer(lambda: self.engine.simulate(envelope))
        return answer

    async def _block(self, request: Request) -> Answer:
        height = height_of(request.height)
        return {"block": await asyncio.to_thread(queries.block, self.store, height)}

    async def _raw(self, request: Request) -> Answer:
        data = await asyncio.to_thread(self.store.block_bytes, height_of(request.height))
        return {"raw": None if data is None else codec.to_base64(data)}

    async def _changes(self, request: Request) -> Answer:
        height = height_of(request.height)
        return {"changes": await asyncio.to_thread(queries.changes, self.store, height)}

    async def _state(self, request: Request) -> Answer:
        check_key(request.table, request.place)
        if request.past is not None:
            return await asyncio.to_thread(
                queries.past_record, self.store, request.table, request.place,
                height_of(request.past),
            )  # fmt: skip
        if not request.prove:
            return await asyncio.to_thread(
                queries.record, self.store, request.table, request.place
            )
        keys = [(request.table, request.place)]
        answer: Answer = await self.on_writer(lambda: self.prove(keys))
        return answer

    async def _records(self, request: Request) -> Answer:
        check_key(request.table, request.prefix, field="prefix")
        check_key(request.table, request.after, field="after")
        if not 1 <= request.limit <= RECORDS_MAX:
            raise Malformed(field="limit", rule=f"1 to {RECORDS_MAX}")
        return await asyncio.to_thread(
            queries.records, self.store, request.table, request.prefix, request.after,
            request.limit,
        )  # fmt: skip

    async def _proofs(self, request: Request) -> Answer:
        if not 1 <= len(request.keys) <= PROOFS_MAX:
            raise Malformed(field="keys", rule=f"1 to {PROOFS_MAX}")
        for table, place in request.keys:
            check_key(table, place)
        answer: Answer = await self.on_writer(lambda: self.prove(request.keys))
        return answer

    async def _standing(self, request: Request) -> Answer:
        check_key("external", request.place)
        if not 1 <= request.start <= request.end <= SERIALS_MAX:
            raise Malformed(field="start", rule=f"serials 1 to {SERIALS_MAX}, in order")
        machine = self.engine.maker.machine
        answer: Answer = await self.on_writer(
            lambda: standing.rows(machine, request.place, request.start, end=request.end)
        )
        return answer

    def prove(self, keys: list[tuple[str, str]]) -> Answer:
        """Records of one height with their paths and the header that proves them."""
        commitment = self.engine.maker.machine.commitment
        head = queries.head_of(self.store)
        found = self.store.block(head.height)
        rows: list[Answer] = []
        for table, place in keys:
            key = f"{table}\0{place}".encode()
            value = self.store.read(key)
            row: Answer = {"table": table, "id": place}
            row["value"] = None if value is None else value.decode()
            row |= self._proof_row(commitment.prove(key))
            rows.append(row)
        answer: Answer = {"chain": head.chain, "height": head.height, "records": rows}
        answer["root"] = head.root
        # Only a maker's seal proves: under CometBFT its next header does, which is not ours.
        sealed = found if self.engine.kind == EMBEDDED else None
        answer["header"] = None if sealed is None else codec.encode(sealed.header).decode()
        answer["seal"] = None if sealed is None else sealed.seal.hex()
        return answer

    def _proof_row(self, proof: Membership | Absence) -> Answer:
        if isinstance(proof, Membership):
            return {"path": _path(proof)}
        sides = {"left": proof.left, "right": proof.right}
        return {"absent": {name: self._neighbour(side) for name, side in sides.items()}}

    def _neighbour(self, side: Membership | None) -> Answer | None:
        """A neighbour comes with its value, because only both make its leaf."""
        if side is None:
            return None
        value = self.store.read(side.key)
        assert value is not None
        return {"key": side.key.hex(), "value": value.decode(), "path": _path(side)}

    async def _follow(self, request: Request, writer: asyncio.StreamWriter) -> NoReturn:
        height = height_of(request.height)
        while True:
            moved = self._moved
            item = await asyncio.to_thread(queries.feed_item, self.store, height)
            if item is None:
                await moved.wait()
                continue
            await _send(writer, {"id": request.id, "block": item})
            height += 1

    async def _snapshot(self, request: Request, writer: asyncio.StreamWriter) -> None:
        answers = queries.snapshot_answers(self.store, RECORDS_MAX)
        while (answer := await asyncio.to_thread(next, answers, None)) is not None:
            await _send(writer, {"id": request.id} | answer)

    # --- between the threads

    async def on_writer(self, work: Callable[[], Answer]) -> Answer:
        """Run something on the writer's thread and wait for it."""
        future: asyncio.Future[Answer] = self._loop.create_future()

        def run() -> None:
            try:
                answer = work()
            except Refusal as refusal:
                self._loop.call_soon_threadsafe(_fail, future, refusal)
            else:
                self._loop.call_soon_threadsafe(_finish, future, answer)

        self.engine.post(run)
        return await future

    def _on_block(self, made: Made) -> None:
        """On the writer's thread, after the commit: acknowledge and publish."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._publish, made)

    def _publish(self, made: Made) -> None:
        self._moved.set()
        self._moved = asyncio.Event()
        outcome = made.outcome
        for tx, index in zip(outcome.included, outcome.places, strict=True):
            for future in self._waiting.get(tx.id, ()):
                receipt = msgspec.json.decode(outcome.receipts[index])
                _finish(future, {"receipt": receipt})
        for tx, refusal in made.dropped:
            for future in self._waiting.get(tx.id, ()):
                _finish(future, {"refusal": refusal_answer(refusal)})

    def _forget(self, identity: str, future: asyncio.Future[Answer]) -> None:
        waiting = self._waiting.get(identity, [])
        if future in waiting:
            waiting.remove(future)
        if not waiting:
            self._waiting.pop(identity, None)


def _path(proof: Membership) -> list[list[str]]:
    return [[step.prefix.hex(), step.suffix.hex()] for step in proof.path]


def _finish(future: asyncio.Future[Answer], answer: Answer) -> None:
    if not future.done():
        future.set_result(answer)


def _fail(future: asyncio.Future[Answer], refusal: Refusal) -> None:
    if not future.done():
        future.set_exception(refusal)


async def _send(writer: asyncio.StreamWriter, answer: Answer) -> None:
    data = codec.encode(answer)
    writer.write(len(data).to_bytes(4, "big") + data)
    await writer.drain()

