"""`ctn registry export`: a layout out of the mirror, or our own out of the ledger, row by row."""

import contextlib
import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import typer

from ctn.cli.imports import mirror_folder, opened_mirror
from ctn.cli.link import Answer, Link, linked
from ctn.cli.terminal import Trouble, note, say
from ctn.client.registry.layouts import LAYOUTS
from ctn.client.registry.mirrored import export_layout
from ctn.client.registry.own_layouts import OWN_LAYOUTS, export_own

FORMATS = ("csv", "json")


def export_table(layout: str, form: str, out: Path | None, at: str | None) -> None:
    """Write a layout to a file, whole or not at all, or to stdout."""
    known = [*[each.id for each in LAYOUTS], *OWN_LAYOUTS]
    if layout not in known:
        raise typer.BadParameter(f"layout {layout!r}: one of {', '.join(known)}")
    if form not in FORMATS:
        raise typer.BadParameter(f"format {form!r}: csv or json")
    if at is not None and layout not in OWN_LAYOUTS:
        raise typer.BadParameter(f"at: the mirror has no past; one of {', '.join(OWN_LAYOUTS)}")
    with _rows(layout, at) as (rows, stands):
        of_height = f" as of height {stands['height']}" if stands else ""
        if out is None:
            count = _write(rows, form, sys.stdout)
            note(f"{count} rows of {layout}{of_height}")
            return
        draft = out.with_name(out.name + ".part")
        try:
            with draft.open("w", encoding="utf-8", newline="") as file:
                count = _write(rows, form, file)
            draft.replace(out)
        finally:
            draft.unlink(missing_ok=True)  # gone already when it was written whole
    result = {"layout": layout, "format": form, "file": str(out), "rows": count} | stands
    say(result, f"{count} rows of {layout}{of_height} in {out}")


@contextlib.contextmanager
def _rows(layout: str, at: str | None) -> Iterator[tuple[Iterator[list[str]], dict[str, int]]]:
    """Header and rows of a layout, and for a past state its height and time."""
    if at is not None:
        from ctn.cli.past import viewed
        from ctn.views import past

        with viewed(at) as (view, then):
            stands = {"height": then.height, "time": then.time}
            yield export_own(layout, lambda table: past.values(view, table, then.height)), stands
    elif layout in OWN_LAYOUTS:
        with linked() as link:
            yield export_own(layout, lambda table: _values(link, table)), {}
    elif not mirror_folder().exists():
        raise Trouble(f"no file was imported in {mirror_folder().parent}")
    else:
        with opened_mirror() as mirror:
            yield export_layout(mirror.database, layout), {}


def _values(link: Link, table: str) -> Iterator[Answer]:
    for _place, value in link.rows(table, ""):
        yield value


def _write(rows: Iterator[list[str]], form: str, file: TextIO) -> int:
    """Write header and rows as they come; how many rows."""
    header = next(rows)
    count = 0
    if form == "csv":
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            count += 1
        return count
    names = _names(header)
    for row in rows:
        file.write("[" if count == 0 else ",\n")
        json.dump(dict(zip(names, row, strict=True)), file, ensure_ascii=False)
        count += 1
    file.write("]\n" if count else "[]\n")
    return count


def _names(header: list[str]) -> list[str]:
    """The columns with equal names told apart, so that no cell is lost in an object."""
    times: dict[str, int] = {}
    names = []
    for name in header:
        times[name] = times.get(name, 0) + 1
        names.append(name if times[name] == 1 else f"{name} ({times[name]})")
    return names
