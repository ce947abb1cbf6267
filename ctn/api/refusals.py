"""What the doors refuse: a class per cause, a code per class (thallo.md 21, reliability.md 17).

Like the ledger's refusals: the docstring is the public sentence, `code` is stable.
"""

from typing import Any, ClassVar, Final

from ctn.views.refusals import ViewRefusal


class DoorRefusal(Exception):
    """A door refuses a request before the ledger sees it."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = ""

    def __init__(self, **facts: Any) -> None:
        super().__init__()
        self.facts: dict[str, Any] = facts


class NotFound(DoorRefusal):
    """There is no such thing here."""

    status = 404
    code = "not_found"


class MethodNotAllowed(DoorRefusal):
    """This address does not take this method."""

    status = 405
    code = "method_not_allowed"


class TooSlow(DoorRefusal):
    """The request did not arrive within 10 seconds."""

    status = 408
    code = "too_slow"


class BodyTooLarge(DoorRefusal):
    """The body is larger than this address takes."""

    status = 413
    code = "body_too_large"


class AddressTooLong(DoorRefusal):
    """The address of the request is longer than 8 KiB."""

    status = 414
    code = "address_too_long"


class HeadTooLarge(DoorRefusal):
    """The head of the request is larger than 16 KiB."""

    status = 431
    code = "head_too_large"


class MediaTypeRefused(DoorRefusal):
    """The body must be application/json in UTF-8, and not encoded any further."""

    status = 415
    code = "media_type_refused"


class RateLimited(DoorRefusal):
    """Too many requests came from this address; try again in a moment."""

    status = 429
    code = "rate_limited"


class Banned(DoorRefusal):
    """Too many malformed requests came from this address or token; it is not answered for now."""

    status = 429
    code = "banned"


class PageTooLarge(DoorRefusal):
    """An answer holds at most 100 items on a page, and 10,000 rows by columns."""

    code = "page_too_large"


class Busy(DoorRefusal):
    """There is no time for this now; try again in a moment."""

    status = 503
    code = "busy"


class EngineAway(DoorRefusal):
    """The engine does not answer; try again in a moment."""

    status = 503
    code = "engine_away"


class BadRequest(DoorRefusal):
    """The request is no HTTP that this server understands."""

    code = "bad_request"


class Failed(DoorRefusal):
    """Something failed here; `request_id` finds it in the log."""

    status = 500
    code = "failed"


class Behind(DoorRefusal):
    """The tables that answer this are being built; try again in a moment."""

    status = 503
    code = "behind"


class Deadline(DoorRefusal):
    """The question took longer than 2 seconds."""

    code = "deadline"


class HeightNotKept(DoorRefusal):
    """The histories kept here do not reach back to that height."""

    status = 410
    code = "height_not_kept"


class BadCursor(DoorRefusal):
    """The cursor is none that this listing has given."""

    code = "bad_cursor"


class BadFilter(DoorRefusal):
    """A filter has a value that it cannot have."""

    code = "bad_filter"


class RangeTooLarge(DoorRefusal):
    """A range of time holds at most 10,000 points."""

    code = "range_too_large"


class ExportTooLarge(DoorRefusal):
    """The export has too many rows; ask for a narrower range."""

    status = 413
    code = "export_too_large"


class FormatNotInstalled(DoorRefusal):
    """This format is not written here: its extra is not installed, or this version has none."""

    status = 404
    code = "format_not_installed"


class FileTooLarge(DoorRefusal):
    """The file has too many bytes or rows, or a cell too long."""

    status = 413
    code = "file_too_large"


class LayoutUnknown(DoorRefusal):
    """No layout has all its required columns in this file."""

    code = "layout_unknown"


class NotUtf8(DoorRefusal):
    """The file is not UTF-8."""

    code = "not_utf8"


class FileHasErrors(DoorRefusal):
    """The file is not a table of comma-separated values by RFC 4180."""

    code = "file_has_errors"


class ImportRunning(DoorRefusal):
    """A file from this address is being read; send the next one when it is done."""

    status = 429
    code = "import_running"


class OriginRefused(DoorRefusal):
    """A request with a cookie must come from a page of this server."""

    status = 403
    code = "origin_refused"


class TooManySockets(DoorRefusal):
    """Too many sockets are open, from this address or at this node."""

    status = 429
    code = "too_many_sockets"


class TooManyStreams(DoorRefusal):
    """Too much is followed, by one socket, from this address or at this node."""

    status = 429
    code = "too_many_streams"


_BY_CODE: Final[dict[str, type[DoorRefusal]]] = {
    "behind": Behind,
    "busy": Busy,
    "deadline": Deadline,
    "height_not_kept": HeightNotKept,
    "bad_cursor": BadCursor,
    "bad_filter": BadFilter,
    "page_too_large": PageTooLarge,
    "range_too_large": RangeTooLarge,
}


def refused_read(refusal: ViewRefusal) -> DoorRefusal:
    """What a door says of a refusal of the read model."""
    return _BY_CODE[refusal.code](**refusal.facts)
