"""Parameters, search, and proofs of several records at one height."""

from typing import Any, Final

import msgspec
from fastapi import Request
from sqlalchemy import Table, select
from starlette.responses import Response

from ctn.api import resources
from ctn.api.asks import Key, Words
from ctn.api.desk import found
from ctn.api.link import answer, fresh_head, link_of
from ctn.api.routes import Route
from ctn.kernel.account import is_address
from ctn.kernel.codec import INT_MAX
from ctn.kernel.param import Param
from ctn.kernel.refusal import Malformed
from ctn.modules import MODULES
from ctn.modules.registry.serials import MalformedSerial, parse
from ctn.views import tables
from ctn.views.reader import View

Value = dict[str, Any]
HITS_MAX: Final = 20
WORDS_BYTES: Final = 128
HASH_LENGTH: Final = 64
LAST: Final = "\U0010ffff"
_names = tables.names.c
DECLARED: Final[dict[str, tuple[str, Param]]] = {
    param.name: (module.__name__.rpartition(".")[2], param)
    for module in MODULES
    for param in getattr(module, "PARAMS", ())
}
EXACT: Final[tuple[tuple[str, Table], ...]] = tuple(
    [
        (kind, tables.RECORDS[kind].table)
        for kind in ("instrument", "project", "batch", "certificate", "methodology", "class",
                     "asset")
    ]
)  # fmt: skip


async def params(request: Request) -> Response:
    """Every parameter: its value now, its default, and its range."""

    def read(view: View) -> Value:
        table = tables.params
        held = {row[0]: row[1] for row in view.tuples(select(table.c.name, table.c.value))}
        names = sorted([*DECLARED, *[name for name in held if name not in DECLARED]])
        return {"items": [_param(name, held) for name in names], "next": None}

    return await found(request, read)


def _param(name: str, held: Value) -> Value:
    if name not in DECLARED:
        return {
            "name": name, "value": held[name], "default": None, "low": None, "high": None,
            "module": None,
        }  # fmt: skip
    module, param = DECLARED[name]
    value = held.get(name, param.default)
    return {
        "name": name, "value": value, "default": param.default, "low": param.low,
        "high": param.high, "module": module,
    }  # fmt: skip


async def search(request: Request, q: Words) -> Response:
    """What a text may mean: exact ids, hashes, addresses and serials first, then names."""
    words = q.strip()
    if not words or len(words.encode()) > WORDS_BYTES:
        raise Malformed(field="q", rule=f"1 to {WORDS_BYTES} bytes")

    def read(view: View) -> Value:
        hits = [*_exact(view, words), *_named(view, words)]
        kept = {(hit["kind"], hit["id"]): hit for hit in reversed(hits)}
        return {"items": list(reversed(kept.values()))[:HITS_MAX], "next": None}

    return await found(request, read)


def _exact(view: View, words: str) -> list[Value]:
    """Things whose id, hash, number or serial the words are."""
    hits: list[Value] = []
    if len(words) == HASH_LENGTH:
        hits += _of_hash(view, words.lower())
    if words.isascii() and words.isdigit() and len(words) < len(str(INT_MAX)):
        column = tables.blocks.c
        rows = view.tuples(select(column.height).where(column.height == int(words)))
        hits += [_hit("block", str(row[0])) for row in rows]
    if is_address(words):
        hits.append(_hit("account", words))
    for kind, table in EXACT:
        if view.tuples(select(table.c.place).where(table.c.place == words.lower())):
            hits.append(_hit(kind, words.lower()))
    if not hits and _is_serial(words):
        hits.append(_hit("serial", words))
    return hits


def _of_hash(view: View, words: str) -> list[Value]:
    tx, block = tables.transactions.c, tables.blocks.c
    found_tx = view.tuples(select(tx.id).where(tx.id == words).limit(1))
    found_block = view.tuples(select(block.height).where(block.hash == words).limit(1))
    hits = [_hit("transaction", row[0]) for row in found_tx]
    return hits + [_hit("block", str(row[0])) for row in found_block]


def _is_serial(words: str) -> bool:
    try:
        parse(words)
    except MalformedSerial:
        return False
    return True


def _named(view: View, words: str) -> list[Value]:
    """Names that begin with the words, then names that hold them; case does not matter."""
    folded = words.casefold()
    wanted = select(_names.kind, _names.place, _names.name)
    starts = wanted.where(_names.folded >= folded, _names.folded < folded + LAST)
    holds = wanted.where(_names.folded.contains(folded, autoescape=True))
    hits: list[Value] = []
    for statement in (starts, holds):
        if len(hits) < HITS_MAX:
            ordered = statement.order_by(_names.folded, _names.kind, _names.place)
            hits += [_hit(*row) for row in view.tuples(ordered.limit(HITS_MAX))]
    return hits


def _hit(kind: str, place: str, name: str = "") -> Value:
    return {"kind": kind, "id": place, "name": name or place}


async def proofs(request: Request, key: Key) -> Response:
    """Up to 32 records of one height, each with its path or the proof that it is not there."""
    head = await fresh_head(request)
    keys = [_key(text) for text in key]
    proved = await link_of(request).call("proofs", keys=keys)
    fields = {name: proved[name] for name in resources.PROOFS.__struct_fields__}
    fields["records"] = [{"path": None, "absent": None} | row for row in proved["records"]]
    return answer(msgspec.convert(fields, resources.PROOFS), head._replace(height=proved["height"]))


def _key(text: str) -> tuple[str, str]:
    table, slash, place = text.partition("/")
    if not slash:
        raise Malformed(field="key", rule="<table>/<id>")
    return table, place


ROUTES: Final[tuple[Route, ...]] = (
    Route("/params", params, resources.list_shape(resources.PARAM)),
    Route("/search", search, resources.list_shape(resources.HIT)),
    Route("/proofs", proofs, resources.PROOFS),
)
