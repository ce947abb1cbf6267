"""The types and root fields of carbon: projects, batches, serials, certificates, supply."""

from typing import Any, Final, get_args

from sqlalchemy import and_, func, or_, select
from strawberry.types import Info

from ctn.api.graphql import at, scalars
from ctn.api.graphql.connections import Collection, Filter, equal
from ctn.api.graphql.nodes import Field, Value, many, maybe, object_type, some
from ctn.api.graphql.objects import OBJECTS
from ctn.api.graphql.pages import Sort
from ctn.api.graphql.reading import Reading, reading
from ctn.kernel.codec import INT_MAX
from ctn.modules.registry.intervals import Status
from ctn.modules.registry.serials import Serial, parse
from ctn.views import heights, tables
from ctn.views.refusals import BadFilter

PIECES_MAX: Final = 200
SERIAL_BYTES: Final = 200
HOME_LINE: Final = "CTN"
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
    as_of=at.certificates,
    change=_certificate_then,
)
FREEZES: Final = Collection(
    "Freeze",
    OBJECTS.record("freeze"),
    RECORDS["freeze"].table,
    (Sort("newest", ("since", "place"), descending=True), Sort("key", ("place",))),
    {
        "subject": Filter(str, equal("subject")),
        "scope": Filter(str, equal("scope")),
        "is_live": Filter(
            bool,
            lambda source, yes: source.c.ended.is_(None) if yes else source.c.ended.is_not(None),
        ),
    },
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


def _pieces(root: Any, info: Info, first: int) -> Any:
    table = tables.interval_history
    height = root["height"]
    found = (
        select(table)
        .where(
            table.c.batch == root["batch"], table.c.start <= root["end"],
            table.c.end >= root["start"], table.c.from_height <= height,
            or_(table.c.to_height.is_(None), table.c.to_height > height),
        )
        .order_by(table.c.start)
        .limit(first)
    )  # fmt: skip
    return reading(info).view.rows(found)


def _steps(root: Any, info: Info, first: int) -> Any:
    table = tables.lineage
    found = (
        select(table)
        .where(
            table.c.batch == root["batch"], table.c.start <= root["end"],
            table.c.end >= root["start"], table.c.height <= root["height"],
        )
        .order_by(table.c.height, table.c.index, table.c.number)
        .limit(first)
    )  # fmt: skip
    return reading(info).view.rows(found)


def _certificates(root: Any, info: Info, first: int) -> Any:
    part, table = tables.certificate_parts, RECORDS["certificate"].table
    found = (
        select(table)
        .join(part, part.c.certificate == table.c.place)
        .where(
            part.c.batch == root["batch"], part.c.start <= root["end"],
            part.c.end >= root["start"], table.c.height <= root["height"],
        )
        .distinct()
        .order_by(table.c.place)
        .limit(first)
    )  # fmt: skip
    return reading(info).view.rows(found) if root["batch"] else []


def _externals(root: Any, info: Info, first: int) -> Any:
    table = RECORDS["external"].table
    if root["line"] is None:
        clause = and_(table.c.batch == root["batch"], table.c.batch.is_not(None))
    else:
        clause = and_(
            table.c.line == root["line"], table.c.start <= root["end"],
            table.c.end >= root["start"],
        )  # fmt: skip
    found = select(table).where(clause).order_by(table.c.line, table.c.start).limit(first)
    return reading(info).view.rows(found)


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
                        some(_pieces, PIECES_MAX),
                        is_relation=True, list_max=PIECES_MAX),
        "steps": Field(many(Step), "The oldest first, 10 by default.",
                        some(_steps, PIECES_MAX),
                       is_relation=True, list_max=PIECES_MAX),
        "certificates": Field(many(OBJECTS.record("certificate")), "That cover some of them.",
                              some(_certificates, PIECES_MAX),
                              is_relation=True, list_max=PIECES_MAX),
        "externals": Field(many(OBJECTS.record("external")), "Numbers of other registries.",
                           some(_externals, PIECES_MAX), is_relation=True, list_max=PIECES_MAX),
    },
)  # fmt: skip


def serial_life(info: Info, text: str, moment: str | None) -> Value | None:
    """The life of a serial in any registry's spelling; None when no such text is known."""
    made = reading(info)
    found = parsed(text)
    if found is None:
        return None
    height, time = made.view.height, made.view.time
    if moment is not None:
        height, time = heights.resolve(made.view, moment)
    is_home = found.registry.upper() == HOME_LINE
    batch = batch_of(made, found) if is_home else None
    if is_home and batch is None:
        return None
    return {
        "text": found.text, "registry": found.registry.lower(), "start": found.start,
        "end": found.end, "height": height, "time": time, "batch": batch,
        "line": None if is_home else found.line,
    }  # fmt: skip


def parsed(text: str) -> Serial | None:
    """A serial, None for any other text."""
    if len(text.encode()) > SERIAL_BYTES:
        raise BadFilter(field="serial", rule=f"at most {SERIAL_BYTES} bytes")
    try:
        found = parse(text)
    except ValueError:
        return None
    return found if 0 <= found.start <= found.end <= INT_MAX else None


def batch_of(made: Reading, found: Serial) -> str | None:
    """The batch that a serial of this ledger belongs to."""
    place = found.line.removeprefix(HOME_LINE + "-").lower()
    return place if made.record("batch", place) is not None else None


STATUS_NAMES: Final[tuple[str, ...]] = get_args(Status)
Supply: Final = object_type(
    "Supply",
    "The tonnes of a class or of all, by what became of them.",
    {"batches": Field(scalars.Count), "issued": Field(scalars.Count)}
    | {name: Field(scalars.Count) for name in STATUS_NAMES}
    | {"retired_grams": Field(scalars.Amount, "What certificates say was retired.")},
)


def supply_of(info: Info, class_id: str | None, batch: str | None) -> Value:
    """Tonnes by status over the batches that fit."""
    view = reading(info).view
    table, certificate = RECORDS["batch"].table, RECORDS["certificate"].table
    where = []
    if class_id is not None:
        where.append(table.c["class"] == class_id)
    if batch is not None:
        where.append(table.c.id == batch)
    total: Value = dict.fromkeys(("batches", "issued", *STATUS_NAMES), 0)
    for row in view.tuples(select(table.c.issued, table.c.counts).where(*where)):
        total["batches"] += 1
        total["issued"] += row[0]
        for name in STATUS_NAMES:
            total[name] += row[1][name]
    retired = view.row(
        select(func.sum(certificate.c.grams).label("grams"))
        .join(table, table.c.id == certificate.c.batch)
        .where(*where)
    )
    assert retired is not None
    total["retired_grams"] = int(retired["grams"] or 0)
    return total

