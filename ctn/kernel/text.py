"""Free text and addresses inside typed fields: the rules that a decoder cannot say.

A field is marked by `Address` or `Text`; `texts_of` finds the marks of a class once, and
`check_texts` then tests each value (engine.md 1.3). The list of refused characters is fixed, so no
Unicode table enters consensus.
"""

import types
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from ctn.kernel.account import is_address, is_holding
from ctn.kernel.refusal import BadAddress, BadText

TEXT_MAX = 256
HOLDING_MAX = 200

Address = Annotated[str, Meta(extra={"text": "address"})]
AccountId = Annotated[str, Meta(extra={"text": "account"})]  # an address or a holding account
Text = Annotated[str, Meta(extra={"text": TEXT_MAX})]
Text64 = Annotated[str, Meta(extra={"text": 64})]
Text160 = Annotated[str, Meta(extra={"text": 160})]
Text200 = Annotated[str, Meta(extra={"text": 200})]
Text500 = Annotated[str, Meta(extra={"text": 500})]

_RANGES = (
    (0x00, 0x1F),
    (0x7F, 0x9F),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x2069),
    (0xFEFF, 0xFEFF),
)
_REFUSED = {code: None for first, last in _RANGES for code in range(first, last + 1)}

Mark = str | int
_marks: dict[type, tuple[tuple[str, Mark | None], ...]] = {}


def is_clean(text: str) -> bool:
    """Whether a text holds no control, direction or invisible character."""
    if text.isascii() and text.isprintable():
        return True
    return all(ord(character) not in _REFUSED for character in text)


def texts_of(kind: type) -> tuple[tuple[str, Mark | None], ...]:
    """The fields of a struct that hold text to be tested: name and mark, None for structs."""
    known = _marks.get(kind)
    if known is None:
        hints = get_type_hints(kind, include_extras=True)
        fields = [field.name for field in msgspec.structs.fields(kind)]
        found = [(name, _mark(hints[name])) for name in fields]
        known = tuple([(name, mark or None) for name, mark in found if mark is not False])
        _marks[kind] = known
    return known


def check_texts(root: Any, at: str) -> None:
    """Test every marked text of a struct and of the structs in it; refuses BadText, BadAddress."""
    waiting: list[tuple[Any, str]] = [(root, at)]
    while waiting:
        value, place = waiting.pop()
        if isinstance(value, tuple | list):
            waiting.extend([(item, f"{place}[{number}]") for number, item in enumerate(value)])
            continue
        if not isinstance(value, msgspec.Struct):
            continue
        marks = _marks.get(type(value))
        for name, mark in texts_of(type(value)) if marks is None else marks:
            item = getattr(value, name)
            if mark is None:
                waiting.append((item, f"{place}.{name}"))
            elif type(item) is str:
                _check(item, mark, f"{place}.{name}")
            elif item is not None:
                for number, text in enumerate(item):
                    _check(text, mark, f"{place}.{name}[{number}]")


def _check(text: str, mark: Mark, field: str) -> None:
    if mark == "address" or (mark == "account" and not is_holding(text)):
        if not is_address(text):
            raise BadAddress(field=field)
    elif mark == "account":
        if len(text) > HOLDING_MAX or not (text.isascii() and text.isprintable()):
            raise BadAddress(field=field)
    elif len(text.encode()) > int(mark):
        raise BadText(field=field, rule=f"at most {mark} bytes")
    elif not is_clean(text):
        raise BadText(field=field, rule="no control or invisible characters")


def _mark(hint: Any) -> Mark | bool | None:
    """The text mark inside a type; None when it holds structs, False when it holds neither."""
    waiting = [hint]
    holds_struct = False
    while waiting:
        item = waiting.pop()
        if get_origin(item) is Annotated:
            base, *metas = get_args(item)
            for meta in metas:
                if isinstance(meta, Meta) and meta.extra and "text" in meta.extra:
                    mark: Mark = meta.extra["text"]
                    return mark
            waiting.append(base)
        elif isinstance(item, TypeVar) or _is_struct(item):
            holds_struct = True
        elif get_origin(item) is not None or isinstance(item, types.UnionType):
            waiting.extend(get_args(item))
    return None if holds_struct else False


def _is_struct(item: Any) -> bool:
    return isinstance(item, type) and issubclass(item, msgspec.Struct)
