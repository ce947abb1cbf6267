"""Whether a page of another origin sends a request with a cookie of ours (reliability.md 4.2)."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from ctn.api.read_problems import OriginRefused


def check_origin(headers: Headers) -> None:
    """Refuse a cookie that another page, or none, sends along; refuses OriginRefused.

    Without a cookie nothing here depends on who asks, and any origin, or none, is welcome.
    """
    if "cookie" not in headers:
        return
    origin = urlsplit(headers.get("origin", ""))
    is_ours = origin.scheme in ("http", "https") and origin.netloc == headers.get("host", "")
    if not is_ours or not origin.netloc:
        raise OriginRefused()
