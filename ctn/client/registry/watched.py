"""An entry of the watch list, and the rows it points to."""

import sqlite3
from typing import Literal

from msgspec import Struct

Kind = Literal[
    "same_numbers", "same_project", "retired_over_issued", "ghost", "conversion_unmatched",
]


class Place(Struct, frozen=True):
    """A row of an imported file: the file's name and hash, the row's number, and its text."""

    file: str
    sha256: str
    row: int
    text: str


class Watched(Struct, frozen=True):
    """Something that files, or a file and the ledger, say against each other.

    `registry` is the one whose file shows it, `key` names what it is about.
    """

    kind: Kind
    registry: str
    key: str
    rows: list[Place]
    message: str


def place_of(database: sqlite3.Connection, seen: int, number: int, text: str) -> Place:
    """The row of a number in an import."""
    file, sha256 = database.execute(
        "SELECT file, sha256 FROM import WHERE id = ?", (seen,)
    ).fetchone()
    return Place(file, sha256, number, text)
