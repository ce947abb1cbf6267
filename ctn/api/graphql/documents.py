"""Documents: from a text or from the kept ones, scanned, parsed and validated once."""

import hashlib
from collections import OrderedDict
from pathlib import Path
from typing import Final

import msgspec
from graphql import DocumentNode, GraphQLError, GraphQLSchema, GraphQLSyntaxError, parse, validate

from ctn.api.graphql.lexing import place_of, scan
from ctn.api.graphql.refusals import DocumentNotAllowed, Invalid, UnknownDocument
from ctn.node.stops import BadConfig

BUNDLED: Final = Path(__file__).parent.parent / "static" / "persisted.json"
PREFIX: Final = "sha256:"
KEPT: Final = 64
KEPT_BYTES: Final = 4 * 1024
ERRORS_MAX: Final = 5
OPEN, PERSISTED = "open", "persisted"


class Documents:
    """Kept documents by their hash, and those that were validated lately."""

    def __init__(self, kept: dict[str, str] | None = None, mode: str = OPEN) -> None:
        self.kept = kept or {}
        self.mode = mode
        self._valid: OrderedDict[str, DocumentNode] = OrderedDict()

    def text(self, query: str | None, document_id: str | None) -> str:
        """The text that a request means; refuses UnknownDocument, DocumentNotAllowed, Invalid."""
        if document_id is not None:
            if query is not None:
                raise Invalid(field="documentId", rule="either query or documentId")
            found = self.kept.get(document_id.removeprefix(PREFIX))
            if found is None or not document_id.startswith(PREFIX):
                raise UnknownDocument()
            return found
        if query is None:
            raise Invalid(field="query", rule="query or documentId")
        if self.mode != OPEN:
            raise DocumentNotAllowed()
        return query

    def parsed(self, text: str) -> DocumentNode:
        """The syntax of a text, bounded before it is parsed; refuses by the lexer's limits."""
        known = self._valid.get(text)
        if known is not None:
            return known
        scan(text)
        try:
            return parse(text, no_location=False)
        except GraphQLSyntaxError as error:
            line, column = place_of(error)
            raise Invalid(rule=error.message, line=line, column=column) from None

    def validated(self, schema: GraphQLSchema, text: str, document: DocumentNode) -> None:
        """Test a document against the schema; refuses Invalid with the first error."""
        if text in self._valid:
            self._valid.move_to_end(text)
            return
        errors = validate(schema, document, max_errors=ERRORS_MAX)
        if errors:
            raise invalid(errors[0])
        if len(text) <= KEPT_BYTES:
            self._valid[text] = document
            if len(self._valid) > KEPT:
                self._valid.popitem(last=False)


def invalid(error: GraphQLError) -> Invalid:
    """A GraphQL error as a refusal of the door."""
    line, column = place_of(error)
    return Invalid(rule=error.message[:400], line=line, column=column)


def read_kept(path: Path = BUNDLED) -> dict[str, str]:
    """The documents of a web build, SHA-256 to text; none without the file; raises BadConfig."""
    if not path.is_file():
        return {}
    try:
        found = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BadConfig(f"{path.name}: {error}") from None
    for name, text in found.items():
        if hashlib.sha256(text.encode()).hexdigest() != name:
            raise BadConfig(f"{path.name}: {name[:64]} is not the SHA-256 of its text")
    return found
