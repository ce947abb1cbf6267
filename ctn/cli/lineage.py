"""What the ledger knows of a serial: foreign numbers, the serials they stand for, and their past.

An interval names the one that it was cut or moved from, so its past is a linked list; the older
records are found in the changes of the blocks before (registry.md 6, 13).
"""

from collections.abc import Iterator
from typing import Any

import typer

from ctn.cli.link import Link, linked
from ctn.modules.registry.serials import MalformedSerial, parse
from ctn.modules.registry.serials_forms import Serial

HOME = "CTN"
GRAMS_PER_TONNE = 1_000_000
STEPS_MAX = 64
BLOCKS_MAX = 20_000


def look_up(text: str) -> dict[str, Any]:
    """The serial as it was read, the foreign intervals it touches, and our intervals."""
    try:
        serial = parse(text)
    except MalformedSerial as error:
        raise typer.BadParameter(f"{text!r} is no serial: {error}") from None
    external: list[dict[str, Any]] = []
    intervals: list[dict[str, Any]] = []
    with linked() as link:
        if serial.registry == HOME:
            batch = serial.line.lower().removeprefix("ctn-")
            intervals = list(_intervals(link, batch, serial.start, serial.end))
        else:
            external = list(_external(link, serial))
            for row in external:
                if row["batch"] is not None:
                    first, last = _serials(row, serial)
                    intervals += _intervals(link, row["batch"], first, last)
    return {
        "registry": serial.registry, "line": serial.line, "start": serial.start,
        "end": serial.end, "external": external, "intervals": intervals,
    }  # fmt: skip


def _external(link: Link, serial: Serial) -> Iterator[dict[str, Any]]:
    for _place, row in link.rows("external", serial.line.lower() + "/"):
        if row["start"] <= serial.end and row["end"] >= serial.start:
            yield row


def _serials(row: dict[str, Any], serial: Serial) -> tuple[int, int]:
    """The serials here that the numbers common to an interval and a serial stand for."""
    first, last = max(row["start"], serial.start), min(row["end"], serial.end)
    grams = row["grams_per_number"]
    # Down at both ends: the serial that a number lies in.
    start = row["batch_start"] + (first - row["start"]) * grams // GRAMS_PER_TONNE
    end = row["batch_start"] + ((last - row["start"] + 1) * grams - 1) // GRAMS_PER_TONNE
    return start, end


def _intervals(link: Link, batch: str, first: int, last: int) -> Iterator[dict[str, Any]]:
    for _place, row in link.rows("interval", batch + "/"):
        if row["start"] <= last and row["end"] >= first:
            yield row | {"lineage": list(_past(link, row))}


def _past(link: Link, row: dict[str, Any]) -> Iterator[str]:
    """Every record before an interval, newest first, back to its issue."""
    previous: str = row["previous"]
    for _ in range(STEPS_MAX):
        if not previous:
            return
        name, _, height = previous.partition("@")
        before = _before(link, name, int(height))
        if before is None:
            yield previous
            return
        yield (
            f"{previous} {before['status']} owner {before['owner']} because of "
            f"{before['cause']}"
        )
        previous = before["previous"]


def _before(link: Link, name: str, height: int) -> dict[str, Any] | None:
    """The record of an interval as it stood until a block; None where old values are not kept."""
    batch, _, numbers = name.rpartition("/")
    place = f"{batch}/{int(numbers.partition('-')[0]):020d}"
    for number in range(height - 1, max(0, height - BLOCKS_MAX), -1):
        for table, changed, value in link.changes(number):
            if table == "interval" and changed == place:
                found: dict[str, Any] = value
                return found
    return None
