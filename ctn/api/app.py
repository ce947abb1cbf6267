"""The application: routes, what is said when a request fails, and the OpenAPI 3.1 contract."""

import traceback
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.responses import Response

from ctn.api import (
    answers,
    carbon,
    carbon_sums,
    cometbft,
    declared,
    exports,
    governance,
    imports,
    ledger,
    market,
    people,
    protection,
    reads,
    seats,
    stake,
    static,
    watch,
    writes,
)
from ctn.api.bodies import StrictRequest
from ctn.api.certificates import files
from ctn.api.certificates import page as certificate_page
from ctn.api.certificates.facts import CertificateAnswer, Facts
from ctn.api.desk import Desk
from ctn.api.feed import Feeds, feed
from ctn.api.gate import Gate
from ctn.api.graphql.documents import Documents
from ctn.api.graphql.routes import Graphql
from ctn.api.limits import Limits
from ctn.api.link import Link, NotModified
from ctn.api.log import log
from ctn.api.login import routes as login
from ctn.api.login.challenges import Challenges
from ctn.api.login.sessions import Sessions
from ctn.api.problems import Problem, language_of, problem_response
from ctn.api.refusals import BadRequest, DoorRefusal, Failed, MethodNotAllowed, NotFound
from ctn.api.room import routes as room
from ctn.api.room.room import Room
from ctn.api.routes import Endpoint, Route
from ctn.api.sockets import Sockets
from ctn.api.store import PlatformStore
from ctn.client.comet_door import CometDoor
from ctn.kernel.refusal import Malformed, Refusal
from ctn.node.config import Config
from ctn.node.door_client import EngineGone, EngineRefused
from ctn.views.writer import Views

VERSION = "1"
PREFIX = "/api/v1"
RULE_MAX = 200
SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
Asked = Callable[[Request], Coroutine[Any, Any, Response]]


ROUTES = (
    Route("/status", reads.status, answers.Status),
    Route("/blocks/{height}", reads.block, answers.BlockAnswer),
    Route("/blocks/{height}/raw", reads.raw_block, None),
    Route("/validators/{height}", reads.validators, answers.Validators),
    Route("/changes/{height}", reads.changes, answers.Changes),
    Route("/transactions", writes.submit, answers.TransactionAnswer, answers.Submission),
    Route("/transactions/{identity}", reads.transaction, answers.TransactionAnswer),
    Route("/simulate", writes.simulate, answers.Simulated, answers.Trial),
    Route("/state/{table}", reads.records, answers.Items),
    Route("/state/{table}/{place:path}", reads.record, answers.RecordAnswer),
    Route("/accounts/{address}", reads.account, answers.AccountAnswer),
    # The longer paths first: the shortest would take them for ids.
    *carbon_sums.ROUTES,
    Route(
        "/certificates/{identity}.proof.json", files.proof_file, None, media=("application/json",)
    ),
    Route("/certificates/{identity}.json", files.facts_file, Facts),
    Route("/certificates/{identity}.pdf", files.pdf_file, None, media=("application/pdf",)),
    Route("/certificates/{identity}", files.certificate, CertificateAnswer),
    Route("/ops", declared.ops, answers.Operations),
    Route("/refusals", declared.refusals, answers.Refusals),
    *ledger.ROUTES,
    *market.ROUTES,
    *carbon.ROUTES,
    *governance.ROUTES,
    *people.ROUTES,
    *protection.ROUTES,
    *stake.ROUTES,
    *imports.ROUTES,
    *watch.ROUTES,
    *exports.ROUTES,
    *seats.ROUTES,
    *login.ROUTES,
    *room.ROUTES,
    *cometbft.ROUTES,
)

PAGES: tuple[tuple[str, Endpoint], ...] = (
    ("/c/certificate.css", certificate_page.style),
    ("/c/{identity}", certificate_page.page),
)


