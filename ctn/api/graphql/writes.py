"""What takes a signed envelope: the one mutation, and its dry run (thallo.md 4.6)."""

from typing import Any, Final

import strawberry
from strawberry.types import Info

from ctn.api.graphql import scalars
from ctn.api.graphql.ledger import (
    EVENTS_MAX,
    KINDS,
    MOVES_MAX,
    STATUSES,
    SUBMITTED,
    FeePaid,
    Move,
    RefusalGiven,
    moves,
    refusal_of,
)
from ctn.api.graphql.nodes import Field, Value, many, maybe, object_type, some
from ctn.api.graphql.objects import OBJECTS, event_row
from ctn.api.graphql.reading import reading
from ctn.api.link import Link
from ctn.api.refusals import Busy
from ctn.node.door_client import EngineRefused

WAIT: Final = KINDS.enum("Wait", ("none", "commit"))


def _events(root: Any, _info: Info, first: int) -> Any:
    return [
        event_row(
            {
                "event": event["event"], "height": root["height"], "index": root["index"],
                "number": number, "tx": root["tx"],
                "data": {name: value for name, value in event.items() if name != "event"},
            }
        )
        for number, event in enumerate(root["events"][:first])
    ]  # fmt: skip


def _refusal(root: Any) -> Any:
    if root["refusal"] is None:
        return None
    return refusal_of(root["refusal"], root["facts"], root["op"])


Receipt: Final = object_type(
    "Receipt",
    "What became of a transaction, or would become of it.",
    {
        "tx": Field(scalars.Hash),
        "height": Field(scalars.Height),
        "index": Field(int, "Its place in the block."),
        "status": Field(KINDS.enum("TransactionStatus", STATUSES)),
        "refusal": Field(maybe(RefusalGiven), "", _refusal),
        "fee": Field(maybe(FeePaid)),
        "work": Field(scalars.Count),
        "moves": Field(many(Move), "What it moved, 10 by default.",
                       some(moves, MOVES_MAX), list_max=MOVES_MAX),
        "events": Field(many(OBJECTS.event), "What it told, 10 by default.",
                        some(_events, EVENTS_MAX),
                        list_max=EVENTS_MAX),
    },
)  # fmt: skip
Submission: Final = object_type(
    "Submission",
    "What became of an envelope; REJECTED: the door said no, and nothing was charged.",
    {
        "id": Field(maybe(strawberry.ID), "The id of its transaction, none when rejected."),
        "status": Field(KINDS.enum("SubmissionStatus", SUBMITTED)),
        "refusal": Field(maybe(RefusalGiven)),
        "receipt": Field(maybe(Receipt)),
    },
)


def submission_of(found: Value) -> Value:
    """The engine's answer to a submission as the schema has it."""
    if "refusal" in found:
        return rejected(EngineRefused(found["refusal"]))
    receipt = found.get("receipt")
    refusal = None if receipt is None else _refusal(receipt)
    status = "pending" if receipt is None else receipt["status"]
    return {"id": found["id"], "status": status, "refusal": refusal, "receipt": receipt}


def rejected(error: EngineRefused) -> Value:
    """An envelope that the door did not take."""
    refusal = refusal_of(error.code, error.facts, None, error.sentence)
    return {"id": None, "status": "rejected", "refusal": refusal, "receipt": None}


async def submit(info: Info, tx: str, wait: Any = None) -> Any:
    """Hand in an envelope; the same one again gives the same transaction's answer."""
    link = info.context
    assert isinstance(link, Link)
    is_held = wait is not None and wait.value == "commit"
    try:
        return submission_of(await link.call("submit", tx=tx, wait=is_held))
    except EngineRefused as error:
        return rejected(error)


def simulate(info: Info, tx: str) -> Any:
    """What would become of a transaction in the next block; changes nothing."""
    found = reading(info).call("simulate", tx=tx)
    if "busy" in found:
        raise Busy()
    return found["receipt"]


submit.__annotations__["wait"] = WAIT
submit.__defaults__ = (WAIT.NONE,)


@strawberry.type(description="All that can be handed in: a signed transaction.")
class Mutation:
    """The one mutation."""

    submit: Any = strawberry.field(
        resolver=submit,
        graphql_type=Submission,
        description="Hand in a signed envelope in base64; repeating it is safe.",
    )
