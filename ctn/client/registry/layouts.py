"""Layouts of registry files as data: which columns they have and what each column says.

A layout is found by its header alone, so a renamed file is still read as what it is. An empty
column name means that the layout has no such column. Source: registry.md 14.
"""

from typing import Final

from msgspec import Struct

from ctn.kernel.refusal import Refusal

IGNORED_COLUMNS: Final = ("Documents", "Data", "fiid", "fiID", "ahID", "Numberoffiles")


class LayoutUnknown(Refusal):
    """No layout has all its required columns in this file."""


class Layout(Struct, frozen=True, kw_only=True):
    """The columns of one kind of file of one registry."""

    id: str
    grammars: tuple[str, ...]
    required: tuple[str, ...]
    known: tuple[str, ...]
    serial: str
    quantity: str
    project: str
    country: str
    name: str
    methodology: str
    vintage_year: str = ""
    vintage_days: tuple[str, str] | None = None
    issued: str
    ended: str = ""
    beneficiary: str = ""
    reason: str = ""
    details: str = ""
    status: str
    statuses: tuple[tuple[str, str], ...] = ()
    certifications: str = ""
    dates: tuple[str, ...]
    numbers: tuple[str, ...]


VERRA_UNITS: Final = Layout(
    id="verra.units",
    grammars=("verra13", "verra12", "verra12b"),
    required=(
        "Serial Number", "Quantity Issued", "ID", "Vintage Start", "Vintage End", "Issuance Date",
        "Total Vintage Quantity", "Retirement/Cancellation Date", "Retirement Beneficiary",
        "Retirement Reason", "Retirement Details", "Additional Certifications", "Country/Area",
        "Methodology",
    ),
    known=("Name", "Project Type", "Sustainable Development Goals"),
    serial="Serial Number",
    quantity="Quantity Issued",
    project="ID",
    country="Country/Area",
    name="Name",
    methodology="Methodology",
    vintage_days=("Vintage Start", "Vintage End"),
    issued="Issuance Date",
    ended="Retirement/Cancellation Date",
    beneficiary="Retirement Beneficiary",
    reason="Retirement Reason",
    details="Retirement Details",
    status="",
    certifications="Additional Certifications",
    dates=("Issuance Date", "Vintage Start", "Vintage End", "Retirement/Cancellation Date"),
    numbers=("Total Vintage Quantity",),
)

GS_COLUMNS: Final = (
    "Serial Number", "Quantity", "GSID", "Vintage", "Product Type", "Issuance Date",
    "Monitoring Period Start", "Monitoring Period End", "Label", "Article Six Authorization",
    "Programme of Activities", "POA GSID",
)
GS_GRAMMARS: Final = ("gs", "itl", "itl2")
GS_KNOWN: Final = (
    "Credit Status", "Project Name", "Project Developer", "Country", "Project Type", "Methodology",
)
GS_DATES: Final = ("Issuance Date", "Monitoring Period Start", "Monitoring Period End")

GS_ISSUANCES: Final = Layout(
    id="gs.issuances",
    grammars=GS_GRAMMARS,
    required=GS_COLUMNS,
    known=GS_KNOWN,
    serial="Serial Number",
    quantity="Quantity",
    project="GSID",
    country="Country",
    name="Project Name",
    methodology="Methodology",
    vintage_year="Vintage",
    issued="Issuance Date",
    status="Credit Status",
    statuses=(("Issued", "issued"),),
    dates=GS_DATES,
    numbers=("Vintage", "POA GSID"),
)

GS_RETIREMENTS: Final = Layout(
    id="gs.retirements",
    grammars=GS_GRAMMARS,
    required=(
        *GS_COLUMNS, "Credit Status", "Retirement Date", "Note", "Use Case", "Using Entity",
    ),
    known=(*GS_KNOWN, "Aeroplane Operator Name"),
    serial="Serial Number",
    quantity="Quantity",
    project="GSID",
    country="Country",
    name="Project Name",
    methodology="Methodology",
    vintage_year="Vintage",
    issued="Issuance Date",
    ended="Retirement Date",
    beneficiary="Using Entity",
    reason="Use Case",
    details="Note",
    status="Credit Status",
    statuses=(("Retired", "retired"), ("Canceled", "cancelled")),
    dates=(*GS_DATES, "Retirement Date"),
    numbers=("Vintage", "POA GSID"),
)

LAYOUTS: Final = (VERRA_UNITS, GS_ISSUANCES, GS_RETIREMENTS)


def column_names(header: list[str]) -> list[str]:
    """Trim the names of a header and make their inner spaces one."""
    return [" ".join(name.split()) for name in header]


def find_layout(names: list[str], layout_id: str = "auto") -> Layout:
    """Give the layout of a header; of several that fit, the one with most required columns.

    Raises LayoutUnknown with the nearest layout and the columns that it misses.
    """
    asked = [layout for layout in LAYOUTS if layout_id in ("auto", layout.id)]
    if not asked:
        raise LayoutUnknown(nearest=layout_id, missing=[])
    fitting = [layout for layout in asked if not _missing(layout, names)]
    if fitting:
        return max(fitting, key=lambda layout: len(layout.required))
    nearest = min(asked, key=lambda layout: len(_missing(layout, names)))
    raise LayoutUnknown(nearest=nearest.id, missing=_missing(nearest, names))


def _missing(layout: Layout, names: list[str]) -> list[str]:
    """The required columns that a header has not."""
    return [column for column in layout.required if column not in names]


def unknown_columns(layout: Layout, names: list[str]) -> list[str]:
    """The columns that a layout neither knows nor ignores, in the order of the header."""
    known = {"", *layout.required, *layout.known, *IGNORED_COLUMNS}
    return [name for name in names if name not in known and not name.startswith("Unnamed: ")]
