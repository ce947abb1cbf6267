"""The platform of an embedded chain, as whoever follows it asks it: blocks, and submissions."""

import http.client
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from ctn.kernel.codec import DECODE_ERRORS, to_base64
from ctn.kernel.refusal import NotSynced, Refusal
from ctn.node.stops import BadConfig

PREFIX = "/api/v1"
SECONDS = 10.0
ANSWER_MAX = 4 << 20  # a block of 2 MiB of envelopes with its lengths
OK, NOT_FOUND = 200, 404
CONNECTIONS = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}


class LeaderAway(ConnectionError):
    """The platform does not answer, or asks to wait."""


class Relayed(Refusal):
    """What another node refused."""

    def __init__(self, code: str, sentence: str, facts: Mapping[str, Any]) -> None:
        super().__init__(**facts)
        self._code, self._sentence = code, sentence

    @property
    def code(self) -> str:
        """The stable name that the other node gave."""
        return self._code

    @property
    def sentence(self) -> str:
        """The sentence that the other node gave."""
        return self._sentence


class _Status(msgspec.Struct, frozen=True):
    """What of a platform's status tells how far it is."""

    height: int


class _Problem(msgspec.Struct, frozen=True):
    """What a platform tells of a refusal."""

    module: str
    code: str
    detail: str
    facts: dict[str, Any]


class Reply(NamedTuple):
    """Status and body of an answer."""

    status: int
    body: bytes


class Leader:
    """One platform, by its address; each call has a connection of its own."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in CONNECTIONS or not parts.hostname:
            raise BadConfig(f"{url!r:.200} is no address of a platform, such as https://host")
        self.url = url
        self._parts = parts

    def raw(self, height: int) -> bytes | None:
        """The stored bytes of a block, None when the platform has none; raises LeaderAway."""
        reply = self._ask("GET", f"/blocks/{height}/raw", None)
        if reply.status == NOT_FOUND:
            return None
        if reply.status != OK:
            raise LeaderAway(f"{self.url} answers {reply.status}")
        return reply.body

    def height(self) -> int:
        """The height of the platform's last block; raises LeaderAway."""
        reply = self._ask("GET", "/status", None)
        try:
            return msgspec.json.decode(reply.body, type=_Status).height
        except DECODE_ERRORS:
            raise LeaderAway(f"{self.url} answers {reply.status}") from None

    def submit(self, envelope: bytes) -> None:
        """Hand in an envelope; raises what the platform refused, NotSynced when it is away."""
        try:
            reply = self._ask("POST", "/transactions", {"tx": to_base64(envelope)})
        except LeaderAway:
            raise NotSynced() from None
        if reply.status in range(OK, 300):
            return
        try:
            told = msgspec.json.decode(reply.body, type=_Problem)
        except DECODE_ERRORS:
            raise NotSynced() from None
        raise Relayed(f"{told.module}.{told.code}", told.detail, told.facts)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Reply:
        parts = self._parts
        kind = CONNECTIONS[parts.scheme]
        assert parts.hostname is not None
        connection = kind(parts.hostname, parts.port, timeout=SECONDS)
        try:
            data = None if body is None else msgspec.json.encode(body)
            headers = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, parts.path.rstrip("/") + PREFIX + path, data, headers)
            answer = connection.getresponse()
            found = Reply(answer.status, answer.read(ANSWER_MAX + 1))
        except (OSError, http.client.HTTPException) as error:
            raise LeaderAway(f"{self.url}: {error}") from None
        finally:
            connection.close()
        if len(found.body) > ANSWER_MAX:
            raise LeaderAway(f"{self.url} answers more than 4 MiB")
        return found
