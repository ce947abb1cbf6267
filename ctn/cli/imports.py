"""Files of a registry into the ledger: rows by 200, then the hash of file and report.

The same file again sends nothing: its anchor stands already. A run cut short is finished by
running it again, because a recorded fact that is recorded again changes nothing (registry.md 14).
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ctn.cli.fields import find_kind, make_op
from ctn.cli.keyring import entries, open_keys
from ctn.cli.link import Link, linked
from ctn.cli.sending import submit
from ctn.cli.terminal import Refused, Trouble
from ctn.client.registry.reader import read_file
from ctn.client.registry.report import ImportedFile, Unit, report_csv, report_json
from ctn.kernel.refusal import Refusal
from ctn.wallet.keystore import Key

ROWS_MAX = 200
IN_COLUMNS = ("cdc", "iso")
RETIRED = "retired"
ENDED_ONLY = "cdc.issuances"

Progress = Callable[[int, int], None]


def read_files(
    files: list[Path], layout: str
) -> tuple[list[ImportedFile], list[dict[str, Any]]]:
    """The files that could be read, and what was said of those that could not."""
    read: list[ImportedFile] = []
    refused: list[dict[str, Any]] = []
    for path in files:
        try:
            read.append(read_file(path, layout))
        except Refusal as refusal:
            facts = {name: str(value) for name, value in refusal.facts.items()}
            refused.append({"file": path.name, "code": refusal.code, "facts": facts})
    return read, refused


def is_taken(file: ImportedFile, *, allow_defects: bool) -> bool:
    """A file with errors is taken whole or not at all, unless defects are allowed."""
    return allow_defects or not file.has_errors


def record(files: list[ImportedFile], told: Progress) -> dict[str, Any]:
    """Record the rows of files as the registrar; what was sent."""
    ids: list[str] = []
    rows = 0
    with linked() as link:
        for file in files:
            count, sent = record_file(link, file, told)
            rows += count
            ids += sent
    return {"rows": rows, "transactions": ids}


def record_file(link: Link, file: ImportedFile, told: Progress) -> tuple[int, list[str]]:
    """Record the rows of a file and anchor it; rows and transaction ids, none when it is known."""
    report = hashlib.sha256(report_json([file])).hexdigest()
    anchor = link.state("import_anchor", f"{file.sha256}/{file.layout}")["value"]
    if anchor is not None and anchor["report"] == report:
        return 0, []
    key = key_of_duty(link, "registrar")
    units = [unit for unit in file.units if not unit.is_defect]
    if file.layout == ENDED_ONLY:
        units = [unit for unit in units if unit.state == RETIRED]
    sent: list[str] = []
    done = 0
    for registry, chunk in _chunks(units):
        sent += _record(link, key, (registry, file.sha256), chunk)
        done += len(chunk)
        told(done, len(units))
    anchored = make_op(
        find_kind("registry.anchor_import"),
        {
            "file": file.sha256, "layout": file.layout, "rows": file.rows,
            "accepted": len(units), "report": report,
        },
    )  # fmt: skip
    sent.append(submit(link, (anchored,), [key])["tx"])
    return len(units), sent


def _chunks(units: list[Unit]) -> Iterator[tuple[str, list[Unit]]]:
    """Units of one registry, in the order of the file, at most 200 at a time."""
    for registry in dict.fromkeys([unit.registry for unit in units]):
        mine = [unit for unit in units if unit.registry == registry]
        for start in range(0, len(mine), ROWS_MAX):
            yield registry, mine[start : start + ROWS_MAX]


def _record(
    link: Link, key: Key, source: tuple[str, str], units: list[Unit]
) -> list[str]:
    """Send units in one transaction, or in more where they cross too many intervals."""
    waiting = [units]
    sent: list[str] = []
    registry, file = source
    while waiting:
        chunk = waiting.pop()
        values = {"registry": registry.lower(), "rows": [_row(unit) for unit in chunk]}
        made = make_op(find_kind("registry.record_external"), values | {"file": file})
        try:
            sent.append(submit(link, (made,), [key])["tx"])
        except Refused as refused:
            if refused.code != "registry.TooManyIntervals" or len(chunk) == 1:
                raise
            half = len(chunk) // 2
            waiting += [chunk[half:], chunk[:half]]
    return sent


def _row(unit: Unit) -> dict[str, Any]:
    """A row of `record_external`; one without a date tells of the day on which it was read."""
    is_columns = unit.grammar in IN_COLUMNS
    return {
        "text": unit.text,
        "from": unit.start if is_columns else None,
        "to": unit.end if is_columns else None,
        "state": unit.state,
        "date": unit.date or datetime.now(UTC).date().isoformat(),
    }


def key_of_duty(link: Link, duty: str) -> Key:
    """The first local key whose account holds a duty."""
    for entry in entries():
        if link.state("duty", f"{entry.address}/{duty}")["value"] is not None:
            return open_keys([entry.address])[0]
    raise Trouble(f"no local key holds the duty {duty}")


def write_report(files: list[ImportedFile], path: Path) -> None:
    """Write the report: JSON of all files, or CSV, one file each when there are more."""
    if path.suffix != ".csv":
        path.write_bytes(report_json(files) + b"\n")
        return
    for number, file in enumerate(files):
        target = path if number == 0 else path.with_name(f"{path.stem}-{number + 1}.csv")
        target.write_text(report_csv(file), "utf-8")
