"""From rows of a registry file to tradable grams, by the one path that there is (registry.md 11).

Registrar: rows, methodology, project. Holder: request. Custodian: attestation. Registrar:
admission. Holder: deposit. Each step is a transaction of its own party, signed by a local key.
"""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from ctn.cli.fields import find_kind, make_op
from ctn.cli.imports import Wish, import_each, key_of_duty, opened_mirror
from ctn.cli.keyring import open_keys
from ctn.cli.link import Answer, Link, linked
from ctn.cli.sending import submit
from ctn.cli.terminal import Trouble
from ctn.client.registry.reader import read_file
from ctn.client.registry.report import ImportedFile, Unit
from ctn.modules.registry.serials import project_key
from ctn.wallet.keystore import Key

UNITS_MAX = 20
DEADLINE_MS = 14 * 86_400_000
GRAMS_PER_TONNE = 1_000_000
NUMBER_MAX = 99_999
IN_COLUMNS = ("cdc", "iso")
UNSTATED = "unstated"
SEEN = "seen"

Progress = Callable[[int, int], None]


class Parties(NamedTuple):
    """The keys of those who act."""

    registrar: Key
    custodian: Key
    holder: Key


def bring_in_rows(
    file: Path, rows: tuple[int, int], holder: str, told: Progress
) -> list[dict[str, Any]]:
    """Bring rows first..last of a file in; each batch with its serials and grams.

    The file is imported and committed as a whole first, so the mirror holds it too.
    """
    read = read_file(file)
    units = _chosen(read, rows)
    _import_whole(file, read)
    found: list[dict[str, Any]] = []
    with linked() as link:
        parties = Parties(
            key_of_duty(link, "registrar"),
            key_of_duty(link, "custodian"),
            open_keys([holder])[0],
        )
        groups = _groups(units)
        for number, group in enumerate(groups, 1):
            project = _ensure_project(link, parties.registrar, read, group)
            found += _bring(link, parties, project, group)
            told(number, len(groups))
    return found


def _import_whole(file: Path, read: ImportedFile) -> None:
    """Take the file into mirror and ledger; one with errors only when it was taken before."""
    with opened_mirror() as mirror:
        is_known = mirror.holds(read.sha256)
    wish = Wish(read.layout, is_dry=False, is_commit=True, allows_defects=is_known,
                is_snapshot=False)  # fmt: skip
    if import_each([file], wish).left:
        what = "ctn registry import --commit --allow-defects takes it without those rows"
        raise Trouble(f"{read.file} has errors; {what}")


def _chosen(read: ImportedFile, rows: tuple[int, int]) -> list[Unit]:
    """The units of the rows, all of which must circulate at their registry."""
    first, last = rows
    units = [unit for unit in read.units if first <= unit.row <= last]
    if not 1 <= first <= last <= read.rows or not units:
        raise Trouble(f"rows {first}-{last}: {read.file} has rows 1-{read.rows}")
    for unit in units:
        if unit.is_defect or unit.state != SEEN:
            what = "has an error" if unit.is_defect else f"is {unit.state} at its registry"
            raise Trouble(f"row {unit.row} {what}, so it cannot come in")
    return units


def _groups(units: list[Unit]) -> list[list[Unit]]:
    """Units of one project and vintage, at most 20 together: what one request may name."""
    groups: dict[tuple[str, str, int], list[Unit]] = {}
    for unit in units:
        groups.setdefault((unit.registry, unit.project, unit.vintage), []).append(unit)
    return [
        group[start : start + UNITS_MAX]
        for group in groups.values()
        for start in range(0, len(group), UNITS_MAX)
    ]


# --- the project, once


def _ensure_project(link: Link, key: Key, read: ImportedFile, units: list[Unit]) -> str:
    """The project here that stands for that of the units; put, with its methodology, if new."""
    unit = units[0]
    class_id = _class_of(link, unit.registry.lower())
    known: dict[str, Any] = dict(link.rows("project", class_id + "-"))
    pair = {"registry": unit.registry.lower(), "project": unit.project}
    for place, project in known.items():
        if _key(pair) in map(_key, project["external"]):
            return place
    methodology = _ensure_methodology(link, key, read, unit)
    years = sorted([each.vintage for each in read.units if each.project == unit.project])
    place = _new_id(class_id, unit.project, known)
    values = {
        "id": place, "proponent": None, "parties": [], "name": unit.name or unit.project,
        "country": unit.country, "region": "", "lat_e6": None, "lon_e6": None,
        "methodologies": [methodology], "period_start": f"{years[0]}-01-01",
        "period_end": f"{years[-1]}-12-31", "annual_t": 0, "external": pair, "doc": read.sha256,
    }  # fmt: skip
    _send(link, key, "registry.put_foreign_project", values)
    return place


