"""Two owners of one account sign in the room; nobody else gets in, and nothing secret is kept."""

import json
import re
from collections.abc import Callable, Iterator

import httpx
import msgspec
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response, Route, expect

from ctn.kernel.account import multisig_address
from ctn.kernel.genesis import Genesis
from ctn.modules.accounts.records import PERSON, Guard
from tests.api.chains import CNY, FOREVER, address, genesis
from tests.web.browser import REPORTS, Seen
from tests.web.conftest import served
from tests.web.test_application import faults
from tests.web.test_wallet import Recorded, secrets_of
from tests.web.wallets import PASSWORD, restore, send, sign
from tests.web.words import PHRASE, key_of

# Words of published vectors of BIP-39.
ANN = PHRASE
BEN = "letter advice cage absurd amount doctor acoustic avoid " * 2 + (
    "letter advice cage absurd amount doctor acoustic bless"
)
ZOE = "zoo " * 23 + "vote"
SHARED = multisig_address(key_of(ANN).address, 0, 0)
COMMIT_MS = 30_000
WAIT_MS = 15_000
PHONE = 360

Visitor = Callable[[str], Page]


def founding() -> Genesis:
    """The chain of the doors; both owners and the account that Ann opens first hold money."""
    base = genesis()
    holders = {key_of(ANN).address: 100 * CNY, key_of(BEN).address: 100 * CNY, SHARED: 50 * CNY}
    records = [row for row in base.records if row[:2] != ("balance", "issued:cny/cny")]
    issued = sum(row[2] for row in records if row[0] == "balance" and row[1].endswith("/cny"))
    for holder, held in holders.items():
        records.append(("guard", holder, Guard(False, (), (), 0, PERSON, FOREVER)))
        records.append(("balance", f"{holder}/cny", held))
    records.append(("balance", "issued:cny/cny", -issued - sum(holders.values())))
    records.sort(key=lambda row: (row[0], row[1]))
    return msgspec.structs.replace(base, records=records)


@pytest.fixture(name="ledger")
def _ledger() -> Iterator[str]:
    """The platform over a fresh chain, since the address of a shared account follows its maker."""
    with served(founding()) as found:
        yield found


@pytest.fixture(name="visit")
def _visit(chromium: Browser, ledger: str) -> Iterator[Visitor]:
    """Opens a profile of its own with a wallet of known words, on the page of the room."""
    opened: list[tuple[BrowserContext, Page, Seen]] = []

    def visit(phrase: str) -> Page:
        context = chromium.new_context(viewport={"width": 1440, "height": 1000})
        context.add_init_script(REPORTS)
        context.add_init_script('localStorage.setItem("ctn.settings", \'{"language":"en"}\')')
        page, seen = context.new_page(), Seen(ledger)
        seen.watch(page)
        opened.append((context, page, seen))
        restore(page, ledger, phrase)
        page.get_by_role("link", name="Signing room").first.click()
        expect(page.get_by_role("heading", name="Signing room")).to_be_visible()
        return page

    yield visit
    for context, page, seen in opened:
        assert page.evaluate("window.policyReports") == []
        assert seen.elsewhere == []
        context.close()


def key_in_hex(phrase: str) -> str:
    """The public key of known words."""
    return key_of(phrase).public.hex()


def open_shared(page: Page, *phrases: str) -> str:
    """Open an account of two keys at least, two of which sign; its address."""
    keys = page.get_by_label("Public keys of the signers")
    expect(keys).to_have_value(re.compile(key_in_hex(ANN)))
    keys.fill("\n".join([key_in_hex(phrase) for phrase in phrases]))
    page.get_by_role("button", name="Open the account").click()
    dialog = page.locator("dialog")
    for phrase in phrases:
        expect(dialog).to_contain_text(key_in_hex(phrase), timeout=WAIT_MS)
    dialog.get_by_role("button", name="Sign", exact=True).click()
    expect(dialog.locator("[data-outcome=applied]")).to_be_visible(timeout=COMMIT_MS)
    dialog.get_by_role("button", name="Done").click()
    found = page.get_by_test_id("opened").inner_text()
    expect(page.locator(f"[data-account={found}]")).to_be_visible()
    return found


def act_for(page: Page, account: str) -> None:
    """Choose a shared account in the list of the room."""
    page.locator(f"[data-account={account}]").get_by_role("button", name="Act for it").click()
    expect(page.locator(f"header a[href='/wallet'][title={account}]")).to_be_visible()


