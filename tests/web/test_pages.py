"""The developer pages in Chromium, with every outside host refused."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browser import REPORTS, Seen

WIDTHS = (360, 1440)
EDITOR_MS = 800  # GraphiQL reads its editor half a second after the last change
TABS = ("Market", "Batch", "Certificate", "Proof", "Frames", "Submit")


@contextmanager
def opened(browser: Browser, address: str, *, width: int = 1440) -> Iterator[tuple[Page, Seen]]:
    """A page in a fresh profile, and what it saw; no policy report may be left behind."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_init_script(REPORTS)
    page, seen = context.new_page(), Seen(address)
    seen.watch(page)
    page.goto(address)
    yield page, seen
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.policyReports") == []
    assert seen.elsewhere == []
    assert seen.errors == []
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_swagger_ui_shows_the_contract(chromium: Browser, origin: str, width: int) -> None:
    contract = httpx.get(f"{origin}/openapi.json").json()
    operations = sum(len(methods) for methods in contract["paths"].values())
    with opened(chromium, f"{origin}/developer/rest", width=width) as (page, _seen):
        expect(page.locator(".opblock")).to_have_count(operations)
        expect(page.locator(".info .title")).to_contain_text("CTN")


def test_swagger_ui_asks_the_platform_that_serves_it(chromium: Browser, origin: str) -> None:
    with opened(chromium, f"{origin}/developer/rest") as (page, _seen):
        page.locator("#operations-default-status_api_v1_status_get").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        answer = page.locator(".live-responses-table .response")
        expect(answer.locator(".response-col_status")).to_have_text("200")
        expect(answer).to_contain_text("ctn-test")


@pytest.fixture(scope="module")
def graphiql(demo: str) -> str:
    """The address of GraphiQL over the demo, whose market the examples ask for."""
    return f"{demo}/graphiql"


@pytest.mark.parametrize("width", WIDTHS)
def test_graphiql_opens_with_the_six_examples(chromium: Browser, graphiql: str, width: int) -> None:
    with opened(chromium, graphiql, width=width) as (page, _seen):
        for title in TABS:
            expect(page.get_by_role("tab", name=title)).to_be_attached()
        expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("query")
        expect(page.locator(".graphiql-editor-tool .view-lines").first).to_contain_text("{")


@pytest.mark.parametrize("title", TABS)
def test_every_example_is_answered_with_data(chromium: Browser, graphiql: str, title: str) -> None:
    with opened(chromium, graphiql) as (page, _seen):
        # The editor takes its first text after the tabs are there; a tab chosen before is undone.
        editor = page.locator(".graphiql-query-editor .view-lines")
        expect(editor).to_contain_text("query")
        page.wait_for_timeout(EDITOR_MS)
        page.get_by_role("tab", name=title).click()
        expect(editor).to_contain_text(title)
        page.wait_for_timeout(EDITOR_MS)
        page.get_by_role("button", name="Execute query").click()
        expect(page.locator(".graphiql-response .view-lines")).to_contain_text('"data"')


def test_graphiql_draws_chinese_on_a_device_without_a_chinese_font(
    chromium: Browser, origin: str
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{origin}/graphiql")
    asked = "document.fonts.load('15px \"Noto Sans SC\"', '\u8bc1').then((found) => found.length)"
    assert page.evaluate(asked) == 1
    context.close()
