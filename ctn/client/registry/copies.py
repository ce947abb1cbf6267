"""Copies of imported files, and the order in which they came: what the mirror is rebuilt from."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

JOURNAL: Final = "journal.jsonl"


class Taken(Struct, frozen=True):
    """A file that entered the mirror: its hash, name and layout, at a time in ms."""

    sha256: str
    file: str
    layout: str
    snapshot: bool
    time: int
    # The rows that the ledger contradicted then, which only then could be told.
    clashes: tuple[int, ...] = ()


class Copies:
    """The folder `<home>/imports`: each file under its hash, and a journal, a line for each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, taken: Taken, content: bytes) -> None:
        """Keep a file and note that it came; both are on the disk when this returns."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / taken.sha256
        if not path.exists():
            draft = path.with_name(path.name + ".part")
            _write(draft, content, "wb")
            draft.replace(path)
        known = [(each.sha256, each.layout, each.snapshot) for each in self.taken()]
        if (taken.sha256, taken.layout, taken.snapshot) not in known:
            _drop_cut_line(self.folder / JOURNAL)
            _write(self.folder / JOURNAL, msgspec.json.encode(taken) + b"\n", "ab")
        _sync(self.folder)

    def taken(self) -> Iterator[Taken]:
        """The files in the order in which they came; a line cut short is none."""
        try:
            lines = (self.folder / JOURNAL).read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return
        for line in lines:
            if line.endswith(b"\n"):
                yield msgspec.json.decode(line, type=Taken)

    def content(self, taken: Taken) -> bytes:
        """The bytes of a file that was kept."""
        return (self.folder / taken.sha256).read_bytes()


def _drop_cut_line(path: Path) -> None:
    """Cut off a line that a crash left unfinished, so that the next does not run into it."""
    if not path.exists():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole != len(data):
        os.truncate(path, whole)


def _write(path: Path, data: bytes, mode: str) -> None:
    with path.open(mode) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
