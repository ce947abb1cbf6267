"""Stake, votes and the protection of an account, as their pages show and change them."""

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.modules.registry.worlds import METHODOLOGY, PROJECT
from tests.modules.staking.worlds import serial
from tests.web.browser import REPORTS, Seen
from tests.web.conftest import served
from tests.web.stake_world import (
    ATTESTED_ID,
    CHECKER,
    COUNCIL_NO,
    FILED_ID,
    FIRM,
    FRESH_FIRM,
    KILN,
    NORTH,
    PUBLIC_NO,
    founding,
    node_says,
    restore_as,
    short_epochs,
)
from tests.web.wallets import PASSWORD, restore
from tests.web.words import key_of
from tests.worlds import Person

COMMIT_MS = 30_000
WAIT_MS = 15_000
PHONE = 360
FRIEND, GUARDIANS = Person("friend").address, (Person("g1").address, Person("g2").address)


@pytest.fixture(scope="module", name="ledger")
def _ledger() -> Iterator[str]:
    """The platform over a chain with stake and governance, on which the known words may vote."""
    with served(founding()) as found:
        yield found


@pytest.fixture(name="phone")
def _phone(chromium: Browser, ledger: str) -> Iterator[Page]:
    """A page on a phone, in Chinese."""
    context = chromium.new_context(viewport={"width": PHONE, "height": 800})
    context.add_init_script(REPORTS)
    page, seen = context.new_page(), Seen(ledger)
    seen.watch(page)
    yield page
    assert page.evaluate("window.policyReports") == []
    assert (seen.elsewhere, seen.errors) == ([], [])
    context.close()


def approve(page: Page) -> None:
    """Sign what the dialog shows and close it once a block has it."""
    dialog = page.locator("dialog")
    password = dialog.get_by_label("Password")
    sign = dialog.get_by_role("button", name="Sign", exact=True)
    expect(sign).to_be_visible(timeout=WAIT_MS)
    if password.is_visible():
        password.fill(PASSWORD)
    sign.click()
    confirm = dialog.get_by_role("button", name="Confirm", exact=True)
    done = dialog.locator("[data-outcome]")
    expect(confirm.or_(done)).to_be_visible(timeout=COMMIT_MS)
    if confirm.is_visible():
        confirm.click()
    expect(dialog.locator("[data-outcome=applied]")).to_be_visible(timeout=COMMIT_MS)
    dialog.get_by_role("button", name="Done").click()


def card(page: Page, title: str) -> Locator:
    """The part of a page under a title."""
    heading = page.get_by_role("heading", name=title, exact=True)
    return page.locator("main section").filter(has=heading)


def test_a_validator_says_where_each_number_comes_from(page: Page, ledger: str) -> None:
    page.goto(f"{ledger}/stake")
    listed = page.get_by_role("table", name="Validators", exact=True).get_by_role("row")
    row = listed.filter(has_text=NORTH)
    for text in ("in force", "60.00 %", "1 361 395 kg", "2 000 t", "97.00 %", "+0.25 %"):
        expect(row).to_contain_text(text.replace(" ", "\u2009", text.count(" ") - 1))
    expect(listed.filter(has_text="Late Wind")).to_contain_text("jailed")
    row.get_by_role("link", name=NORTH).click()
    why = card(page, "Where each number comes from")
    expect(why).to_contain_text("signed 117 of 120 blocks (97.50 %)")
    expect(why).to_contain_text("above the cap")
    expect(why).to_contain_text("The target is 50.00 %")
    leaving = page.get_by_role("table", name="On the way out")
    expect(leaving).to_contain_text(re.compile(r"in \d+ days"))
    expect(leaving).to_contain_text("counted once its power is 0")
    expect(page.get_by_role("table", name="Bonded credits")).to_contain_text("2025 → 100.00 %")
    expect(page.get_by_role("table", name="Proofs of reduction")).to_contain_text("valid")


