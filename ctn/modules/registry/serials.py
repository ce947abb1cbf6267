"""External serials: from any spelling of a registry to numbers on a line, and back.

A tonne of another registry is a number on a number line. Its serial shows country, project and
label too, but only what makes a number unique enters the line, so another spelling never makes
a second tonne. The grammars are a fixed list of the ledger: no table of Unicode and no regular
expression enters consensus. Source: registry.md 10.
"""

from typing import Final

from ctn.modules.registry.serials_forms import DIGITS, Serial, read_form

__all__ = [
    "MalformedSerial", "ReversedRange", "Serial",
    "grams_per_number", "normalise", "parse", "print_serial", "project_key",
]

SERIAL_BYTES_MAX: Final = 200
NUMBER_MAX: Final = 10**15 - 1

GRAMS_PER_NUMBER: Final = {
    "VERRA": 10**6, "GS": 10**6, "ITL": 10**6, "ACR": 10**6, "CAR": 10**6, "ART": 10**6,
    "CDC": 10**6, "ISO": 10**3, "PURO": 10**6, "ITMO": 10**6, "CTN": 10**6, "ARB": 10**6,
    "CCER": 10**6,
}

# Their serials show a project by its number alone.
NUMBERED_PROJECTS: Final = ("verra", "gs", "acr", "car", "art", "cdc")
# Here each party counts its own projects.
PARTY_PROJECTS: Final = ("itl", "itmo")

# Dashes and a non-breaking space that were written as UTF-8 and read as Windows-1252.
MISREAD_SPACE: Final = "\u00c2\u00a0"
MISREAD_DASHES: Final = ("\u00e2\u20ac\u201c", "\u00e2\u20ac\u201d")

DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
SPACES: Final = (
    "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000"
)
DROPPED: Final = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FULL_WIDTH_OFFSET: Final = 0xFEE0

REPAIRS: Final[dict[int, str | None]] = {
    **{ord(dash): "-" for dash in DASHES},
    **{ord(space): " " for space in SPACES},
    **dict.fromkeys(map(ord, DROPPED)),
    **{ord(sign) + FULL_WIDTH_OFFSET: sign for sign in LETTERS + DIGITS + "_"},
    **{ord(letter.lower()) + FULL_WIDTH_OFFSET: letter for letter in LETTERS},
}

# Where the two numbers stand among the parts between hyphens.
PLACES: Final = {
    "verra13": (1, 2), "verra12": (1, 2), "verra12b": (1, 2), "gs": (7, 8), "ctn": (5, 6),
    "itl": (2, -5), "itl2": (3, -5), "itmo5": (6, 7), "itmo7": (4, 5),
}


class MalformedSerial(ValueError):
    """The text is no serial of any registry known here."""


class ReversedRange(MalformedSerial):
    """The range ends before it starts."""


def normalise(text: str) -> str:
    """Give the one spelling of a serial text: ASCII, upper case, no space that says nothing.

    Raises MalformedSerial when something that is not ASCII is left, or over 200 bytes.
    """
    if text.isascii():
        text = text.upper()
        if "\t" in text:
            text = text.replace("\t", " ")
    else:
        text = _repaired(text)
    if " " in text:
        text = _close_spaces(text)
    if len(text) > SERIAL_BYTES_MAX:
        raise MalformedSerial(f"longer than {SERIAL_BYTES_MAX} bytes")
    return text


def _repaired(text: str) -> str:
    """Bring a text with other than ASCII signs to ASCII by the fixed table."""
    text = text.replace(MISREAD_SPACE, " ")
    for dash in MISREAD_DASHES:
        text = text.replace(dash, "-")
    text = text.translate(REPAIRS)
    if not text.isascii():
        raise MalformedSerial("a sign that is not ASCII and has no repair")
    return text.upper()


def _close_spaces(text: str) -> str:
    """Make runs of spaces one, and drop them at the ends and around hyphen and underscore."""
    if "  " in text:
        text = " ".join([word for word in text.split(" ") if word])
    text = text.strip(" ")
    if "-" in text:
        text = text.replace(" -", "-").replace("- ", "-")
    if "_" in text:
        text = text.replace(" _", "_").replace("_ ", "_")
    return text


