"""From a seat of the demo world to a certificate, as a visitor walks it, in Chromium."""

import re
import time

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browser import REPORTS, Seen

SEAT_MS = 45_000
COMMIT_MS = 30_000
PAUSE_MS = 2_000
WIDTHS = (360, 1440)


def take_seat(page: Page, name: str) -> None:
    """Press a seat until the demo, which may still be starting, gives it."""
    money = page.get_by_role("cell", name="CNY", exact=True)
    refused = page.locator("[data-refusal='door.busy']")
    end = time.monotonic() + SEAT_MS / 1000
    while time.monotonic() < end:
        page.get_by_role("button", name=name).click()
        expect(money.or_(refused)).to_be_visible(timeout=SEAT_MS)
        if money.is_visible():
            return
        page.wait_for_timeout(PAUSE_MS)
    raise AssertionError("the demo gave no seat")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_visitor_takes_a_seat_buys_and_retires(chromium: Browser, demo: str, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900})
    context.add_init_script(REPORTS)
    context.add_init_script('localStorage.setItem("ctn.settings", \'{"language":"en"}\')')
    page, seen = context.new_page(), Seen(demo)
    seen.watch(page)
    page.goto(f"{demo}/wallet/setup")
    take_seat(page, "Commuter")

    page.get_by_role("link", name="Retire", exact=True).click()
    page.get_by_label("Beneficiary", exact=True).fill("Walk & Sons")
    page.get_by_label("Message").fill("one tonne for the way")
    page.get_by_role("button", name="Buy and retire").click()
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("Retire tonnes of batch")
    expect(dialog).to_contain_text("This cannot be undone")
    dialog.get_by_role("button", name="Sign", exact=True).click()
    dialog.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.locator("[data-outcome=applied]")).to_be_visible(timeout=COMMIT_MS)
    page.get_by_role("button", name="Done").click()

    ended = page.locator("[data-certificate]")
    expect(ended).to_contain_text("Walk & Sons")
    expect(ended).to_contain_text(re.compile(r"CTN-VCS-\d{5}-\d{4}-001-\d+"))
    name = ended.get_attribute("data-certificate")
    facts = httpx.get(f"{demo}/api/v1/certificates/{name}").json()
    assert facts["grams"] == "1000000"
    assert facts["message"] == "one tonne for the way"
    assert httpx.get(f"{demo}/c/{name}").status_code == 200
    page.get_by_role("link", name="Wallet", exact=True).click()
    expect(page.get_by_role("link", name=name or "")).to_be_visible()
    assert page.locator("main").evaluate("main => main.scrollWidth - main.clientWidth") <= 0
    assert page.evaluate("window.policyReports") == []
    assert seen.elsewhere == []
    context.close()
