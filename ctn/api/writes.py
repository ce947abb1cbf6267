"""What takes a signed envelope: submission and trial (engine.md 10)."""

import msgspec
from fastapi import Request
from starlette.responses import Response

from ctn.api import answers
from ctn.api.bodies import TRANSACTION_BYTES, read_body
from ctn.api.link import Link, answer, link_of
from ctn.api.reads import waiting
from ctn.api.refusals import Busy
from ctn.node.door_client import EngineRefused


async def submit(request: Request) -> Response:
    """Hand in a transaction; the same envelope again gives the same transaction's answer.

    With `wait: "commit"` the answer is held until the transaction is in a block, at most 30
    seconds; until then it is `pending` with status 202.
    """
    submission = await read_body(request, answers.Submission, TRANSACTION_BYTES)
    return await hand_in(link_of(request), submission.tx, wait=submission.wait == "commit")


async def hand_in(link: Link, tx: str, *, wait: bool) -> Response:
    """The answer to an envelope in base64: its receipt, or 202 while it is in no block."""
    found = await link.call("submit", tx=tx, wait=wait)
    if "refusal" in found:
        raise EngineRefused(found["refusal"])
    head = await link.head()
    if "receipt" not in found:
        return answer(waiting(found["id"], head), status=202)
    return answer(msgspec.convert(found | head.fields, answers.TransactionAnswer))


async def simulate(request: Request) -> Response:
    """What would become of a transaction in the next block; changes nothing."""
    trial = await read_body(request, answers.Trial, TRANSACTION_BYTES)
    link = link_of(request)
    found = await link.call("simulate", tx=trial.tx)
    if "busy" in found:
        raise Busy()
    head = await link.head()
    return answer(answers.Simulated(receipt=found["receipt"], **head.fields))
