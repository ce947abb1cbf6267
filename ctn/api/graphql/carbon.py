"""The types and root fields of carbon: projects, batches, serials, certificates, supply."""

from collections.abc import Callable
from typing import Any, Final, get_args

from sqlalchemy import func, select
from strawberry.types import Info

from ctn.api.graphql import scalars
from ctn.api.graphql.connections import Collection, Filter, equal
from ctn.api.graphql.nodes import Field, Value, many, maybe, object_type, some
from ctn.api.graphql.objects import OBJECTS
from ctn.api.graphql.pages import Sort
from ctn.api.graphql.reading import reading
from ctn.modules.registry.intervals import Status
from ctn.views import carbon, heights, past, serials, tables
from ctn.views.refusals import BadFilter

PIECES_MAX: Final = 200
RECORDS: Final = tables.RECORDS
KINDS: Final = OBJECTS.kinds
STATUS: Final = KINDS.enum("IntervalStatus", get_args(Status))

PROJECTS: Final = Collection(
    "Project",
    OBJECTS.record("project"),
    RECORDS["project"].table,
    (
        Sort("key", ("place",)),
        Sort("newest", ("since", "place"), descending=True,
             text="By the time of the last change, so a project may be met twice or missed."),
    ),
    {
        "class": Filter(str, equal("class")),
        "country": Filter(str, equal("country")),
        "type": Filter(str, equal("type")),
        "status": Filter(str, equal("status")),
    },
    "Projects of all registries that this ledger knows.",
)  # fmt: skip
BATCHES: Final = Collection(
    "Batch",
    OBJECTS.record("batch"),
    RECORDS["batch"].table,
    (
        Sort("key", ("place",)),
        Sort("vintage", ("vintage", "place"), descending=True),
        Sort("issued", ("issued", "place"), descending=True),
    ),
    {
        "class": Filter(str, equal("class")),
        "project": Filter(str, equal("project")),
        "vintage": Filter(int, equal("vintage")),
        "status": Filter(str, equal("status")),
    },
    "Batches: the serials of a project and vintage.",
)


def _certificate_then(row: Value) -> Value:
    """A certificate as of a height: its value of then in place of today's."""
    value = row.get("value_then")
    return row if value is None else row | value


CERTIFICATES: Final = Collection(
    "Certificate",
    OBJECTS.record("certificate"),
    RECORDS["certificate"].table,
    (
        Sort("newest", ("time", "place"), descending=True),
        Sort("key", ("place",)),
        Sort("grams", ("grams", "place"), descending=True),
    ),
    {
        "holder": Filter(scalars.Address, equal("holder")),
        "batch": Filter(str, equal("batch")),
        "use": Filter(str, equal("use")),
        "country": Filter(str, equal("country")),
    },
    "Certificates of retirement, now or as they were after an earlier block.",
    as_of=past.certificates,
    change=_certificate_then,
)
FREEZE_FILTERS: Final = {
    "subject": Filter(str, equal("subject")),
    "scope": Filter(str, equal("scope")),
    "is_live": Filter(
        bool,
        lambda source, yes: source.c.ended.is_(None) if yes else source.c.ended.is_not(None),
    ),
}
FREEZES: Final = Collection(
    "Freeze",
    OBJECTS.record("freeze"),
    RECORDS["freeze"].table,
    (Sort("newest", ("since", "place"), descending=True), Sort("key", ("place",))),
    FREEZE_FILTERS,
    "What is or was frozen: the public list.",
)
Piece: Final = object_type(
    "SerialPiece",
    "Serials of a batch that share owner, status and history.",
    {
        "start": Field(int), "end": Field(int),
        "status": Field(STATUS),
        "owner": Field(scalars.Address),
        "cause": Field(str), "previous": Field(str),
        "from_height": Field(scalars.Height), "to_height": Field(maybe(scalars.Height)),
        "since": Field(scalars.Time),
        "freezes": Field(list[str], list_max=4),
        "batch_id": Field(str, "The key of `batch`."),
        "batch": OBJECTS.link("batch", "batch"),
    },
)  # fmt: skip
Step: Final = object_type(
    "SerialStep",
    "A step in the life of serials: from which owner and status to which, and why.",
    {
        "height": Field(scalars.Height), "start": Field(int), "end": Field(int),
        "from_status": Field(str), "to_status": Field(str),
        "from_owner": Field(str), "to_owner": Field(str),
        "cause": Field(str), "tx": Field(maybe(str)),
    },
)  # fmt: skip


