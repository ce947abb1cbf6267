"""What the reading doors refuse, beside the limits that every request passes (thallo.md 21)."""

from typing import Final

from ctn.api.problems import Busy, DoorRefusal
from ctn.views.refusals import ViewRefusal


class Behind(DoorRefusal):
    """The tables that answer this are being built; try again in a moment."""

    status = 503
    code = "behind"


class ReadTooLong(DoorRefusal):
    """The question took longer than 2 seconds."""

    status = 503
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
    """This format needs an extra that is not installed here."""

    status = 415
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


_BY_CODE: Final[dict[str, type[DoorRefusal]]] = {
    "behind": Behind,
    "busy": Busy,
    "deadline": ReadTooLong,
    "height_not_kept": HeightNotKept,
    "bad_cursor": BadCursor,
    "bad_filter": BadFilter,
}


def refused_read(refusal: ViewRefusal) -> DoorRefusal:
    """What a door says of a refusal of the read model."""
    return _BY_CODE[refusal.code](**refusal.facts)
