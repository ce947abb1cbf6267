"""Units of a request: external serials as text, read into ranges of numbers.

A serial whose numbers stand in columns (Cercarbono, Isometric) is written with them behind a
space, `iss_0123456789abcdef 1-6000`, since a request has no columns.
"""

from typing import Annotated, Final

from msgspec import Meta

from ctn.kernel.text import Text200
from ctn.modules.registry.external import Numbers, SerialMalformed, numbers_of
from ctn.modules.registry.serials import MalformedSerial, Serial, normalise, parse

UNITS_MAX: Final = 20
DIGITS_MAX: Final = 15

Units = Annotated[tuple[Text200, ...], Meta(max_length=UNITS_MAX)]


def read_units(units: tuple[str, ...], registry: str) -> list[Serial]:
    """The serials of a request; refuses a text that is none of the registry."""
    found: list[Serial] = []
    for row, text in enumerate(units):
        try:
            serial = read_unit(text)
        except MalformedSerial as error:
            raise SerialMalformed(row=row, rule=str(error)) from None
        numbers_of(serial, registry, row)
        found.append(serial)
    return found


def numbers_of_units(units: tuple[str, ...], registry: str) -> list[Numbers]:
    """The ranges of a request's units, in their order; refuses as `read_units`."""
    serials = read_units(units, registry)
    return [numbers_of(serial, registry, row) for row, serial in enumerate(serials)]


def read_unit(text: str) -> Serial:
    """A serial, numbers in columns and all; raises MalformedSerial."""
    head, _, columns = normalise(text).rpartition(" ")
    first, dash, last = columns.partition("-")
    is_columns = "_" in head and "-" not in head and dash and _is_number(first)
    if not (is_columns and _is_number(last)):
        return parse(text)
    return parse(head, int(first), int(last))


def _is_number(text: str) -> bool:
    """Whether a normalised text, which is ASCII, is a number of at most 15 digits."""
    return text.isdigit() and len(text) <= DIGITS_MAX
