"""The pages of credits as a reader walks them: find, follow a serial, add up, check a file."""

import csv
import hashlib
import io
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from ctn.demo.listing import ROWS
from tests.web.test_application import WAIT_MS, opened

REFUSED = "status of 4"


@pytest.fixture(scope="module")
def certificate(demo: str) -> dict[str, Any]:
    """The newest retirement of the world."""
    found: dict[str, Any] = httpx.get(f"{demo}/api/v1/certificates?limit=1").json()["items"][0]
    return found


def drop(page: Page, content: bytes, name: str = "a.json") -> None:
    """Choose a file on the page."""
    file: FilePayload = {
        "name": name, "mimeType": "application/octet-stream", "buffer": content
    }  # fmt: skip
    page.locator("input[type=file]").set_input_files(file)


def test_a_project_is_found_by_words_type_and_vintage_and_leads_to_its_market(
    chromium: Browser, demo: str
) -> None:
    with opened(chromium, f"{demo}/projects") as (page, _seen):
        table = page.get_by_role("table", name="Projects")
        page.get_by_label("Search name or id").fill("argentina")
        expect(table.locator("tbody tr")).to_have_count(1, timeout=WAIT_MS)
        expect(table).to_contain_text("CNY", timeout=WAIT_MS)
        page.get_by_label("Vintage").fill("1999")
        expect(page.get_by_text("No project fits")).to_be_visible(timeout=WAIT_MS)
        page.get_by_role("link", name="Clear the filters").click()
        page.get_by_label("Type").select_option("cookstove")
        expect(table.locator("tbody")).to_contain_text("Cookstove", timeout=WAIT_MS)
        assert "type=cookstove" in page.url


def test_a_serial_of_another_registry_shows_its_life_as_graph_and_table(
    chromium: Browser, demo: str, certificate: dict[str, Any]
) -> None:
    batch = httpx.get(f"{demo}/api/v1/intervals?batch={certificate['batch']}&limit=1").json()
    first = batch["items"][0]["start"]
    ours = f"CTN-{certificate['batch'].upper()}-{first}-{certificate['parts'][0]['end']}"
    rows = httpx.get(f"{demo}/api/v1/state/external?limit=100").json()["items"]
    line = next(row for row in rows if row["value"]["batch"] == certificate["batch"])
    theirs = next(
        cell for cell in ROWS.read_text("utf-8").replace('"', "").split(",")
        if f"-{line['value']['end']}-VCS" in cell
    )  # fmt: skip
    for text in (ours, theirs):
        with opened(chromium, f"{demo}/serials/{text}") as (page, _seen):
            steps = page.get_by_role("table", name="Every step")
            expect(steps).to_contain_text("Retired", timeout=WAIT_MS)
            expect(steps.get_by_role("link", name="r-").first).to_be_visible()
            if steps.locator("tbody tr").count() <= 40:
                expect(page.get_by_role("img", name="steps of serials")).to_be_visible()


def test_a_well_spelt_serial_that_nobody_recorded_is_said(chromium: Browser, demo: str) -> None:
    with opened(chromium, f"{demo}/serials/CTN-VCS-09999-2022-001-1-5") as (page, seen):
        expect(page.locator("main")).to_contain_text("Well spelt", timeout=WAIT_MS)
        seen.errors = [error for error in seen.errors if REFUSED not in error]


def test_sums_lead_to_the_certificates_that_they_are_made_of(chromium: Browser, demo: str) -> None:
    with opened(chromium, f"{demo}/certificates") as (page, _seen):
        sums = page.get_by_role("table", name="Sums")
        page.get_by_label("By", exact=True).select_option("country")
        sums.get_by_role("link", name="China").click(timeout=WAIT_MS)
        expect(page.get_by_label("Consumed in")).to_have_value("CN")
        expect(sums.locator("tbody tr")).to_have_count(1, timeout=WAIT_MS)


def test_a_batch_is_shown_as_of_a_height(chromium: Browser, demo: str, certificate: Any) -> None:
    with opened(chromium, f"{demo}/batches/{certificate['batch']}") as (page, _seen):
        table = page.get_by_role("table", name="Serial intervals")
        expect(table).to_contain_text("Retired", timeout=WAIT_MS)
        page.get_by_label("As of").fill("1")
        expect(page.get_by_text("The batch had no serials then")).to_be_visible(timeout=WAIT_MS)
        page.get_by_label("As of").fill("soon")
        expect(page.get_by_role("alert")).to_contain_text("Such as 120")


