"""Streams: one for each thing that is followed, however many follow it (thallo.md 4.11).

After each commit every stream is read once; its message goes to all who follow, and into a ring
from which a client that was cut off goes on.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ctn.api.graphql.execution import Runner
from ctn.api.graphql.news import KINDS, News, news_of, size_of
from ctn.api.log import log
from ctn.api.refusals import Busy
from ctn.views.reader import View
from ctn.views.refusals import ViewRefusal

RING_MESSAGES: Final = 1_000
RING_BYTES: Final = 1 << 20
KEPT_SECONDS: Final = 60
STREAMS_MAX: Final = 20_000
LOOK_SECONDS: Final = 1.0
Value = dict[str, Any]
Key = tuple[str, ...]


class Told(NamedTuple):
    """A message of a stream, the bytes that it takes, and how it was written for whom."""

    height: int
    value: Value
    size: int
    written: dict[Any, str]


class Follower:
    """One subscription: `take` is called on the loop with each message of its stream."""

    def __init__(self, take: Callable[[Told], Any]) -> None:
        self.take = take


class Stream:
    """One thing that is followed: its ring reaches back to `since`, and it stands at `height`."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.kind = KINDS[key[0]]
        self.since = self.height = -1
        self.state: Any = None
        self.ring: deque[Told] = deque()
        self.bytes = 0
        self.followers: dict[Follower, None] = {}
        self.left_at = time.monotonic()

    def whole(self, view: View, *, resnapshot: bool) -> Told:
        """Everything as it stands; the stream stands there as well."""
        value, state = self.kind.whole(view, self.key[1:], self.state)
        if self.height != view.height:
            self.state, self.height = state, view.height
            if self.since < 0:
                self.since = view.height
        marks = {"height": view.height, "snapshot": True, "resnapshot": resnapshot}
        return Told(view.height, value | marks, 0, {})

    def advance(self, news: News) -> Told | None:
        """What changed since the stream stood last."""
        value, self.state = self.kind.change(news, self.key[1:], self.state)
        self.height = news.view.height
        if value is None:
            return None
        marks = {"height": self.height, "snapshot": False, "resnapshot": False}
        told = Told(self.height, value | marks, size_of(value), {})
        self.keep(told)
        return told

    def keep(self, told: Told) -> None:
        """Put a message into the ring, which forgets its oldest."""
        self.ring.append(told)
        self.bytes += told.size
        while len(self.ring) > RING_MESSAGES or self.bytes > RING_BYTES:
            dropped = self.ring.popleft()
            self.bytes -= dropped.size
            self.since = dropped.height

    def restart(self) -> None:
        """Forget what was told: the tables were built anew below this height."""
        self.ring.clear()
        self.bytes = 0
        self.since = self.height = -1
        self.state = None

    def reaches(self, after: int) -> bool:
        """Whether all that came after a height is kept."""
        return 0 <= self.since <= after <= self.height


class Streams:
    """All streams of a platform, moved on by one task."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.streams: dict[Key, Stream] = {}
        self._lock = asyncio.Lock()
        self._moved = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._watcher: threading.Thread | None = None
        self._stopped = threading.Event()

    # --- followers

    async def follow(self, key: Key, follower: Follower, after: int | None) -> None:
        """Begin to follow: what was missed since `after`, else the whole; then each change."""
        self._start()
        async with self._lock:
            stream = self.streams.get(key)
            if stream is None:
                if len(self.streams) >= STREAMS_MAX:
                    raise Busy()
                stream = Stream(key)
            if after is not None and stream.reaches(after):
                missed = [told for told in stream.ring if told.height > after]
            else:
                missed = await self._whole(stream, resnapshot=after is not None)
            self.streams[key] = stream
            stream.followers[follower] = None
            for told in missed:
                await follower.take(told)

    def leave(self, key: Key, follower: Follower) -> None:
        """Follow no longer; the stream is kept for a while, for whoever comes back."""
        stream = self.streams.get(key)
        if stream is not None:
            stream.followers.pop(follower, None)
            stream.left_at = time.monotonic()

    async def _whole(self, stream: Stream, *, resnapshot: bool) -> list[Told]:
        """The whole at exactly the height that the stream stands at then."""

        def read(view: View) -> tuple[Told | None, Told]:
            told = None
            if 0 <= stream.height < view.height:
                told = stream.advance(news_of(view, stream.height))
            return told, stream.whole(view, resnapshot=resnapshot)

        told, whole = await self.runner.in_view(read)
        if told is not None:
            await self._deliver(stream, told)
        return [whole]

    # --- moving on

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._run())
            self._task.add_done_callback(_ended)
        if self._watcher is None:
            self._watcher = threading.Thread(
                target=self._watch, args=(loop,), name="streams", daemon=True
            )
            self._watcher.start()

    async def stop(self) -> None:
        """End the task and the thread."""
        self._stopped.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wake the task whenever the tables moved; a look each second misses nothing."""
        condition = self.runner.reader.condition
        while not self._stopped.is_set() and not loop.is_closed():
            with condition.moved:
                condition.moved.wait(LOOK_SECONDS)
            try:
                loop.call_soon_threadsafe(self._moved.set)
            except RuntimeError:
                return  # the loop was closed between the two lines

    async def _run(self) -> None:
        while True:
            await self._moved.wait()
            self._moved.clear()
            if self.streams:
                async with self._lock:
                    await self._move()

    async def _move(self) -> None:
        now = time.monotonic()
        for key, stream in list(self.streams.items()):
            if not stream.followers and now - stream.left_at > KEPT_SECONDS:
                del self.streams[key]
        try:
            found = await self.runner.in_view(self._advance)
        except (ViewRefusal, Busy):
            return  # the tables do not serve now; the next look tries again
        for stream, told in found:
            await self._deliver(stream, told)

    def _advance(self, view: View) -> list[tuple[Stream, Told]]:
        known: dict[int, News] = {}
        found: list[tuple[Stream, Told]] = []
        for stream in self.streams.values():
            if stream.height == view.height:
                continue
            if stream.height > view.height or stream.height < 0:
                stream.restart()
                found.append((stream, stream.whole(view, resnapshot=True)))
                continue
            news = known.get(stream.height)
            if news is None:
                news = known[stream.height] = news_of(view, stream.height)
            told = stream.advance(news)
            if told is not None:
                found.append((stream, told))
        return found

    async def _deliver(self, stream: Stream, told: Told) -> None:
        for follower in list(stream.followers):
            await follower.take(told)


def _ended(task: asyncio.Task[None]) -> None:
    """A task that failed is told to the log; whoever follows next starts another."""
    if not task.cancelled() and task.exception() is not None:
        log("failed", path="/graphql", trace=repr(task.exception()))
