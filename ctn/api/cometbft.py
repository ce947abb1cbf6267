"""`POST /api/v1/cometbft`: the four calls of CometBFT that others' nodes and light clients need.

What CometBFT answers is passed on as it came; whoever asked checks it. Only the call itself is
written anew, so that nothing else that was sent reaches CometBFT.
"""

import asyncio
from typing import Any, Final, Literal

import msgspec
from fastapi import Request
from starlette.responses import Response

from ctn.api.answers import Committed, Sync
from ctn.api.bodies import BODY_BYTES, RULE_MAX, read_bytes
from ctn.api.refusals import Busy, DoorRefusal, NotFound
from ctn.api.routes import Route
from ctn.client.certificate_proof import CommittedHeader
from ctn.client.comet_door import CometAway, CometDoor
from ctn.client.light import comet
from ctn.crypto.digest import merkle_path
from ctn.kernel.codec import DECODE_ERRORS, field_of, rule_of
from ctn.kernel.refusal import Malformed

TRIES: Final = 25  # for the block after the one that is proved
PAUSE_SECONDS: Final = 0.2
PAGE: Final = 100
HALTED_MS: Final = 30_000


class NoCometBFT(DoorRefusal):
    """This node has no CometBFT: its chain is embedded, and its maker's seals prove its blocks."""

    status = 404
    code = "no_cometbft"


class CometBFTAway(DoorRefusal):
    """CometBFT of this node does not answer; try again in a moment."""

    status = 503
    code = "cometbft_away"


class CometCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One call of JSON-RPC 2.0."""

    jsonrpc: Literal["2.0"]
    id: int | str
    method: Literal["commit", "validators", "consensus_params", "broadcast_evidence"]
    params: dict[str, msgspec.Raw] = {}


class _Answer(msgspec.Struct, frozen=True):
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: dict[str, Any] | None = None


class _SyncInfo(msgspec.Struct, frozen=True):
    catching_up: bool


class _Status(msgspec.Struct, frozen=True):
    """What of CometBFT's status tells whether it is in step."""

    sync_info: _SyncInfo


class _TxResult(msgspec.Struct, frozen=True):
    """What enters the hash of results; `data` is the hash of the receipt, base64 in JSON."""

    code: int
    data: bytes


class _BlockResults(msgspec.Struct, frozen=True):
    txs_results: list[_TxResult] | None


async def cometbft(request: Request) -> Response:
    """The answer of this node's CometBFT to one of four calls."""
    data = await read_bytes(request, BODY_BYTES)
    door = door_of(request)
    try:
        call = msgspec.json.decode(data, type=CometCall)
    except DECODE_ERRORS as error:
        message = str(error)
        rule = rule_of(message)[:RULE_MAX]
        raise Malformed(field=field_of(message)[:RULE_MAX], rule=rule) from None
    answer = await _asked(door, msgspec.json.encode(call))
    return Response(answer, 200, {"Cache-Control": "no-store"}, "application/json")


async def committed(request: Request, height: int) -> CommittedHeader:
    """The header that proves the state after our block `height`; Busy when it does not come.

    The state after a block stands in the header of the next one.
    """
    door = door_of(request)
    place = height + 2 - door.first
    for _ in range(TRIES):
        found = await _result(door, "commit", {"height": str(place)})
        if found is not None:
            signed = comet.read_text(found, comet.CommitAnswer).signed_header
            return CommittedHeader(
                signed.header, signed.commit, await validators_at(door, height + 1)
            )
        await asyncio.sleep(PAUSE_SECONDS)
    raise Busy()


async def committed_if_there(request: Request, height: int) -> Committed | None:
    """As `committed`, None where no next block comes: a halted network still shows its state."""
    try:
        return Committed(*await committed(request, height))
    except Busy:
        return None


async def sync_of(door: CometDoor, age_ms: int) -> Sync:
    """How CometBFT of this node stands; it makes a block each second, empty ones too."""
    try:
        found = await _result(door, "status", {})
        status = msgspec.json.decode(found or b"", type=_Status)
    except (CometBFTAway, *DECODE_ERRORS):
        return "halted"
    if status.sync_info.catching_up:
        return "syncing"
    return "halted" if age_ms > HALTED_MS else "running"


async def signed_at(door: CometDoor, height: int) -> comet.SignedHeader:
    """CometBFT's own header of our block `height`, with its commit; NotFound without it."""
    found = await _result(door, "commit", {"height": str(height + 1 - door.first)})
    if found is None:
        raise NotFound(block=str(height))
    return comet.read_text(found, comet.CommitAnswer).signed_header


async def receipt_path(door: CometDoor, height: int, index: int) -> tuple[int, list[str]]:
    """How many results our block `height` has, and the path from one to `last_results_hash`."""
    found = await _result(door, "block_results", {"height": str(height + 1 - door.first)})
    if found is None:
        raise NotFound(block=str(height))
    try:
        results = msgspec.json.decode(found, type=_BlockResults).txs_results or []
        leaves = [comet.result_leaf(row.code, row.data) for row in results]
    except DECODE_ERRORS:
        raise CometBFTAway() from None
    return len(leaves), [step.hex() for step in merkle_path(leaves, index)]


async def validators_at(door: CometDoor, height: int) -> list[comet.Validator]:
    """The set that signs our block `height`, in set order; NotFound when there is none yet."""
    place = height + 1 - door.first
    found: list[comet.Validator] = []
    for number in range(1, comet.VALIDATORS_MAX // PAGE + 1):
        params = {"height": str(place), "page": str(number), "per_page": str(PAGE)}
        answer = await _result(door, "validators", params)
        if answer is None:
            raise NotFound(block=str(height))
        page = comet.read_text(answer, comet.ValidatorPage)
        found += page.validators
        if len(found) >= int(page.total):
            break
    return found


def door_of(request: Request) -> CometDoor:
    """CometBFT of this node; raises NoCometBFT."""
    door = request.app.state.cometbft
    if door is None:
        raise NoCometBFT()
    assert isinstance(door, CometDoor)
    return door


async def _asked(door: CometDoor, call: bytes) -> bytes:
    try:
        return await door.ask(call)
    except CometAway:
        raise CometBFTAway() from None


async def _result(door: CometDoor, method: str, params: dict[str, str]) -> msgspec.Raw | None:
    """The result of a call, None where CometBFT answers with an error: it has no such height."""
    call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    answer = await _asked(door, msgspec.json.encode(call))
    try:
        found = msgspec.json.decode(answer, type=_Answer)
    except DECODE_ERRORS:
        raise CometBFTAway() from None
    return None if found.error is not None else found.result


ROUTES: Final[tuple[Route, ...]] = (
    Route("/cometbft", cometbft, None, CometCall, media=("application/json",)),
)