class StrictRoute(APIRoute):
    """A route whose requests never decode a body by `json.loads`."""

    def get_route_handler(self) -> Asked:
        """The endpoint, given a strict request."""
        serve = super().get_route_handler()

        async def serve_strictly(request: Request) -> Response:
            return await serve(StrictRequest(request.scope, request.receive))

        return serve_strictly


class Parts(NamedTuple):
    """What an application has beside the engine.

    Without views what the read model answers is `behind`; without a store sessions and the signing
    room last as long as the process. `documents` are those that GraphQL keeps or allows; `comet` is
    the node's CometBFT.
    """

    views: Views | None = None
    documents: Documents | None = None
    comet: CometDoor | None = None
    store: PlatformStore | None = None


def create_app(link: Link, config: Config, parts: Parts = Parts()) -> Gate:
    """The whole application over one link to the engine.

    The profile `dev` spares loopback every rate.
    """
    views = parts.views
    spares_loopback = config.profile == "dev"
    app = FastAPI(
        title="CTN", version=VERSION, docs_url=None, redoc_url=None, redirect_slashes=False,
        telemetry=SILENT,
    )  # fmt: skip
    app.state.link = link
    app.state.public_url = config.api.public_url
    app.state.cometbft = parts.comet
    reader = None if views is None else views.reader
    app.state.desk = Desk(reader)
    limits = app.state.limits = Limits(spares_loopback=spares_loopback)
    sockets = Sockets(spares_loopback=spares_loopback)
    feeds = app.state.feeds = Feeds(reader, sockets)
    app.state.graphql = None
    if views is not None:
        views.writer.on_block = feeds.on_block
    app.state.exports = exports.Exports(reader)
    app.state.imports = imports.Imports(imports.known_of(link))
    app.state.watch = watch.Watch(imports.known_of(link))
    app.state.seats = seats.Seats(link, spares_loopback=spares_loopback)
    _open_room(app, link, parts.store or PlatformStore())
    app.router.route_class = StrictRoute
    for route in ROUTES:
        _add(app, route)
    app.add_api_websocket_route(PREFIX + "/feed/{instrument}", feed)
    if views is not None:
        doors = (sockets, limits)
        app.state.graphql = Graphql(link, views.reader, doors, parts.documents or Documents())
        app.router.routes += app.state.graphql.routes
    _add_pages(app)
    _tell_refusals(app)
    contract = _contract(app)
    app.openapi = lambda: contract  # type: ignore[method-assign]
    return Gate(
        app,
        limits,
        trusted_proxies=config.api.trusted_proxies,
        public_url=config.api.public_url,
    )


def _open_room(app: FastAPI, link: Link, store: PlatformStore) -> None:
    """Logins and the signing room, which share what the platform keeps."""
    app.state.store = store
    app.state.challenges = Challenges(login.milliseconds)
    app.state.sessions = Sessions(store, login.milliseconds)
    app.state.room = Room(link, store)


def _add_pages(app: FastAPI) -> None:
    for path, endpoint in (*PAGES, *static.PAGES):
        app.add_api_route(
            path, endpoint, methods=["GET", "HEAD"], include_in_schema=False,
            response_class=Response,
        )  # fmt: skip


def _tell_refusals(app: FastAPI) -> None:
    """Whatever is refused or fails is answered as a problem document."""
    for kind in (Refusal, DoorRefusal, EngineRefused, EngineGone):
        app.add_exception_handler(kind, _refused)
    app.add_exception_handler(NotModified, _not_modified)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _no_route)
    app.add_exception_handler(Exception, _failed)


def graphql_of(gate: Gate) -> Graphql | None:
    """What answers `/graphql` in an application; None without views."""
    app = gate.application
    assert isinstance(app, FastAPI)
    found: Graphql | None = app.state.graphql
    return found


