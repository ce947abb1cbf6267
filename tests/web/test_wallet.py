"""The wallet in Chromium: keys stay in its worker, and what is signed is what was shown.

Every request with its body, every socket frame, every address and all storage is recorded, and
no seed word, key or password may be in any of it (reliability.md 4.3).
"""

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Request, Route, WebSocket, expect

from ctn.wallet import keystore
from tests.api.chains import address
from tests.web.wallets import PASSWORD, SENDING_MS, restore, seal, send, sign
from tests.web.words import PHRASE, key_of, root_of

RUN = 3  # so many words in a row are no accident
STORED = """async () => {
    const all = [document.cookie, location.href, JSON.stringify(history.state)];
    for (const store of [localStorage, sessionStorage]) all.push(JSON.stringify({...store}));
    for (const {name} of await indexedDB.databases()) {
        const base = await new Promise((done, failed) => {
            const asked = indexedDB.open(name);
            asked.onsuccess = () => done(asked.result);
            asked.onerror = () => failed(asked.error);
        });
        for (const store of base.objectStoreNames) {
            const rows = await new Promise((done) => {
                const asked = base.transaction(store).objectStore(store).getAll();
                asked.onsuccess = () => done(asked.result);
            });
            all.push(`${store}: ${JSON.stringify(rows)}`);
        }
        base.close();
    }
    for (const name of await caches.keys()) all.push(name);
    return all;
}"""


