"""The vectors of the pages' own tests are what Python makes today."""

import csv
import io
import json

from ctn.client.registry.reader import read_bytes
from ctn.client.registry.report import report_csv, report_json
from tests.tidy.repository import read

SERIAL, QUANTITY, COUNTRY = "Serial Number", "Quantity Issued", "Country/Area"


def damaged() -> bytes:
    """The demo's rows with a defect of each kind that a cell may have."""
    table = list(csv.reader(io.StringIO(read("ctn/demo/verra_units.csv"))))
    place = {name: number for number, name in enumerate(table[0])}
    table[1][place[SERIAL]] = table[1][place[SERIAL]].replace("-VCS-VCU-", "-VCSVCU-")
    table[3][place[QUANTITY]] = "-7"
    table[4][place[SERIAL]] = '=cmd|"x",1'
    table[5][place[QUANTITY]] = "12"
    table[6][place[COUNTRY]] = 'Nowhere, "land"'
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue().encode()


def vector() -> dict[str, object]:
    """The report of that file as JSON and as CSV."""
    found = read_bytes(damaged(), name="units.csv", layout="auto")
    return {"report": json.loads(report_json([found])), "csv": report_csv(found)}


def test_the_report_that_the_page_writes_as_csv_is_compared_with_ours() -> None:
    assert json.loads(read("web/src/pages/carbon/vectors/report.json")) == vector()
