"""The market feed: a socket of an instrument gets its book, then a frame for each block."""

import asyncio
from typing import Any, Final

from fastapi import Request, WebSocket
from starlette.websockets import WebSocketDisconnect

from ctn.api.frames import Frame, Frames
from ctn.api.gate import refuse_socket
from ctn.api.limits import Limits
from ctn.api.link import Head
from ctn.api.log import log
from ctn.api.peers import client_of
from ctn.api.refusals import Behind, DoorRefusal, NotFound
from ctn.api.sockets import TRY_AGAIN, Outbox, Sockets
from ctn.views.fold import Block
from ctn.views.reader import Reader
from ctn.views.refusals import ViewRefusal

UNSUPPORTED: Final = 1003
MALFORMED: Final = 400  # as what a follower sends here would be answered by HTTP


class Feeds:
    """Who follows which instrument. Frames come from the folding thread, all else on the loop."""

    def __init__(self, reader: Reader | None, sockets: Sockets) -> None:
        self.sockets = sockets
        self._frames = None if reader is None else Frames(reader, self._on_frames)
        # Of each follower the height of its book: frames of that block or an earlier one are in it.
        self._followers: dict[str, dict[Outbox, int]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def on_block(self, block: Block) -> None:
        """A block was folded: called on the thread that folds."""
        if self._frames is None:
            return
        try:
            goes_on = self._frames.block(block)
        except ViewRefusal as refusal:
            log("feed_behind", code=refusal.code)
            return
        if not goes_on and self._loop is not None:
            self._loop.call_soon_threadsafe(self._begin_anew)

    def snapshot(self, instrument: str) -> tuple[Head, bytes | None]:
        """Where the books stand, which are ready, and one of them; None when there is none."""
        assert self._frames is not None
        head, data = self._frames.snapshot(instrument)
        assert head is not None
        return head, data

    async def ready(self) -> None:
        """Wait until the books are known; refuses by Behind."""
        if self._frames is None:
            raise Behind(height=0, goal=0)
        if self._frames.head is None:
            try:
                await asyncio.to_thread(self._frames.seed)
            except ViewRefusal:
                raise Behind(height=0, goal=0) from None

    def follow(self, instrument: str) -> Outbox:
        """An outbox that begins with the book as it stands; refuses by NotFound."""
        outbox = Outbox()
        self._loop = asyncio.get_running_loop()
        head, data = self.snapshot(instrument)
        if data is None:
            raise NotFound(instrument=instrument)
        self._followers.setdefault(instrument, {})[outbox] = head.height
        outbox.put(data)
        return outbox

    def leave(self, instrument: str, outbox: Outbox) -> None:
        """An outbox is no longer read."""
        followers = self._followers.get(instrument, {})
        followers.pop(outbox, None)
        if not followers:
            self._followers.pop(instrument, None)

    def _on_frames(self, frames: list[Frame]) -> None:
        if frames and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._send, frames)

    def _send(self, frames: list[Frame]) -> None:
        for frame in frames:
            for outbox, height in self._followers.get(frame.instrument, {}).items():
                if frame.height > height:
                    outbox.put(frame.data)

    def _begin_anew(self) -> None:
        """The books were read anew: every follower gets its own again."""
        for instrument, followers in self._followers.items():
            head, data = self.snapshot(instrument)
            for outbox in followers if data is not None else ():
                followers[outbox] = head.height
                outbox.put(data or b"")


def feeds_of(request: Request | WebSocket) -> Feeds:
    """The feeds that the application was made with."""
    feeds = request.app.state.feeds
    assert isinstance(feeds, Feeds)
    return feeds


async def feed(socket: WebSocket, instrument: str) -> None:
    """Serve one follower until it leaves, falls too far behind, or sends anything."""
    feeds = feeds_of(socket)
    client = client_of(socket.scope)
    try:
        feeds.sockets.enter(client)
    except DoorRefusal as refusal:
        await refuse_socket(socket, refusal)
        return
    try:
        await feeds.ready()
        outbox = feeds.follow(instrument)
    except DoorRefusal as refusal:
        feeds.sockets.leave(client)
        await refuse_socket(socket, refusal)
        return
    try:
        await socket.accept()
        await _serve(socket, outbox)
    finally:
        feeds.leave(instrument, outbox)
        feeds.sockets.leave(client)


async def _serve(socket: WebSocket, outbox: Outbox) -> None:
    sending = asyncio.create_task(_send(socket, outbox))
    hearing = asyncio.create_task(socket.receive())
    watching = asyncio.create_task(outbox.over.wait())
    tasks: list[asyncio.Task[Any]] = [sending, hearing, watching]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        is_gone = hearing.done() and hearing.result()["type"] == "websocket.disconnect"
        if not is_gone and not sending.done():
            sending.cancel()
            if hearing.done():
                limits: Limits = socket.app.state.limits
                limits.note(socket.scope, MALFORMED)
            await socket.close(TRY_AGAIN if outbox.is_over else UNSUPPORTED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _send(socket: WebSocket, outbox: Outbox) -> None:
    try:
        while True:
            data = await outbox.take()
            await socket.send_text(data.decode())
    except (WebSocketDisconnect, RuntimeError):
        return