def _key(pair: dict[str, str]) -> str:
    """A pair in its one spelling."""
    return f"{pair['registry']}/{project_key(pair['registry'], pair['project'])}"


def _class_of(link: Link, registry: str) -> str:
    for place, found in link.rows("class", ""):
        if found["registry"] == registry and found["status"] == "active":
            return place
    raise Trouble(f"no class of registry {registry}")


def _new_id(class_id: str, project: str, known: dict[str, Any]) -> str:
    """The project's own number where it has one that fits and is free, else the next free one."""
    digits = "".join([letter for letter in project if letter.isdigit()])
    number = int(digits) if digits and int(digits) <= NUMBER_MAX else 1
    while f"{class_id}-{number:05d}" in known:
        number = number % NUMBER_MAX + 1
    return f"{class_id}-{number:05d}"


def _ensure_methodology(link: Link, key: Key, read: ImportedFile, unit: Unit) -> str:
    kept = [
        letter if letter.isascii() and letter.isalnum() else "-"
        for letter in unit.methodology.lower()
    ]
    name = "".join(kept).strip("-")[:64] or f"{unit.registry.lower()}-{UNSTATED}"
    if link.state("methodology", name)["value"] is None:
        values = {
            "id": name, "name": unit.methodology or UNSTATED, "type": "other",
            "sector": "other", "unit_type": "undetermined", "supersedes": None,
            "doc": read.sha256, "active_from": 0, "grace_until": None,
        }  # fmt: skip
        _send(link, key, "registry.put_methodology", values)
    return name


# --- the units


def _bring(
    link: Link, parties: Parties, project: str, units: list[Unit]
) -> list[dict[str, Any]]:
    """Request, attest, admit and deposit units of one project and vintage."""
    unit = units[0]
    texts = [_text(each) for each in units]
    values = {
        "registry": unit.registry.lower(), "units": texts, "project": project,
        "vintage": unit.vintage, "account_ref": "ctn registry bring-in",
        "deadline": time.time_ns() // 1_000_000 + DEADLINE_MS,
    }  # fmt: skip
    receipt = _send(link, parties.holder, "registry.request_inbound", values)
    request = _event(receipt, "registry.BridgeRequested")["request"]
    statement = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    values = {"request": request, "reference": request, "statement": statement}
    _send(link, parties.custodian, "registry.attest_inbound", values)
    year = unit.vintage
    values = {
        "request": request, "start": f"{year}-01-01", "end": f"{year}-12-31", "labels": []
    }
    receipt = _send(link, parties.registrar, "registry.admit_inbound", values)
    admitted = _event(receipt, "registry.BridgeAdmitted")
    batch, start, end = admitted["batch"], admitted["start"], admitted["end"]
    if not batch:
        return []
    _send(link, parties.holder, "registry.deposit", {"batch": batch, "parts": [[start, end]]})
    grams = (end - start + 1) * GRAMS_PER_TONNE
    return [
        {"batch": batch, "start": start, "end": end, "grams": grams, "request": request}
    ]


def _text(unit: Unit) -> str:
    """A unit as a request names it: where its text has no numbers, they follow it."""
    is_columns = unit.grammar in IN_COLUMNS
    return f"{unit.text} {unit.start}-{unit.end}" if is_columns else unit.text


def _send(link: Link, key: Key, tag: str, values: dict[str, Any]) -> Answer:
    return submit(link, (make_op(find_kind(tag), values),), [key])


def _event(receipt: Answer, name: str) -> Answer:
    """The one event of a name in a receipt."""
    found: list[Answer] = [event for event in receipt["events"] if event["event"] == name]
    assert len(found) == 1
    return found[0]
