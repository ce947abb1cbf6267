"""Objects with an id of their own (thallo.md 4.3), and how types are made from fields."""

import base64
import binascii
import keyword
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, Optional

import strawberry
from strawberry.schema_directive import Location
from strawberry.types import Info

from ctn.api.asks import NUL
from ctn.api.refusals import PageTooLarge

Value = dict[str, Any]
Resolver = Callable[..., Any]


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="relation",
    description="Reads another object; costs 5 more.",
)
class Relation:
    """Marks a field that reads another object."""


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listMax",
    description="The most items of a list; its cost is reckoned with so many.",
)
class ListMax:
    """Bounds a list that no argument bounds."""

    n: int


@strawberry.interface(name="Node", description="Anything with an id by which it is found again.")
class Node:
    """The interface of Relay."""

    id: strawberry.ID = strawberry.field(description="base64url of `Type:key`.")


class Field(NamedTuple):
    """A field of a type: what it gives, its sentence, and how it is found."""

    kind: Any
    text: str = ""
    resolve: Resolver | None = None
    name: str | None = None
    is_relation: bool = False
    list_max: int | None = None


FIRST: Final = 10


def some(resolve: Resolver, most: int) -> Resolver:
    """A resolver of a list that takes `first`: 10 items by default, `most` at most."""

    def resolver(root: Any, info: Info, first: int = FIRST) -> Any:
        if not 0 <= first <= most:
            raise PageTooLarge(limit=most, field="first")
        return resolve(root, info, first)

    return resolver


def node_id(kind: str, key: str) -> str:
    """The id of an object for `node(id)`."""
    return base64.urlsafe_b64encode(f"{kind}:{key}".encode()).decode("ascii").rstrip("=")


def split_node_id(text: str) -> tuple[str, str] | None:
    """Type and key of an id, or None when it is no id of ours."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        kind, colon, key = data.decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    is_ours = bool(colon) and NUL not in key and node_id(kind, key) == text
    return (kind, key) if is_ours else None


def maybe(kind: Any) -> Any:
    """A type that may be null; types of the schema are made, so no annotation can name them."""
    return Optional[kind]  # noqa: UP045


def many(kind: Any) -> Any:
    """A list of a type."""
    return list[kind]


def object_type(
    name: str,
    text: str,
    fields: Mapping[str, Field],
    key: Resolver | None = None,
    bases: tuple[type, ...] = (),
) -> Any:
    """A type of the schema; with `key`, which gives an object's key, it is a Node."""
    annotations: dict[str, Any] = {}
    body: dict[str, Any] = {"__annotations__": annotations, "__module__": __name__}
    if key is not None:
        fields = {"id": _id_field(name, key), "key": _key_field(key)} | dict(fields)
    for python_name, field in fields.items():
        safe = safe_name(python_name)
        annotations[safe] = field.kind
        body[safe] = _field(field, python_name)
    bases = (*bases, Node) if key is not None else bases
    made = type(name, bases, body | {"is_type_of": _is_type(name)})
    return strawberry.type(made, name=name, description=text or None)


def safe_name(name: str) -> str:
    """A name that Python takes for a field: `class` is `class_`."""
    return name + "_" if keyword.iskeyword(name) else name


def read(row: Any, name: str) -> Any:
    """The value of a field that needs no work: `x_id` is what column x holds."""
    found: Mapping[str, Any] = row
    plain = name.removesuffix("_") if keyword.iskeyword(name.removesuffix("_")) else name
    if plain in found:
        return found[plain]
    return found[plain.removesuffix("_id")]


def _field(field: Field, python_name: str) -> Any:
    directives: list[object] = [Relation()] if field.is_relation else []
    if field.list_max is not None:
        directives.append(ListMax(n=field.list_max))
    name = field.name or camel(python_name)
    if field.resolve is None:
        return strawberry.field(name=name, description=field.text or None, directives=directives)
    return strawberry.field(
        resolver=field.resolve, graphql_type=field.kind, name=name,
        description=field.text or None, directives=directives,
    )  # fmt: skip


def camel(name: str) -> str:
    """`open_time` as `openTime`."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def pascal(name: str) -> str:
    """`open_time` as `OpenTime`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _id_field(kind: str, key: Resolver) -> Field:
    def resolve(root: Any) -> strawberry.ID:
        return strawberry.ID(node_id(kind, key(root)))

    return Field(strawberry.ID, "base64url of `Type:key`.", resolve)


def _key_field(key: Resolver) -> Field:
    def resolve(root: Any) -> str:
        text: str = key(root)
        return text

    return Field(str, "The key by which the ledger knows it.", resolve)


def _is_type(name: str) -> Any:
    def is_type_of(_cls: Any, row: Any, _info: Any) -> bool:
        return not isinstance(row, dict) or row.get("__typename", name) == name

    return classmethod(is_type_of)