def test_a_fault_and_what_it_cost_stay_in_sight(page: Page, ledger: str) -> None:
    page.goto(f"{ledger}/stake")
    page.get_by_role("link", name="Two Hands").click()
    found = page.get_by_role("table", name="Faults and slashes")
    expect(found).to_contain_text("Two votes at one height", timeout=WAIT_MS)
    expect(found).to_contain_text("50 t vcs-00001-2025-001")


def test_a_chart_has_a_point_for_each_epoch(chromium: Browser) -> None:
    with served(short_epochs()) as ledger:
        page = chromium.new_page(locale="en")
        page.goto(f"{ledger}/stake")
        bars = page.locator("main svg g[data-place]")
        expect(bars.nth(2)).to_be_attached(timeout=COMMIT_MS)
        page.get_by_role("link", name=NORTH).click()
        points = page.locator("g[data-series=power] path[data-place]")
        expect(points.nth(2)).to_be_attached(timeout=WAIT_MS)
        drawn = [name.get_attribute("data-place") or "" for name in points.all()]
        assert page.locator("g[data-series=target] path[data-place]").count() >= len(drawn)
        answer = httpx.get(f"{ledger}/api/v1/stake/epochs?operator={page.url.split('/')[-1]}")
        known = sorted(str(row["epoch"]) for row in answer.json()["items"])
        # Another may have ended between the two readings.
        assert [name.split(" ")[0] for name in drawn] in (known, known[:-1])
        page.locator("details summary").first.click()
        # A third of all power is the target; a sixth of all moves in an epoch.
        expect(page.locator("details[open] tbody tr").last).to_contain_text("53.33 %33.33 %")
        page.close()


def test_a_declaration_is_proved_by_the_node_and_seen(
    page: Page, ledger: str, tmp_path: Path
) -> None:
    operator = restore_as(page, ledger, FRESH_FIRM)
    page.get_by_role("button", name="Declare a validator").click()
    form = card(page, "Declare a validator")
    declare = form.get_by_role("button", name="Declare", exact=True)
    command = form.get_by_test_id("proving").text_content() or ""
    key, proof = node_says(command, tmp_path)
    form.get_by_label("Name of the node").fill("New Mill 新磨坊")
    form.get_by_label("Public consensus key").fill("00" * 32)
    expect(form).to_contain_text("WeakKey")
    form.get_by_label("Public consensus key").fill(key)
    form.get_by_label("Proof of possession").fill("ab" * 64)
    expect(form).to_contain_text("BadProof")
    expect(declare).to_be_disabled()
    form.get_by_label("Public consensus key").fill(f"{key} {proof}")
    declare.click()
    approve(page)
    row = page.get_by_role("row").filter(has_text="New Mill")
    expect(row).to_contain_text("declared", timeout=COMMIT_MS)
    expect(card(page, "My validator")).to_contain_text("the council admits it")
    found = httpx.get(f"{ledger}/api/v1/stake/validators/{operator}").json()
    assert (found["pubkey"], found["status"]) == (key, "declared")


