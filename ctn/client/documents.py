"""Files that a platform makes: their bytes as they come."""

import httpx
import msgspec

from ctn.client.http import TIMEOUT_SECONDS
from ctn.client.refusals import refusal_of
from ctn.kernel.codec import DECODE_ERRORS


def fetch(url: str, path: str) -> bytes:
    """The bytes at a path below `/api/v1` of the platform at `url`.

    Raises the refusal that the platform answers, and ConnectionError when none comes.
    """
    try:
        reply = httpx.get(url + "/api/v1" + path, timeout=TIMEOUT_SECONDS)
    except httpx.TransportError as error:
        raise ConnectionError(f"{url}: {error}") from None
    if reply.status_code < 400:
        return reply.content
    try:
        problem = msgspec.json.decode(reply.content, type=dict[str, object])
    except DECODE_ERRORS:
        raise ConnectionError(f"{url}: status {reply.status_code}") from None
    name = f"{problem.get('module', 'door')}.{problem.get('code', 'unknown')}"
    raise refusal_of(name, str(problem.get("detail", "")), {})
