"""The public reads of the ledger (engine.md 10). Each names its height and the age of its block."""

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Path, Query, Request
from starlette.responses import Response

from ctn.api import answers
from ctn.api.cometbft import (
    committed_if_there,
    door_of,
    receipt_path,
    signed_at,
    sync_of,
    validators_at,
)
from ctn.api.link import Head, Link, answer, fresh_head, link_of
from ctn.api.refusals import Busy, NotFound, PageTooLarge
from ctn.client.light.comet import header_hash, key_of
from ctn.kernel.account import is_address
from ctn.kernel.block import Header, block_hash
from ctn.kernel.codec import INT_MAX, encode, from_base64
from ctn.kernel.commitment import leaf_hash
from ctn.kernel.refusal import BadAddress, Malformed

PAGE = 20
PAGE_MAX = 100
BALANCES_MAX = 1000
TRIES = 5

Height = Annotated[str, Path(pattern="^(0|[1-9][0-9]{0,18})$", description="Height of a block")]
TxId = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="Id of a transaction")]
Table = Annotated[str, Path(pattern="^[a-z_]{1,24}$", description="Table of a record")]
Place = Annotated[str, Path(pattern="^[ -~]{1,253}$", description="Id of a record")]
Address = Annotated[str, Path(pattern="^ctn1[a-z0-9]{38}$", description="Address of an account")]
Prove = Annotated[Literal["0", "1"], Query(description="1 adds the proof")]
Past = Annotated[
    str, Query(pattern="^(0|[1-9][0-9]{0,18})?$", description="Older height, of an archive")
]
Prefix = Annotated[str, Query(pattern="^[ -~]{0,253}$", description="Beginning of the ids")]
After = Annotated[str, Query(pattern="^[ -~]{0,253}$", description="Id after which to go on")]
Limit = Annotated[str, Query(pattern="^[1-9][0-9]{0,18}$", description="Items on the page")]


async def status(request: Request) -> Response:
    """The chain, its last block, and the state of this node."""
    found = await link_of(request).call("status")
    head = Head(found["chain"], found["height"], found["time"])
    names = answers.Status.__struct_fields__
    fields = {name: value for name, value in found.items() if name in names}
    fields |= head.fields
    door = request.app.state.cometbft
    if found["read_only"]:
        fields["sync"] = "read_only"
    elif door is None:
        fields["sync"] = "running"
    else:
        fields["sync"] = await sync_of(door, fields["age_ms"])
    return answer(answers.Status(**fields))


async def block(request: Request, height: Height) -> Response:
    """Header, hash, seal and transaction ids of a block."""
    head = await fresh_head(request)
    found = await _block(link_of(request), height)
    header: dict[str, Any] = found["header"]
    fields = {"hash": block_hash(encode(header)).hex()} | found | head.fields
    if request.app.state.cometbft is not None:
        fields |= await _committed_block(request, header)
    return answer(msgspec.convert(fields, answers.BlockAnswer), head)


async def _committed_block(request: Request, header: dict[str, Any]) -> dict[str, Any]:
    """What is of CometBFT in a block: no key made it, and its hashes are the same on every node."""
    signed = await signed_at(door_of(request), header["height"])
    before = signed.header.last_block_id.hash.lower() or header["previous"]
    return {
        "hash": header_hash(signed.header).hex(), "seal": None, "committed": signed,
        "header": header | {"maker": None, "previous": before},
    }  # fmt: skip


async def raw_block(request: Request, height: Height) -> Response:
    """The exact bytes of a block as stored: header, seal, envelopes (engine.md 6)."""
    head = await fresh_head(request)
    found = await link_of(request).call("raw", height=number(height, "height"))
    if found["raw"] is None:
        raise NotFound(block=height)
    headers = {"Cache-Control": "no-cache", "ETag": head.etag}
    return Response(from_base64(found["raw"]), 200, headers, "application/octet-stream")


async def validators(request: Request, height: Height) -> Response:
    """The set that made a block; an embedded chain has one maker, of power 1."""
    head = await fresh_head(request)
    found = await _block(link_of(request), height)
    at: int = found["header"]["height"]
    members = [answers.Validator(found["header"]["maker"], 1)]
    if request.app.state.cometbft is not None:
        rows = await validators_at(door_of(request), at)
        members = [answers.Validator(key_of(row).hex(), int(row.voting_power)) for row in rows]
    return answer(answers.Validators(block=at, validators=members, **head.fields), head)


async def changes(request: Request, height: Height) -> Response:
    """Key and new leaf hash of everything that a block changed, in key order."""
    head = await fresh_head(request)
    at = number(height, "height")
    found = await link_of(request).call("changes", height=at)
    if found["changes"] is None:
        raise NotFound(block=height)
    # A full block changes tens of thousands of keys; hashing them must not hold up the others.
    rows = await asyncio.to_thread(_changed, found["changes"])
    return answer(answers.Changes(block=at, changes=rows, **head.fields), head)


async def transaction(request: Request, identity: TxId, prove: Prove = "0") -> Response:
    """What became of a transaction; with `prove`, the path of its receipt to a final header."""
    head = await fresh_head(request)
    found = await link_of(request).call("transaction", place=identity, prove=prove == "1")
    if "receipt" not in found:
        if not found["pending"]:
            raise NotFound(transaction=identity)
        return answer(waiting(identity, head))
    fields = found | {"id": identity, "status": found["receipt"]["status"]} | head.fields
    if prove == "1" and request.app.state.cometbft is not None:
        fields["proof"] |= await _committed_receipt(request, found["receipt"])
    return answer(msgspec.convert(fields, answers.TransactionAnswer), head)


