"""The mirror: every cell of every imported file, with what its rows say, in a database of its own.

It is disposable: the copies of the files and their journal make it again. A file enters in one
transaction, so a run that was cut short has either taken a file or not, and a file that was taken
once tells nothing new. Source: registry.md 14.
"""

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from ctn.client.registry import mirror_tables as tables
from ctn.client.registry.copies import Copies, Taken
from ctn.client.registry.layout import Layout, UnitColumns
from ctn.client.registry.layouts import LAYOUTS
from ctn.client.registry.names import words_of
from ctn.client.registry.reader import read_bytes, records_of
from ctn.client.registry.rows import Defect, ImportedFile

FILE: Final = "mirror.sqlite"
OWN: Final = 1
BY_LEDGER: Final = 2
ROWS_TOLD: Final = 20_000

Progress = Callable[[int, int], None]
Arrived = tuple[int, str, int, bytes, str, int]


class Changes(NamedTuple):
    """What a file changed in the mirror, in rows; gone are those that a snapshot lacks."""

    new: int
    changed: int
    unchanged: int
    gone: int

    @property
    def rows(self) -> int:
        """The rows that are other than before."""
        return self.new + self.changed + self.gone


class Arrival(NamedTuple):
    """A file that was read, with what the mirror must know besides.

    `clashes` are the rows that only the ledger contradicts; `time` is in ms.
    """

    imported: ImportedFile
    content: bytes
    is_snapshot: bool
    time: int
    clashes: frozenset[int] = frozenset()


class Mirror:
    """One mirror, open; without a folder it is private, and gone when it is closed."""

    def __init__(
        self, database: sqlite3.Connection, copies: Copies | None, *, keeps_cells: bool = True
    ) -> None:
        self.database = database
        self._copies = copies
        self._keeps_cells = keeps_cells

    @classmethod
    def open(cls, folder: Path, told: Progress | None = None) -> "Mirror":
        """Open `<folder>/mirror.sqlite`; one that is missing, old or damaged is made again."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        database = _opened(folder / FILE)
        if database is not None:
            return cls(database, Copies(folder))
        return cls.rebuild(folder, told)

    @classmethod
    def rebuild(cls, folder: Path, told: Progress | None = None) -> "Mirror":
        """Make the mirror of a folder again from its copies, in the order of the journal."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (FILE, FILE + "-wal", FILE + "-shm"):
            (folder / path).unlink(missing_ok=True)
        copies = Copies(folder)
        made = cls(_made(folder / FILE), None)
        kept = list(copies.taken())
        for number, taken in enumerate(kept, 1):
            content = copies.content(taken)
            imported = read_bytes(content, name=taken.file, layout=taken.layout)
            clashes = frozenset(taken.clashes)
            made.take(Arrival(imported, content, taken.snapshot, taken.time, clashes))
            if told is not None:
                told(number, len(kept))
        made.database.execute(f"PRAGMA user_version = {tables.VERSION}")
        return cls(made.database, copies)

    @classmethod
    def reading(cls, folder: Path) -> "Mirror | None":
        """The mirror of a folder as it stands, to be read; None when there is none to read."""
        database = _opened(folder / FILE, is_reader=True)
        return None if database is None else cls(database, None)

    @classmethod
    def scratch(cls, folder: Path | None) -> "Mirror":
        """A private copy of the mirror of a folder, or a new one, for a run that leaves no trace.

        What is taken there is compared and counted, but its cells are not kept.
        """
        private = _connected("")
        found = None if folder is None else cls.reading(folder)
        if found is None:
            private.executescript(tables.TABLES)
        else:
            with contextlib.closing(found):
                found.database.backup(private)
        return cls(private, None, keeps_cells=False)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def holds(self, sha256: str) -> bool:
        """Whether a file was taken before, by whatever layout."""
        found = self.database.execute("SELECT 1 FROM import WHERE sha256 = ?", (sha256,))
        return found.fetchone() is not None

    def take(self, arrival: Arrival, told: Progress | None = None) -> Changes:
        """Take a file in: all of it, or with an error nothing; says what it changed.

        A file that was taken before changes nothing, whatever came after it, unless it is only now
        called a snapshot.
        """
        imported = arrival.imported
        known = self.database.execute(
            "SELECT id, snapshot FROM import WHERE sha256 = ? AND layout = ?",
            (imported.sha256, imported.layout),
        ).fetchone()
        if known is not None and known[1] >= arrival.is_snapshot:
            return Changes(0, 0, imported.rows, 0)
        if self._copies is not None:
            taken = Taken(
                imported.sha256, imported.file, imported.layout, arrival.is_snapshot,
                arrival.time, tuple(sorted(arrival.clashes)),
            )  # fmt: skip
            self._copies.keep(taken, arrival.content)
        with _transaction(self.database):
            taking = _Taking(self.database, arrival, told)
            return taking.run(known[0] if known else None, keeps_cells=self._keeps_cells)

    def note(self, imported: ImportedFile, defects: list[Defect]) -> None:
        """Add to the report of a file that was taken what only all files together tell."""
        if not defects:
            return
        (number,) = self.database.execute(
            "SELECT id FROM import WHERE sha256 = ? AND layout = ?",
            (imported.sha256, imported.layout),
        ).fetchone()
        codes = sorted({defect.code for defect in defects})
        with _transaction(self.database):
            self.database.executemany(
                "DELETE FROM defect WHERE import = ? AND code = ?",
                [(number, code) for code in codes],
            )
            _insert_defects(self.database, number, defects)


