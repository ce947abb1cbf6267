"""What may be asked at the engine's door, and what is refused before anything is looked up."""

from typing import Any

import msgspec

from ctn.kernel import codec
from ctn.kernel.refusal import Malformed, Refusal, TooLarge
from ctn.kernel.tx import TX_BYTES

KEY_MAX = 255
TABLE_LETTERS = "abcdefghijklmnopqrstuvwxyz_"
TABLE_MAX = 24

Answer = dict[str, Any]


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One call; which fields it needs is the call's."""

    id: int
    call: str
    tx: str = ""
    wait: bool = False
    height: int = 0
    table: str = ""
    place: str = ""
    prefix: str = ""
    after: str = ""
    limit: int = 100
    keys: list[tuple[str, str]] = []
    prove: bool = False
    start: int = 0
    end: int = 0
    past: int | None = None


def refusal_answer(refusal: Refusal) -> Answer:
    """A refusal as doors tell it: stable code, public sentence, facts."""
    return {"code": refusal.code, "sentence": refusal.sentence, "facts": refusal.facts}


def envelope_of(text: str) -> bytes:
    """The envelope of a base64 text; refuses what is too large or no canonical base64."""
    if len(text) > 4 * ((TX_BYTES + 3) // 3):
        raise TooLarge(limit=TX_BYTES)
    try:
        return codec.from_base64(text)
    except ValueError:
        raise Malformed(field="tx", rule="standard base64 with padding") from None


def height_of(number: int) -> int:
    """A height that a store can be asked for; refuses what no block can have."""
    if not 0 <= number <= codec.INT_MAX:
        raise Malformed(field="height", rule="0 to 2^63 - 1")
    return number


def check_key(table: str, place: str, *, field: str = "id") -> None:
    """Refuse a key that no record can have: the store would take it for damage."""
    if not 1 <= len(table) <= TABLE_MAX or any(letter not in TABLE_LETTERS for letter in table):
        raise Malformed(field="table", rule=f"1 to {TABLE_MAX} of a-z and _")
    is_plain = place.isascii() and (place.isprintable() or not place)
    if not is_plain or len(table) + 1 + len(place) > KEY_MAX:
        raise Malformed(field=field, rule=f"printable ASCII, {KEY_MAX} bytes with its table")


def is_id(text: str) -> bool:
    """Whether a text can be the id of a transaction."""
    return len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)