def test_an_operator_files_a_proof_once_every_field_is_sound(page: Page, ledger: str) -> None:
    operator = restore_as(page, ledger, FIRM)
    card(page, "My validator").get_by_role("link", name=KILN).click()
    stake = card(page, "My stake")
    stake.get_by_label("Whole tonnes").fill("50")
    expect(stake).to_contain_text("BondTooSmall")
    expect(stake.get_by_role("button", name="Bond")).to_be_disabled()

    page.get_by_role("button", name="File a proof").click()
    form = card(page, "File a proof of reduction")
    last = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=400)
    fields = {
        "Project": PROJECT, "First day": str(last - datetime.timedelta(days=20)),
        "Last day": str(last), "Serials": serial(5_001, 5_100), "Tonnes": "99",
        "Verifier": operator, "Hash of the evidence": "e1" * 32,
    }  # fmt: skip
    for name, text in fields.items():
        form.get_by_label(name).fill(text)
    for rule in ("BadPeriod", "CpoeSum", "CpoeAffiliated"):
        expect(form).to_contain_text(rule)
    expect(form.get_by_role("button", name="File", exact=True)).to_be_disabled()
    form.get_by_label("Verifier").fill(Person("north").address)
    expect(form).to_contain_text("NotVerifier")
    form.get_by_label("Verifier").fill(key_of(CHECKER).address)
    form.get_by_label("First day").fill(str(last - datetime.timedelta(days=40)))
    form.get_by_label("Tonnes").fill("100")
    form.get_by_role("button", name="File", exact=True).click()
    approve(page)
    proofs = page.get_by_role("table", name="Proofs of reduction")
    expect(proofs).to_contain_text("filed", timeout=COMMIT_MS)
    (found,) = httpx.get(f"{ledger}/api/v1/stake/cpoes?owner={operator}").json()["items"]
    assert (found["tonnes"], found["methodology"]) == ("100", METHODOLOGY)


@pytest.mark.parametrize(
    ("phrase", "record", "button", "status"),
    [
        (CHECKER, FILED_ID, "Attest this proof", "attested"),
        (FIRM, ATTESTED_ID, "Challenge this proof", "challenged"),
    ],
)
def test_a_proof_is_attested_or_challenged_by_who_may(
    page: Page, ledger: str, phrase: str, record: str, button: str, status: str
) -> None:  # fmt: skip
    before = httpx.get(f"{ledger}/api/v1/stake/cpoes/{record}").json()["status"]
    restore_as(page, ledger, phrase)
    proofs = card(page, "Proofs of reduction (CPoE)")
    proofs.get_by_label("State").select_option(before)
    proofs.get_by_role("button", name=f"Open {record}").click()
    opened = page.get_by_role("region", name=record)
    expect(opened).to_be_focused()
    expect(opened).to_contain_text("lapses" if before == "filed" else "account is no member")
    if status == "challenged":
        opened.get_by_label("Hash of the challenge").fill("e2" * 32)
    opened.get_by_role("button", name=button).click()
    approve(page)
    found = httpx.get(f"{ledger}/api/v1/stake/cpoes/{record}").json()
    assert found["status"] == status


def test_a_vote_is_cast_and_seen_in_the_tally(page: Page, ledger: str) -> None:
    restore(page, ledger)
    page.get_by_role("link", name="Governance", exact=True).click()
    page.get_by_role("link", name=re.compile(f"^{PUBLIC_NO}\\. ")).click()
    expect(page.locator("main")).to_contain_text("vote_quorum")
    tally = page.locator(f"[data-tally='{PUBLIC_NO}']")
    expect(tally).to_contain_text("weight 4 · owners 1 · 16 t")
    expect(tally).to_contain_text("it is not adopted")
    page.get_by_label(re.compile("^Lock of")).fill("49")
    expect(page.locator("main")).to_contain_text("a weight of 7")
    page.get_by_role("button", name="Vote", exact=True).click()
    expect(page.locator("dialog")).to_contain_text("Vote yes on proposal no. 2")
    approve(page)
    expect(tally).to_contain_text("weight 11 · owners 2 · 65 t", timeout=COMMIT_MS)
    expect(tally).to_contain_text("it is adopted")
    votes = httpx.get(f"{ledger}/api/v1/proposals/{PUBLIC_NO}").json()["yes"]
    assert votes == {"owners": 2, "tonnes": 65, "weight": 11}


def test_a_member_of_the_council_approves(page: Page, ledger: str) -> None:
    restore(page, ledger)
    page.get_by_role("link", name="Governance", exact=True).click()
    page.get_by_role("link", name=re.compile(f"^{COUNCIL_NO}\\. ")).click()
    expect(page.locator("main")).to_contain_text("taker_ppm", timeout=WAIT_MS)
    page.get_by_role("button", name="Approve", exact=True).click()
    approve(page)
    expect(page.locator("main")).to_contain_text("passed, waiting", timeout=COMMIT_MS)
    expect(page.locator("main")).to_contain_text(re.compile(r"runs in 1 day 23 hr|runs in 2 days"))