def test_a_file_is_told_from_an_altered_and_an_unknown_one(
    chromium: Browser, demo: str, certificate: dict[str, Any]
) -> None:
    document = httpx.get(f"{demo}/api/v1/certificates/{certificate['id']}.json").content
    cases = (
        (document, "As the ledger has it"),
        (document.replace(b"voluntary", b"compliant"), "Altered"),
        (ROWS.read_bytes(), "The ledger recorded this file"),
        (ROWS.read_bytes() + b"\n", "Not known here"),
    )
    with opened(chromium, f"{demo}/verify") as (page, _seen):
        for content, word in cases:
            drop(page, content)
            expect(page.get_by_text(word, exact=True)).to_be_visible(timeout=WAIT_MS)


def test_a_pasted_hash_leads_to_what_has_it(
    chromium: Browser, demo: str, certificate: dict[str, Any]
) -> None:
    with opened(chromium, f"{demo}/verify") as (page, _seen):
        look = page.get_by_label("Certificate, address, transaction")
        look.fill("sha256:" + hashlib.sha256(ROWS.read_bytes()).hexdigest())
        look.press("Enter")
        expect(page.locator("main")).to_contain_text("verra.units", timeout=WAIT_MS)
        look.fill("00" * 32)
        look.press("Enter")
        expect(page.get_by_text("Not known here")).to_be_visible(timeout=WAIT_MS)
        look.fill(certificate["tx"])
        look.press("Enter")
        page.wait_for_url(f"**/explorer/transactions/{certificate['tx']}", timeout=WAIT_MS)


def test_the_report_of_a_file_is_saved_and_the_recorded_files_are_listed(
    chromium: Browser, demo: str
) -> None:
    damaged = ROWS.read_bytes().replace(b"-VCS-VCU-262-", b"-VCSVCU-262-", 1)
    with opened(chromium, f"{demo}/registry") as (page, _seen):
        listed = page.get_by_role("table", name="Registry files that the ledger recorded")
        expect(listed).to_contain_text("verra.units", timeout=WAIT_MS)
        drop(page, damaged, "units.csv")
        with page.expect_download(timeout=WAIT_MS) as saved:
            page.get_by_role("button", name="Download the report").click(timeout=WAIT_MS)
        text = saved.value.path().read_text("utf-8")
        assert text.startswith("row,line,column,code,")
        assert "serial_malformed,error" in text


def ended_there() -> bytes:
    """The rows of the world's registry file, each of them ended at its registry since."""
    reader = csv.DictReader(io.StringIO(ROWS.read_text("utf-8")))
    text = io.StringIO()
    writer = csv.DictWriter(text, reader.fieldnames or [])
    writer.writeheader()
    for row in reader:
        writer.writerow(row | {"Retirement/Cancellation Date": "2026-04-10"})
    return text.getvalue().encode()


def test_dropped_files_are_watched_against_each_other_and_the_ledger(
    chromium: Browser, demo: str
) -> None:
    with opened(chromium, f"{demo}/registry") as (page, _seen):
        expect(page.locator("main")).to_contain_text("keeps no mirror yet", timeout=WAIT_MS)
        drop(page, ROWS.read_bytes(), "units.csv")
        expect(page.locator("main")).to_contain_text("Nothing to watch", timeout=WAIT_MS)
        both = (("units (1).csv", ROWS.read_bytes()), ("ended.csv", ended_there()))
        files: list[FilePayload] = [
            {"name": name, "mimeType": "text/csv", "buffer": content} for name, content in both
        ]
        page.locator("input[type=file]").set_input_files(files)
        table = page.get_by_role("table", name="Watch list of these files")
        expect(table).to_contain_text("Locked numbers moved elsewhere", timeout=WAIT_MS)
        expect(table).to_contain_text("ended.csv: 1")
        expect(page.get_by_role("heading", name="units__1_.csv")).to_be_visible()
        page.get_by_label("Kind").select_option("same_project")
        expect(page.get_by_text("Nothing of this kind.")).to_be_visible()


def test_too_many_files_are_stopped_in_words_before_they_are_sent(
    chromium: Browser, demo: str
) -> None:
    with opened(chromium, f"{demo}/registry") as (page, seen):
        files: list[FilePayload] = [
            {"name": f"{number}.csv", "mimeType": "text/csv", "buffer": b"a"} for number in range(9)
        ]
        page.locator("input[type=file]").set_input_files(files)
        expect(page.get_by_role("alert")).to_contain_text("At most eight files", timeout=WAIT_MS)
        assert [url for url in seen.requests if "imports" in url] == []
