"""What the GraphQL door refuses before it executes anything (reliability.md 17, thallo.md 21)."""

from ctn.api.refusals import DoorRefusal


class TooDeep(DoorRefusal):
    """Fields or values stand deeper in each other than is allowed."""

    code = "too_deep"


class TooManyTokens(DoorRefusal):
    """The document has more tokens or directives than is allowed."""

    code = "too_many_tokens"


class TooManyAliases(DoorRefusal):
    """The document has more aliases than is allowed."""

    code = "too_many_aliases"


class TooManyFragments(DoorRefusal):
    """The document has more fragments or spreads than is allowed, or fragments in a circle."""

    code = "too_many_fragments"


class CostExceeded(DoorRefusal):
    """The documents of a request cost more than is allowed; ask for less at a time."""

    code = "cost_exceeded"


class BatchTooLarge(DoorRefusal):
    """A request holds at most 10 documents."""

    code = "batch_too_large"


class UnknownDocument(DoorRefusal):
    """No document of this name is kept here; clients never register documents."""

    code = "unknown_document"


class DocumentNotAllowed(DoorRefusal):
    """This door takes kept documents alone."""

    status = 403
    code = "document_not_allowed"


class Invalid(DoorRefusal):
    """The document is no GraphQL of this schema."""

    code = "invalid_document"
