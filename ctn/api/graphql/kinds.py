"""From a field of a record or event to a field of the schema.

`Amount`, `Count` and `Time` are one type to Python, so which of them a field is, is read where it
is written: in the source of its class.
"""

import ast
import enum
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Final, Literal, NamedTuple, Optional, Union, get_args, get_origin
from typing import get_type_hints as hints_of

import msgspec
import strawberry

from ctn.api.graphql import scalars
from ctn.api.graphql.nodes import FIRST, Field, object_type, pascal, read, some
from ctn.kernel.codec import encode

INT32_MAX: Final = 2**31 - 1
ITEMS_MAX: Final = 256
WORDS: Final[dict[str, Any]] = {
    "Amount": scalars.Amount,
    "Time": scalars.Time,
    "Address": scalars.Address,
    "AccountId": scalars.Address,
    "Hash": scalars.Hash,
    "Count": scalars.Count,
}
HEIGHTS: Final = ("height", "from_height", "to_height", "ended_height")
Struct = type[msgspec.Struct]


class Asked(NamedTuple):
    """Where a type stands: the class and field that it is made for, and names already known."""

    owner: str
    field: str
    words: frozenset[str]


class Kinds:
    """The types of the schema that are made from classes, each made once."""

    def __init__(self, numbers: dict[str, Any] | None = None) -> None:
        self.numbers = numbers or {}
        self.made: dict[Struct, Any] = {}
        self.enums: dict[str, Any] = {}

    def fields(self, kind: Struct, name: str) -> dict[str, Field]:
        """The fields of a class, by the names that its state has."""
        hints = hints_of(kind, include_extras=True)
        words = words_of(kind)
        found: dict[str, Field] = {}
        for field in msgspec.structs.fields(kind):
            asked = Asked(name, field.encode_name, words.get(field.name, frozenset()))
            found[field.encode_name] = self.field(hints[field.name], asked)
        return found

    def field(self, hint: Any, asked: Asked) -> Field:
        """A field of the schema for a field of a class."""
        kind, resolve = self._kind(hint, asked)
        name, change = asked.field, resolve
        most = most_of(hint)
        if most is not None:
            return Field(kind, f"{FIRST} by default.", some(_first(name), most), list_max=most)
        if change is None:
            return Field(kind)

        def resolver(root: Any) -> Any:
            value = read(root, name)
            return None if value is None else change(value)

        return Field(kind, resolve=resolver)

    def struct(self, kind: Struct) -> Any:
        """The type of a struct that stands inside of another."""
        known = self.made.get(kind)
        if known is None:
            text = sentence(kind)
            known = object_type(kind.__name__, text, self.fields(kind, kind.__name__))
            self.made[kind] = known
        return known

    def enum(self, name: str, values: tuple[str, ...]) -> Any:
        """An enumeration of texts."""
        known = self.enums.get(name)
        if known is None:
            members = {constant(value): value for value in values}
            made = enum.Enum(name, members)  # type: ignore[misc]
            known = self.enums[name] = strawberry.enum(made, name=name)
        return known

    def _kind(self, hint: Any, asked: Asked) -> tuple[Any, Callable[[Any], Any] | None]:
        low = high = None
        while get_origin(hint) is Annotated:
            for meta in hint.__metadata__:
                low, high = getattr(meta, "ge", low), getattr(meta, "le", high)
            hint = get_args(hint)[0]
        args = get_args(hint)
        if type(None) in args:
            rest = tuple([arg for arg in args if arg is not type(None)])
            whole = rest[0] if len(rest) == 1 else Union[rest]  # noqa: UP007
            kind, change = self._kind(whole, asked)
            return Optional[kind], change  # noqa: UP045
        if get_origin(hint) is Literal and all(isinstance(arg, str) for arg in args):
            return self.enum(asked.owner + pascal(asked.field), args), None
        if get_origin(hint) in (tuple, list):
            return self._list(args, asked)
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            return self.struct(hint), None
        return self._plain(hint, asked, high)

    def _list(self, args: tuple[Any, ...], asked: Asked) -> tuple[Any, Callable[[Any], Any] | None]:
        items = [arg for arg in args if arg is not Ellipsis]
        kinds = [self._kind(item, asked) for item in items]
        if any(change is not None for _kind, change in kinds):
            return str, text_of
        if all(kind == kinds[0][0] for kind, _change in kinds):
            return list[kinds[0][0]], None  # type: ignore[misc]
        first, second = (kind for kind, _change in kinds[:2])
        pair = Field(first, resolve=_item(0)), Field(second, resolve=_item(1))
        name = asked.owner + pascal(asked.field).removesuffix("s")
        sentence_ = f"One of `{asked.field}`: what, and how much."
        return object_type(name, sentence_, {"name": pair[0], "value": pair[1]}), None

    def _plain(
        self, hint: Any, asked: Asked, high: int | None
    ) -> tuple[Any, Callable[[Any], Any] | None]:
        if hint is bool:
            return bool, None
        if hint is int and asked.field in HEIGHTS:
            return scalars.Height, None
        for word, scalar in WORDS.items():
            if word in asked.words and hint is (str if word in TEXTS else int):
                return scalar, None
        if hint is int and high is not None and high <= INT32_MAX:
            return int, None
        if hint is int:
            return self.numbers.get(asked.field, scalars.Amount), None
        if hint is str:
            return str, None
        return str, text_of


TEXTS: Final = ("Address", "AccountId", "Hash")


def most_of(hint: Any) -> int | None:
    """The most structs that a list may hold; None for what is no list of structs."""
    most = ITEMS_MAX
    while get_origin(hint) is Annotated:
        most = min([most, *[one.max_length for one in hint.__metadata__ if one.max_length]])
        hint = get_args(hint)[0]
    if get_origin(hint) not in (tuple, list):
        return None
    item = get_args(hint)[0]
    return most if isinstance(item, type) and issubclass(item, msgspec.Struct) else None


def _first(name: str) -> Callable[..., Any]:
    def resolve(root: Any, _info: Any, first: int) -> Any:
        value = read(root, name)
        return None if value is None else value[:first]

    return resolve


def _item(place: int) -> Callable[[Any], Any]:
    def resolve(root: Any) -> Any:
        return root[place]

    return resolve


def constant(value: str) -> str:
    """`take_profit` as `TAKE_PROFIT`, `15m` as `M15`."""
    name = "".join(letter if letter.isalnum() else "_" for letter in value).upper()
    rest = name.lstrip("0123456789")
    return rest + name.removesuffix(rest) if rest else "N" + name


def text_of(value: Any) -> str:
    """A value that has no type of its own, as canonical JSON."""
    return encode(value).decode()


def sentence(kind: type) -> str:
    """What the docstring of a class says, as one paragraph."""
    return " ".join((kind.__doc__ or "").split())


@cache
def words_of(kind: type) -> dict[str, frozenset[str]]:
    """The names that stand in the annotation of each field of a class, in its source."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    found: dict[str, frozenset[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names = [part.id for part in ast.walk(node.annotation) if isinstance(part, ast.Name)]
            found[node.target.id] = frozenset(names)
    return found


def numbers_of(kinds: list[Struct]) -> dict[str, Any]:
    """What whole numbers of a name are in records, for events, which say `int` alone."""
    made = Kinds()
    found: dict[str, Any] = {}
    for kind in kinds:
        for name, field in made.fields(kind, kind.__name__).items():
            if field.kind in (scalars.Amount, scalars.Time, scalars.Count, scalars.Height, int):
                found.setdefault(name, field.kind)
    return found
