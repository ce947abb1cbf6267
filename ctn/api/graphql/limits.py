"""One walk over a parsed document: depth, aliases, root fields, cost, expanded fields.

A fragment is walked once however often it is spread, so the walk is linear in the document.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
)

from ctn.api.asks import NO_NUL, NUL
from ctn.api.graphql.prices import (
    COLUMNS,
    COLUMNS_COST,
    CONNECTION,
    DEFAULT_ROWS,
    INTROSPECTION_COST,
    LIST,
    PAGE,
    PAGE_MAX,
    PLAIN,
    RELATION_COST,
    ROW_ARGUMENTS,
    ROWS,
    ROWS_MAX,
    ROWS_PER_UNIT,
    Price,
    prices,
)
from ctn.api.graphql.refusals import CostExceeded, Invalid, TooDeep, TooManyFragments
from ctn.api.refusals import PageTooLarge

DEPTH_MAX: Final = 10
INTROSPECTION_DEPTH_MAX: Final = 20
INTROSPECTION_LISTS_MAX: Final = 3
ROOT_FIELDS_MAX: Final = 20
COST_MAX: Final = 1_000
EXPANDED_MAX: Final = 2_000
FRAGMENTS_MAX: Final = 20
SPREADS_MAX: Final = 50
REPEATS_MAX: Final = 20_000
LEVELS_MAX: Final = 64
LIST_ITEMS_MAX: Final = 100
PAGED: Final = ("edges", "nodes")
META: Final = ("__schema", "__type")
META_LISTS: Final = (
    "types", "fields", "interfaces", "possibleTypes", "inputFields", "args", "enumValues",
    "directives",
)  # fmt: skip
Values = dict[str, Any]


class Size(NamedTuple):
    """What a selection adds up to; `paged` is the part of the cost that each row has."""

    cost: int = 0
    paged: int = 0
    depth: int = 0
    fields: int = 0
    lists: int = 0
    roots: int = 0
    meta: int = 0
    meta_depth: int = 0

    def with_(self, other: "Size") -> "Size":
        """Both beside each other; anything past the bounds needs no exact figure."""
        return Size(
            self.cost + other.cost,
            self.paged + other.paged,
            max(self.depth, other.depth),
            self.fields + other.fields,
            max(self.lists, other.lists),
            self.roots + other.roots,
            self.meta + other.meta,
            max(self.meta_depth, other.meta_depth),
        )


class Weighed(NamedTuple):
    """An operation that keeps the limits, its cost, and whether it asks for the schema alone."""

    operation: OperationDefinitionNode
    cost: int
    is_introspection: bool


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation that is asked for; refuses Invalid."""
    found = [
        one
        for one in document.definitions
        if isinstance(one, OperationDefinitionNode)
        and (name is None or (one.name is not None and one.name.value == name))
    ]
    if len(found) != 1:
        raise Invalid(field="operationName", rule="names exactly one operation of the document")
    return found[0]


def weigh(
    schema: GraphQLSchema, document: DocumentNode, name: str | None, variables: Values
) -> Weighed:
    """Test an operation against all bounds but the cost, which a batch shares."""
    operation = operation_of(document, name)
    check_lists(variables)
    check_texts(variables)
    _check_fragments(document)
    walk = _Walk(schema, document, operation, variables)
    size = walk.operation(operation)
    _check_size(size)
    for rest in walk.rest(document, operation):  # validation reads these as well
        _check_size(rest)
    return Weighed(operation, size.cost, size.meta == 1 and size.roots == 1)


def _check_size(size: Size) -> None:
    if size.roots > ROOT_FIELDS_MAX:
        raise CostExceeded(limit=ROOT_FIELDS_MAX, what="root fields")
    if size.meta > 1:
        raise CostExceeded(limit=1, what="introspection fields")
    if size.depth > DEPTH_MAX:
        raise TooDeep(limit=DEPTH_MAX)
    if size.meta_depth > INTROSPECTION_DEPTH_MAX or size.lists > INTROSPECTION_LISTS_MAX:
        raise TooDeep(limit=INTROSPECTION_DEPTH_MAX, what="introspection")
    if size.fields > EXPANDED_MAX:
        raise CostExceeded(limit=EXPANDED_MAX, what="expanded fields")


