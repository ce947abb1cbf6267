"""A chain with an account of known words, and the hands that use its wallet in a page."""

import msgspec
from playwright.sync_api import Page, expect

from ctn.kernel.genesis import Genesis
from ctn.modules.accounts.records import PERSON, Guard
from tests.api.chains import CNY, FOREVER, genesis
from tests.web.words import PHRASE, key_of

PASSWORD = "a long enough password"
HELD = 100 * CNY
SENDING_MS = 30_000


def founding() -> Genesis:
    """The chain of the doors, on which the owner of the known words has an account too."""
    base = genesis()
    owner = key_of(PHRASE).address
    records = [row for row in base.records if row[:2] != ("balance", "issued:cny/cny")]
    issued = sum(row[2] for row in records if row[0] == "balance" and row[1].endswith("/cny"))
    records += [
        ("guard", owner, Guard(False, (), (), 0, PERSON, FOREVER)),
        ("balance", f"{owner}/cny", HELD),
        ("balance", "issued:cny/cny", -issued - HELD),
    ]
    records.sort(key=lambda row: (row[0], row[1]))
    return msgspec.structs.replace(base, records=records)


def restore(page: Page, ledger: str, phrase: str = PHRASE) -> None:
    """Bring known words into the page."""
    page.goto(f"{ledger}/wallet/setup")
    page.get_by_role("button", name="Restore from words").click()
    page.get_by_label("Words", exact=True).fill(phrase)
    seal(page, "Restore")
    expect(page.get_by_test_id("account")).to_have_text(key_of(phrase).address)


def seal(page: Page, button: str) -> None:
    """Type a new password twice, and press."""
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("Repeat it").fill(PASSWORD)
    page.get_by_role("button", name=button, exact=True).click()


def send(page: Page, amount: str, target: str) -> None:
    """Fill in the form that sends money, up to the dialog."""
    page.get_by_role("button", name="Send", exact=True).first.click()
    page.get_by_label("Amount").fill(amount)
    page.get_by_label("To", exact=True).fill(target)
    page.get_by_role("button", name="Send", exact=True).last.click()
    expect(page.locator("dialog").get_by_text("Network fee")).to_be_visible()


def sign(page: Page, password: str = PASSWORD) -> None:
    """Sign what warns: the password, then two separate presses."""
    dialog = page.locator("dialog")
    dialog.get_by_label("Password").fill(password)
    dialog.get_by_role("button", name="Sign", exact=True).click()
    dialog.get_by_role("button", name="Confirm", exact=True).click()