def add_shared(page: Page, account: str) -> None:
    """Type the address of a shared account into the form."""
    page.get_by_label("Add an account that is open").fill(account)
    page.get_by_role("button", name="Add", exact=True).click()


def put_up(page: Page, amount: str, target: str) -> None:
    """Compose a transfer of the shared account, and sign it first."""
    page.get_by_role("link", name="Wallet", exact=True).first.click()
    send(page, amount, target)
    expect(page.locator("dialog")).to_contain_text("Signature 1 of 2")
    sign(page)
    expect(page.locator("[data-outcome=waiting]")).to_contain_text(
        "weight 1 of 2", timeout=COMMIT_MS
    )
    page.get_by_role("link", name="Open the signing room").click()


def waiting(page: Page) -> Locator:
    """What waits in the room."""
    return page.locator("[data-item]")


def balance(ledger: str, account: str) -> int:
    """The money of an account."""
    rows = httpx.get(f"{ledger}/api/v1/accounts/{account}").json()["balances"]
    return sum(int(row["amount"]) for row in rows if row["asset"] == "cny")


def test_two_signers_send_what_neither_sends_alone(visit: Visitor, ledger: str) -> None:
    ann = visit(ANN)
    shared = open_shared(ann, ANN, BEN)
    assert shared == SHARED
    act_for(ann, shared)
    put_up(ann, "12.5", address("carol"))
    expect(waiting(ann)).to_contain_text("Send 12.50 CNY to")
    expect(waiting(ann)).to_contain_text("weight 1 of 2")
    expect(ann.get_by_role("banner")).to_contain_text("Signing room (1)")
    expect(waiting(ann).get_by_role("button", name="Read and sign")).to_have_count(0)
    before = balance(ledger, address("carol"))

    ben = visit(BEN)
    add_shared(ben, shared)
    act_for(ben, shared)
    expect(waiting(ben)).to_contain_text("Send 12.50 CNY to", timeout=WAIT_MS)
    expect(waiting(ben)).to_contain_text(address("carol"))
    expect(waiting(ben).get_by_role("row").filter(has_text="you")).to_contain_text("not yet")
    waiting(ben).get_by_role("button", name="Read and sign").click()
    dialog = ben.locator("dialog")
    expect(dialog).to_contain_text("Signature 2 of 2", timeout=WAIT_MS)
    expect(dialog.get_by_role("table", name="My balances")).to_contain_text("37.498 CNY")
    sign(ben)
    expect(ben.locator("[data-outcome=waiting]")).to_contain_text("can be sent", timeout=COMMIT_MS)
    dialog.get_by_role("button", name="Send it now").click()
    expect(ben.locator("[data-outcome=applied]")).to_be_visible(timeout=COMMIT_MS)
    dialog.get_by_role("button", name="Done").click()

    for page in (ann, ben):
        expect(page.locator("[data-gone=applied]")).to_be_visible(timeout=COMMIT_MS)
        expect(page.locator("main")).to_contain_text("Nothing waits.")
    assert balance(ledger, address("carol")) - before == 12.5 * CNY


def test_a_key_that_is_no_signer_is_refused(visit: Visitor) -> None:
    ann = visit(ANN)
    shared = open_shared(ann, ANN, BEN)
    zoe = visit(ZOE)
    add_shared(zoe, shared)
    expect(zoe.locator("[data-fault=not_signer]")).to_contain_text("no signer of that account")
    add_shared(zoe, address("nobody"))
    expect(zoe.locator("[data-fault=not_opened]")).to_be_visible()
    add_shared(zoe, key_of(ZOE).address)
    expect(zoe.locator("[data-fault=own_account]")).to_be_visible()
    expect(zoe.locator("[data-account]")).to_have_count(1)
    # A list that somebody else wrote into this browser opens no room either.
    kept = {"own": key_of(ZOE).address, "shared": [shared], "chosen": shared}
    zoe.evaluate("kept => localStorage.setItem('ctn.accounts', kept)", json.dumps(kept))
    zoe.reload()
    unlock(zoe)
    expect(zoe.locator("main")).to_contain_text("door.not_signer", timeout=WAIT_MS)
    zoe.get_by_role("link", name="Wallet", exact=True).first.click()
    zoe.get_by_role("button", name="Send", exact=True).first.click()
    zoe.get_by_label("Amount").fill("1")
    zoe.get_by_label("To", exact=True).fill(address("carol"))
    zoe.get_by_role("button", name="Send", exact=True).last.click()
    dialog = zoe.locator("dialog")
    expect(dialog).to_contain_text("is no signer of this account", timeout=WAIT_MS)
    expect(dialog.get_by_role("button", name="Sign", exact=True)).to_have_count(0)


