"""`ctn registry`: files of carbon registries, and the serials in them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from ctn.cli.spread import spread
from ctn.cli.terminal import note, progress, say

if TYPE_CHECKING:
    from ctn.cli.imports import Found

app = typer.Typer(no_args_is_help=True, help="Files and serials of carbon registries.")


class Import(NamedTuple):
    """The words of `ctn registry import`."""

    files: Annotated[list[Path], typer.Argument(help="Files of a registry, as it gave them.")]
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be; write and send nothing.")
    ] = False
    commit: Annotated[
        bool, typer.Option("--commit", help="Record the rows on the ledger too, as the registrar.")
    ] = False
    allow_defects: Annotated[
        bool, typer.Option("--allow-defects", help="Take a file with errors; those rows stay out.")
    ] = False
    snapshot: Annotated[
        bool, typer.Option("--snapshot", help="The files are whole: what they lack is gone.")
    ] = False
    report: Annotated[
        Path | None, typer.Option(help="Write the report here: .csv, else JSON.")
    ] = None
    layout: Annotated[str, typer.Option(help="Layout of the files, else by header.")] = "auto"


def _import(words: Import) -> None:
    """Read and check files, each by itself, and keep them in the mirror of the home.

    With --commit their rows are recorded on the ledger too. A dry run needs no node and leaves no
    trace. Ends with 1 when a file was not taken.
    """
    from ctn.cli.imports import Wish, import_each, write_report

    if words.dry_run and words.commit:
        raise typer.BadParameter("either --dry-run or --commit")
    wish = Wish(
        words.layout, words.dry_run, words.commit, words.allow_defects, words.snapshot
    )
    found = import_each(words.files, wish)
    if words.report is not None:
        write_report(found, words.report)
        note(f"report in {words.report}")
    _say_found(found)
    if found.refused or found.left:
        raise typer.Exit(1)


app.command("import")(spread(Import, _import))


@app.command()
def export(
    layout: Annotated[str, typer.Option(help="verra.units ... as imported, or ctn.units ...")],
    form: Annotated[str, typer.Option("--format", help="csv or json.")] = "csv",
    out: Annotated[Path | None, typer.Option(help="File to write, else stdout.")] = None,
    at: Annotated[
        str | None, typer.Option(help="ctn.* as of a height, YYYY-MM-DD or a time of RFC 3339.")
    ] = None,
) -> None:
    """Write a layout: of a registry, its cells as they were imported; ctn.*, the ledger's.

    ctn.units, ctn.retirements, ctn.projects and ctn.issuances need a node; as of a past height
    they come from the tables of this home.
    """
    from ctn.cli.registry_export import export_table

    export_table(layout, form, out, at)


@app.command()
def rebuild() -> None:
    """Make the mirror of the home again from the copies of the files it took."""
    from ctn.cli.imports import mirror_folder
    from ctn.client.registry.mirror import Mirror

    with progress("making the mirror") as told:
        mirror = Mirror.rebuild(mirror_folder(), told)
    (rows,) = mirror.database.execute("SELECT count(*) FROM row").fetchone()
    (files,) = mirror.database.execute("SELECT count(*) FROM import").fetchone()
    mirror.close()
    say({"files": files, "rows": rows}, f"{rows} rows of {files} files")


@app.command("bring-in")
def bring_in(
    file: Annotated[Path, typer.Argument(help="A file of a registry.")],
    rows: Annotated[str, typer.Option(help="Rows a-b of the file, counted from 1.")],
    holder: Annotated[str, typer.Option(help="Name of the key that shall hold them.")] = "alice",
) -> None:
    """Make rows of a file tradable tonnes here, with the local keys of a dev chain.

    Registrar, custodian and holder each send their part, as the ledger asks. Nothing is locked
    at the registry by this.
    """
    from ctn.cli.bringing import bring_in_rows

    with progress("bringing in") as told:
        brought = bring_in_rows(file, _range(rows), holder, told)
    lines = [
        f"{row['batch']} serials {row['start']}-{row['end']}: {row['grams']} g" for row in brought
    ]
    say({"holder": holder, "batches": brought}, *lines or ["nothing was new"])


@app.command()
def serial(
    text: Annotated[str, typer.Argument(help="A serial in the spelling of any registry.")],
) -> None:
    """Show what the ledger knows of a serial or range: status, owner, where it came from."""
    from ctn.cli.lineage import look_up

    found = look_up(text)
    lines = [f"{found['registry']} {found['line']} {found['start']}-{found['end']}"]
    lines += [
        f"  {row['start']}-{row['end']} {row['state']} at {row['registry']}"
        for row in found["external"]
    ]
    for row in found["intervals"]:
        lines.append(
            f"  {row['batch']} {row['start']}-{row['end']} {row['status']} owner {row['owner']} "
            f"because of {row['cause']}"
        )
        lines += [f"    before {step}" for step in row["lineage"]]
    known = found["external"] or found["intervals"]
    say(found, *lines, *([] if known else ["  not known here"]))


def _range(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not (first.isdigit() and (last or first).isdigit()):
        raise typer.BadParameter(f"rows {text!r}: a-b, counted from 1")
    return int(first), int(last or first)


def _say_found(found: "Found") -> None:
    from collections import Counter

    from ctn.cli.imports import report_of

    lines: list[str] = []
    changes = dict(found.changes)
    for file in found.files:
        codes = ", ".join([f"{code} {count}" for code, count in file.codes.items()])
        serials = f"serials ok {file.serials_ok} of {file.serials_total}"
        if file.nested.total:
            serials = f"nested serials ok {file.nested.ok} of {file.nested.total}"
        lines.append(
            f"{file.file}: {file.layout}, {file.rows} rows, {serials}; "
            f"{codes or 'nothing to note'}"
        )
        if file.file in changes:
            counts = changes[file.file]._asdict().items()
            lines.append("  " + ", ".join([f"{count} {name}" for name, count in counts]))
        else:
            lines.append("  not taken: it has errors; --allow-defects leaves those rows out")
    lines += [f"{row['file']}: not read: {row['code']} {row['facts']}" for row in found.refused]
    kinds = Counter([entry.kind for entry in found.watch])
    lines += [f"watch: {kind} {count}" for kind, count in sorted(kinds.items())]
    if found.conversions.matched:
        lines.append(f"conversions found on both sides: {found.conversions.matched}")
    if found.ledger is not None:
        count = len(found.ledger["transactions"])
        lines.append(f"{found.ledger['rows']} rows recorded in {count} transactions")
    say(report_of(found), *lines)
