"""`ctn registry`: files of carbon registries, and the serials in them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctn.cli.terminal import note, progress, say

if TYPE_CHECKING:
    from ctn.client.registry.report import ImportedFile

app = typer.Typer(no_args_is_help=True, help="Files and serials of carbon registries.")


@app.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(help="Files of a registry, as it gave them.")],
    commit: Annotated[
        bool, typer.Option("--commit/--dry-run", help="Record them as the registrar.")
    ] = False,
    allow_defects: Annotated[
        bool, typer.Option(help="Take a file with errors, without the rows that have them.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write the report here: .csv, else JSON.")
    ] = None,
    layout: Annotated[str, typer.Option(help="Layout of the files, else by header.")] = "auto",
) -> None:
    """Read and check files, each by itself; a dry run sends nothing and needs no node."""
    from ctn.cli.imports import is_taken, read_files, record

    read, refused = read_files(files, layout)
    taken = [file for file in read if is_taken(file, allow_defects=allow_defects)]
    ledger: dict[str, Any] | None = None
    if commit:
        with progress("recording") as told:
            ledger = record(taken, told)
    _say_report(read, refused, ledger, report)
    if refused or len(taken) < len(read):
        raise typer.Exit(1)


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


def _say_report(
    read: "list[ImportedFile]",
    refused: list[dict[str, Any]],
    ledger: dict[str, Any] | None,
    report: Path | None,
) -> None:
    import json

    from ctn.cli.imports import write_report
    from ctn.client.registry.report import report_json

    result: dict[str, Any] = json.loads(report_json(read)) | {"ledger": ledger}
    result["refused"] = refused
    lines: list[str] = []
    for file in read:
        codes = ", ".join([f"{code} {count}" for code, count in file.codes.items()])
        lines.append(
            f"{file.file}: {file.layout}, {file.rows} rows, serials ok {file.serials_ok} of "
            f"{file.serials_total}; {codes or 'nothing to note'}"
        )
    lines += [f"{row['file']}: not read: {row['code']} {row['facts']}" for row in refused]
    if ledger is not None:
        count = len(ledger["transactions"])
        lines.append(f"{ledger['rows']} rows recorded in {count} transactions")
    if report is not None:
        write_report(read, report)
        note(f"report in {report}")
    say(result, *lines)