@dataclass
class Recorded:
    """Everything that left a page or was written by it."""

    texts: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note what a page sends."""
        page.on("request", self._request)
        page.on("websocket", self._socket)
        page.on("framenavigated", lambda frame: self.texts.append(frame.url))

    def store(self, page: Page) -> str:
        """Note what a page holds in its storage now, and give it."""
        found: list[str] = page.evaluate(STORED)
        self.texts += found
        return "\n".join(found)

    def holds(self, secret: str) -> bool:
        """Whether a secret is in anything that was recorded."""
        return any(secret in text for text in self.texts)

    def _request(self, request: Request) -> None:
        self.texts.append(f"{request.url} {json.dumps(request.headers)} {request.post_data or ''}")

    def _socket(self, socket: WebSocket) -> None:
        self.texts.append(socket.url)
        socket.on("framesent", lambda data: self.texts.append(str(data)))


def secrets_of(phrase: str) -> list[str]:
    """All forms in which words and keys could show themselves."""
    words = phrase.split()
    runs = [words[place : place + RUN] for place in range(len(words) - RUN + 1)]
    found = [separator.join(run) for run in runs for separator in (" ", "", ",", '","', "%20", "+")]
    seed = key_of(phrase).seed
    for secret in (root_of(phrase), root_of(phrase)[:32], seed):
        plain = base64.b64encode(secret).decode().rstrip("=")
        whole = list(secret)
        found += [secret.hex(), secret.hex().upper(), plain, plain.translate({43: "-", 47: "_"})]
        found += [json.dumps(whole), json.dumps(whole, separators=(",", ":"))]
    return [*found, PASSWORD, PASSWORD.replace(" ", "%20"), PASSWORD.replace(" ", "+")]


def test_no_seed_word_no_key_and_no_password_leaves_the_page(page: Page, ledger: str) -> None:
    recorded = Recorded()
    recorded.watch(page)
    restore(page, ledger)
    recorded.store(page)
    send(page, "1", address("bob"))
    sign(page)
    expect(page.locator("[data-outcome=applied]")).to_be_visible(timeout=SENDING_MS)
    page.get_by_role("button", name="Done").click()
    recorded.store(page)
    page.get_by_role("link", name="Security and backup").click()
    with page.expect_download() as saved:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Export keystore").click()
    file = Path(saved.value.path()).read_text("utf-8")
    page.get_by_role("button", name="Lock", exact=True).click()
    recorded.store(page)

    assert keystore.open_keystore(file, PASSWORD)[0].seed == key_of(PHRASE).seed
    recorded.texts.append(file)
    assert recorded.holds(key_of(PHRASE).address)  # what is recorded is what the wallet sent
    assert [secret for secret in secrets_of(PHRASE) if recorded.holds(secret)] == []


def test_what_is_shown_is_the_body_that_the_ledger_executed(page: Page, ledger: str) -> None:
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/api/v1/transactions"):
            sent.append(json.loads(request.post_data or "{}")["tx"])

    page.on("request", note)
    restore(page, ledger)
    send(page, "2.5", address("carol"))
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("Send 2.50 CNY to")
    expect(dialog).to_contain_text(address("carol"))
    expect(dialog).to_contain_text("First time for this account")
    dialog.locator("summary").click()
    shown = dialog.get_by_test_id("raw-body").inner_text()
    sign(page)
    expect(page.locator("[data-outcome=applied]")).to_be_visible(timeout=SENDING_MS)

    (envelope,) = [base64.b64decode(text) for text in sent]
    assert envelope[5 : 5 + int.from_bytes(envelope[1:5], "big")] == shown.encode()
    assert json.loads(shown)["ops"][0]["amount"] == 25_000


def test_nothing_is_signed_by_enter_or_by_one_press(page: Page, ledger: str) -> None:
    restore(page, ledger)
    send(page, "1", address("alice"))
    dialog = page.locator("dialog")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_label("Password").press("Enter")
    expect(dialog.get_by_role("button", name="Sign", exact=True)).to_be_visible()
    dialog.get_by_role("button", name="Sign", exact=True).click()
    expect(dialog.get_by_role("button", name="Confirm", exact=True)).to_be_visible()
    assert page.locator("[data-outcome]").count() == 0
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_wrong_password_signs_nothing_and_says_what_helps(page: Page, ledger: str) -> None:
    restore(page, ledger)
    send(page, "1", address("alice"))
    sign(page, "another password")
    expect(page.locator("[data-fault=unreadable]")).to_contain_text("restore from your words")
    sign(page)
    expect(page.locator("[data-outcome=applied]")).to_be_visible(timeout=SENDING_MS)


def test_a_reload_locks_the_wallet_and_the_password_opens_it(page: Page, ledger: str) -> None:
    restore(page, ledger)
    page.reload()
    page.get_by_label("Password").fill("another password")
    page.get_by_role("button", name="Unlock").click()
    expect(page.locator("[data-fault=unreadable]")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("button", name="Lock", exact=True)).to_be_visible()


def test_new_words_are_shown_once_and_three_are_asked_back(page: Page, ledger: str) -> None:
    recorded = Recorded()
    recorded.watch(page)
    page.goto(f"{ledger}/wallet/setup")
    page.get_by_role("button", name="Create").click()
    listed = page.get_by_test_id("words").locator("li")
    expect(listed).to_have_count(24)
    words = listed.all_inner_texts()
    page.get_by_role("button", name="Written down").click()
    for box in page.locator("input[data-place]").all():
        box.fill("zoo" if words[int(place_of(box))] != "zoo" else "zone")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_text("Not right")).to_be_visible()
    for box in page.locator("input[data-place]").all():
        box.fill(words[int(place_of(box))])
    page.get_by_role("button", name="Check", exact=True).click()
    seal(page, "Seal and keep")
    made = key_of(" ".join(words)).address
    expect(page.get_by_test_id("account")).to_have_text(made)
    expect(page.get_by_text("The backup was not checked")).to_have_count(0)
    stored = recorded.store(page)
    assert made in stored
    assert [secret for secret in secrets_of(" ".join(words)) if recorded.holds(secret)] == []


def test_until_the_words_came_back_a_banner_stays(page: Page, ledger: str) -> None:
    page.goto(f"{ledger}/wallet/setup")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Written down").click()
    page.get_by_role("button", name="Check later").click()
    seal(page, "Seal and keep")
    expect(page.get_by_text("The backup was not checked")).to_be_visible()
    page.reload()
    expect(page.get_by_text("The backup was not checked")).to_be_visible()


def place_of(box: Any) -> str:
    """Which word an input asks for, from 0."""
    place = box.get_attribute("data-place")
    assert place is not None
    return str(place)


def test_what_did_not_arrive_is_offered_again_as_the_same_envelope(page: Page, ledger: str) -> None:
    offered: list[str] = []

    def cut(route: Route) -> None:
        offered.append(json.loads(route.request.post_data or "{}")["tx"])
        if len(offered) == 1:
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/transactions", cut)
    restore(page, ledger)
    send(page, "1", address("bob"))
    sign(page)
    expect(page.locator("[data-outcome=unreached]")).to_contain_text("did not arrive")
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="My transactions", exact=True).last.click()
    page.get_by_role("button", name="Offer again").click()
    expect(page.locator("[data-status=applied]")).to_be_visible(timeout=SENDING_MS)
    first, second = offered
    assert first == second


def test_two_tabs_never_write_one_sequence(page: Page, ledger: str) -> None:
    restore(page, ledger)
    send(page, "1", address("bob"))
    other = page.context.new_page()
    other.goto(f"{ledger}/wallet")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Unlock").click()
    other.get_by_role("button", name="Send", exact=True).click()
    other.get_by_label("Amount").fill("2")
    other.get_by_label("To", exact=True).fill(address("bob"))
    other.get_by_role("button", name="Send", exact=True).last.click()
    expect(other.locator("dialog")).to_contain_text("Another tab is signing")
    page.get_by_role("button", name="Do not sign").click()
    other.get_by_role("button", name="Try again").click()
    expect(other.locator("dialog")).to_contain_text("Send 2.00 CNY to")
