"""The origins under which this platform is reached: for no other site's text is anyone logged in.

A text signed for another host, such as a copy of these pages elsewhere, must not log in here, so
what a request says of its host is believed only when it names one of ours.
"""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from ctn.api.login.refusals import WrongDomain

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


def origin_asked(request: Request) -> str:
    """Which of our origins a request was sent to; refuses WrongDomain for the page of another."""
    ours = _origins(request)
    origin = request.headers.get("origin")
    if origin is not None:
        if origin not in ours:
            raise WrongDomain(domain=origin[:200])
        return origin
    host = request.headers.get("host", "")
    return next((known for known in ours if known.split("/")[2] == host), ours[0])


def _origins(request: Request) -> list[str]:
    """The public origin; where that is loopback, its names at the port that is listened on."""
    public = urlsplit(request.app.state.public_url)
    found = [f"{public.scheme}://{public.netloc}"]
    server = request.scope.get("server")
    if public.hostname in ("127.0.0.1", "localhost", "::1") and server is not None:
        found += [f"http://{name}:{server[1]}" for name in LOOPBACK]
    return found
