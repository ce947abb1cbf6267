"""`/graphql` as a socket: graphql-transport-ws and nothing else (thallo.md 4.11)."""

import asyncio
import contextlib
import secrets
from typing import Any, Final
from weakref import WeakValueDictionary

import msgspec
from graphql import FieldNode, GraphQLError, OperationType
from graphql.execution.values import get_argument_values, get_variable_values
from starlette.websockets import WebSocket, WebSocketDisconnect

from ctn.api.gate import REQUEST_ID_BYTES
from ctn.api.graphql.asked import BODY_BYTES, Message, asked_of, read_message
from ctn.api.graphql.documents import invalid
from ctn.api.graphql.execution import Prepared, Runner
from ctn.api.graphql.faults import Teller
from ctn.api.graphql.following import RING_MESSAGES, Follower, Key, Told
from ctn.api.graphql.http import EXPECTED
from ctn.api.graphql.news import KINDS
from ctn.api.graphql.streams import Streams
from ctn.api.limits import Limits
from ctn.api.peers import client_of
from ctn.api.problems import language_of
from ctn.api.rates import bucket_of
from ctn.api.refusals import Banned, Busy, DoorRefusal, TooManySockets, TooManyStreams
from ctn.api.sockets import TRY_AGAIN, WAITING_BYTES, WAITING_MAX, Sockets
from ctn.kernel.refusal import Malformed
from ctn.views.refusals import ViewRefusal

PROTOCOL: Final = "graphql-transport-ws"
INIT_SECONDS: Final = 3
SUBSCRIPTIONS_MAX: Final = 10
ID_LETTERS: Final = 128
INVALID, UNAUTHORIZED, BAD_PROTOCOL = 4400, 4401, 4406
INIT_LATE, ID_TAKEN, INIT_TWICE = 4408, 4409, 4429
BANNED, TOO_LARGE, NOT_UTF8 = 1008, 1009, 1007
MALFORMED: Final = 400  # as what breaks the protocol would be answered by HTTP
BUSY_SECONDS: Final = 0.1


class Doors:
    """What all sockets of `/graphql` share; the sockets of the feed count against one limit too."""

    def __init__(self, runner: Runner, streams: Streams, sockets: Sockets, limits: Limits) -> None:
        self.runner = runner
        self.streams = streams
        self.sockets = sockets
        self.limits = limits
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def serve(self, websocket: WebSocket) -> None:
        """Serve a socket until it is closed."""
        if PROTOCOL not in websocket.scope.get("subprotocols", []):
            await websocket.accept()
            await websocket.close(BAD_PROTOCOL, "Subprotocol not acceptable")
            return
        await websocket.accept(PROTOCOL)
        client = client_of(websocket.scope)
        try:
            self.sockets.enter(client)
        except TooManySockets:
            await websocket.close(TRY_AGAIN, "Too many sockets")
            return
        try:
            await Socket(self, websocket).run()
        finally:
            self.sockets.leave(client)

    def turn(self, client: str) -> asyncio.Lock:
        """What the messages of one address are written under: one at a time, others go before."""
        bucket = bucket_of(client)
        found = self._turns.get(bucket)
        if found is None:
            found = self._turns[bucket] = asyncio.Lock()
        return found