async def close_app(gate: Gate) -> None:
    """End the threads and processes of an application."""
    app = gate.application
    assert isinstance(app, FastAPI)
    graphql = graphql_of(gate)
    if graphql is not None:
        await graphql.close()
    app.state.desk.close()
    app.state.imports.close()
    app.state.watch.close()
    app.state.store.close()


def _add(app: FastAPI, route: Route) -> None:
    binary = {"type": "string", "format": "binary"}
    good = {media: {"schema": binary} for media in route.media}
    if route.media == ("application/json",):
        good = {"application/json": {"schema": {"type": "object"}}}
    if route.shape is not None:
        good = _content("application/json", _reference(route.shape))
    if route.shape is answers.RecordAnswer:
        proved = [_reference(answers.RecordAnswer), _reference(answers.ProvedRecord)]
        good = _content("application/json", {"anyOf": proved})
    problem = _content("application/problem+json", _reference(Problem))
    responses: dict[int | str, dict[str, Any]] = {
        200: {"description": "The answer", "content": good},
        "default": {"description": "A refusal", "content": problem},
    }
    extra: dict[str, Any] = {}
    if route.shape is answers.TransactionAnswer and route.method == "POST":
        responses[202] = {"description": "Not in a block yet", "content": good}
    if route.takes or route.body is not None:
        content = {media: {"schema": schema} for media, schema in route.takes.items()}
        if route.body is not None:
            content = _content("application/json", _reference(route.body))
        extra = {"requestBody": {"required": True, "content": content}}
    else:
        responses[304] = {"description": "As the If-None-Match of the request"}
    if route.login:
        extra["security"] = [{"session": []}]
    app.add_api_route(
        PREFIX + route.path,
        route.endpoint,
        methods=[route.method],
        response_class=Response,
        responses=responses,
        openapi_extra=extra,
    )


def _content(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {media_type: {"schema": schema}}


def _reference(shape: type[msgspec.Struct]) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{shape.__name__}"}


def contract_document() -> dict[str, Any]:
    """The OpenAPI 3.1 document, for those who ask without a server."""
    app = FastAPI(title="CTN", version=VERSION, telemetry=SILENT)
    for route in ROUTES:
        _add(app, route)
    return _contract(app)


def _contract(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1, its schemas made from the structs that are encoded and decoded."""
    found = get_openapi(
        title=app.title, version=app.version, openapi_version="3.1.0", routes=app.routes
    )
    shapes: list[type[msgspec.Struct]] = [Problem, answers.ProvedRecord]
    shapes += [route.shape for route in ROUTES if route.shape is not None]
    shapes += [route.body for route in ROUTES if route.body is not None]
    _out, schemas = msgspec.json.schema_components(
        shapes, ref_template="#/components/schemas/{name}"
    )
    session = {"type": "http", "scheme": "bearer", "description": "The token of a session"}
    found["components"] = {"schemas": schemas, "securitySchemes": {"session": session}}
    return found


def _refused(request: Request, error: Exception) -> Response:
    return problem_response(error, language_of(request.headers.raw), request.state.request_id)


def _not_modified(_request: Request, error: Exception) -> Response:
    assert isinstance(error, NotModified)
    return Response(None, 304, {"ETag": error.head.etag, "Cache-Control": "no-cache"})


def _malformed(request: Request, error: Exception) -> Response:
    """A parameter of the path or query that does not have its declared form."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join([str(part) for part in first["loc"][1:]])
    return _refused(request, Malformed(field=field, rule=str(first["msg"])[:RULE_MAX]))


def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    reasons: dict[int, DoorRefusal] = {404: NotFound(), 405: MethodNotAllowed()}
    response = _refused(request, reasons.get(error.status_code, BadRequest()))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def _failed(request: Request, error: Exception) -> Response:
    """A bug: the trace goes to the log, and the reader gets the id to find it by."""
    trace = "".join(traceback.format_exception(error))
    log("failed", request_id=request.state.request_id, path=request.url.path, trace=trace)
    return _refused(request, Failed())