def test_an_operation_is_chosen_read_in_words_and_proposed(page: Page, ledger: str) -> None:
    restore(page, ledger)
    page.get_by_role("link", name="Governance", exact=True).click()
    page.get_by_role("button", name="Propose", exact=True).click()
    page.get_by_label("Title").fill("A longer vote")
    file: FilePayload = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"why"}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("Add an operation").select_option("governance.set_param")
    page.get_by_label("name", exact=True).fill("vote_min")
    page.get_by_label("value", exact=True).fill("30")
    page.get_by_role("button", name="Add to the proposal").click()
    expect(page.locator("main")).to_contain_text("vote_min")
    page.get_by_role("button", name="Propose", exact=True).last.click()
    expect(page.locator("dialog")).to_contain_text("vote_min")
    approve(page)
    expect(page.get_by_role("link", name="4. A longer vote")).to_be_visible(timeout=COMMIT_MS)
    page.get_by_role("tab", name="Parameters").click()
    row = page.get_by_role("row").filter(has=page.get_by_text("vote_min", exact=True))
    expect(row).to_contain_text(re.compile(r"15\s*in 1?\d hr"), timeout=WAIT_MS)
    page.get_by_role("tab", name="Council").click()
    expect(page.locator("main")).to_contain_text("2 of 3")
    expect(page.locator("main")).to_contain_text("(you)")


def test_a_member_proposes_to_admit_and_a_visitor_is_told_why_not(
    page: Page, phone: Page, ledger: str
) -> None:
    phone.goto(f"{ledger}/stake")
    expect(card(phone, "我的验证节点")).to_contain_text("需要钱包", timeout=WAIT_MS)
    restore(page, ledger)
    page.get_by_role("link", name="Stake", exact=True).click()
    expect(card(page, "My validator")).to_contain_text("no verified enterprise")
    page.get_by_role("link", name="New Kiln").click()
    decision = card(page, "Decisions of the council")
    decision.get_by_label("Hash of the document").fill("e3" * 32)
    decision.get_by_role("button", name="Propose to admit").click()
    expect(page.locator("dialog")).to_contain_text("Admit the validator of")
    approve(page)
    expect(decision).to_contain_text("It is proposed", timeout=COMMIT_MS)


def test_the_list_of_freezes_is_public_and_filtered(page: Page, ledger: str) -> None:
    page.goto(f"{ledger}/freezes")
    row = page.get_by_role("row").filter(has_text="verra")
    expect(row).to_contain_text("a drill", timeout=WAIT_MS)
    expect(row).to_contain_text("Council member")
    expect(row).to_contain_text(re.compile(r"ends in 1 day|ends in 2 days"))
    page.get_by_label("State").select_option("ended")
    expect(page.locator("main")).to_contain_text("Nothing is frozen")


def test_a_guard_is_set_and_what_waits_is_cancelled(page: Page, ledger: str) -> None:
    restore(page, ledger)
    expect(page.locator("main")).to_contain_text("one key and no guardians", timeout=WAIT_MS)
    page.get_by_role("link", name="Account security").click()

    guard = card(page, "Guard")
    guard.get_by_label("Value leaves to trusted addresses only").check()
    expect(guard).to_contain_text("it acts at once")
    guard.get_by_role("button", name="Add a daily limit").click()
    guard.get_by_label("Most a day (CNY)").fill("250.5")
    guard.get_by_role("button", name="Set the guard").click()
    approve(page)
    expect(guard.get_by_role("button", name="Set the guard")).to_be_disabled(timeout=COMMIT_MS)

    guard.get_by_label("Addresses of guardians").fill(" ".join(GUARDIANS))
    expect(guard).to_contain_text("at least 2, and more than half")
    guard.get_by_label("How many guardians").fill("2")
    expect(guard).to_contain_text("it acts after 1 day")
    guard.get_by_role("button", name="Set the guard").click()
    approve(page)
    pending = card(page, "What waits")
    expect(pending).to_contain_text(re.compile(r"Acts in 23 hr|Acts in 1 day"), timeout=COMMIT_MS)
    expect(pending).to_contain_text(GUARDIANS[0])

    pending.get_by_role("button", name="Cancel").click()
    approve(page)
    expect(pending).to_contain_text("Nothing waits", timeout=COMMIT_MS)
    found = httpx.get(f"{ledger}/api/v1/accounts/{account(page)}/protection").json()
    assert found["limits"] == [{"asset": "cny", "per_day": "2505000"}]
    assert (found["trusted_only"], found["guardians"], found["pending"]) == (True, [], [])


