"""What the read model refuses: stable codes, public sentences, facts (`thallo.md` 21)."""

from typing import Any, ClassVar

from ctn.node.stops import Stop


class ViewRefusal(Exception):
    """A question that the read model does not answer."""

    code: ClassVar[str] = ""

    def __init__(self, **facts: Any) -> None:
        super().__init__(f"{self.code} {facts}")
        self.facts: dict[str, Any] = facts


class Behind(ViewRefusal):
    """The tables are being built; try again in a moment."""

    code = "behind"


class Busy(ViewRefusal):
    """All readers are in use; try again in a moment."""

    code = "busy"


class Deadline(ViewRefusal):
    """The question took longer than a request may take."""

    code = "deadline"


class HeightNotKept(ViewRefusal):
    """The tables do not reach back to that height."""

    code = "height_not_kept"


class BadCursor(ViewRefusal):
    """The cursor is none that this sort has given."""

    code = "bad_cursor"


class BadFilter(ViewRefusal):
    """A filter has a value that it cannot have."""

    code = "bad_filter"


class PageTooLarge(ViewRefusal):
    """More rows are asked for than one answer holds."""

    code = "page_too_large"


class RangeTooLarge(ViewRefusal):
    """A range of time has more points than one answer holds."""

    code = "range_too_large"


class ViewsInUse(Stop):
    """Another process writes the tables of this home."""

    code = 75


class ViewsBroken(Stop):
    """The tables cannot be built or read as they are."""

    code = 65
