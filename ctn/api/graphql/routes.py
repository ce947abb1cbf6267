"""GraphQL as a door: `/graphql` itself, never a mount, which would answer by a redirect."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from ctn.api.graphql.documents import Documents
from ctn.api.graphql.execution import Runner
from ctn.api.graphql.http import Endpoint
from ctn.api.graphql.schema import core_schema
from ctn.api.graphql.sockets import Doors
from ctn.api.graphql.streams import Streams
from ctn.api.limits import Limits
from ctn.api.link import Link
from ctn.api.sockets import Sockets
from ctn.views.reader import Reader

PATH = "/graphql"


class Graphql:
    """What answers `/graphql` over one link and one reader."""

    def __init__(
        self, link: Link, reader: Reader, doors: tuple[Sockets, Limits], documents: Documents
    ) -> None:
        self.runner = Runner(core_schema(), link, reader, documents)
        self._endpoint = Endpoint(self.runner)
        self._streams = Streams(self.runner)
        self._doors = Doors(self.runner, self._streams, *doors)

    @property
    def routes(self) -> list[BaseRoute]:
        """The route and the socket route."""
        return [
            Route(PATH, self._serve, methods=["GET", "POST"]),
            WebSocketRoute(PATH, self._serve_socket),
        ]

    async def warm(self) -> None:
        """Answer the question for the whole schema before anybody asks it."""
        await asyncio.to_thread(self.runner.introspect)

    async def close(self) -> None:
        """End what runs beside the requests."""
        await self._streams.stop()
        self.runner.close()

    async def _serve(self, request: Request) -> Response:
        return await self._endpoint.serve(request)

    async def _serve_socket(self, websocket: WebSocket) -> None:
        await self._doors.serve(websocket)