def account(page: Page) -> str:
    """The account that acts, by its chip."""
    title = page.locator("header a[title^=ctn1]").get_attribute("title")
    assert title is not None
    return title


def test_a_guardian_approves_a_recovery_that_its_owner_sees(
    page: Page, phone: Page, ledger: str
) -> None:
    ward = Person("ward").address
    keys = [Person(name).key.hex() for name in ("new key", "new key, too")]
    restore(page, ledger)
    page.get_by_role("link", name="Account security").click()
    page.get_by_text("I guard another account").click()
    page.get_by_label("The account you guard").fill(ward)
    page.get_by_label("new public keys").fill(" ".join(keys))
    page.get_by_role("button", name="Approve the recovery").click()
    for key in keys:
        expect(page.locator("dialog")).to_contain_text(key)
    approve(page)

    phone.goto(f"{ledger}/wallet/setup")
    phone.get_by_role("button", name="只看地址").first.click()
    phone.get_by_label("地址").last.fill(ward)
    phone.get_by_role("button", name="只看地址").last.click()
    phone.get_by_role("link", name="账户安全").click()
    expect(card(phone, "等待生效")).to_contain_text("1 位已同意，需要 2 位", timeout=COMMIT_MS)
    signing = phone.get_by_role("table", name="签名密钥")
    expect(signing).to_contain_text(Person("ward").key.hex())
    expect(signing).to_contain_text("全部操作")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE


def test_trust_waits_and_a_lock_acts_at_once(page: Page, ledger: str) -> None:
    restore(page, ledger)
    page.get_by_role("link", name="Account security").click()
    trusted = card(page, "Trusted addresses")
    trusted.get_by_label("New trusted address").fill(FRIEND)
    expect(trusted).to_contain_text("it acts after 1 day")
    trusted.get_by_role("button", name="Ask to trust").click()
    approve(page)
    expect(card(page, "What waits")).to_contain_text(FRIEND, timeout=COMMIT_MS)
    lock = card(page, "Lock")
    lock.get_by_role("button", name="Lock at once").click()
    approve(page)
    expect(lock).to_contain_text("The account is locked, by", timeout=COMMIT_MS)
    lock.get_by_role("button", name="Ask to unlock").click()
    approve(page)
    expect(lock.get_by_role("button", name="asked for, waiting")).to_be_disabled(timeout=COMMIT_MS)


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/stake", "验证节点"),
        ("/stake/{operator}", "每个数字的由来"),
        ("/governance", "提案"),
        (f"/governance/{PUBLIC_NO}", "赞成"),
        ("/freezes", "冻结名单"),
        ("/wallet/security", "账户安全"),
    ],
)
def test_a_phone_shows_it_whole(phone: Page, ledger: str, path: str, word: str) -> None:
    rows = httpx.get(f"{ledger}/api/v1/stake/validators").json()["items"]
    phone.goto(ledger + path.format(operator=rows[0]["operator"]))
    expect(phone.locator("main")).to_contain_text(word, timeout=WAIT_MS)
    expect(phone.locator("main [role=status][aria-label]")).to_have_count(0, timeout=WAIT_MS)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE
