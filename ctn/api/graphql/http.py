"""`/graphql` over HTTP: POST of JSON, or GET of a kept document (reliability.md 2, 4)."""

from typing import Any, Final

import msgspec
from fastapi import Request
from graphql import OperationType
from starlette.responses import Response

from ctn.api.bodies import read_bytes
from ctn.api.graphql.asked import BODY_BYTES, Asked, read_asked, read_values
from ctn.api.graphql.execution import Answer, Prepared, Runner, Stand
from ctn.api.graphql.faults import Teller
from ctn.api.graphql.me import Asker
from ctn.api.graphql.refusals import Invalid
from ctn.api.problems import RETRY_AFTER, language_of
from ctn.api.refusals import DoorRefusal, MethodNotAllowed
from ctn.kernel.refusal import Refusal
from ctn.node.door_client import EngineGone, EngineRefused
from ctn.views.refusals import ViewRefusal

MEDIA_TYPE: Final = "application/json"
GRAPHQL_TYPE: Final = "application/graphql-response+json"
EXPECTED: Final = (DoorRefusal, Refusal, EngineGone, EngineRefused, ViewRefusal)
GET_NAMES: Final = ("documentId", "operationName", "variables")


class Endpoint:
    """Answers requests of one application."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner

    async def serve(self, request: Request) -> Response:
        """Answer a GET or POST."""
        teller = teller_of(request)
        try:
            if request.method == "GET":
                return await self._get(request, teller)
            data = await read_bytes(request, BODY_BYTES)
            asked = read_asked(data)
            if isinstance(asked, Asked):
                answer = await self._run(self.runner.prepare(asked), teller, request)
                return _response(request, answer.body, answer.status)
            return await self._batch(request, asked, teller)
        except EXPECTED as error:
            answer = self.runner.refused(error, teller)
            return _response(request, answer.body, answer.status)

    async def _get(self, request: Request, teller: Teller) -> Response:
        """A kept query, with the ETag of the height that answers it."""
        parameters = request.query_params
        if "documentId" not in parameters or "query" in parameters:
            raise MethodNotAllowed()
        if len(parameters.multi_items()) != len(set(parameters)) or set(parameters) - {*GET_NAMES}:
            raise Invalid(rule="documentId, operationName and variables, each once")
        variables = read_values(parameters.get("variables", "{}").encode())
        asked = Asked(None, parameters["documentId"], parameters.get("operationName"), variables)
        prepared = self.runner.prepare(asked)
        if prepared.kind is not OperationType.QUERY:
            raise MethodNotAllowed()
        held = request.headers.get("if-none-match", "")
        answer, stand = await self.runner.query(prepared, teller, held)
        return _response(request, answer.body, answer.status, stand)

    async def _batch(self, request: Request, asked: list[Asked], teller: Teller) -> Response:
        """Documents that share one cost; all keep the limits, or none is executed."""
        prepared: list[Prepared] = []
        spent = 0
        for one in asked:
            prepared.append(self.runner.prepare(one, spent))
            spent += prepared[-1].weighed.cost
        bodies: list[Any] = []
        for document in prepared:
            try:
                bodies.append((await self._run(document, teller, request)).body)
            except EXPECTED as error:
                bodies.append(self.runner.refused(error, teller).body)
        return _response(request, bodies, 200)

    async def _run(self, prepared: Prepared, teller: Teller, request: Request) -> Answer:
        if prepared.kind is OperationType.SUBSCRIPTION:
            raise Invalid(rule="subscriptions are served by socket")
        if prepared.kind is OperationType.MUTATION:
            return await self.runner.mutate(prepared, teller)
        answer, _stand = await self.runner.query(prepared, teller, asker=Asker(request))
        return answer


def teller_of(request: Request) -> Teller:
    """How errors of a request are told."""
    request_id = getattr(request.state, "request_id", "")
    return Teller(language_of(request.headers.raw), request_id)


def _response(
    request: Request, body: Any, status: int, stand: Stand | None = None
) -> Response:
    is_new = GRAPHQL_TYPE in request.headers.get("accept", "")
    headers = {"Cache-Control": "no-store"}
    if stand is not None:
        headers = {"Cache-Control": "no-cache", "ETag": stand.etag}
    if status in RETRY_AFTER:
        headers["Retry-After"] = RETRY_AFTER[status]
    if status == 304:
        return Response(None, status, headers)
    kind = GRAPHQL_TYPE if is_new else MEDIA_TYPE
    return Response(msgspec.json.encode(body), status, headers, kind)