def _of_life(look: Callable[..., list[Value]]) -> Any:
    """What a question tells of the serials of a life, up to its height."""

    def resolve(root: Any, info: Info, first: int) -> Any:
        return look(reading(info).view, root["known"].ranges, root["height"], first)

    return some(resolve, PIECES_MAX)


def _externals(root: Any, _info: Info, first: int) -> Any:
    return root["known"].externals[:first]


SerialLife: Final = object_type(
    "SerialLife",
    "The life of serials: where they are at a height, and every step that led there.",
    {
        "text": Field(str, "The serial, spelled as its registry does."),
        "registry": Field(str),
        "start": Field(scalars.Count), "end": Field(scalars.Count),
        "height": Field(scalars.Height), "time": Field(scalars.Time),
        "batch_id": Field(maybe(str), "The key of `batch`; none for another registry's."),
        "batch": OBJECTS.link("batch", "batch"),
        "pieces": Field(many(Piece), "Pieces that cover the range, 10 by default.",
                        _of_life(serials.pieces),
                        is_relation=True, list_max=PIECES_MAX),
        "steps": Field(many(Step), "The oldest first, 10 by default.",
                        _of_life(serials.steps),
                       is_relation=True, list_max=PIECES_MAX),
        "certificates": Field(many(OBJECTS.record("certificate")), "That cover some of them.",
                              _of_life(serials.certificates),
                              is_relation=True, list_max=PIECES_MAX),
        "externals": Field(many(OBJECTS.record("external")), "Numbers of other registries.",
                           some(_externals, PIECES_MAX), is_relation=True, list_max=PIECES_MAX),
    },
)  # fmt: skip


def serial_life(info: Info, text: str, moment: str | None) -> Value | None:
    """The life of a serial in any registry's spelling; None when nothing is known of it."""
    view = reading(info).view
    try:
        serial = serials.read(text)
    except BadFilter:
        return None
    height, time = heights.resolve(view, moment)
    known = serials.known(view, serial, PIECES_MAX)
    if known is None:
        return None
    return {
        "text": serial.text, "registry": serial.registry.lower(), "start": serial.start,
        "end": serial.end, "height": height, "time": time, "batch": known.batch, "known": known,
    }  # fmt: skip


STATUS_NAMES: Final[tuple[str, ...]] = get_args(Status)
Supply: Final = object_type(
    "Supply",
    "The tonnes of a class or of all, by what became of them.",
    {"batches": Field(scalars.Count), "issued": Field(scalars.Count)}
    | {name: Field(scalars.Count) for name in STATUS_NAMES}
    | {"retired_grams": Field(scalars.Amount, "What certificates say was retired.")},
)


def supply_of(info: Info, class_id: str | None, batch: str | None, moment: str | None) -> Value:
    """Tonnes by status over the batches that fit, now or after an earlier block."""
    view = reading(info).view
    height = heights.resolve(view, moment).height
    total: Value = dict.fromkeys(("batches", "issued", *STATUS_NAMES), 0)
    for row in carbon.supply(view, height, class_id, batch):
        total["batches"] += row["batches"]
        total["issued"] += row["issued"]
        for name, count in row["statuses"].items():
            total[name] += count
    wanted = carbon.certificate_list({"class": class_id, "batch": batch}, height).subquery()
    grams = view.tuples(select(func.sum(wanted.c.grams)))[0][0]
    return total | {"retired_grams": int(grams or 0)}
