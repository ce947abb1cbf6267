"""What goes wrong on the reader's side ends in words that help, and nothing is lost or run."""

import datetime
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browser import REPORTS, Seen
from tests.web.test_application import WAIT_MS, opened

HTML = "<img src=x onerror=window.ran=1><script>window.ran=1</script>"
FORMS = (
    "/", "/trade/vcs1987.23-cny", "/projects", "/certificates", "/verify", "/serials/x", "/retire",
    "/wallet/setup", "/explorer",
)  # fmt: skip


def fill_all(page: Page) -> int:
    """Put markup into every text field that takes it, and press Enter in each."""
    fields = page.locator("input:not([type=file]):not([type=checkbox]):not([type=radio]), textarea")
    count = 0
    for place in range(fields.count()):
        field = fields.nth(place)
        if field.is_visible() and field.is_editable():
            field.fill(HTML)
            count += 1
    return count


@pytest.mark.parametrize("path", FORMS)
def test_markup_in_text_fields_stays_text(chromium: Browser, demo: str, path: str) -> None:
    with opened(chromium, demo + path) as (page, seen):
        expect(page.locator("h1")).to_be_visible(timeout=WAIT_MS)
        page.wait_for_timeout(500)
        assert fill_all(page) > 0
        page.locator("header input[type=search]").press("Enter")
        page.wait_for_timeout(500)
        assert page.evaluate("window.ran") is None
        assert page.locator("img").count() == 0
        # What a search or filter refuses, the browser notes as an answer of 400.
        seen.errors = [error for error in seen.errors if "status of 400" not in error]


def test_a_search_for_markup_is_answered_in_words(chromium: Browser, demo: str) -> None:
    with opened(chromium, f"{demo}/explorer?q=%3Cb%3Ex%3C%2Fb%3E") as (page, _seen):
        expect(page.get_by_text("Nothing found.")).to_be_visible(timeout=WAIT_MS)
        assert page.locator("main b").count() == 0


@pytest.mark.parametrize(("hours", "word"), [(3, "fast"), (-3, "slow")])
def test_a_clock_that_is_off_is_said(chromium: Browser, demo: str, hours: int, word: str) -> None:
    context = chromium.new_context()
    context.add_init_script(REPORTS)
    context.add_init_script('localStorage.setItem("ctn.settings", \'{"language":"en"}\')')
    page, seen = context.new_page(), Seen(demo)
    seen.watch(page)
    now = datetime.datetime.now(datetime.UTC)
    page.clock.set_system_time(now + datetime.timedelta(hours=hours))
    page.goto(demo + "/")
    # Some of the last minute passes while the page is opened.
    said = re.compile(f"Your clock is about 1(79|80) minutes {word}")
    expect(page.get_by_text(said)).to_be_visible(timeout=WAIT_MS)
    # Nothing was made in the future, whatever the clock says.
    expect(page.locator("main time").first).not_to_contain_text("in ")
    assert (seen.errors, page.evaluate("window.policyReports")) == ([], [])
    context.close()


def test_a_lost_socket_is_said_and_comes_back(chromium: Browser, demo: str) -> None:
    with opened(chromium, f"{demo}/trade/vcs1987.23-cny") as (page, seen):
        expect(page.locator("table").first).to_be_visible(timeout=WAIT_MS)
        lost = page.get_by_text("Reconnecting")
        expect(lost).to_be_hidden(timeout=WAIT_MS)
        page.context.set_offline(True)
        page.evaluate("window.dispatchEvent(new Event('offline'))")
        expect(page.get_by_text("No network. What was read stays")).to_be_visible(timeout=WAIT_MS)
        page.context.set_offline(False)
        expect(page.get_by_text("No network. What was read stays")).to_be_hidden(timeout=WAIT_MS)
        expect(lost).to_be_hidden(timeout=WAIT_MS)
        seen.errors = [error for error in seen.errors if "ERR_INTERNET" not in error]


def test_a_certificate_that_does_not_exist_is_said(chromium: Browser, demo: str) -> None:
    page = chromium.new_page()
    answer = page.goto(f"{demo}/c/r-{'0' * 24}")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading")).to_have_text("There is no such certificate.")
    expect(page.get_by_role("link", name="Find it by beneficiary")).to_be_visible()
    page.close()


def test_an_order_that_cannot_be_names_field_and_rule(chromium: Browser, demo: str) -> None:
    with opened(chromium, f"{demo}/trade/vcs1987.23-cny") as (page, _seen):
        expect(page.get_by_label("Quantity (t)")).to_be_visible(timeout=WAIT_MS)
        page.get_by_label("Quantity (t)").fill("1.5")
        page.get_by_label("Quantity (t)").press("Enter")
        expect(page.get_by_role("alert")).to_have_text("Must be a multiple of 1 t")
