"""Streams: one for each thing that is followed, however many follow it (thallo.md 4.11).

After each commit every stream is read once; its message goes to all who follow, and into a ring
from which a client that was cut off goes on. A stream that could not be read in time is read later,
from where it stands: nothing is left out, and nobody else waits for it.
"""

import asyncio
import re
import threading
import time
from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import Final

from ctn.api.graphql.execution import Runner
from ctn.api.graphql.following import Follower, Key, Left, Stream, Told
from ctn.api.graphql.news import ITEMS_MAX, News, news_of
from ctn.api.log import log
from ctn.api.refusals import Busy, NotFound, TooManyStreams
from ctn.kernel.refusal import Malformed
from ctn.modules.market.records import InstrumentState
from ctn.views.queries import record
from ctn.views.reader import View
from ctn.views.refusals import Deadline, ViewRefusal

STREAMS_MAX: Final = 20_000
PER_ADDRESS_MAX: Final = 500
LOOK_SECONDS: Final = 1.0
REST_SECONDS: Final = 1.0
REST_MAX_SECONDS: Final = 60.0
NAME_LETTERS: Final = 128
TX_ID: Final = re.compile("[0-9a-f]{64}")
Moved = list[tuple[Stream, Told]]


class Streams:
    """All streams of a platform, moved on by one task."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.streams: dict[Key, Stream] = {}
        self.left = Left()
        self._counts: dict[str, int] = {}
        self._lock = asyncio.Lock()
        self._moved = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._begun: set[asyncio.Task[None]] = set()
        self._watcher: threading.Thread | None = None
        self._stopped = threading.Event()

    # --- followers

    async def follow(self, key: Key, follower: Follower, after: int | None) -> None:
        """Begin to follow: what was missed since `after`, else the whole; then each change.

        Refuses NotFound, TooManyStreams, and what reading refuses. Whoever asks may be cut off in
        the middle: what the stream was moved by is told to the others all the same.
        """
        self._start()
        task = asyncio.get_running_loop().create_task(self._follow(key, follower, after))
        self._begun.add(task)
        task.add_done_callback(self._forget)
        await asyncio.shield(task)

    async def _follow(self, key: Key, follower: Follower, after: int | None) -> None:
        async with self._lock:
            if follower.has_left():
                return
            stream = self.streams.get(key)
            if stream is None:
                if len(self.streams) >= STREAMS_MAX:
                    raise TooManyStreams(limit=STREAMS_MAX)
                stream = Stream(key)
            if follower.client and self._counts.get(follower.client, 0) >= PER_ADDRESS_MAX:
                raise TooManyStreams(per_address=PER_ADDRESS_MAX)
            if after is not None and stream.reaches(after):
                missed = [told for told in stream.ring if told.height > after]
            else:
                missed = [await self._whole(stream, resnapshot=after is not None)]
            if follower.has_left():
                return
            self.streams[key] = stream
            self.left.back(key)
            stream.followers[follower] = None
            self._counts[follower.client] = self._counts.get(follower.client, 0) + 1
            for told in missed:
                follower.take(told)

    def leave(self, key: Key, follower: Follower) -> None:
        """Follow no longer; the stream is kept for a while, for whoever comes back."""
        follower.end()
        stream = self.streams.get(key)
        if stream is None or follower not in stream.followers:
            return
        del stream.followers[follower]
        self._counts[follower.client] -= 1
        if self._counts[follower.client] == 0:
            del self._counts[follower.client]
        if not stream.followers:
            self._drop(self.left.by(key, follower.client))

    def _drop(self, keys: Sequence[Key]) -> None:
        for key in keys:
            self.streams.pop(key, None)

    async def _whole(self, stream: Stream, *, resnapshot: bool) -> Told:
        """The whole at exactly the height that the stream stands at then."""

        def read(view: View) -> tuple[Told | None, Told | ViewRefusal]:
            _check_known(view, stream)
            told = None
            try:
                if stream.height >= 0:
                    told = _advanced(view, stream, {})
                return told, stream.whole(view, resnapshot=resnapshot)
            except ViewRefusal as refusal:
                return told, refusal  # the change was made, so others must hear of it

        found: tuple[Told | None, Told | ViewRefusal] = await self.runner.in_view(read)
        told, whole = found
        if told is not None:
            stream.tell(told)
        if isinstance(whole, ViewRefusal):
            raise whole
        return whole

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._begun.discard(task)
        if not task.cancelled():
            task.exception()  # told to whoever still waits for it

    # --- moving on

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._run())
            self._task.add_done_callback(self._ended)
        if self._watcher is None:
            self._watcher = threading.Thread(
                target=self._watch, args=(loop,), name="streams", daemon=True
            )
            self._watcher.start()

    async def stop(self) -> None:
        """End the tasks and the thread."""
        self._stopped.set()
        tasks = [*self._begun, *([] if self._task is None else [self._task])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

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

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A task that failed is told to the log, and another goes on for all who follow."""
        if not task.cancelled() and task.exception() is not None:
            log("failed", path="/graphql", trace=repr(task.exception()))
            if not self._stopped.is_set():
                self._start()

    async def _move(self) -> None:
        """Read every stream that does not rest, in as many views as that takes."""
        self._drop(self.left.over())
        now = time.monotonic()
        waiting = deque([one for one in self.streams.values() if one.rests_until <= now])
        while waiting:
            before = len(waiting)
            moved: Moved = []
            try:
                late = await self.runner.in_view(partial(_moved_on, waiting, moved))
            except (ViewRefusal, Busy):
                return  # the tables do not serve now; the next look tries again
            finally:  # whatever happened to the view: these streams stand there now
                for stream, told in moved:
                    stream.tell(told)
            if late is not None and len(waiting) + 1 == before:
                late.rest(REST_SECONDS, REST_MAX_SECONDS)  # it had the whole time for itself
            elif late is not None:
                waiting.append(late)


def _moved_on(waiting: deque[Stream], moved: Moved, view: View) -> Stream | None:
    """Move on the streams in line as far as the time of a view goes; the one that it ended at."""
    known: dict[int, News] = {}
    while waiting:
        stream = waiting.popleft()
        try:
            told = _advanced(view, stream, known)
        except Deadline:
            return stream
        except ViewRefusal:
            raise
        except Exception:  # a bug in one kind of stream: the others go on without it
            stream.rest(REST_SECONDS, REST_MAX_SECONDS)
            raise
        stream.rested = 0.0
        if told is not None:
            moved.append((stream, told))
    return None


def _advanced(view: View, stream: Stream, known: dict[int, News]) -> Told | None:
    """What a stream tells as it moves to the height of a view; raises Deadline, and stands then.

    One that is too far behind tells all: a change holds at most so many items.
    """
    if stream.height == view.height:
        return None
    if stream.height < 0 or not 0 < view.height - stream.height <= ITEMS_MAX:
        return stream.anew(view)
    news = known.get(stream.height)
    if news is None:
        news = known[stream.height] = news_of(view, stream.height)
    return stream.advance(news)


def _check_known(view: View, stream: Stream) -> None:
    """Refuse to follow an instrument that there is not, or no id; refuses NotFound, Malformed."""
    if stream.kind.arguments == ("id",) and TX_ID.fullmatch(stream.key[1]) is None:
        raise Malformed(field="id", rule="64 lowercase hexadecimal digits")
    if stream.kind.arguments[:1] == ("instrument",) and stream.height < 0:
        instrument = stream.key[1]
        if record(view, InstrumentState, instrument) is None:
            raise NotFound(instrument=instrument[:NAME_LETTERS])
