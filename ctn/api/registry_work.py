"""What a process beside the server finds in registry files: defects, and what is to be watched.

It asks mirror and engine itself, so that nothing but the result passes between processes
(registry.md 14).
"""

import asyncio
import contextlib
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final, NamedTuple

from ctn.api.form_parts import Upload
from ctn.client.registry.added import over_issued_rows, with_defects
from ctn.client.registry.lines import LOCKED, Lines, clashes
from ctn.client.registry.mirror import FILE, Arrival, Mirror
from ctn.client.registry.reader import read_bytes
from ctn.client.registry.report import report_json
from ctn.client.registry.rows import ImportedFile
from ctn.client.registry.watch import count_conversions, watch_list
from ctn.client.registry.watched import Watched
from ctn.kernel.refusal import Refusal
from ctn.node.door_client import DoorClient, EngineGone

# A dry run works on a copy; one that anybody may ask for copies no more than this.
COPIED_BYTES_MAX: Final = 64 << 20
KIND_MAX: Final = 2_000
RECORDS: Final = 1_000
Refused = tuple[str, dict[str, Any]]


class Known(NamedTuple):
    """Where a platform keeps what files are compared with: mirror folder, and engine's door."""

    folder: str
    socket: str


class Wish(NamedTuple):
    """How files are to be read: by which layout, and whether they show all that there is."""

    layout: str
    is_snapshot: bool


class Listed(NamedTuple):
    """The watch list of a mirror: 2,000 entries of a kind at most, with how many each really has.

    `files` is how many the mirror took; `height` and `time` are those of the ledger's block.
    """

    entries: list[Watched]
    counts: dict[str, int]
    files: int
    height: int
    time: int


class _Ledger(NamedTuple):
    lines: Lines
    height: int
    time: int


def dry_run(uploads: list[Upload], wish: Wish, known: Known) -> bytes | Refused:
    """The report of files against each other, mirror and ledger; or why one cannot be read."""
    reads: list[ImportedFile] = []
    for upload in uploads:
        try:
            reads.append(read_bytes(upload.content, name=upload.name, layout=wish.layout))
        except Refusal as refusal:
            return type(refusal).__name__, refusal.facts | {"file": upload.name}
    registries = {unit.registry for read in reads for unit in read.units}
    try:
        ledger = asyncio.run(_ledger(known.socket, registries))
    except EngineGone:
        ledger = None  # a dry run needs no running node
    lines = Lines() if ledger is None else ledger.lines
    # What is dropped now is later than all that the ledger holds, whatever clock its blocks have.
    now = max(time.time_ns() // 1_000_000, 0 if ledger is None else ledger.time + 1)
    with contextlib.closing(_private_copy(Path(known.folder))) as mirror:
        compared = {"files": _files(mirror), "height": None if ledger is None else ledger.height}
        checked = []
        for read, upload in zip(reads, uploads, strict=True):
            against = clashes(read, lines)
            rows = frozenset([defect.row for defect in against])
            file = with_defects(read, against)
            mirror.take(Arrival(file, upload.content, wish.is_snapshot, now, rows))
            checked.append(with_defects(file, over_issued_rows(mirror.database, file)))
        watch = [entry for entry in watch_list(mirror.database, lines) if _is_of(entry, reads)]
        conversions = count_conversions(mirror.database)
    return report_json(checked, watch, {"conversions": conversions, "compared": compared})


def list_watched(known: Known) -> Listed:
    """What is to be watched in the mirror of a platform; raises EngineGone."""
    mirror = Mirror.reading(Path(known.folder))
    if mirror is None:
        ledger = asyncio.run(_ledger(known.socket, set()))
        return Listed([], {}, 0, ledger.height, ledger.time)
    with contextlib.closing(mirror):
        found = mirror.database.execute("SELECT DISTINCT registry FROM unit").fetchall()
        ledger = asyncio.run(_ledger(known.socket, {row[0] for row in found}, states=LOCKED))
        counts: Counter[str] = Counter()
        entries = []
        for entry in watch_list(mirror.database, ledger.lines):
            counts[entry.kind] += 1
            if counts[entry.kind] <= KIND_MAX:
                entries.append(entry)
        files = _files(mirror)
    return Listed(entries, dict(counts), files, ledger.height, ledger.time)


def _is_of(entry: Watched, reads: list[ImportedFile]) -> bool:
    """Whether an entry is about one of these files, and not about older ones alone."""
    if not entry.rows:
        return entry.registry in [read.layout.partition(".")[0] for read in reads]
    hashes = [read.sha256 for read in reads]
    return any(place.sha256 in hashes for place in entry.rows)


def _private_copy(folder: Path) -> Mirror:
    """The mirror of a platform for one run, empty where there is none or too large a one."""
    path = folder / FILE
    is_small = path.exists() and path.stat().st_size <= COPIED_BYTES_MAX
    return Mirror.scratch(folder if is_small else None)


def _files(mirror: Mirror) -> int:
    (count,) = mirror.database.execute("SELECT count(*) FROM import").fetchone()
    return int(count)


async def _ledger(socket: str, registries: set[str], *, states: tuple[str, ...] = ()) -> _Ledger:
    """The lines of registries as the engine has them, of all states or of some; and its block."""
    door = DoorClient(socket)
    rows: list[dict[str, Any]] = []
    try:
        found = await door.call("status")
        for registry in sorted(registries):
            after: str | None = ""
            while after is not None:
                found = await door.call(
                    "records", table="external", prefix=registry.lower(), after=after,
                    limit=RECORDS,
                )  # fmt: skip
                rows += [row for _, row in found["items"] if not states or row["state"] in states]
                after = found["next"]
    finally:
        await door.close()
    return _Ledger(Lines(rows), found["height"], found["time"])
