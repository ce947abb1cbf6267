"""List cells: values as Python or JSON would write them, read sign by sign and never evaluated.

Cercarbono and Isometric put whole tables into one cell, up to 73 KB of it. Only lists, tables,
texts, numbers and the names of truth and nothing are read; what is deeper than any such cell is
refused before it costs stack. Source: registry.md 14.
"""

import re
from typing import Final

Literal = str | bool | None | list["Literal"] | dict[str, "Literal"]

DEPTH_MAX: Final = 16
SPACE: Final = re.compile(r"[ \t\r\n]*")
# A number stays text, since nothing here may become a float.
NUMBER: Final = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?")
PLAIN: Final = {"'": re.compile(r"[^'\\\r\n]*"), '"': re.compile(r'[^"\\\r\n]*')}
NAMES: Final[dict[str, bool | None]] = {
    "None": None, "True": True, "False": False, "null": None, "true": True, "false": False,
}
WORD: Final = re.compile(r"[A-Za-z]{1,5}")
ESCAPES: Final = {
    "n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "'": "'", '"': '"', "\\": "\\",
    "/": "/",
}
HEX_ESCAPES: Final = {"x": 2, "u": 4, "U": 8}
HEX: Final = re.compile(r"[0-9A-Fa-f]+")
CODE_MAX: Final = 0x10FFFF
SURROGATES: Final = range(0xD800, 0xE000)


class LiteralInvalid(ValueError):
    """The cell is no list or table of plain values."""


def read_literal(text: str) -> Literal:
    """Give the value of a list cell; numbers are given as text.

    Raises LiteralInvalid, also when lists are nested deeper than 16. Takes time linear in the
    length of the cell. Source: registry.md 14.
    """
    value, place = _value(text, _past_space(text, 0), DEPTH_MAX)
    if _past_space(text, place) != len(text):
        raise LiteralInvalid(f"more at sign {place}")
    return value


def _past_space(text: str, place: int) -> int:
    found = SPACE.match(text, place)
    assert found is not None
    return found.end()


def _value(text: str, place: int, depth: int) -> tuple[Literal, int]:
    if depth == 0:
        raise LiteralInvalid(f"nested too deep at sign {place}")
    sign = text[place : place + 1]
    if sign == "[":
        return _list(text, place + 1, depth)
    if sign == "{":
        return _table(text, place + 1, depth)
    if sign in PLAIN:
        return _text(text, place)
    if found := NUMBER.match(text, place):
        return found[0], found.end()
    found = WORD.match(text, place)
    if found is None or found[0] not in NAMES:
        raise LiteralInvalid(f"no value at sign {place}")
    return NAMES[found[0]], found.end()


def _list(text: str, place: int, depth: int) -> tuple[Literal, int]:
    values: list[Literal] = []
    place = _past_space(text, place)
    while text[place : place + 1] != "]":
        value, place = _value(text, place, depth - 1)
        values.append(value)
        place = _next(text, place, "]")
    return values, place + 1


def _table(text: str, place: int, depth: int) -> tuple[Literal, int]:
    values: dict[str, Literal] = {}
    place = _past_space(text, place)
    while text[place : place + 1] != "}":
        if text[place : place + 1] not in PLAIN:
            raise LiteralInvalid(f"no name at sign {place}")
        name, place = _text(text, place)
        place = _past_space(text, place)
        if text[place : place + 1] != ":":
            raise LiteralInvalid(f"no colon at sign {place}")
        values[name], place = _value(text, _past_space(text, place + 1), depth - 1)
        place = _next(text, place, "}")
    return values, place + 1


def _next(text: str, place: int, end: str) -> int:
    """Where the next value of a list starts, or its end."""
    place = _past_space(text, place)
    if text[place : place + 1] == ",":
        return _past_space(text, place + 1)
    if text[place : place + 1] != end:
        raise LiteralInvalid(f"neither comma nor {end} at sign {place}")
    return place


def _text(text: str, place: int) -> tuple[str, int]:
    quote = text[place]
    plain = PLAIN[quote]
    parts: list[str] = []
    place += 1
    while True:
        found = plain.match(text, place)
        assert found is not None
        parts.append(found[0])
        place = found.end()
        sign = text[place : place + 1]
        if sign == quote:
            return "".join(parts), place + 1
        if sign != "\\":
            raise LiteralInvalid(f"a text that does not end at sign {place}")
        part, place = _escaped(text, place + 1)
        parts.append(part)


def _escaped(text: str, place: int) -> tuple[str, int]:
    sign = text[place : place + 1]
    if sign in ESCAPES:
        return ESCAPES[sign], place + 1
    length = HEX_ESCAPES.get(sign, 0)
    digits = text[place + 1 : place + 1 + length]
    if not length or len(digits) != length or HEX.fullmatch(digits) is None:
        raise LiteralInvalid(f"an unknown escape at sign {place}")
    code = int(digits, 16)
    if code > CODE_MAX or code in SURROGATES:
        raise LiteralInvalid(f"no sign of Unicode at sign {place}")
    return chr(code), place + 1 + length
