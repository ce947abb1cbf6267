"""CometBFT's JSON-RPC of a node, asked over HTTP; what it answers is passed on as it came.

By the standard library, in a thread: the platform imports this, and an HTTP library would make
its start a tenth of a second longer for one local call.
"""

import asyncio
import http.client

SECONDS = 5.0
ANSWER_MAX = 4 << 20


class CometAway(ConnectionError):
    """No CometBFT answers at this address, or not within 5 seconds, or more than 4 MiB."""


class CometDoor:
    """One CometBFT, by the host and port of its RPC.

    `first` is the first height of our chain, which CometBFT calls 1 (engine.md 12).
    """

    def __init__(self, address: str, first: int = 1) -> None:
        self.first = first
        self._address = address

    async def ask(self, call: bytes) -> bytes:
        """The answer to one JSON-RPC call; raises CometAway."""
        return await asyncio.to_thread(self._ask, call)

    def _ask(self, call: bytes) -> bytes:
        connection = http.client.HTTPConnection(self._address, timeout=SECONDS)
        try:
            connection.request("POST", "/", call, {"Content-Type": "application/json"})
            answer = connection.getresponse().read(ANSWER_MAX + 1)
        except (OSError, http.client.HTTPException) as error:
            raise CometAway(str(error)) from None
        finally:
            connection.close()
        if len(answer) > ANSWER_MAX:
            raise CometAway("it answers more than 4 MiB")
        return answer
