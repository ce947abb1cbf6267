"""What one row of a file says, and what was found wrong with it."""

from collections import Counter
from typing import Final

from msgspec import Struct, field

SEVERITIES: Final = {
    "serial_malformed": "error",
    "range_reversed": "error",
    "quantity_invalid": "error",
    "quantity_mismatch": "error",
    "date_invalid": "error",
    "overlap_in_file": "error",
    "overlap_ledger": "error",
    "project_differs": "warning",
    "country_differs": "warning",
    "vintage_differs": "warning",
    "beneficiary_missing": "warning",
    "date_missing": "warning",
    "sum_mismatch": "warning",
    "fractional_tonnes": "warning",
    "status_unknown": "warning",
    "retired_over_issued": "warning",
    "label_flag_differs": "warning",
    "encoding_repaired": "note",
    "retire_or_cancel": "note",
    "zero_based": "note",
    "notional": "note",
    "no_beneficiary_column": "note",
    "column_unknown": "note",
    "country_unknown": "note",
}

VALUE_LENGTH_MAX: Final = 200


class Defect(Struct, frozen=True, gc=False):
    """One thing found in one cell; row 0 is the header."""

    row: int
    line: int
    column: str
    code: str
    severity: str
    value: str
    natural_key: str
    message: str


class Unit(Struct, frozen=True, kw_only=True, gc=False):
    """A row of a file as units: its numbers, its state there, and what the columns say.

    `line` is the number line and `file_line` the physical line; `state` is the one that
    `registry.record_external` takes, `status` the registry's own word; `date` is the day of the
    end of an ended row, else of issue, and "" when missing; `quantity` is in numbers; `project`
    is without the registry's prefix; `destination` is the scheme that a cancellation goes on to.
    """

    row: int
    file_line: int
    text: str
    grammar: str
    registry: str
    line: str
    start: int
    end: int
    state: str
    status: str
    date: str
    project: str
    vintage: int
    country: str
    quantity: int
    methodology: str
    name: str
    beneficiary: str
    reason: str
    details: str
    destination: str
    is_buffer: bool
    is_defect: bool


class Issuance(Struct, frozen=True, kw_only=True, gc=False):
    """A row of a file as an issued quantity: no serial, so it never leaves the mirror.

    Quantities are in tonnes, `ended` is None where the file does not tell, `origin` is the project
    in the scheme that the credits come from, as that scheme writes it.
    """

    row: int
    file_line: int
    registry: str
    line: str
    project: str
    origin: str
    date: str
    vintage: int
    quantity: int
    buffer: int
    ended: int | None
    is_defect: bool


class Project(Struct, frozen=True, kw_only=True, gc=False):
    """A row of a file as a project; `status` is one of ours, or `unknown`.

    `place` is latitude and longitude in millionths of a degree, None where the file has none.
    """

    row: int
    registry: str
    project: str
    name: str
    country: str
    type: str
    methodology: str
    status: str
    start: str
    end: str
    place: tuple[int, int] | None
    is_defect: bool


class Tally(Struct):
    """How many serials a file has, and how many agree with their columns and print back."""

    total: int = 0
    ok: int = 0


class ImportedFile(Struct, frozen=True, kw_only=True):
    """A file that was read: what its rows say, and its defects in the order of the rows.

    `keys` is the natural key of each row; `nested` counts serials in lists of projects.
    """

    file: str
    sha256: str
    layout: str
    rows: int
    serials_total: int
    serials_ok: int
    units: list[Unit]
    defects: list[Defect]
    issuances: list[Issuance] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    nested: Tally = field(default_factory=Tally)
    keys: list[str] = field(default_factory=list)

    @property
    def codes(self) -> dict[str, int]:
        """How often each code was found, by code."""
        return dict(sorted(Counter(defect.code for defect in self.defects).items()))

    @property
    def has_errors(self) -> bool:
        """Whether the file is taken only when defects are allowed."""
        return any(defect.severity == "error" for defect in self.defects)

    @property
    def error_rows(self) -> set[int]:
        """The rows that have an error."""
        return {defect.row for defect in self.defects if defect.severity == "error"}


def cut(value: str) -> str:
    """Shorten a cell for a report."""
    return value if len(value) <= VALUE_LENGTH_MAX else value[: VALUE_LENGTH_MAX - 1] + "…"


