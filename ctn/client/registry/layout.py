"""What a layout says: which columns a kind of file has, and what each column means.

An empty column name means that the layout has no such column. Source: registry.md 14.
"""

from typing import Literal

from msgspec import Struct


class UnitColumns(Struct, frozen=True, kw_only=True):
    """Columns of a file whose rows are serials.

    The numbers stand in the serial, in two `places`, or, where `is_counted`, they are 1 to the
    quantity. `tells` is what the file is about; a row without a status word has the `status_here`,
    or, without that, is ended when it has an end. `total` is a column and those it is the sum of.
    `destinations` are the words by which a cancellation goes on to another scheme.
    """

    grammars: tuple[str, ...]
    serial: str
    quantity: str
    places: tuple[str, str] | None = None
    is_counted: bool = False
    tells: Literal["issued", "ended", "both"]
    vintage_year: str = ""
    vintage_days: tuple[str, str] | None = None
    issued: str = ""
    ended: str = ""
    status: str = ""
    statuses: tuple[tuple[str, str], ...] = ()
    status_here: str = ""
    beneficiary: str = ""
    reason: str = ""
    details: str = ""
    certifications: str = ""
    buffer: str = ""
    total: tuple[str, ...] = ()
    destination: str = ""
    destinations: tuple[tuple[str, str], ...] = ()


class IssuanceColumns(Struct, frozen=True, kw_only=True):
    """Columns of a file of issued quantities without serials.

    `shares` are what the quantity is the sum of, `buffer` those that count as buffer, `origin`
    the project in the scheme that the credits come from, `ended` what of them ended already.
    """

    date: str
    vintage: str
    quantity: str
    shares: tuple[str, ...] = ()
    buffer: tuple[str, ...] = ()
    issuance: str = ""
    origin: str = ""
    ended: tuple[str, ...] = ()


class ProjectColumns(Struct, frozen=True, kw_only=True):
    """Columns of a file of projects; `fallback` tells the status where `status` is blank.

    `serials` is a column with a list of issuances, `locations` one with a list of places.
    """

    status: str
    fallback: str = ""
    start: str = ""
    end: str = ""
    place: tuple[str, str] | None = None
    serials: str = ""
    locations: str = ""


class Layout(Struct, frozen=True, kw_only=True):
    """One kind of file of one registry.

    `dates` and `numbers` are read when they are not blank; `periods` hold two dates as `A / B`;
    of each pair in `tonnes` the first column is in tonnes and the second in kilograms.
    """

    id: str
    required: tuple[str, ...]
    known: tuple[str, ...] = ()
    project: str = ""
    name: str = ""
    country: str = ""
    type: str = ""
    methodology: str = ""
    dates: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    tonnes: tuple[tuple[str, str], ...] = ()
    columns: UnitColumns | IssuanceColumns | ProjectColumns

    @property
    def source(self) -> str:
        """The code of the registry that wrote the file, in lower case."""
        return self.id.partition(".")[0]
