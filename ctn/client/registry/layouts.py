"""The layouts that are known, and the one that a header has.

A layout is found by its header alone, so a renamed file is still read as what it is.
Source: registry.md 14.
"""

from typing import Final

from ctn.client.registry import (
    layouts_columns,
    layouts_issuances,
    layouts_projects,
    layouts_units,
)
from ctn.client.registry.layout import Layout
from ctn.kernel.refusal import Refusal

IGNORED_COLUMNS: Final = ("Documents", "Data", "fiid", "fiID", "ahID", "Numberoffiles")

LAYOUTS: Final = (
    layouts_units.VERRA_UNITS,
    layouts_projects.VERRA_PROJECTS,
    layouts_projects.GS_PROJECTS,
    layouts_units.GS_ISSUANCES,
    layouts_units.GS_RETIREMENTS,
    layouts_units.ACR_RETIREMENTS,
    layouts_units.ACR_CANCELLATIONS,
    layouts_issuances.ACR_ISSUANCES,
    layouts_projects.ACR_PROJECTS,
    layouts_units.CAR_RETIREMENTS,
    layouts_units.CAR_CANCELLATIONS,
    layouts_issuances.CAR_ISSUANCES,
    layouts_projects.CAR_PROJECTS,
    layouts_units.ART_RETIREMENTS,
    layouts_units.ART_CANCELLATIONS,
    layouts_issuances.ART_ISSUANCES,
    layouts_projects.ART_PROJECTS,
    layouts_columns.CDC_RETIREMENTS,
    layouts_columns.CDC_ISSUANCES,
    layouts_projects.CDC_PROJECTS,
    layouts_columns.ISO_ISSUANCES,
    layouts_columns.ISO_RETIREMENTS,
    layouts_projects.ISO_PROJECTS,
    layouts_issuances.ARB_ISSUANCES,
)


class LayoutUnknown(Refusal):
    """No layout has all its required columns in this file."""


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
    nearest = min(asked, key=lambda layout: _distance(layout, names))
    raise LayoutUnknown(nearest=nearest.id, missing=_missing(nearest, names))


def _distance(layout: Layout, names: list[str]) -> int:
    """Per mille of the required columns that are missing, down: a short layout is not near."""
    return len(_missing(layout, names)) * 1000 // len(layout.required)


def _missing(layout: Layout, names: list[str]) -> list[str]:
    """The required columns that a header has not."""
    return [column for column in layout.required if column not in names]


def unknown_columns(layout: Layout, names: list[str]) -> list[str]:
    """The columns that a layout neither knows nor ignores, in the order of the header."""
    known = {"", *layout.required, *layout.known, *IGNORED_COLUMNS}
    return [name for name in names if name not in known and not name.startswith("Unnamed: ")]
