"""The routes of GraphQL: `/graphql` itself, never a mount, which would answer by a redirect."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from ctn.api.graphql.documents import OPEN, Documents, read_kept
from ctn.api.graphql.execution import Runner
from ctn.api.graphql.http import Endpoint
from ctn.api.graphql.schema import core_schema
from ctn.api.graphql.sockets import Doors
from ctn.api.graphql.streams import Streams
from ctn.api.link import Link
from ctn.api.sockets import Sockets
from ctn.views.reader import Reader

PATH = "/graphql"
KEPT = Path(__file__).parent.parent / "static" / "persisted.json"


def graphql_routes(
    link: Link, reader: Reader, sockets: Sockets, *, documents: str = OPEN
) -> list[BaseRoute]:
    """The route and the socket route of `/graphql` over one link and one reader."""
    runner = Runner(core_schema(), link, reader)
    runner.documents = Documents(read_kept(KEPT), documents)
    endpoint = Endpoint(runner)
    doors = Doors(runner, Streams(runner), sockets)

    async def serve(request: Request) -> Response:
        request.app.state.graphql = runner
        return await endpoint.serve(request)

    async def serve_socket(websocket: WebSocket) -> None:
        await doors.serve(websocket)

    return [
        Route(PATH, serve, methods=["GET", "POST"]),
        WebSocketRoute(PATH, serve_socket),
    ]