def check_cost(cost: int) -> None:
    """Refuse what the documents of a request cost together."""
    if cost > COST_MAX:
        raise CostExceeded(requested=cost, limit=COST_MAX)


def check_lists(variables: Values) -> None:
    """Refuse lists of more than 100 items anywhere in the variables."""
    waiting: list[Any] = list(variables.values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, list) and len(value) > LIST_ITEMS_MAX:
            raise PageTooLarge(limit=LIST_ITEMS_MAX, field="variables")
        if isinstance(value, list | dict):
            waiting.extend(value.values() if isinstance(value, dict) else value)


def check_texts(variables: Values) -> None:
    """Refuse NUL anywhere in the variables, by the name of the variable."""
    for name, whole in variables.items():
        waiting: list[Any] = [whole]
        while waiting:
            value = waiting.pop()
            if isinstance(value, str) and NUL in value:
                raise Invalid(field=f"variables.{name}", rule=f"{name}: {NO_NUL}")
            if isinstance(value, list | dict):
                waiting.extend(value.values() if isinstance(value, dict) else value)


def _check_fragments(document: DocumentNode) -> None:
    """Refuse many fragments and spreads, and names so often repeated that comparing them costs."""
    names: dict[str, int] = {}
    fragments = spreads = 0
    for definition in document.definitions:
        fragments += isinstance(definition, FragmentDefinitionNode)
        for node in _nodes(getattr(definition, "selection_set", None)):
            if isinstance(node, FieldNode):
                answer = (node.alias or node.name).value
                names[answer] = names.get(answer, 0) + 1
            spreads += isinstance(node, FragmentSpreadNode)
    if fragments > FRAGMENTS_MAX or spreads > SPREADS_MAX:
        raise TooManyFragments(limit=FRAGMENTS_MAX, spreads=SPREADS_MAX)
    if sum(count * count for count in names.values()) > REPEATS_MAX:
        raise CostExceeded(what="repeated fields")


def _nodes(selection: SelectionSetNode | None) -> Iterator[Any]:
    waiting = [selection]
    while waiting:
        current = waiting.pop()
        for node in current.selections if current is not None else ():
            yield node
            waiting.append(getattr(node, "selection_set", None))


def is_meta(kind: str | None) -> bool:
    """Whether a type is one of introspection, or none that is known here."""
    return kind is None or kind.startswith("__")


