"""Files of registries: read, checked, compared with mirror and ledger, and taken into both.

Each file is taken by itself, in the order given. A dry run does the same on a private copy of the
mirror and leaves no trace (registry.md 14).
"""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ctn.cli.link import Link, linked
from ctn.cli.recording import Progress, key_of_duty, lines_of, record_file
from ctn.cli.terminal import Trouble, options, progress
from ctn.client.registry.added import over_issued_rows, with_defects
from ctn.client.registry.lines import Lines, clashes
from ctn.client.registry.mirror import Arrival, Changes, Mirror
from ctn.client.registry.reader import content_of, read_bytes
from ctn.client.registry.report import report_csv, report_json
from ctn.client.registry.rows import Defect, ImportedFile
from ctn.client.registry.watch import Conversions, count_conversions, watch_list
from ctn.client.registry.watched import Watched
from ctn.kernel.refusal import Refusal

__all__ = [
    "Found", "Wish", "import_each", "key_of_duty", "mirror_folder", "opened_mirror",
    "record_file", "report_of", "write_report",
]  # fmt: skip

FOLDER = "imports"


class Wish(NamedTuple):
    """How files are to be taken: the layout they have, and how far they go."""

    layout: str
    is_dry: bool
    is_commit: bool
    allows_defects: bool
    is_snapshot: bool


class Found:
    """What a run found and did, over all its files."""

    def __init__(self) -> None:
        self.files: list[ImportedFile] = []
        self.refused: list[dict[str, Any]] = []
        self.left: list[str] = []
        self.changes: list[tuple[str, Changes]] = []
        self.watch: list[Watched] = []
        self.conversions = Conversions(0, 0)
        self.ledger: dict[str, Any] | None = None

    @property
    def mirror(self) -> dict[str, int]:
        """How many rows of the mirror are new, changed, unchanged and gone, over all files."""
        totals = [sum(counts) for counts in zip(*[each for _, each in self.changes], strict=True)]
        named = dict(zip(Changes._fields, totals or [0] * len(Changes._fields), strict=True))
        return named | {"changes": named["new"] + named["changed"] + named["gone"]}


def mirror_folder() -> Path:
    """Where the home keeps copies of files, and the mirror made of them."""
    return options().home / FOLDER


def import_each(paths: list[Path], wish: Wish) -> Found:
    """Read, check and take files; what was found and done."""
    found = Found()
    with opened_mirror(is_private=wish.is_dry) as mirror, _ledger(wish) as link:
        run = _Run(wish, mirror, link, found)
        if wish.is_commit:
            found.ledger = {"rows": 0, "transactions": []}
        for path in paths:
            run.take(path)
        found.watch = watch_list(mirror.database, run.lines)
        found.conversions = count_conversions(mirror.database)
    return found


@contextlib.contextmanager
def opened_mirror(*, is_private: bool = False) -> Iterator[Mirror]:
    """The mirror of the home, or a private copy of it; says what helps when it is damaged."""
    folder = mirror_folder()
    try:
        if is_private:
            mirror = Mirror.scratch(folder)
        else:
            with progress("making the mirror") as told:
                mirror = Mirror.open(folder, told)
        with contextlib.closing(mirror):
            yield mirror
    except sqlite3.Error as error:
        raise Trouble(f"the mirror: {error}; ctn registry rebuild makes it again") from None


@contextlib.contextmanager
def _ledger(wish: Wish) -> Iterator[Link | None]:
    """The ledger: needed for a commit, else only compared with where a node is here or named."""
    is_named = options().url is not None
    is_here = (options().home / "run" / "node.sock").exists()
    if not (wish.is_commit or is_named or is_here):
        yield None
        return
    with linked() as link:
        try:
            link.status()
        except ConnectionError:
            if wish.is_commit or is_named:
                raise
            yield None  # the socket of an engine that ended
            return
        yield link


class _Run:
    """One run over some files, with what it knows of the lines of the ledger."""

    def __init__(self, wish: Wish, mirror: Mirror, link: Link | None, found: Found) -> None:
        self._wish = wish
        self._mirror = mirror
        self._link = link
        self._found = found
        self._asked: set[str] = set()
        self.lines = Lines()

    def take(self, path: Path) -> None:
        """Read, check and take one file."""
        found, wish = self._found, self._wish
        try:
            content = content_of(path)
            with progress(f"reading {path.name}: rows") as told:
                read = read_bytes(content, name=path.name, layout=wish.layout, told=told)
        except Refusal as refusal:
            facts = {name: str(value) for name, value in refusal.facts.items()}
            found.refused.append({"file": path.name, "code": refusal.code, "facts": facts})
            return
        against = self._against_ledger(read)
        checked = with_defects(read, against)
        is_taken = wish.allows_defects or not checked.has_errors
        if not is_taken:
            found.left.append(path.name)
        if is_taken or wish.is_dry:
            rows = frozenset([defect.row for defect in against])
            arrival = Arrival(checked, content, wish.is_snapshot, _now(), rows)
            with progress(f"keeping {path.name}: rows") as told:
                changes = self._mirror.take(arrival, told)
            if is_taken:
                found.changes.append((path.name, changes))
            over = over_issued_rows(self._mirror.database, checked)
            self._mirror.note(checked, over)
            checked = with_defects(checked, over)
        if is_taken and wish.is_commit:
            with progress(f"recording {path.name}: transactions") as told:
                self._commit(read, told)
        # What the report needs stays; the units of a large file do not.
        found.files.append(
            msgspec.structs.replace(checked, units=[], issuances=[], projects=[], keys=[])
        )

    def _against_ledger(self, read: ImportedFile) -> list[Defect]:
        """What the ledger contradicts, asked once for each registry."""
        registries = {unit.registry for unit in read.units}
        if self._link is None or not registries:
            return []
        if not registries <= self._asked:
            self._asked |= registries
            self.lines = lines_of(self._link, self._asked)
        return clashes(read, self.lines)

    def _commit(self, read: ImportedFile, told: Progress) -> None:
        ledger = self._found.ledger
        assert self._link is not None
        assert ledger is not None
        rows, sent = record_file(self._link, read, told, self.lines)
        ledger["rows"] += rows
        ledger["transactions"] += sent


def _now() -> int:
    return time.time_ns() // 1_000_000


def report_of(found: Found) -> dict[str, Any]:
    """The report with what was done to the ledger, as one object."""
    result: dict[str, Any] = msgspec.json.decode(_report_json(found))
    return result | {"ledger": found.ledger, "refused": found.refused}


def _report_json(found: Found) -> bytes:
    conversions = {"matched": found.conversions.matched, "unmatched": found.conversions.unmatched}
    more = {"mirror": found.mirror, "conversions": conversions}
    return report_json(found.files, found.watch, more)


def write_report(found: Found, path: Path) -> None:
    """Write the report: JSON of all files, or CSV, one file each when there are more."""
    if path.suffix != ".csv":
        path.write_bytes(_report_json(found) + b"\n")
        return
    for number, file in enumerate(found.files):
        target = path if number == 0 else path.with_name(f"{path.stem}-{number + 1}.csv")
        target.write_text(report_csv(file), "utf-8")
