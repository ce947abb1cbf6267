"""The doors of the signing room: put up, sign, look, submit, withdraw."""

from typing import Annotated, Final, Literal

import msgspec
from fastapi import Path, Request
from msgspec import Meta
from starlette.responses import Response

from ctn.api import answers
from ctn.api.bodies import TRANSACTION_BYTES, read_body
from ctn.api.link import answer, link_of
from ctn.api.login.routes import Nothing, logged_in, milliseconds
from ctn.api.room.room import PendingItem, Room
from ctn.api.routes import Route
from ctn.api.writes import hand_in

PendingId = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="Id of a transaction")]
Text = Annotated[str, Meta(max_length=TRANSACTION_BYTES)]


class PutUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An envelope in base64, with at least one signature."""

    tx: Text


class SubmitAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether to hold the answer until it is in a block."""

    wait: Literal["none", "commit"] = "none"


class PendingItems(answers.Read, frozen=True, kw_only=True):
    """All that waits for the signatures of an account, by sequence."""

    items: list[PendingItem]


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """The body waits no more."""

    withdrawn: bool


async def put_up(request: Request) -> Response:
    """Put a signed body up for the others' signatures, or add signatures to one that is there."""
    session = await logged_in(request)
    asked = await read_body(request, PutUp, TRANSACTION_BYTES)
    return answer(await room_of(request).put_up(session, asked.tx, milliseconds()))


async def listed(request: Request) -> Response:
    """What waits for the signatures of the account that is logged in."""
    head, items = await room_of(request).items(await logged_in(request))
    return answer(PendingItems(items=items, **head.fields))


async def shown(request: Request, identity: PendingId) -> Response:
    """One body that waits."""
    return answer(await room_of(request).item(await logged_in(request), identity))


async def submit(request: Request, identity: PendingId) -> Response:
    """Hand in what the signatures suffice for; below the threshold the ledger refuses, unpaid."""
    session = await logged_in(request)
    asked = await read_body(request, SubmitAsk)
    item = await room_of(request).item(session, identity)
    return await hand_in(link_of(request), item.tx, wait=asked.wait == "commit")


async def withdraw(request: Request, identity: PendingId) -> Response:
    """Take back what this key put up."""
    session = await logged_in(request)
    await read_body(request, Nothing)
    await room_of(request).withdraw(session, identity)
    return answer(Withdrawn(withdrawn=True))


def room_of(request: Request) -> Room:
    """The room that the application was made with."""
    found: Room = request.app.state.room
    return found


ROUTES: Final = (
    Route("/pending/{identity}/submit", submit, answers.TransactionAnswer, SubmitAsk, login=True),
    Route("/pending/{identity}/withdraw", withdraw, Withdrawn, Nothing, login=True),
    Route("/pending/{identity}", shown, PendingItem, login=True),
    Route("/pending", put_up, PendingItem, PutUp, login=True),
    Route("/pending", listed, PendingItems, login=True),
)