class _Walk:
    """Sizes from the leaves up; nesting was bounded by the lexer, so recursion is."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode,
        operation: OperationDefinitionNode, variables: Values,
    ) -> None:  # fmt: skip
        self.schema = schema
        self.prices = prices(schema)
        self.variables = dict(variables)
        for one in operation.variable_definitions or ():
            if isinstance(one.default_value, IntValueNode):
                self.variables.setdefault(one.variable.name.value, int(one.default_value.value))
        self.fragments = {
            one.name.value: one
            for one in document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }
        self.sizes: dict[str, Size | None] = {}
        self.level = 0

    def rest(self, document: DocumentNode, operation: OperationDefinitionNode) -> Iterator[Size]:
        """The sizes of all that the operation does not reach."""
        for one in document.definitions:
            if isinstance(one, OperationDefinitionNode) and one is not operation:
                yield self.operation(one)
        for name, found in self.fragments.items():
            # Where it would stand is unknown: neither root fields nor cost are its own.
            size = self.fragment(name)._replace(roots=0, meta=0)
            if is_meta(found.type_condition.name.value):
                size = size._replace(depth=0, meta_depth=size.depth)
            yield size

    def operation(self, operation: OperationDefinitionNode) -> Size:
        """The size of an operation."""
        roots = {
            OperationType.QUERY: "Query",
            OperationType.MUTATION: "Mutation",
            OperationType.SUBSCRIPTION: "Subscription",
        }
        return self.selection(operation.selection_set, roots[operation.operation])

    def selection(self, selection: SelectionSetNode | None, parent: str | None) -> Size:
        """The size of a selection on a type; refuses a path of more than 64 steps."""
        total = Size()
        self.level += 1
        if self.level > LEVELS_MAX:
            raise TooDeep(limit=DEPTH_MAX)
        for node in selection.selections if selection is not None else ():
            if isinstance(node, FieldNode):
                total = total.with_(self.field(node, parent))
            elif isinstance(node, InlineFragmentNode):
                named = node.type_condition.name.value if node.type_condition else parent
                total = total.with_(self.selection(node.selection_set, named))
            elif isinstance(node, FragmentSpreadNode):
                total = total.with_(self.fragment(node.name.value))
        self.level -= 1
        return total

    def fragment(self, name: str) -> Size:
        """The size of a fragment, walked once; refuses one that spreads itself."""
        if name in self.sizes:
            known = self.sizes[name]
            if known is None:
                raise TooManyFragments(fragment=name[:64], rule="no circles")
            return known
        found = self.fragments.get(name)
        if found is None:
            raise Invalid(field="fragment", rule=f"unknown: {name[:64]}")
        self.sizes[name] = None
        size = self.selection(found.selection_set, found.type_condition.name.value)
        self.sizes[name] = size
        return size

    def field(self, node: FieldNode, parent: str | None) -> Size:
        """The size of a field and all below it."""
        name = node.name.value
        if name in META:
            below = self.selection(node.selection_set, None)
            return Size(INTROSPECTION_COST, 0, 1, below.fields + 1, below.lists, 1, 1,
                        below.depth + 1)  # fmt: skip
        price = self.prices.get((parent or "", name), Price(PLAIN, None))
        below = self.selection(node.selection_set, price.below)
        cost = self.cost(node, price, below)
        lists = below.lists + (is_meta(parent) and name in META_LISTS)
        paged = cost if name in PAGED else 0
        return Size(cost, paged, below.depth + 1, below.fields + 1, lists, 1, 0, 0)

    def cost(self, node: FieldNode, price: Price, below: Size) -> int:
        """What a field costs with what stands below it."""
        own = 1 + (RELATION_COST if price.is_relation else 0)
        if price.kind == CONNECTION:
            return own + self.page(node) * below.paged + below.cost - below.paged
        if price.kind == COLUMNS:
            # Up: each hundred that was begun.
            return COLUMNS_COST + -(-self.rows(node) // ROWS_PER_UNIT)
        if price.kind == LIST:
            return own + self.items(node, price) * below.cost
        return own + below.cost

    def page(self, node: FieldNode) -> int:
        """How many rows a connection is asked for."""
        for name in ("first", "last"):
            value = self.argument(node, name)
            if value is not None:
                return value if type(value) is int and 0 <= value <= PAGE_MAX else PAGE_MAX
        return PAGE

    def rows(self, node: FieldNode) -> int:
        """How many rows of columns are asked for."""
        for name in ROW_ARGUMENTS:
            value = self.argument(node, name)
            if value is not None:
                return value if type(value) is int and 0 <= value <= ROWS_MAX else ROWS_MAX
        return DEFAULT_ROWS.get(node.name.value, ROWS)

    def items(self, node: FieldNode, price: Price) -> int:
        """How many items a list may have: as many as its argument lists, else its bound."""
        if price.first is not None:
            value = self.argument(node, "first")
            value = price.first if value is None else value
            return value if type(value) is int and 0 <= value <= price.items else price.items
        for argument in node.arguments or ():
            if isinstance(argument.value, ListValueNode):
                return len(argument.value.values)
            if isinstance(argument.value, VariableNode):
                value = self.variables.get(argument.value.name.value)
                if isinstance(value, list):
                    return len(value)
        return price.items

    def argument(self, node: FieldNode, name: str) -> Any:
        """The value of an argument that is a whole number, None when it is not given."""
        for argument in node.arguments or ():
            if argument.name.value == name:
                if isinstance(argument.value, IntValueNode):
                    text = argument.value.value
                    return int(text) if len(text) <= len(str(ROWS_MAX)) else ROWS_MAX + 1
                if isinstance(argument.value, VariableNode):
                    return self.variables.get(argument.value.name.value)
                return None
        return None
