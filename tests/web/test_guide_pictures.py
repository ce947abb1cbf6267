"""The walk of the two guides, as a newcomer takes it; it draws their pictures when asked to.

`CTN_PICTURES=docs python -m pytest tests/web/test_guide_pictures.py` writes them.
"""

import os
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.test_application import WAIT_MS, opened

FOLDER = os.environ.get("CTN_PICTURES")
SIZE = {"width": 1200, "height": 800}
INSTRUMENT = "vcs1987.23-cny"
WORDS = {
    "en": {
        "seat": "Visitor", "taken": "You have a seat", "buy": "Buy 1 t", "sign": "Sign",
        "done": "Done", "fills": "Fills", "retire": "Retire", "who": "Beneficiary",
        "end": "Buy and retire", "confirm": "Confirm", "name": "Ocean Tea", "pin": "Trust this",
        "key": "Block maker's key", "valid": "Valid", "explorer": "Latest blocks",
    },
    "zh-CN": {
        "seat": "随便看看", "taken": "您已入座", "buy": "买入 1 吨", "sign": "签名",
        "done": "完成", "fills": "已成交", "retire": "注销", "who": "受益人",
        "end": "买入并注销", "confirm": "确认签名", "name": "海洋茶业", "pin": "信任本节点",
        "key": "您信任的出块密钥", "valid": "有效", "explorer": "最新区块",
    },
}  # fmt: skip


def draw(page: Page, name: str, language: str) -> None:
    """Write what is seen, when a folder for it is named."""
    if FOLDER is None:
        return
    suffix = "" if language == "en" else ".zh-CN"
    path = Path(FOLDER) / f"{name}{suffix}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)


@pytest.mark.parametrize("language", WORDS)
def test_first_trade_then_retire_and_verify(
    chromium: Browser, demo: str, language: str, tmp_path: Path
) -> None:
    say = WORDS[language]
    with opened(chromium, demo + "/", language=language) as (page, _seen):
        page.set_viewport_size(SIZE)  # type: ignore[arg-type]
        expect(page.get_by_role("link", name=INSTRUMENT)).to_be_visible(timeout=WAIT_MS)
        page.wait_for_timeout(1_000)
        draw(page, "images/board", language)
        page.get_by_role("button", name=say["seat"]).click()
        expect(page.get_by_text(say["taken"])).to_be_visible(timeout=WAIT_MS)

        page.get_by_role("link", name=INSTRUMENT).click()
        expect(page.get_by_role("button", name=say["buy"])).to_be_visible(timeout=WAIT_MS)
        page.wait_for_timeout(2_000)
        draw(page, "images/trade", language)
        page.get_by_role("button", name=say["buy"]).click()
        dialog = page.locator("dialog")
        sign = dialog.get_by_role("button", name=say["sign"], exact=True)
        expect(sign).to_be_enabled(timeout=WAIT_MS)
        page.wait_for_timeout(1_000)
        draw(page, "guide/images/sign", language)
        sign.click()
        expect(page.locator("[data-outcome=applied]")).to_be_visible(timeout=WAIT_MS)
        dialog.get_by_role("button", name=say["done"]).click()
        page.get_by_role("tab", name=say["fills"]).click()
        expect(page.get_by_role("table", name=say["fills"])).to_be_visible(timeout=WAIT_MS)
        page.wait_for_timeout(500)
        draw(page, "guide/images/fills", language)

        page.get_by_role("navigation").get_by_role("link", name=say["retire"], exact=True).click()
        page.get_by_label(say["who"], exact=True).fill(say["name"])
        draw(page, "guide/images/retire", language)
        page.get_by_role("button", name=say["end"]).click()
        dialog.get_by_role("button", name=say["sign"], exact=True).click()
        dialog.get_by_role("button", name=say["confirm"], exact=True).click()
        expect(page.locator("[data-outcome=applied]")).to_be_visible(timeout=WAIT_MS)
        dialog.get_by_role("button", name=say["done"]).click()
        ended = page.locator("[data-certificate]")
        expect(ended).to_contain_text(re.compile(r"CTN-VCS-\d{5}-\d{4}-001-\d+"))
        identity = ended.get_attribute("data-certificate") or ""

        page.goto(f"{demo}/c/{identity}")
        expect(page.locator("body")).to_contain_text(say["name"])
        draw(page, "images/certificate", language)
        proof = tmp_path / "certificate.proof.json"
        answer = httpx.get(f"{demo}/api/v1/certificates/{identity}.proof.json")
        proof.write_bytes(answer.content)
        page.goto(f"{demo}/verify")
        page.get_by_role("button", name=say["pin"]).click()
        expect(page.get_by_label(say["key"])).not_to_be_empty(timeout=WAIT_MS)
        page.locator("input[type=file]").set_input_files(proof)
        expect(page.get_by_text(say["valid"], exact=True)).to_be_visible(timeout=WAIT_MS)
        draw(page, "guide/images/verify", language)
        page.goto(f"{demo}/explorer")
        expect(page.get_by_text(say["explorer"]).first).to_be_visible(timeout=WAIT_MS)
        draw(page, "images/explorer", language)
