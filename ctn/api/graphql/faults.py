"""How an error is told: the same stable code, sentence and facts as REST gives (thallo.md 5.2)."""

import traceback
from typing import Any, Final

import msgspec
from graphql import GraphQLError

from ctn.api.graphql.documents import invalid
from ctn.api.graphql.refusals import Invalid
from ctn.api.log import log
from ctn.api.problems import Cause, cause_of, problem_of
from ctn.api.refusals import DoorRefusal, Failed
from ctn.kernel.refusal import Refusal
from ctn.node.door_client import EngineGone, EngineRefused
from ctn.views.refusals import Deadline, ViewRefusal

KNOWN: Final = (DoorRefusal, Refusal, EngineRefused, EngineGone, ViewRefusal)
Value = dict[str, Any]


class Teller:
    """Tells errors in the language of a reader, with the id that finds them in the log."""

    def __init__(self, language: str, request_id: str) -> None:
        self.language = language
        self.request_id = request_id

    def cause(self, error: Exception) -> Cause:
        """What an error says; one that nobody expected goes to the log."""
        if isinstance(error, KNOWN):
            return cause_of(error)
        trace = "".join(traceback.format_exception(error))
        log("failed", request_id=self.request_id, path="/graphql", trace=trace)
        return cause_of(Failed())

    def told(self, error: Exception) -> tuple[Value, int]:
        """An entry of `errors`, and the HTTP status of its cause."""
        place: Value = {}
        if isinstance(error, GraphQLError):
            if error.path is not None:
                place["path"] = error.path
            if error.locations:
                place["locations"] = [{"line": at.line, "column": at.column}
                                      for at in error.locations]  # fmt: skip
            error = original(error)
        cause = self.cause(error)
        problem = problem_of(cause, self.language, self.request_id)
        # GraphiQL shows the message alone, and of a bad document it must say what is wrong.
        rule = cause.facts.get("rule") if cause.code == Invalid.code else None
        entry: Value = {"message": rule or problem.detail} | place
        return entry | {"extensions": msgspec.to_builtins(problem)}, cause.status


def original(error: GraphQLError) -> Exception:
    """What a resolver raised; a value that has not its type is Invalid."""
    cause = error.original_error
    if error.path is None or cause is None or isinstance(cause, GraphQLError):
        return invalid(error)
    return cause


def is_late(error: Exception) -> bool:
    """Whether an error says that the time of a request is over."""
    return isinstance(error, GraphQLError) and isinstance(error.original_error, Deadline)