class _Taking:
    """One file on its way into the mirror."""

    def __init__(
        self, database: sqlite3.Connection, arrival: Arrival, told: Progress | None
    ) -> None:
        self._database = database
        self._arrival = arrival
        self._imported = arrival.imported
        self._told = told
        (self._layout,) = [each for each in LAYOUTS if each.id == arrival.imported.layout]
        (last,) = database.execute("SELECT coalesce(max(id), 0) FROM row").fetchone()
        self._base: int = last

    def run(self, known: int | None, *, keeps_cells: bool) -> Changes:
        """Write what the file brings; `known` is its import when it was taken before."""
        records = records_of(self._arrival.content)
        _, header = next(records)
        number = known or self._insert_import(header)
        if known is not None:
            self._database.execute("UPDATE import SET snapshot = 1 WHERE id = ?", (known,))
        is_first = self._database.execute(
            "SELECT NOT EXISTS (SELECT 1 FROM row WHERE layout = ?)", (self._layout.id,)
        ).fetchone()[0]
        rows = _arrived(self._layout, self._arrival, records, self._told)
        if not keeps_cells:
            rows = ((*row[:4], "", row[5]) for row in rows)
        if is_first:
            self._add_all(number, rows)
            changes = Changes(self._imported.rows, 0, 0, 0)
            written = None
        else:
            changes, written = self._compare(number, rows)
        self._insert_facts(written)
        if known is None:
            _insert_defects(self._database, number, self._imported.defects)
        return changes

    def _insert_import(self, header: list[str]) -> int:
        imported, layout = self._imported, self._layout
        row = (
            imported.sha256, layout.id, layout.source, imported.file,
            msgspec.json.encode(header).decode(), imported.rows, imported.serials_total,
            imported.serials_ok, int(self._arrival.is_snapshot), self._arrival.time,
        )  # fmt: skip
        found = self._database.execute(
            "INSERT INTO import (sha256, layout, source, file, header, rows, serials_total, "
            "serials_ok, snapshot, time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row,
        )  # fmt: skip
        assert found.lastrowid is not None
        return found.lastrowid

    def _add_all(self, number: int, rows: Iterable[Arrived]) -> None:
        base, layout = self._base, self._layout.id
        self._database.executemany(
            "INSERT INTO row (id, number, natural_key, occurrence, row_key, cells, is_defect, "
            "layout, import, seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((base + row[0], *row, layout, number, number) for row in rows),
        )

    def _compare(self, number: int, rows: Iterable[Arrived]) -> tuple[Changes, frozenset[int]]:
        """Write the rows that are new or other than before; give how many, and which."""
        run, layout = self._database.execute, self._layout.id
        # A private mirror has no index until something is compared with what it holds.
        for statement in (*tables.INDEXES.split(";"), *tables.ARRIVED.split(";")):
            run(statement)
        self._database.executemany(
            "INSERT INTO arrived (number, natural_key, occurrence, row_key, cells, is_defect) "
            "VALUES (?, ?, ?, ?, ?, ?)", rows,
        )  # fmt: skip
        run(tables.MATCH, (layout,))
        (new, changed) = run(
            "SELECT count(*) FILTER (WHERE before IS NULL), "
            "count(*) FILTER (WHERE before IS NOT NULL AND was <> row_key) FROM arrived"
        ).fetchone()
        run(tables.CLOSE, (number,))
        run(tables.ADD, (self._base, layout, number, number))
        run(tables.MOVE, (number,))
        gone = 0
        if self._arrival.is_snapshot:
            gone = run(tables.GONE, (number, layout, number)).rowcount
        written = [
            found[0]
            for found in run("SELECT number FROM arrived WHERE before IS NULL OR was <> row_key")
        ]
        run("DROP TABLE temp.arrived")
        unchanged = self._imported.rows - new - changed
        return Changes(new, changed, unchanged, gone), frozenset(written)

    def _insert_facts(self, written: frozenset[int] | None) -> None:
        base, source, run = self._base, self._layout.source, self._database.executemany
        columns = self._layout.columns
        tells = columns.tells if isinstance(columns, UnitColumns) else ""
        run(
            "INSERT INTO unit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    base + unit.row, source, tells, unit.text, unit.registry, unit.line,
                    unit.start, unit.end, unit.state, unit.status, unit.date,
                    unit.project.lstrip("0"), unit.vintage, unit.quantity, unit.beneficiary,
                    unit.destination,
                )
                for unit in self._imported.units
                if written is None or unit.row in written
            ),
        )
        run(
            "INSERT INTO issuance VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    base + each.row, source, each.line, each.project, each.origin, each.date,
                    each.vintage, each.quantity, each.buffer, each.ended,
                )
                for each in self._imported.issuances
                if written is None or each.row in written
            ),
        )
        run(
            "INSERT INTO project VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    base + each.row, source, each.project, each.name, words_of(each.name),
                    each.country, words_of(each.type), each.status, each.start, each.end,
                    *(each.place or (None, None)),
                )
                for each in self._imported.projects
                if written is None or each.row in written
            ),
        )


