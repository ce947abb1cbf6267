"""Every page of the application in Chromium: both languages, phone and desktop, both themes.

A page may leave no error in the console, no report of the policy, no request to another host, no
serious fault of accessibility (axe), and may not be wider than its window.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browser import REPORTS, Seen
from tests.web.conftest import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (360, 1440)
LANGUAGES = {"zh-CN": "light", "en": "dark"}
WAIT_MS = 15_000
SERIOUS = ("serious", "critical")
PAGES = (
    "/", "/trade/{instrument}", "/projects", "/projects/{project}", "/batches/{batch}",
    "/serials/{serial}", "/certificates", "/verify", "/registry", "/retire", "/wallet",
    "/wallet/setup", "/explorer", "/explorer/blocks/26", "/explorer/transactions/{tx}",
    "/explorer/accounts/{account}", "/explorer/supply", "/developer", "/stake",
    "/stake/{operator}", "/governance", "/governance/{number}", "/freezes", "/wallet/security",
    "/wallet/signing",
)  # fmt: skip


@pytest.fixture(scope="module")
def places(demo: str) -> dict[str, str]:
    """What stands in the addresses: the first of each kind."""

    def first(path: str) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{demo}/api/v1{path}").json()["items"][0]
        return found

    certificate = first("/certificates?limit=1")
    batch = certificate["batch"]
    start = certificate["parts"][0]["start"]
    return {
        "instrument": first("/instruments?limit=1")["id"], "batch": batch,
        "project": batch.rsplit("-", 2)[0], "serial": f"CTN-{batch.upper()}-{start}-{start}",
        "tx": certificate["tx"], "account": certificate["holder"],
        "certificate": certificate["id"],
        "operator": first("/stake/validators?limit=1")["operator"],
        "number": first("/proposals?limit=1")["number"],
    }  # fmt: skip


@contextmanager
def opened(
    browser: Browser, address: str, *, width: int = 1440, language: str = "en"
) -> Iterator[tuple[Page, Seen]]:
    """A page in a fresh profile, and what it saw."""
    settings = {"language": language, "theme": LANGUAGES[language]}
    context = browser.new_context(
        viewport={"width": width, "height": 900}, reduced_motion="reduce", bypass_csp=False
    )
    context.add_init_script(REPORTS)
    context.add_init_script(f"localStorage.setItem('ctn.settings', '{json.dumps(settings)}')")
    page, seen = context.new_page(), Seen(address)
    seen.watch(page)
    page.goto(address)
    yield page, seen
    assert page.evaluate("window.policyReports") == []
    assert seen.elsewhere == []
    assert seen.errors == []
    context.close()


def faults(page: Page) -> list[str]:
    """The serious faults of accessibility that axe finds, each with its first element."""
    # Evaluated outside of the page's policy, which rightly admits no such script.
    page.evaluate(Path(AXE).read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{row['id']}: {row['nodes'][0]['html'][:200]}"
        for row in found
        if row["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(
    chromium: Browser, demo: str, places: dict[str, str], path: str, language: str, width: int
) -> None:
    address = demo + path.format(**places)
    with opened(chromium, address, width=width, language=language) as (page, _seen):
        expect(page.locator("h1")).to_be_visible(timeout=WAIT_MS)
        expect(page.locator("main [role=status][aria-label]")).to_have_count(0, timeout=WAIT_MS)
        assert page.evaluate("document.documentElement.lang") == language
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert faults(page) == []


def test_a_certificate_stands_without_scripts(
    chromium: Browser, demo: str, places: dict[str, str]
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo}/c/{places['certificate']}")
    expect(page.locator("body")).to_contain_text(places["certificate"])
    context.close()


def test_the_board_moves(chromium: Browser, demo: str) -> None:
    with opened(chromium, demo + "/") as (page, _seen):
        height = page.locator("dd a[href^='/explorer/blocks/']")
        before = height.inner_text(timeout=WAIT_MS)
        expect(height).not_to_have_text(before, timeout=WAIT_MS)


def test_an_address_that_no_page_has_is_said(chromium: Browser, demo: str) -> None:
    assert httpx.get(f"{demo}/nothing").status_code == 404
    with opened(chromium, f"{demo}/batches/nothing") as (page, seen):
        expect(page.get_by_role("alert")).to_contain_text("not_found", timeout=WAIT_MS)
        # The browser itself notes an answer of 404 in its console.
        seen.errors = [error for error in seen.errors if "404" not in error]


def test_a_serial_that_no_grammar_knows_is_said_in_words_that_help(
    chromium: Browser, demo: str
) -> None:
    with opened(chromium, f"{demo}/serials/%3Cb%3Enonsense%3C%2Fb%3E") as (page, seen):
        expect(page.locator("main")).to_contain_text("No known spelling fits it", timeout=WAIT_MS)
        assert page.locator("main b").count() == 0
        seen.errors = [error for error in seen.errors if "400" not in error]


def test_a_lost_network_is_said_and_what_was_read_stays(chromium: Browser, demo: str) -> None:
    with opened(chromium, demo + "/") as (page, seen):
        expect(page.locator("table tbody tr").first).to_be_visible(timeout=WAIT_MS)
        page.context.set_offline(True)
        expect(page.get_by_text("No network. What was read stays")).to_be_visible(timeout=WAIT_MS)
        assert page.locator("table tbody tr").count() > 0
        page.context.set_offline(False)
        expect(page.get_by_text("No network. What was read stays")).to_be_hidden(timeout=WAIT_MS)
        seen.errors = [error for error in seen.errors if "ERR_INTERNET" not in error]


def test_a_file_of_a_registry_is_read_by_row_and_rule(chromium: Browser, demo: str) -> None:
    rows = (ROOT / "ctn" / "demo" / "verra_units.csv").read_text("utf-8")
    damaged = rows.replace("-VCS-VCU-262-", "-VCSVCU-262-", 1)
    with opened(chromium, f"{demo}/registry") as (page, _seen):
        file = {"name": "units.csv", "mimeType": "text/csv", "buffer": damaged.encode()}
        page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
        expect(page.locator("main")).to_contain_text("verra.units", timeout=WAIT_MS)
        found = page.get_by_role("table", name="Defects")
        expect(found).to_contain_text("Serial malformed", timeout=WAIT_MS)


def test_a_file_of_another_kind_is_refused_in_words(chromium: Browser, demo: str) -> None:
    with opened(chromium, f"{demo}/registry") as (page, seen):
        file = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"}
        page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
        expect(page.get_by_role("alert")).to_contain_text("layout_unknown", timeout=WAIT_MS)
        seen.errors = [error for error in seen.errors if "status of 4" not in error]


def test_a_proof_is_verified_in_the_page_and_a_flipped_sign_fails(
    chromium: Browser, demo: str, places: dict[str, str]
) -> None:
    proof = httpx.get(f"{demo}/api/v1/certificates/{places['certificate']}.proof.json").content
    with opened(chromium, f"{demo}/verify") as (page, _seen):
        page.get_by_role("button", name="Trust this node's key").click()
        expect(page.get_by_label("Block maker's key")).not_to_be_empty(timeout=WAIT_MS)
        for content, word in ((proof, "Valid"), (proof.replace(b"retired", b"Retired"), "Invalid")):
            file = {"name": "a.proof.json", "mimeType": "application/json", "buffer": content}
            page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
            expect(page.get_by_text(word, exact=True)).to_be_visible(timeout=WAIT_MS)


def test_a_read_model_that_is_not_there_yet_is_said(chromium: Browser, demo: str) -> None:
    problem = {"errors": [{"message": "", "extensions": {"code": "behind", "module": "door"}}]}
    with opened(chromium, f"{demo}/verify") as (page, _seen):
        answer = json.dumps(problem)
        page.route("**/graphql", lambda route: route.fulfill(status=200, body=answer))
        page.get_by_role("link", name="Explorer").click()
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("The read model is not there yet", timeout=WAIT_MS)
        expect(alert).to_contain_text("door.behind")
        page.unroute("**/graphql")
        alert.get_by_role("button", name="Try again").click()
        expect(page.get_by_text("Latest blocks").first).to_be_visible(timeout=WAIT_MS)


def test_a_seat_is_taken_and_an_order_signed_by_keyboard_alone(
    chromium: Browser, demo: str
) -> None:
    with opened(chromium, demo + "/") as (page, _seen):
        page.get_by_role("button", name="Visitor").focus()
        page.keyboard.press("Space")
        expect(page.get_by_text("You have a seat")).to_be_visible(timeout=WAIT_MS)
        page.get_by_role("link", name="vcs1987.23-cny").focus()
        page.keyboard.press("Enter")
        quantity = page.get_by_label("Quantity (t)")
        expect(quantity).to_be_visible(timeout=WAIT_MS)
        quantity.focus()
        page.keyboard.press("Enter")
        sign = page.locator("dialog").get_by_role("button", name="Sign", exact=True)
        expect(sign).to_be_enabled(timeout=WAIT_MS)
        sign.focus()
        page.keyboard.press("Space")
        expect(page.locator("[data-outcome=applied]")).to_be_visible(timeout=WAIT_MS)
        page.keyboard.press("Escape")
        page.get_by_role("tab", name="Fills").click()
        expect(page.get_by_role("table", name="Fills")).to_contain_text("Buy", timeout=WAIT_MS)
