"""What is followed: a stream with its ring and its followers, and streams that nobody follows."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from ctn.api.graphql.news import KINDS, News, size_of
from ctn.views.reader import View

RING_MESSAGES: Final = 1_000
RING_BYTES: Final = 1 << 20
KEPT_SECONDS: Final = 60
WRITTEN_MAX: Final = 8
LEFT_MAX: Final = 1_000
LEFT_PER_ADDRESS: Final = 20
Value = dict[str, Any]
Key = tuple[str, ...]


class Written:
    """A message as one document asks for it: written once, under its lock."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.text: str | None = None


class Told(NamedTuple):
    """A message of a stream, the bytes that it takes, and how it was written for whom."""

    height: int
    value: Value
    size: int
    written: dict[Any, Written]

    def written_for(self, document: Any) -> Written:
        """As a document asks for it; of few documents, for a ring keeps many messages."""
        found = self.written.get(document)
        if found is None:
            if len(self.written) >= WRITTEN_MAX:
                del self.written[next(iter(self.written))]
            found = self.written[document] = Written()
        return found


class Follower:
    """One subscription of an address: `take` is called with each message, and never waits."""

    def __init__(self, take: Callable[[Told], None], client: str = "") -> None:
        self.take = take
        self.client = client
        self._is_gone = False

    def end(self) -> None:
        """Follow no longer, even what is only about to be followed."""
        self._is_gone = True

    def has_left(self) -> bool:
        """Whether it ended."""
        return self._is_gone


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
        self.rests_until = 0.0
        self.rested = 0.0

    def whole(self, view: View, *, resnapshot: bool) -> Told:
        """Everything as it stands; the stream stands there as well."""
        value, state = self.kind.whole(view, self.key[1:], self.state)
        if self.height != view.height:
            self.state, self.height = state, view.height
            if self.since < 0:
                self.since = view.height
        marks = {"height": view.height, "snapshot": True, "resnapshot": resnapshot}
        return Told(view.height, value | marks, 0, {})

    def anew(self, view: View) -> Told:
        """Everything as it stands, and what was told before is forgotten."""
        told = self.whole(view, resnapshot=True)
        self.ring.clear()
        self.bytes = 0
        self.since = view.height
        return told

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

    def tell(self, told: Told) -> None:
        """Give a message to all who follow."""
        for follower in list(self.followers):
            follower.take(told)

    def rest(self, seconds: float, seconds_max: float) -> None:
        """Read it later, and each time later than before: it takes too long."""
        self.rested = min(seconds_max, max(seconds, self.rested * 2))
        self.rests_until = time.monotonic() + self.rested

    def reaches(self, after: int) -> bool:
        """Whether all that came after a height is kept."""
        return 0 <= self.since <= after <= self.height


class Left:
    """Streams that nobody follows now, the longest left first, kept for whoever comes back.

    Each moves on with every block, so an address may leave few of them behind.
    """

    def __init__(self) -> None:
        self._left: dict[Key, tuple[str, float]] = {}

    def back(self, key: Key) -> None:
        """Somebody follows it again."""
        self._left.pop(key, None)

    def by(self, key: Key, client: str) -> Sequence[Key]:
        """An address left a stream; the one that ends for it, if the address left too many."""
        self._left[key] = (client, time.monotonic())
        mine = [one for one, (who, _at) in self._left.items() if who == client]
        if len(mine) > LEFT_PER_ADDRESS:
            return self._end(mine[:1])
        return self._end(list(self._left)[:1] if len(self._left) > LEFT_MAX else [])

    def over(self) -> Sequence[Key]:
        """Those whose time is over."""
        now = time.monotonic()
        return self._end([key for key, (_who, at) in self._left.items() if now - at > KEPT_SECONDS])

    def _end(self, keys: list[Key]) -> list[Key]:
        for key in keys:
            del self._left[key]
        return keys
