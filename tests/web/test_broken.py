"""A transaction that the ledger does not take ends in words that help, and nothing is lost."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from ctn.client.http import Client
from ctn.modules.assets.transfer import Transfer
from tests.api.chains import CNY, address
from tests.web.browser import Seen
from tests.web.wallets import SENDING_MS, restore, send, sign
from tests.web.words import PHRASE, key_of


def refused_in_words(page: Page, name: str) -> Any:
    """The note of a refusal under its stable name, once the page shows it."""
    expect(page.locator("[data-outcome=refused]")).to_be_visible(timeout=SENDING_MS)
    note = page.locator(f"[data-refusal='{name}']")
    expect(note).to_contain_text(name)
    return note


def test_what_the_ledger_refuses_ends_in_words_and_is_composed_anew(
    page: Page, ledger: str
) -> None:
    restore(page, ledger)
    send(page, "1", address("bob"))
    with Client(ledger) as client:
        client.submit([Transfer("cny", CNY, address("carol"))], key_of(PHRASE))
    sign(page)
    note = refused_in_words(page, "kernel.SequenceUsed")
    expect(note).to_contain_text("compose it anew")
    expect(page.locator("dialog")).to_contain_text("It entered no block and cost nothing.")
    page.get_by_role("button", name="Compose anew").click()
    sign(page)
    expect(page.locator("[data-outcome=applied]")).to_be_visible(timeout=SENDING_MS)


BREAKS: dict[str, tuple[str, str, Callable[[bytes], bytes]]] = {
    "signature": ("BadSignature", "", lambda sent: sent[:-1] + bytes([sent[-1] ^ 1])),
    "amount": ("BadSignature", "", lambda sent: sent.replace(b'"amount":10000', b'"amount":90000')),
    "field": ("Malformed", "field: ", lambda sent: sent.replace(b'"memo"', b'"mem0"')),
    "end": ("Malformed", "field: ", lambda sent: sent[:-1]),
    "order": (
        "NotCanonical", "",
        lambda sent: re.sub(rb'("amount":\d+),("payer":null)', rb"\2,\1", sent),
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", BREAKS)
def test_bytes_that_changed_after_signing_are_refused_and_nothing_is_lost(
    page: Page, ledger: str, place: str
) -> None:
    code, facts, breaks = BREAKS[place]
    offered: list[bytes] = []

    def alter(route: Route) -> None:
        sent = base64.b64decode(json.loads(route.request.post_data or "{}")["tx"])
        offered.append(sent)
        if len(offered) > 1:
            route.continue_()
            return
        changed = breaks(sent)
        assert changed != sent
        body = {"tx": base64.b64encode(changed).decode(), "wait": "commit"}
        route.continue_(post_data=json.dumps(body))

    seen = Seen(ledger)
    seen.watch(page)
    page.route("**/api/v1/transactions", alter)
    restore(page, ledger)
    before = balance(ledger)
    send(page, "1", address("bob"))
    sign(page)

    note = refused_in_words(page, f"kernel.{code}")
    expect(note).to_contain_text(facts)
    expect(note).to_contain_text("something on the way changed them")
    expect(page.locator("dialog")).to_contain_text("It entered no block and cost nothing.")
    expect(page.get_by_role("link", name="See the transaction")).to_have_count(0)
    assert balance(ledger) == before
    # The same operations again, without typing anything anew.
    page.get_by_role("button", name="Compose anew").click()
    expect(page.locator("dialog")).to_contain_text("Send 1.00 CNY to")
    sign(page)
    expect(page.locator("[data-outcome=applied]")).to_be_visible(timeout=SENDING_MS)
    assert before - 2 * CNY < balance(ledger) < before
    assert len(offered) == 2
    page.get_by_role("link", name="See the transaction").click()
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", name="Transaction")).to_be_visible()
    # That the platform answered by a refusal, the browser itself notes; the page reports nothing.
    assert [error for error in seen.errors if "status of 4" not in error] == []


def balance(ledger: str) -> int:
    """What the owner of the known words has, in base units of CNY."""
    found = httpx.get(f"{ledger}/api/v1/accounts/{key_of(PHRASE).address}").json()
    return sum(int(row["amount"]) for row in found["balances"] if row["asset"] == "cny")
