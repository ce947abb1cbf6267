"""The schema, made from the types; printed it is the contract `schema.graphql`."""

from functools import cache
from typing import Any, Final

import strawberry
from graphql import GraphQLError, GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from ctn.api.graphql import ledger, market
from ctn.api.graphql.nodes import read
from ctn.api.graphql.objects import OBJECTS
from ctn.api.graphql.query import Query
from ctn.api.graphql.scalars import SCALARS
from ctn.api.graphql.subscriptions import Subscription
from ctn.api.graphql.writes import Mutation
from ctn.api.log import log

HEAD: Final = "# Made by `make reference` from the code; never edited.\n\n"


class Schema(strawberry.Schema):
    """A schema that logs of a failed document its code and place alone, never its text."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """One line for each error."""
        del execution_context
        for error in errors:
            log("graphql", code=(error.extensions or {}).get("code", "invalid"))


@cache
def schema() -> Schema:
    """The one schema."""
    records = [kind for table, kind in OBJECTS.records.items() if table != "account"]
    others = [*OBJECTS.events.values(), ledger.Balance, market.Order]
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[*records, *others],
        config=StrawberryConfig(default_resolver=read, scalar_map=SCALARS),
    )


@cache
def core_schema() -> GraphQLSchema:
    """The same for the executor."""
    return schema()._schema  # noqa: SLF001


@cache
def schema_text() -> str:
    """The contract as text."""
    return HEAD + schema().as_str() + "\n"