def parse(text: str, start: int | None = None, end: int | None = None) -> Serial:
    """Read one serial; `start` and `end` are the columns beside it, where its text has none.

    Numbers count from 0 or 1 as the registry does and are below 10^15. Raises MalformedSerial
    when no grammar matches or the columns are wanting or contradict the text, ReversedRange
    when the end is before the start. Source: registry.md 10.
    """
    serial = read_form(normalise(text))
    if serial is None:
        raise MalformedSerial("no grammar matches")
    if start is not None or end is not None or serial.grammar in ("cdc", "iso"):
        serial = _with_columns(serial, start, end)
    if serial.end < serial.start:
        raise ReversedRange(f"from {serial.start} to {serial.end}")
    return serial


def _with_columns(serial: Serial, start: int | None, end: int | None) -> Serial:
    """Put the numbers of the columns into a serial without any, or compare them with its own."""
    if serial.grammar not in ("cdc", "iso"):
        if (start, end) != (serial.start, serial.end):
            raise MalformedSerial("the columns show other numbers than the text")
        return serial
    if start is None or end is None:
        raise MalformedSerial("the numbers of this serial stand in columns")
    if not (0 <= start <= NUMBER_MAX and 0 <= end <= NUMBER_MAX):
        raise MalformedSerial("a number below 0 or of more than 15 digits")
    if serial.grammar == "iso" and start == 0:
        raise MalformedSerial("the kilograms of this serial count from 1")
    return Serial(serial.grammar, serial.registry, serial.line, start, end,
                  serial.project, serial.vintage, serial.country, serial.text)


def print_serial(serial: Serial, start: int, end: int) -> str:
    """Print a part of a serial as its registry would; the whole serial prints its own text.

    The part lies inside the serial. A number that stays keeps its leading zeros, another has
    none, but where the width is fixed. A serial with its numbers in columns prints its id.
    """
    assert serial.start <= start <= end <= serial.end
    if serial.grammar in ("cdc", "iso"):
        return serial.text
    parts = serial.text.split("-")
    if serial.grammar in PLACES:
        place_start, place_end = PLACES[serial.grammar]
        parts[place_start] = _shown(start, parts[place_start])
        parts[place_end] = _shown(end, parts[place_end])
        return "-".join(parts)
    if serial.grammar == "puro1":
        line = parts[0][:18]
        return f"{line}{start:012d}-{line}{end:012d}"
    if serial.grammar == "puro2":
        node, _, first = parts[4].partition("_")
        return "-".join([*parts[:4], f"{node}_{_shown(start, first)}", _shown(end, parts[5])])
    separator = parts[-1].strip(DIGITS)
    if separator:
        first, _, last = parts.pop().partition(separator)
    else:
        separator, last, first = "-", parts.pop(), parts.pop()
    return "-".join([*parts, f"{_shown(start, first)}{separator}{_shown(end, last)}"])


def _shown(number: int, before: str) -> str:
    """Print a number, with the zeros it had when it is the one that stood there."""
    return before if int(before) == number else str(number)


def grams_per_number(registry: str) -> int:
    """Give the grams that one number of a registry stands for; the code is in upper case."""
    return GRAMS_PER_NUMBER[registry]


def project_key(registry: str, project: str) -> str:
    """Give the one spelling of a project id of a registry, named by its code in lower case.

    Where serials show a project by its number, `VCS2941`, `02941` and `2941` are one project, and
    `IN-0104` is `in104` where each party counts its own; the ids of other registries differ by
    more than the case of their letters. Source: registry.md 4, 10.
    """
    digits = "".join([sign for sign in project if sign in DIGITS])
    if not digits or registry not in NUMBERED_PROJECTS + PARTY_PROJECTS:
        return project.upper()
    party = "".join([sign for sign in project.upper() if "A" <= sign <= "Z"])
    number = digits.lstrip("0") or "0"
    return party + number if registry in PARTY_PROJECTS else number