def unlock(page: Page) -> None:
    """Open the wallet that a reload has locked."""
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Unlock").click()


def test_neither_token_nor_key_is_kept_or_in_an_address(visit: Visitor, ledger: str) -> None:
    tokens: list[str] = []

    def note(response: Response) -> None:
        if response.url.startswith(f"{ledger}/api/v1/session") and response.ok:
            tokens.append(str(response.json().get("token", "")))

    recorded = Recorded()
    ann = visit(ANN)
    recorded.watch(ann)
    ann.on("response", note)
    seen = Seen(ledger)
    seen.watch(ann)
    shared = open_shared(ann, ANN, BEN)
    act_for(ann, shared)
    put_up(ann, "1", address("carol"))
    expect(waiting(ann)).to_be_visible()
    stored = recorded.store(ann)
    given = [token for token in tokens if token]
    assert len(given) == 1  # one login for all that was asked
    assert shared in stored
    assert given[0] not in stored
    assert [url for url in seen.requests if given[0] in url] == []
    assert [secret for secret in secrets_of(ANN) if recorded.holds(secret)] == []

    assert [(row["name"], row["httpOnly"], row["path"]) for row in ann.context.cookies()] == [
        ("ctn_session", True, "/api/v1/session")
    ]
    headers = {"Authorization": f"Bearer {given[0]}"}
    assert httpx.get(f"{ledger}/api/v1/pending", headers=headers).status_code == 200
    ann.get_by_label("Acting for").select_option(label="Own account")
    expect(ann.locator("main")).to_contain_text("One key alone signs for this account")
    assert httpx.get(f"{ledger}/api/v1/pending", headers=headers).status_code == 401
    assert ann.context.cookies() == []


def test_the_choice_outlives_a_reload_and_a_locked_wallet_shows_nothing(visit: Visitor) -> None:
    ann = visit(ANN)
    shared = open_shared(ann, ANN, BEN)
    ann.get_by_label("Acting for").focus()
    ann.keyboard.press("ArrowDown")
    expect(ann.locator(f"header a[href='/wallet'][title={shared}]")).to_be_visible()
    put_up(ann, "1", address("carol"))
    expect(waiting(ann)).to_have_count(1)
    ann.reload()
    expect(ann.locator(f"header a[href='/wallet'][title={shared}]")).to_be_visible()
    expect(ann.locator("main")).to_contain_text("once unlocked, the key logs in")
    expect(waiting(ann)).to_have_count(0)
    unlock(ann)
    expect(waiting(ann)).to_have_count(1, timeout=WAIT_MS)
    ann.get_by_role("link", name="Wallet", exact=True).first.click()
    ann.get_by_role("link", name="Security and backup").click()
    expect(ann.locator("main")).to_contain_text(key_of(ANN).address)
    ann.get_by_role("button", name="Remove from this browser").click()
    ann.get_by_role("button", name="Remove it").click()
    expect(ann.get_by_role("button", name="Restore from words")).to_be_visible()
    assert shared not in "".join(ann.evaluate("Object.values({...localStorage})"))


def test_what_one_signer_may_do_alone_is_sent_at_once(visit: Visitor, ledger: str) -> None:
    ann = visit(ANN)
    shared = open_shared(ann, ANN, BEN)
    act_for(ann, shared)
    put_up(ann, "1", address("carol"))
    ann.get_by_role("link", name="Wallet", exact=True).first.click()
    ann.get_by_role("link", name="Account security").click()
    expect(ann.get_by_role("table", name="Keys that sign")).to_contain_text(key_in_hex(BEN))
    ann.get_by_role("button", name="Lock at once").click()
    dialog = ann.locator("dialog")
    expect(dialog).to_contain_text("Your signature is enough", timeout=WAIT_MS)
    # The transfer that waits has the same sequence, and there is but one of it.
    expect(dialog).to_contain_text("that one lapses")
    dialog.get_by_role("button", name="Sign", exact=True).click()
    dialog.get_by_role("button", name="Confirm", exact=True).click()
    expect(dialog.locator("[data-outcome=applied]")).to_be_visible(timeout=COMMIT_MS)
    dialog.get_by_role("button", name="Done").click()
    expect(ann.locator("main")).to_contain_text("The account is locked", timeout=COMMIT_MS)
    found = httpx.get(f"{ledger}/api/v1/accounts/{shared}/protection").json()
    assert found["locked_by"] == shared
    ann.get_by_role("link", name="Signing room", exact=True).last.click()
    expect(ann.locator("main")).to_contain_text("Nothing waits.", timeout=WAIT_MS)


