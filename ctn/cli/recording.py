"""Rows of a registry file into the ledger: `record_external` by 200, then `anchor_import`.

A file whose anchor stands sends nothing. A run cut short is finished by running it again: rows
that the ledger knows already are not sent (registry.md 14).
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from ctn.cli.fields import find_kind, make_op
from ctn.cli.keyring import entries, open_keys
from ctn.cli.link import Link
from ctn.cli.sending import applied, submit
from ctn.cli.terminal import Trouble
from ctn.cli.waves import WAVE, send_each
from ctn.client.registry.lines import Lines, clashes
from ctn.client.registry.report import report_json
from ctn.client.registry.rows import ImportedFile, Unit
from ctn.kernel.op import Op
from ctn.wallet.keystore import Key

ROWS_MAX = 200
IN_COLUMNS = ("cdc", "iso")
# Only ended rows tell whether a Cercarbono line counts from 0, so its issuances are not recorded.
MIRROR_ONLY = ("cdc.issuances",)
TOO_MANY = "registry.TooManyIntervals"

Progress = Callable[[int, int], None]


def lines_of(link: Link, registries: set[str]) -> Lines:
    """What the ledger knows of the lines of some registries."""
    return Lines(
        row
        for registry in sorted(registries)
        for _place, row in link.rows("external", registry.lower())
    )


def record_file(
    link: Link, file: ImportedFile, told: Progress, lines: Lines | None = None
) -> tuple[int, list[str]]:
    """Record the rows of a file and anchor it; rows and transaction ids, none when it is known.

    The anchored report is that of the file by itself, without its name, so that anyone can compute
    it again.
    """
    unnamed = msgspec.structs.replace(file, file="")
    report = hashlib.sha256(report_json([unnamed])).hexdigest()
    anchor = link.state("import_anchor", f"{file.sha256}/{file.layout}")["value"]
    if file.rows == 0 or (anchor is not None and anchor["report"] == report):
        return 0, []
    key = key_of_duty(link, "registrar")
    if lines is None:
        lines = lines_of(link, {unit.registry for unit in file.units})
    kept_out = file.error_rows | {defect.row for defect in clashes(file, lines)}
    units = [unit for unit in file.units if unit.row not in kept_out]
    if file.layout in MIRROR_ONLY:
        units = []
    units = [unit for unit in units if lines.say(unit)[0] == "news"]
    sent = _record(link, key, file.sha256, (units, told))
    anchored = make_op(
        find_kind("registry.anchor_import"),
        {
            "file": file.sha256, "layout": file.layout, "rows": file.rows,
            "accepted": file.rows - len(kept_out), "report": report,
        },
    )  # fmt: skip
    sent.append(submit(link, (anchored,), [key])["tx"])
    return len(units), sent


def _record(
    link: Link, key: Key, file: str, work: tuple[list[Unit], Progress]
) -> list[str]:
    """Send units, those of a chunk that crosses too many intervals again by halves."""
    units, told = work
    waiting = list(_chunks(units))
    sent: list[str] = []
    while waiting:
        now, waiting = waiting[:WAVE], waiting[WAVE:]
        ops = [_op(file, chunk) for chunk in now]
        halves: list[list[Unit]] = []
        for chunk, receipt in zip(now, send_each(link, ops, key, _silent), strict=True):
            if receipt["refusal"] == TOO_MANY and len(chunk) > 1:
                half = len(chunk) // 2
                halves += [chunk[:half], chunk[half:]]
            else:
                sent.append(applied(receipt)["tx"])
        waiting = halves + waiting
        told(len(sent), len(sent) + len(waiting) + 1)
    return sent


def _silent(_done: int, _of: int) -> None:
    """Nothing is told of a part of a wave."""


def _chunks(units: list[Unit]) -> Iterator[list[Unit]]:
    """Units of one registry, in the order of the file, at most 200 at a time."""
    for registry in dict.fromkeys([unit.registry for unit in units]):
        mine = [unit for unit in units if unit.registry == registry]
        for start in range(0, len(mine), ROWS_MAX):
            yield mine[start : start + ROWS_MAX]


def _op(file: str, units: list[Unit]) -> Op:
    values: dict[str, Any] = {
        "registry": units[0].registry.lower(),
        "rows": [_row(unit) for unit in units],
        "file": file,
    }
    return make_op(find_kind("registry.record_external"), values)


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
