"""Following a book: frames of absolute quantities on a snapshot, checked at every step.

    book = Book("cea24-cny")
    with Feed("http://127.0.0.1:8080", "cea24-cny") as feed:
        for message in feed:
            if not book.take(message):
                book.take(feed.snapshot())

A frame goes on from the one whose `seq` is its `seq_prev`, and its checksum is that of the book
after it; after a gap or a wrong checksum only a fresh snapshot helps. Source: market.md 13.
"""

import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final, Self

import httpx
import msgspec
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from ctn.client.talks import BUSY, PREFIX, Unanswered
from ctn.modules.market.feed import Row, applied_rows, checksum

MESSAGE_BYTES: Final = 64 << 20  # a whole book may be long
TIMEOUT_SECONDS: Final = 10.0
AGAIN_SECONDS: Final = 0.5
ATTEMPTS: Final = 20
Message = dict[str, Any]


class Book:
    """One instrument's book as its feed tells it: prices a tonne in money base units, grams.

    `bids` and `asks` are (price, grams shown), best first. `seq` is -1 until a snapshot came.
    """

    def __init__(self, instrument: str) -> None:
        self.instrument = instrument
        self.height = -1
        self.seq = -1
        self.phase = ""
        self.bids: list[Row] = []
        self.asks: list[Row] = []

    def __eq__(self, other: object) -> bool:
        """Whether another book shows the same at the same place of the feed."""
        if not isinstance(other, Book):
            return NotImplemented
        mine = (self.instrument, self.seq, self.phase, self.bids, self.asks)
        return mine == (other.instrument, other.seq, other.phase, other.bids, other.asks)

    __hash__ = None  # type: ignore[assignment]

    def take(self, message: Message) -> bool:
        """Take a snapshot or a frame; False when this book needs a fresh snapshot first.

        What is no newer than the book changes nothing. Raises KeyError for what is no message of
        a feed.
        """
        if message["instrument"] != self.instrument:
            return True
        if "seq_prev" not in message:
            return self._begin(message)
        if self.seq < 0:
            return False
        if message["height"] <= self.height:
            return True
        if message["seq_prev"] != self.seq:
            return self._lose()
        bids = applied_rows(self.bids, message["bids"], is_bid=True)
        asks = applied_rows(self.asks, message["asks"], is_bid=False)
        return self._stand(message, bids, asks)

    def _begin(self, message: Message) -> bool:
        if message["height"] < self.height:
            return True
        bids = [(price, grams) for price, grams in message["bids"]]
        asks = [(price, grams) for price, grams in message["asks"]]
        return self._stand(message, bids, asks)

    def _stand(self, message: Message, bids: list[Row], asks: list[Row]) -> bool:
        if checksum(bids, asks) != message["checksum"]:
            return self._lose()
        self.height, self.seq = message["height"], message["seq"]
        self.phase, self.bids, self.asks = message["phase"], bids, asks
        return True

    def _lose(self) -> bool:
        """What is known of the book no longer stands; its height does, since time goes on."""
        self.seq = -1
        return False


class Feed:
    """The messages of one instrument's feed; use it in `with`, or call `close`.

    It connects again by itself, and then begins with a snapshot, so a follower loses nothing.
    """

    def __init__(self, url: str, instrument: str) -> None:
        """`url` of the platform, without a path. Connects with the first message asked for."""
        self.instrument = instrument
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS)
        self._address = f"ws{url.removeprefix('http')}{PREFIX}/feed/{instrument}"
        self._socket: ClientConnection | None = None
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def __iter__(self) -> Iterator[Message]:
        """A snapshot, then a frame for each block that changed the book; ends with `close`.

        Raises Unanswered when the platform stays away, or refuses to serve this feed.
        """
        failed = 0
        while not self._is_closed:
            try:
                with connect(
                    self._address, max_size=MESSAGE_BYTES, compression=None,
                    open_timeout=TIMEOUT_SECONDS, proxy=None,
                ) as socket:  # fmt: skip
                    self._socket, failed = socket, 0
                    for data in socket:
                        message: Message = msgspec.json.decode(data)
                        yield message
            except (OSError, InvalidHandshake, ConnectionClosed) as error:
                failed += 1
                if failed > ATTEMPTS or _is_refused(error):
                    raise Unanswered(f"no feed of {self.instrument}: {error}") from None
                time.sleep(AGAIN_SECONDS)

    def snapshot(self) -> Message:
        """The book as it stands now; raises Unanswered when none is to be had."""
        for _ in range(ATTEMPTS):
            try:
                reply = self._http.get(f"{PREFIX}/feed/{self.instrument}")
            except httpx.TransportError:
                time.sleep(AGAIN_SECONDS)
                continue
            if reply.is_success:
                found: Message = msgspec.json.decode(reply.content)
                return found
            if reply.is_client_error:
                break
            time.sleep(AGAIN_SECONDS)
        raise Unanswered(f"no book of {self.instrument}")

    def close(self) -> None:
        """Let go of the connections."""
        self._is_closed = True
        if self._socket is not None:
            self._socket.close()
        self._http.close()


def _is_refused(error: Exception) -> bool:
    """Whether asking again would be answered alike."""
    if not isinstance(error, InvalidStatus):
        return False
    return error.response.status_code not in BUSY
