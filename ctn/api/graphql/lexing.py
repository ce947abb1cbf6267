"""The first look at a document, before it is parsed: how many tokens, aliases, how deep.

A parser recurses and validation compares each with each, so what they are given is bounded here.
"""

from typing import Final

from graphql import GraphQLError, GraphQLSyntaxError, Lexer, Source, Token, TokenKind

from ctn.api.asks import NO_NUL, NUL
from ctn.api.graphql.refusals import Invalid, TooDeep, TooManyAliases, TooManyTokens
from ctn.api.refusals import BodyTooLarge

DOCUMENT_BYTES: Final = 32 * 1024
TOKENS_MAX: Final = 2_000
ALIASES_MAX: Final = 30
DIRECTIVES_MAX: Final = 20
NESTING_MAX: Final = 64
OPENING: Final = (TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L)
TEXTS: Final = (TokenKind.STRING, TokenKind.BLOCK_STRING)
CLOSING: Final = (TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R)


def scan(text: str) -> None:
    """Count what a document is made of; refuses what passes a bound."""
    if len(text.encode("utf-8", "surrogatepass")) > DOCUMENT_BYTES:
        raise BodyTooLarge(limit=DOCUMENT_BYTES)
    try:
        _scan(Lexer(Source(text)))
    except GraphQLSyntaxError as error:
        line, column = place_of(error)
        raise Invalid(rule=error.message, line=line, column=column) from None


def place_of(error: GraphQLError) -> tuple[int, int]:
    """Line and column of an error, 0 where it has none."""
    if not error.locations:
        return 0, 0
    return error.locations[0].line, error.locations[0].column


def _scan(lexer: Lexer) -> None:
    tokens = aliases = directives = nesting = inside = 0
    before = TokenKind.SOF
    while True:
        token = lexer.advance()
        kind = token.kind
        if kind is TokenKind.EOF:
            return
        if kind in TEXTS and NUL in (token.value or ""):
            raise Invalid(rule=NO_NUL, line=token.line, column=token.column, field=_named(token))
        tokens += 1
        if tokens > TOKENS_MAX:
            raise TooManyTokens(limit=TOKENS_MAX)
        if kind in OPENING:
            nesting += 1
            inside += kind is TokenKind.PAREN_L
            if nesting > NESTING_MAX:
                raise TooDeep(limit=NESTING_MAX)
        elif kind in CLOSING:
            nesting -= 1
            inside -= kind is TokenKind.PAREN_R
        elif kind is TokenKind.AT:
            directives += 1
            if directives > DIRECTIVES_MAX:
                raise TooManyTokens(limit=DIRECTIVES_MAX, what="directives")
        elif kind is TokenKind.COLON and before is TokenKind.NAME and inside == 0:
            aliases += 1  # outside of arguments a colon stands behind an alias alone
            if aliases > ALIASES_MAX:
                raise TooManyAliases(limit=ALIASES_MAX)
        before = kind


def _named(text: Token) -> str:
    """The argument or field of an input that a text stands behind; empty when there is none."""
    token: Token | None = text
    while token is not None and token.kind is not TokenKind.COLON:
        token = token.prev
    before = None if token is None else token.prev
    return "" if before is None else before.value or ""