def test_an_emergency_lock_does_not_hang_on_the_room(visit: Visitor, ledger: str) -> None:
    ann = visit(ANN)
    shared = open_shared(ann, ANN, BEN)
    ann.route(f"{ledger}/api/v1/session/**", lambda route: route.abort())
    act_for(ann, shared)
    ann.get_by_role("link", name="Wallet", exact=True).first.click()
    ann.get_by_role("link", name="Account security").click()
    ann.get_by_role("button", name="Lock at once").click()
    dialog = ann.locator("dialog")
    dialog.get_by_role("button", name="Sign", exact=True).click()
    expect(dialog.locator("[data-outcome=applied]")).to_be_visible(timeout=COMMIT_MS)


def test_one_waits_behind_the_other_until_that_is_withdrawn(visit: Visitor) -> None:
    ann = visit(ANN)
    act_for(ann, open_shared(ann, ANN, BEN))
    put_up(ann, "1", address("carol"))
    expect(waiting(ann)).to_have_count(1)
    ann.get_by_role("link", name="Wallet", exact=True).first.click()
    send(ann, "2", address("bob"))
    expect(ann.locator("dialog")).to_contain_text("come before it: 1", timeout=WAIT_MS)
    sign(ann)
    expect(ann.locator("[data-outcome=waiting]")).to_be_visible(timeout=COMMIT_MS)
    ann.get_by_role("link", name="Open the signing room").click()
    first, second = waiting(ann).nth(0), waiting(ann).nth(1)
    expect(first).to_contain_text("next in line", timeout=WAIT_MS)
    expect(second).to_contain_text("behind 1 that must be sent before it")
    first.get_by_role("button", name="Withdraw").click()
    expect(waiting(ann)).to_have_count(1, timeout=WAIT_MS)
    expect(waiting(ann)).to_contain_text("Send 2.00 CNY to")
    expect(ann.locator("main")).to_contain_text("withdrawn or expired", timeout=WAIT_MS)


def test_a_text_that_the_platform_altered_cannot_be_signed(visit: Visitor, ledger: str) -> None:
    ann = visit(ANN)
    shared = open_shared(ann, ANN, BEN)
    act_for(ann, shared)
    put_up(ann, "1", address("carol"))

    ben = visit(BEN)

    def alter(route: Route) -> None:
        answer = route.fetch()
        found = answer.json()
        for item in found["items"]:
            item["body"] = item["body"].replace('"amount":10000', '"amount":90000')
        route.fulfill(response=answer, json=found)

    ben.route(f"{ledger}/api/v1/pending", alter)
    add_shared(ben, shared)
    act_for(ben, shared)
    expect(waiting(ben)).to_contain_text("cannot read the text", timeout=WAIT_MS)
    expect(waiting(ben).get_by_role("button", name="Read and sign")).to_be_disabled()
    ben.unroute(f"{ledger}/api/v1/pending")
    expect(waiting(ben)).to_contain_text("Send 1.00 CNY to", timeout=WAIT_MS)
    expect(waiting(ben).get_by_role("button", name="Read and sign")).to_be_enabled()


def test_a_phone_shows_the_room_whole(visit: Visitor) -> None:
    ann = visit(ANN)
    shared = open_shared(ann, ANN, BEN)
    act_for(ann, shared)
    put_up(ann, "1", address("carol"))
    expect(waiting(ann)).to_be_visible()
    ann.set_viewport_size({"width": PHONE, "height": 800})
    assert ann.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert faults(ann) == []
    ann.get_by_label("Language").select_option("zh-CN")
    expect(ann.locator("main")).to_contain_text("已签权重 1 / 2")
    assert ann.evaluate("document.documentElement.scrollWidth") <= PHONE