class Socket:
    """One connection and its subscriptions."""

    def __init__(self, doors: Doors, websocket: WebSocket) -> None:
        self.doors = doors
        self.runner = doors.runner
        self.websocket = websocket
        self.scope = websocket.scope
        client = client_of(self.scope)
        self.client = "" if doors.limits.is_spared(self.scope) else bucket_of(client)
        self.turn = doors.turn(client)
        language = language_of(websocket.headers.raw)
        self.teller = Teller(language, secrets.token_hex(REQUEST_ID_BYTES))
        self.operations: dict[str, asyncio.Task[None]] = {}
        self.followed: dict[str, tuple[Key, Follower]] = {}
        self.is_ready = False
        self.waiting: list[str] = []
        self.bytes = 0
        self.closing: tuple[int, str] | None = None
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """Read and write until one side closes."""
        writer = asyncio.create_task(self._write())
        reader = asyncio.create_task(self._read())
        try:
            await asyncio.wait((writer, reader), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for name in list(self.operations):
                self._end(name)
            for task in (writer, reader):
                task.cancel()
            await asyncio.gather(writer, reader, return_exceptions=True)
        if self.closing is not None:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await self.websocket.close(*self.closing)

    # --- out

    def offer(self, frame: str) -> None:
        """Put a frame in line; a reader too slow for the line is closed."""
        self.bytes += len(frame)
        if len(self.waiting) >= WAITING_MAX or self.bytes > WAITING_BYTES:
            self.close(TRY_AGAIN, "Too slow")
            return
        self.waiting.append(frame)
        self.wake.set()

    def close(self, code: int, reason: str) -> None:
        """Close as soon as the writer looks."""
        if self.closing is None:
            self.closing = (code, reason)
        self.wake.set()

    async def _write(self) -> None:
        while self.closing is None:
            await self.wake.wait()
            self.wake.clear()
            while self.waiting and self.closing is None:
                frame = self.waiting.pop(0)
                await self.websocket.send_text(frame)
                self.bytes -= len(frame)

    # --- in

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        late = loop.call_later(INIT_SECONDS, self._check_init)
        try:
            while self.closing is None:
                text = await self.websocket.receive_text()
                self._receive(text)
        except WebSocketDisconnect as gone:
            if gone.code in (NOT_UTF8, TOO_LARGE):  # ended by the server before it came to us
                self._strike(MALFORMED)
        except RuntimeError:
            return
        except KeyError:
            self._refuse(INVALID, "Messages are text")
        finally:
            late.cancel()

    def _refuse(self, code: int, reason: str) -> None:
        """Close for what was malformed, and count it as a malformed body is counted."""
        self._strike(MALFORMED)
        self.close(code, reason)

    def _strike(self, status: int) -> None:
        self.doors.limits.note(self.scope, status)

    def _is_banned(self) -> bool:
        try:
            self.doors.limits.check_ban(self.scope)
        except Banned:
            return True
        return False

    def _check_init(self) -> None:
        if not self.is_ready:
            self.close(INIT_LATE, "Connection initialisation timeout")

    def _receive(self, text: str) -> None:
        if self._is_banned():
            self.close(BANNED, "Banned")
            return
        data = text.encode("utf-8", "surrogatepass")
        if len(data) > BODY_BYTES:
            self._refuse(TOO_LARGE, "Message too large")
            return
        try:
            message = read_message(data)
        except EXPECTED:
            self._refuse(INVALID, "Invalid message")
            return
        if message.type == "connection_init":
            self._init()
        elif message.type == "ping":
            self.offer('{"type":"pong"}')
        elif message.type == "subscribe":
            self._subscribe(message)
        elif message.type == "complete" and message.id is not None:
            self._end(message.id)
        elif message.type != "pong":
            self._refuse(INVALID, "Invalid message")

    def _init(self) -> None:
        if self.is_ready:
            self.close(INIT_TWICE, "Too many initialisation requests")
            return
        self.is_ready = True
        self.offer('{"type":"connection_ack"}')

    def _subscribe(self, message: Message) -> None:
        name = message.id
        if not self.is_ready:
            self.close(UNAUTHORIZED, "Unauthorized")
        elif name is None or not 1 <= len(name) <= ID_LETTERS or message.payload is None:
            self._refuse(INVALID, "Invalid message")
        elif name in self.operations:
            self.close(ID_TAKEN, f"Subscriber for {name[:64]} already exists"[:100])
        else:
            try:
                if len(self.operations) >= SUBSCRIPTIONS_MAX:
                    raise TooManyStreams(per_socket=SUBSCRIPTIONS_MAX)
                self.doors.limits.take(self.scope)
            except DoorRefusal as refusal:
                self._error(name, refusal)
                return
            self.operations[name] = asyncio.create_task(self._operate(name, message))

    async def _operate(self, name: str, message: Message) -> None:
        try:
            prepared = self.runner.prepare(asked_of(message.payload))
            if prepared.kind is OperationType.SUBSCRIPTION:
                await self._follow(name, prepared)
                return
            if prepared.kind is OperationType.MUTATION:
                answer = await self.runner.mutate(prepared, self.teller)
            else:
                answer, _stand = await self.runner.query(prepared, self.teller)
            self.offer(frame_of(name, written(answer.body)))
            self.offer(f'{{"id":{written(name)},"type":"complete"}}')
            self.operations.pop(name, None)
        except EXPECTED as error:
            self._error(name, error)

    async def _follow(self, name: str, prepared: Prepared) -> None:
        """Follow until it ends: messages are told in their order, as fast as this one is served."""
        key, after = followed(self.runner, prepared)
        line: asyncio.Queue[Told] = asyncio.Queue()

        def take(told: Told) -> None:
            line.put_nowait(told)
            if line.qsize() > WAITING_MAX + RING_MESSAGES:  # what is missed may come at once
                self.close(TRY_AGAIN, "Too slow")

        follower = Follower(take, self.client)
        self.followed[name] = (key, follower)
        await self.doors.streams.follow(key, follower, after)
        while True:
            told = await line.get()
            self.offer(frame_of(name, await self._payload(prepared, told)))
            await asyncio.sleep(0)  # the writer's turn: what was missed comes at once

    async def _payload(self, prepared: Prepared, told: Told) -> str:
        """A message as a document asks for it, written once for all who ask the same."""
        shared = (prepared.text, prepared.operation_name, written(_without_after(prepared)))
        known = told.written_for(shared)
        async with self.turn, known.lock:
            while known.text is None:
                try:
                    query = self.runner.query(prepared, self.teller, root=told.value)
                    answer, _stand = await query
                except (Busy, ViewRefusal):  # nothing may be left out: the line waits
                    await asyncio.sleep(BUSY_SECONDS)
                else:
                    known.text = written(answer.body)
            return known.text

    def _error(self, name: str, error: Exception) -> None:
        entry, status = self.teller.told(error)
        self._strike(status)
        self._end(name)
        self.offer(f'{{"id":{written(name)},"type":"error","payload":[{written(entry)}]}}')

    def _end(self, name: str) -> None:
        task = self.operations.pop(name, None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()
        known = self.followed.pop(name, None)
        if known is not None:
            self.doors.streams.leave(*known)


def followed(runner: Runner, prepared: Prepared) -> tuple[Key, int | None]:
    """The stream that a subscription means, and the height from which it goes on."""
    operation = prepared.weighed.operation
    node = operation.selection_set.selections[0]
    if not isinstance(node, FieldNode) or node.name.value not in KINDS:
        raise Malformed(field="query", rule="one field of the subscription root")
    values: Any = get_variable_values(
        runner.schema, operation.variable_definitions or (), prepared.variables
    )
    if isinstance(values, list):
        raise invalid(values[0])
    kind = runner.schema.subscription_type
    assert kind is not None
    try:
        found = get_argument_values(kind.fields[node.name.value], node, values)
    except GraphQLError as error:
        raise invalid(error) from None
    arguments = [found[name] for name in KINDS[node.name.value].arguments]
    plain = [getattr(value, "value", value) for value in arguments]
    after = found.get("after")
    return (node.name.value, *plain), after if type(after) is int else None


def frame_of(name: str, payload: str) -> str:
    """A `next` message."""
    return f'{{"id":{written(name)},"type":"next","payload":{payload}}}'


def written(value: Any) -> str:
    """A value as JSON text."""
    return msgspec.json.encode(value).decode()


def _without_after(prepared: Prepared) -> dict[str, Any]:
    return {name: value for name, value in prepared.variables.items() if name != "after"}