async def _committed_receipt(request: Request, receipt: dict[str, Any]) -> dict[str, Any]:
    """The path of a receipt under CometBFT, whose next header holds the root of all results."""
    height, index = receipt["height"], receipt["index"]
    size, path = await receipt_path(door_of(request), height, index)
    signed = await committed_if_there(request, height)
    return {"size": size, "path": path, "header": None, "seal": None, "committed": signed}


async def record(
    request: Request, table: Table, place: Place, prove: Prove = "0", at: Past = ""
) -> Response:
    """A record's value or null; with `prove`, its exact text and the proof against a header.

    With `at`, the value after the block of an older height, from an archive; without a proof.
    """
    head = await fresh_head(request)
    is_proved = prove == "1"
    if at:
        if is_proved:
            raise Malformed(field="prove", rule="0 with at: proofs are of the last height")
        return await _past_record(request, table, place, head, number(at, "at"))
    found = await link_of(request).call("state", table=table, place=place, prove=is_proved)
    if not is_proved:
        head = head._replace(height=found["height"], time=found["time"])
        value = answers.RecordAnswer(table=table, id=place, value=found["value"], **head.fields)
        return answer(value, head)
    row = found["records"][0]
    head = _head_of_proof(head, found)
    fields = row | {name: found[name] for name in ("chain", "root", "header", "seal")}
    if request.app.state.cometbft is not None:
        signed = await committed_if_there(request, found["height"])
        fields |= {"header": None, "seal": None, "committed": signed}
    return answer(msgspec.convert(fields | head.fields, answers.ProvedRecord), head)


async def _past_record(
    request: Request, table: str, place: str, head: Head, height: int
) -> Response:
    found = await link_of(request).call("state", table=table, place=place, past=height)
    head = head._replace(height=found["height"], time=found["time"])
    value = answers.RecordAnswer(table=table, id=place, value=found["value"], **head.fields)
    return answer(value, head)


async def records(
    request: Request, table: Table, prefix: Prefix = "", after: After = "", limit: Limit = "20"
) -> Response:
    """Records of a table in byte order of their ids."""
    head = await fresh_head(request)
    size = number(limit, "limit")
    if size > PAGE_MAX:
        raise PageTooLarge(limit=PAGE_MAX, field="limit")
    found = await link_of(request).call(
        "records", table=table, prefix=prefix, after=after, limit=size
    )
    head = head._replace(height=found["height"], time=found["time"])
    items = [answers.Item(place, value) for place, value in found["items"]]
    return answer(answers.Items(items=items, next=found["next"], **head.fields), head)


async def account(request: Request, address: Address) -> Response:
    """An account's record, next sequence and balances; the record is null until it first signs."""
    if not is_address(address):
        raise BadAddress(field="address")
    head = await fresh_head(request)
    link = link_of(request)
    for _ in range(TRIES):
        found = await link.call("state", table="account", place=address)
        held = await link.call(
            "records", table="balance", prefix=address + "/", limit=BALANCES_MAX
        )
        if found["height"] == held["height"]:
            break
    else:
        raise Busy()
    head = head._replace(height=found["height"], time=found["time"])
    stored = found["value"]
    balances = [
        answers.Balance(place.partition("/")[2], str(amount)) for place, amount in held["items"]
    ]
    made = answers.AccountAnswer(
        address=address,
        account=stored,
        sequence=stored["sequence"] if stored else 0,
        balances=balances,
        next=held["next"],
        **head.fields,
    )
    return answer(made, head)


def waiting(identity: str, head: Head) -> answers.TransactionAnswer:
    """A transaction that is in the pool and in no block yet."""
    return answers.TransactionAnswer(
        id=identity, status="pending", receipt=None, proof=None, **head.fields
    )


def number(text: str, field: str) -> int:
    """An integer in 0..2^63-1 from outside; refuses any other spelling."""
    if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0"):
        raise Malformed(field=field, rule="decimal digits")
    if len(text) > len(str(INT_MAX)) or int(text) > INT_MAX:
        raise Malformed(field=field, rule="at most 2^63 - 1")
    return int(text)


async def _block(link: Link, height: str) -> dict[str, Any]:
    found = await link.call("block", height=number(height, "height"))
    if found["block"] is None:
        raise NotFound(block=height)
    block_found: dict[str, Any] = found["block"]
    return block_found


def _changed(rows: list[tuple[str, str, Any]]) -> list[answers.ChangedKey]:
    return [
        answers.ChangedKey(table, place, _leaf(f"{table}\0{place}", value))
        for table, place, value in rows
    ]


def _leaf(key: str, value: Any) -> str | None:
    return None if value is None else leaf_hash(key.encode(), encode(value)).hex()


def _head_of_proof(head: Head, found: dict[str, Any]) -> Head:
    """The block of a proof, which may be later than the one read before it was made."""
    header = found["header"]
    time = head.time if header is None else msgspec.json.decode(header, type=Header).time
    return head._replace(height=found["height"], time=time)
