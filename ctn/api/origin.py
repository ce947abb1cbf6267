"""Whether a page of another origin sends a request with a cookie of ours (reliability.md 4.2)."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from ctn.api.refusals import OriginRefused


def check_origin(scope: Scope) -> None:
    """Refuse a cookie of ours that another page sends along; refuses OriginRefused.

    What may change something, and every socket, must name our origin; a browser names none when
    it only reads from us. Without a cookie nothing here depends on who asks: all are welcome.
    """
    headers = Headers(scope=scope)
    if "cookie" not in headers:
        return
    origin = urlsplit(headers.get("origin", ""))
    is_ours = origin.scheme in ("http", "https") and origin.netloc == headers.get("host")
    is_only_read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
    if not is_ours and not (is_only_read and "origin" not in headers):
        raise OriginRefused()
