"""Worlds of the registry: batches in genesis, and the fields that most tests do not care about.

world = World()
alice = world.person("alice")
put_batch(world, (1, 1000, "held", alice))
world.accept(alice, Deposit(BATCH, ((1, 500),)))
"""

from typing import Any

from ctn.kernel.account import DutyKind, is_holding
from ctn.kernel.record import Record
from ctn.modules.assets.records import FREE, NONE, Asset
from ctn.modules.registry.freeze import Freeze
from ctn.modules.registry.intervals import custody
from ctn.modules.registry.records import (
    NO_COUNTS,
    Batch,
    Class,
    ExternalPair,
    Fraction,
    Interval,
    Methodology,
    Project,
)
from ctn.modules.registry.retire import Retire
from ctn.modules.registry.steps import counted
from tests.worlds import START, World

CLASS = "vcs"
PROJECT = "vcs-00001"
BATCH = "vcs-00001-2021-001"
METHODOLOGY = "vm0042"
DOC = "ab" * 32
TONNE = 1_000_000

Row = tuple[int, int, str, str]


def put_class(world: World, class_id: str = CLASS, **changes: Any) -> None:
    """A class of another registry, free to transfer."""
    kind = Class(
        class_id, "credit", "Verified Carbon Standard", "verra", 1, 0, 0, 0, 0, 30, "free",
        "active", (),
    )  # fmt: skip
    world.put(kind.replace(**changes))


def put_methodology(world: World, methodology: str = METHODOLOGY, **changes: Any) -> None:
    """An active methodology."""
    record = Methodology(
        methodology, "Improved agricultural land management", "soil", "agriculture",
        "removal_nature", None, DOC, START - 1, None,
    )  # fmt: skip
    world.put(record.replace(**changes))


def put_project(world: World, project: str = PROJECT, **changes: Any) -> None:
    """A registered project of a foreign registry, with its class and methodology."""
    class_id = project.partition("-")[0]
    put_class(world, class_id, transfer=changes.pop("transfer", "free"))
    put_methodology(world)
    number = str(int(project[-5:]))
    record = Project(
        project, class_id, None, (), "Soil", "KE", "Nakuru", None, None, (METHODOLOGY,), "soil",
        "2020-01-01", "2040-12-31", 1_000, 0, (ExternalPair("verra", number),), DOC, "registered",
        START - 1, START - 1, None, None, 0, (),
    )  # fmt: skip
    world.put(record.replace(**changes))


def put_batch(world: World, *rows: Row, batch: str = BATCH, **changes: Any) -> None:
    """A batch whose intervals are the rows (start, end, status, owner), from 1 without a gap.

    Grams of serials in custody are granted by the test; `transfer` is the rule of the class.
    """
    project = changes.pop("project", batch[:-9])
    transfer = changes.pop("transfer", "free")
    proponent = changes.pop("proponent", None)
    put_project(world, project, transfer=transfer, proponent=proponent)
    totals: dict[str, int] = {}
    for start, end, status, owner in rows:
        status_owner = custody(batch) if status in ("custody", "fraction") else owner
        cause = "fraction" if status == "fraction" else "genesis"
        world.put(
            Interval(batch, start, end, status, status_owner, cause, "", (), START - 1)  # type: ignore[arg-type]
        )
        totals[status] = totals.get(status, 0) + end - start + 1
    for owner in dict.fromkeys([row[3] for row in rows if row[2] in ("held", "bridging")]):
        if not is_holding(owner):
            world.keep(owner, "serials")
    vintage = int(batch[-8:-4])
    record = Batch(
        batch, project.partition("-")[0], project, vintage, f"{vintage}-01-01",
        f"{vintage}-12-31", METHODOLOGY, "removal_nature", None, rows[-1][1],
        counted(NO_COUNTS, totals), (), (), "live",
    )  # fmt: skip
    world.put(record.replace(**changes))
    world.put(Asset(batch, FREE if transfer == "free" else NONE))


def registrar(world: World, name: str = "registrar", scope: str = "") -> str:
    """A registrar."""
    return world.authority(name, DutyKind.REGISTRAR, scope)


def regulator(world: World, name: str = "regulator", scope: str = "") -> str:
    """A regulator."""
    return world.authority(name, DutyKind.REGULATOR, scope)


def freeze_of(world: World, scope: str, **changes: Any) -> None:
    """A regulator freezes the example batch: serial 1, the batch, its project or its class."""
    subject = {"project": PROJECT, "class": CLASS}.get(scope, BATCH)
    world.accept(regulator(world), freezing(scope, subject, **changes))


def freezing(scope: str, subject: str, **changes: Any) -> Freeze:
    """A freeze without end, with some fields changed."""
    fields: dict[str, Any] = {
        "parts": ((1, 1),) if scope == "parts" else (), "reason": "court order 7",
        "evidence": DOC, "until": None, "allow_retire": False,
    }  # fmt: skip
    return Freeze(scope, subject, **(fields | changes))  # type: ignore[arg-type]


def retiring(**changes: Any) -> Retire:
    """A public, voluntary retirement of one tonne from the market, with some fields changed."""
    fields: dict[str, Any] = {
        "batch": BATCH, "source": "market", "parts": (), "grams": TONNE, "beneficiary": None,
        "on_behalf_of": "", "use": "voluntary", "purpose": None, "message": "", "country": "CN",
        "period_start": None, "period_end": None, "privacy": "public", "commitment": None,
        "envelope": None,
    }  # fmt: skip
    if changes.get("source") == "held":
        fields["grams"] = 0
    return Retire(**(fields | changes))


def rows_of(world: World, batch: str = BATCH) -> list[Row]:
    """The intervals of a batch as rows (start, end, status, owner)."""
    found = world.draft().scan(Interval, batch + "/", 1_000)
    return [(row.start, row.end, row.status, row.owner) for _place, row in found]


def counts_of(world: World, batch: str = BATCH) -> dict[str, int]:
    """The counts of a batch that are not zero."""
    record = world.get(Batch, batch)
    counts = {name: getattr(record.counts, name) for name in record.counts.__struct_fields__}
    return {status: count for status, count in counts.items() if count}


def fraction_of(world: World, serial: int, batch: str = BATCH) -> Fraction:
    """The fraction record of a serial."""
    record = world.get(Fraction, f"{batch}/{serial:020d}")
    assert isinstance(record, Fraction)
    return record


def all_of(world: World, kind: type[Record]) -> list[Any]:
    """All records of a type."""
    return [record for _place, record in world.draft().scan(kind, "", 1_000)]
