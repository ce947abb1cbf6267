"""Answers that need no writer: blocks, receipts, records, status. Each names its height."""

import json
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any, NamedTuple, TypeVar

import msgspec

from ctn.crypto.digest import merkle_path
from ctn.kernel.block import Block
from ctn.kernel.codec import Json, encode, to_base64
from ctn.kernel.refusal import HeightNotKept
from ctn.node.store import Head, Store

Answer = dict[str, Any]
T = TypeVar("T")


def head_of(store: Store) -> Head:
    """The head of a store that has begun."""
    head = store.head()
    assert head is not None
    return head


def _at_one_height(store: Store, read: Callable[[], T]) -> tuple[Head, T]:
    """What was read, and the head at which all of it stood: read again when a block came."""
    while True:
        head = head_of(store)
        found = read()
        if head_of(store).height == head.height:
            return head, found


class Snapshot(NamedTuple):
    """Everything of one height; the records come as they are read."""

    head: Head
    params: list[tuple[bytes, bytes]]
    rows: Iterator[tuple[bytes, bytes]]


def snapshot_of(store: Store) -> Snapshot:
    """Head, parameters and all records of one height, while the engine may go on."""
    while True:
        head = head_of(store)
        params = list(store.range(b"param\0", b""))
        rows = store.range(b"", b"")
        first = next(rows)  # From here on the rows are of one moment.
        if head_of(store).height == head.height:
            return Snapshot(head, params, chain([first], rows))


def snapshot_answers(store: Store, most: int) -> Iterator[Answer]:
    """The head, then lists of `most` records of its height; an empty list is the end."""
    found = snapshot_of(store)
    head = found.head
    yield {"ok": {"height": head.height, "time": head.time, "block": head.block}}
    made: list[Json] = [None]
    while made:
        made = []
        for key, value in islice(found.rows, most):
            table, _, place = key.decode().partition("\0")
            made.append([table, place, msgspec.Raw(value)])
        yield {"records": made}


def status(store: Store) -> Answer:
    """Chain, height, root and time of the last block."""
    head = head_of(store)
    return {
        "chain": head.chain, "height": head.height,
        "kind": "full" if store.history_from() is None else "archive",
        "root": head.root, "app_version": head.app_version, "time": head.time,
    }  # fmt: skip


def block(store: Store, height: int) -> Answer | None:
    """Header, seal and transaction ids of a block."""
    found = store.block(height)
    if found is None:
        return None
    receipts = store.receipts(height) or []
    ids = [json.loads(receipt)["tx"] for receipt in receipts[: found.header.count]]
    return {"header": _plain(found), "seal": found.seal.hex(), "transactions": ids}


def transaction(store: Store, identity: str, *, prove: bool = False) -> Answer | None:
    """The receipt of a transaction, with its place in the header's tree when asked."""
    place = store.place(identity)
    if place is None:
        return None
    receipts = store.receipts(place.height)
    assert receipts is not None
    answer: Answer = {"receipt": json.loads(receipts[place.place])}
    if prove:
        found = store.block(place.height)
        assert found is not None
        path = merkle_path(receipts, place.place)
        answer["proof"] = {
            "receipt": receipts[place.place].decode(),
            "index": place.place,
            "size": len(receipts),
            "path": [step.hex() for step in path],
            "header": encode(found.header).decode(),
            "seal": found.seal.hex(),
        }
    return answer


def record(store: Store, table: str, place: str) -> Answer:
    """A record's value or null, with the height that it was read at."""
    head, data = _at_one_height(store, lambda: store.value(f"{table}\0{place}".encode()))
    return {"height": head.height, "time": head.time, "value": _value(data)}


def past_record(store: Store, table: str, place: str, height: int) -> Answer:
    """A record's value or null as of an older height, which an archive holds."""
    head, first = head_of(store), store.history_from()
    if first is None or not first <= height <= head.height:
        raise HeightNotKept(height=height, first=first, last=head.height)
    found = store.block(height)
    founding = store.founding()
    assert founding is not None
    time = founding.time if found is None else found.header.time
    data = store.value_at(f"{table}\0{place}".encode(), height)
    return {"height": height, "time": time, "value": _value(data)}


def records(store: Store, table: str, prefix: str, after: str, limit: int) -> Answer:
    """Records of a table under a prefix of the id, in byte order; `next` goes on."""
    start = f"{table}\0".encode()
    last = start + after.encode() if after else b""
    head, rows = _at_one_height(
        store, lambda: store.scan(start + prefix.encode(), last, limit + 1)
    )
    items = [[key[len(start) :].decode(), _value(value)] for key, value in rows[:limit]]
    more = len(rows) > limit
    last_id = items[-1][0] if more else None
    return {"height": head.height, "time": head.time, "items": items, "next": last_id}


def changes(store: Store, height: int) -> Json:
    """What a block changed: [table, id, value or null] in key order."""
    data = store.changes(height)
    return None if data is None else json.loads(data)


def feed_item(store: Store, height: int) -> Answer | None:
    """A block as the read model takes it: block, receipts, changes.

    Stored receipts and changes are canonical JSON already and go out as they are.
    """
    found = store.block(height)
    if found is None:
        return None
    receipts = b",".join(store.receipts(height) or [])
    return {
        "header": found.header,
        "seal": found.seal.hex(),
        "envelopes": [to_base64(envelope) for envelope in found.envelopes],
        "receipts": msgspec.Raw(b"[" + receipts + b"]"),
        "changes": msgspec.Raw(store.changes(height) or b"[]"),
    }


def _plain(found: Block) -> Json:
    header: Json = json.loads(encode(found.header))
    return header


def _value(data: bytes | None) -> Json:
    value: Json = None if data is None else json.loads(data)
    return value