def _insert_defects(database: sqlite3.Connection, number: int, defects: list[Defect]) -> None:
    database.executemany(
        "INSERT INTO defect VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                number, each.row, each.line, each.column, each.code, each.severity,
                each.value, each.natural_key, each.message,
            )
            for each in defects
        ),
    )


def _arrived(
    layout: Layout,
    arrival: Arrival,
    records: Iterable[tuple[int, list[str]]],
    told: Progress | None,
) -> Iterator[Arrived]:
    """Give number, natural key, occurrence, row key, cells and defect of each row of a file."""
    keys = arrival.imported.keys
    errors = arrival.imported.error_rows
    times: dict[str, int] = {}
    start = hashlib.sha256(layout.id.encode() + b"\n")
    encode = msgspec.json.Encoder().encode
    for number, (_, cells) in enumerate(records, 1):
        key = keys[number - 1]
        occurrence = times[key] = times.get(key, 0) + 1
        digest = start.copy()
        digest.update(encode([cell.strip() for cell in cells]))
        is_defect = OWN if number in errors else 0
        if number in arrival.clashes:
            is_defect = BY_LEDGER
        if told is not None and number % ROWS_TOLD == 0:
            told(number, len(keys))
        yield number, key, occurrence, digest.digest(), encode(cells).decode(), is_defect


def _connected(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, cached_statements=64)


def _opened(path: Path, *, is_reader: bool = False) -> sqlite3.Connection | None:
    """Open a mirror; None when there is none, or none of this version, or it is damaged."""
    if not path.exists():
        return None
    database = _connected(str(path))
    try:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        database.execute("SELECT count(*) FROM import").fetchone()
    except sqlite3.DatabaseError:
        version = 0
    if version != tables.VERSION:
        database.close()
        return None
    if is_reader:
        database.execute("PRAGMA query_only = 1")
    else:
        _make_durable(database)
    return database


def _made(path: Path) -> sqlite3.Connection:
    database = _connected(str(path))
    _make_durable(database)
    database.executescript(tables.TABLES + tables.INDEXES)
    return database


def _make_durable(database: sqlite3.Connection) -> None:
    """A commit is on the disk when it returns, and readers go on meanwhile."""
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA busy_timeout = 10000")


@contextlib.contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All of it, or with an error nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
