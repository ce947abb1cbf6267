"""A layout out of the mirror: the cells as they came, those of rows with errors too."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from typing import Final

import msgspec

from ctn.kernel.refusal import Refusal

Name = tuple[str, int]
decode: Final = msgspec.json.Decoder(list[str]).decode


class NothingImported(Refusal):
    """No file of this layout was imported."""


def export_layout(database: sqlite3.Connection, layout: str) -> Iterator[list[str]]:
    """Give the header of a layout and then its rows, in the order of the files that showed them.

    Every cell is as it stood, so of one file all come back equal. Columns that only some files
    have stand after those of the latest. Raises NothingImported.
    """
    headers = {
        place: _named(decode(text))
        for place, text in database.execute(
            "SELECT id, header FROM import WHERE layout = ? ORDER BY id DESC", (layout,)
        )
    }
    if not headers:
        raise NothingImported(layout=layout)
    names = list(dict.fromkeys([name for header in headers.values() for name in header]))
    yield [name for name, _ in names]
    order = {number: _order(header, names) for number, header in headers.items()}
    rows = database.execute(
        "SELECT import, cells FROM row WHERE layout = ? AND until IS NULL AND gone IS NULL "
        "ORDER BY seen, number", (layout,),
    )  # fmt: skip
    for number, text in rows:
        cells = decode(text)
        wanted = order[number]
        yield cells if wanted is None else [cells[at] if at >= 0 else "" for at in wanted]


def _named(header: list[str]) -> list[Name]:
    """The columns of a header, equal names told apart by their number."""
    times: Counter[str] = Counter()
    named = []
    for name in header:
        named.append((name, times[name]))
        times[name] += 1
    return named


def _order(header: list[Name], names: list[Name]) -> list[int] | None:
    """Where each wanted column stands in a row, -1 for nowhere; None when all stand in order."""
    if header == names:
        return None
    at = {name: place for place, name in enumerate(header)}
    return [at.get(name, -1) for name in names]
