"""Parameters, search, and proofs of several records at one height."""

from typing import Any, Final

import msgspec
from fastapi import Request
from sqlalchemy import select
from starlette.responses import Response

from ctn.api import resources
from ctn.api.asks import Key, Words
from ctn.api.cometbft import committed_if_there
from ctn.api.desk import found
from ctn.api.link import answer, fresh_head, link_of
from ctn.api.routes import Route
from ctn.kernel.param import Param
from ctn.kernel.refusal import Malformed
from ctn.modules import MODULES
from ctn.views import tables
from ctn.views.reader import View
from ctn.views.search import search as find

Value = dict[str, Any]
DECLARED: Final[dict[str, tuple[str, Param]]] = {
    param.name: (module.__name__.rpartition(".")[2], param)
    for module in MODULES
    for param in getattr(module, "PARAMS", ())
}


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

    def read(view: View) -> Value:
        hits = find(view, q)
        return {
            "items": [{"kind": hit.kind, "id": hit.place, "name": hit.name} for hit in hits],
            "next": None,
        }

    return await found(request, read)


async def proofs(request: Request, key: Key) -> Response:
    """Up to 32 records of one height, each with its path or the proof that it is not there."""
    head = await fresh_head(request)
    keys = [_key(text) for text in key]
    proved = await link_of(request).call("proofs", keys=keys)
    fields = {name: proved.get(name) for name in resources.PROOFS.__struct_fields__}
    if request.app.state.cometbft is not None:
        fields["committed"] = await committed_if_there(request, proved["height"])
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
