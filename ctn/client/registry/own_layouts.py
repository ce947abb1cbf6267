"""Our own layouts: units, retirements, projects and issuances of the ledger as tables.

Amounts are text in tonnes with six decimals, times are UTC. A text that a spreadsheet would take
for a formula gets an apostrophe in front. Source: registry.md 15.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

GRAMS_PER_TONNE: Final = 1_000_000
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Value = dict[str, Any]
Table = Callable[[str], Iterator[Value]]
Lines = Iterator[list[str]]


def export_own(layout: str, table: Table) -> Lines:
    """Give the header of one of `OWN_LAYOUTS` and then its rows.

    `table` gives the values of all records of a table of the ledger, in the order of their ids.
    """
    header, rows = OWN_LAYOUTS[layout]
    yield list(header)
    for row in rows(table):
        yield [inert(cell) for cell in row]


def inert(cell: str) -> str:
    """Keep a spreadsheet from reading a text as a formula."""
    return "'" + cell if cell.startswith(FORMULA_SIGNS) else cell


def tonnes(grams: int) -> str:
    """Grams as tonnes with six decimals, exactly."""
    return f"{grams // GRAMS_PER_TONNE}.{grams % GRAMS_PER_TONNE:06d}"


def moment(milliseconds: int) -> str:
    """A block time as UTC, to the second below."""
    seconds = milliseconds // 1000
    return (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def serial(batch: str, start: int, end: int) -> str:
    """Serials start..end of a batch as certificates print them."""
    return f"CTN-{batch.upper()}-{start}-{end}"


def _text(value: Any) -> str:
    return "" if value is None else str(value)


UNITS: Final = (
    "serial", "batch", "class", "project", "vintage", "start", "end", "quantity_t", "status",
    "frozen", "owner", "cause", "methodology", "unit_type", "labels", "since",
)


def _units(table: Table) -> Lines:
    batches = {batch["id"]: batch for batch in table("batch")}
    for row in table("interval"):
        batch = batches[row["batch"]]
        start, end = row["start"], row["end"]
        yield [
            serial(batch["id"], start, end), batch["id"], batch["class"], batch["project"],
            str(batch["vintage"]), str(start), str(end),
            tonnes((end - start + 1) * GRAMS_PER_TONNE), row["status"],
            "yes" if row["freezes"] or batch["freezes"] else "no", row["owner"], row["cause"],
            batch["methodology"], batch["unit_type"], " ".join(batch["labels"]),
            moment(row["since"]),
        ]


RETIREMENTS: Final = (
    "certificate", "serial", "batch", "project", "vintage", "quantity_t", "date", "holder",
    "beneficiary", "beneficiary_lei", "beneficiary_country", "on_behalf_of", "use", "purpose",
    "message", "country", "period_start", "period_end", "privacy", "height", "tx", "replaces",
)


def _retirements(table: Table) -> Lines:
    batches = {batch["id"]: batch for batch in table("batch")}
    for row in table("certificate"):
        batch = batches[row["batch"]]
        opened = row["opened"] or row
        named = opened["beneficiary"] or {"name": "", "lei": None, "country": None}
        for part in row["parts"]:
            yield [
                row["id"], serial(batch["id"], part["start"], part["end"]), batch["id"],
                batch["project"], str(batch["vintage"]), tonnes(part["grams"]),
                moment(row["time"]), row["holder"], named["name"], _text(named["lei"]),
                _text(named["country"]), opened["on_behalf_of"], row["use"],
                _text(opened["purpose"]), opened["message"], row["country"],
                _text(opened["period_start"]), _text(opened["period_end"]), row["privacy"],
                str(row["height"]), row["tx"], _text(row["replaces"]),
            ]


PROJECTS: Final = (
    "project", "class", "name", "country", "region", "latitude_e6", "longitude_e6",
    "methodologies", "type", "status", "since", "period_start", "period_end", "annual_t",
    "proponent", "external", "doc",
)


def _projects(table: Table) -> Lines:
    for row in table("project"):
        pairs = [f"{pair['registry']}:{pair['project']}" for pair in row["external"]]
        yield [
            row["id"], row["class"], row["name"], row["country"], row["region"],
            _degrees(row["lat_e6"], 90), _degrees(row["lon_e6"], 180),
            " ".join(row["methodologies"]), row["type"], row["status"], moment(row["since"]),
            row["period_start"], row["period_end"], str(row["annual_t"]),
            _text(row["proponent"]), " ".join(pairs), row["doc"],
        ]


def _degrees(stored: int | None, offset: int) -> str:
    """Millionths of a degree with a sign, from the ledger's that have none."""
    return "" if stored is None else str(stored - offset * 1_000_000)


ISSUANCES: Final = (
    "batch", "class", "project", "vintage", "start", "end", "methodology", "unit_type",
    "issued_t", "held_t", "custody_t", "retired_t", "cancelled_t", "labels", "report", "status",
)


def _issuances(table: Table) -> Lines:
    for row in table("batch"):
        counts = row["counts"]
        amounts = [row["issued"]] + [
            counts[status] for status in ("held", "custody", "retired", "cancelled")
        ]
        yield [
            row["id"], row["class"], row["project"], str(row["vintage"]), row["start"],
            row["end"], row["methodology"], row["unit_type"],
            *[tonnes(amount * GRAMS_PER_TONNE) for amount in amounts], " ".join(row["labels"]),
            _text(row["report"]), row["status"],
        ]


OWN_LAYOUTS: Final[dict[str, tuple[tuple[str, ...], Callable[[Table], Lines]]]] = {
    "ctn.units": (UNITS, _units),
    "ctn.retirements": (RETIREMENTS, _retirements),
    "ctn.projects": (PROJECTS, _projects),
    "ctn.issuances": (ISSUANCES, _issuances),
}
