"""Exports say what the pages say, in every format, and no cell is a formula (thallo.md 5.5)."""

import asyncio
import csv
import io
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from decimal import Decimal
from typing import Any, cast
from xml.etree import ElementTree

import pytest
from starlette.types import Message

from ctn.api import export_files, exports
from ctn.api.export_tables import ExportColumn
from ctn.api.refusals import Busy, ExportTooLarge
from tests.api.open_worlds import ALICE, Platform, for_whom, opened, retire, trade
from tests.modules.market.worlds import NAME, TONNE
from tests.modules.registry.bridge_worlds import FOREIGN

TRADES = 5
EVIL = '=HYPERLINK("https://evil.example";"x")'


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with opened() as found:
        trade(found, TRADES)
        retire(found, 2, message=EVIL, beneficiary=for_whom("Ocean Tea"))
        retire(found, 3, message='a,b "c" 碳')
        yield found


def rows(platform: Platform, path: str, **query: Any) -> list[dict[str, str]]:
    answer = platform.get(f"/exports/{path}.csv", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    text = answer.content.decode("utf-8")
    assert text.startswith("\ufeff")
    assert "\n" not in text.replace("\r\n", "")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def problem(platform: Platform, path: str, **query: Any) -> tuple[int, str]:
    answer = platform.get(f"/exports/{path}", params=query)
    return answer.status_code, answer.json()["code"]


def test_trades_sum_to_the_figures_of_the_day(platform: Platform) -> None:
    found = rows(platform, "trades", instrument=NAME)
    state = platform.found(f"/instruments/{NAME}")["state"]
    grams = sum(Decimal(row["quantity_t"]) for row in found) * TONNE
    assert grams == int(state["qty"])
    assert sum(Decimal(row["notional_quote"]) for row in found) * 10_000 == int(state["notional"])
    assert [row["tx"] for row in found] == [
        row["tx"] for row in reversed(platform.pages(f"/instruments/{NAME}/trades"))
    ]


def test_a_candle_is_recomputed_from_exported_trades(platform: Platform) -> None:
    trades = rows(platform, "trades", instrument=NAME)
    prices = [Decimal(row["price_quote_per_t"]) for row in trades]
    (candle,) = rows(platform, "candles", instrument=NAME, interval="1d")
    assert Decimal(candle["open_quote_per_t"]) == prices[0]
    assert Decimal(candle["high_quote_per_t"]) == max(prices)
    assert Decimal(candle["low_quote_per_t"]) == min(prices)
    assert Decimal(candle["close_quote_per_t"]) == prices[-1]
    assert candle["trades"] == str(TRADES)


def test_retirements_sum_to_what_their_page_says(platform: Platform) -> None:
    for filters in ({}, {"beneficiary": "Ocean Tea"}, {"country": "FR"}):
        found = rows(platform, "certificates", **filters)
        sums = platform.found("/certificates", **filters)["sums"]
        assert len(found) == sums["certificates"]
        assert sum(Decimal(row["quantity_t"]) for row in found) * TONNE == int(sums["grams"])


def test_intervals_and_batches_sum_to_the_supply(platform: Platform) -> None:
    issued = sum(int(row["issued_t"]) for row in platform.found("/supply")["items"])
    assert sum(int(row["quantity_t"]) for row in rows(platform, "intervals")) == issued
    assert sum(int(row["issued_t"]) for row in rows(platform, "batches")) == issued
    then = rows(platform, "intervals", batch=FOREIGN, at="0")
    assert {row["status"] for row in then} == {"held", "custody"}


def test_the_history_of_an_account_is_whole(platform: Platform) -> None:
    found = rows(platform, "history", account=ALICE)
    assert len(found) == len(platform.pages(f"/accounts/{ALICE}/history"))


def test_a_formula_gets_an_apostrophe_and_other_cells_come_back(platform: Platform) -> None:
    messages = [row["message"] for row in rows(platform, "certificates")]
    assert messages == ["'" + EVIL, 'a,b "c" 碳']


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_only_numbers_of_ours_begin_like_a_formula(text: str) -> None:
    theirs = ExportColumn("message", str)
    ours = ExportColumn("amount", str, is_ours=True)
    assert export_files.inert(theirs, text) == "'" + text
    assert export_files.inert(ours, "-1.5") == "-1.5"


def test_json_has_the_same_rows_and_names_their_source(platform: Platform) -> None:
    found = platform.get("/exports/certificates.json").json()
    assert found["source"]["height"] == platform.found("/status")["height"]
    assert [row["quantity_t"] for row in found["items"]] == [
        row["quantity_t"] for row in rows(platform, "certificates")
    ]
    assert found["items"][0]["message"] == EVIL
    none = platform.get("/exports/certificates.json", params={"country": "FR"}).json()
    assert none["items"] == []


def test_a_workbook_has_rows_a_source_and_no_formula(platform: Platform) -> None:
    pytest.importorskip("xlsxwriter")
    answer = platform.get("/exports/certificates.xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        assert b'name="source"' in book.read("xl/workbook.xml")
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        text = book.read("xl/worksheets/sheet1.xml") + book.read("xl/worksheets/sheet2.xml")
    assert b"<f>" not in text
    assert platform.found("/status")["chain"].encode() in text
    tag = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    numbers = [
        Decimal(cell.findtext(f"{tag}v", "0"))
        for cell in sheet.iter(f"{tag}c")
        if cell.attrib["r"].startswith("E") and cell.attrib.get("t") is None
    ]
    assert sum(numbers) == 5


def test_an_export_is_not_sent_again_at_the_same_height(platform: Platform) -> None:
    first = platform.get("/exports/trades.csv")
    again = platform.get("/exports/trades.csv", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "query", "answer"),
    [
        ("trades.parquet", {}, (404, "format_not_installed")),
        ("none.csv", {}, (404, "not_found")), ("trades.exe", {}, (400, "Malformed")),
        ("trades.csv", {"batch": "x"}, (400, "bad_filter")),
        ("trades.csv", {"instrument": ["a", "b"]}, (400, "bad_filter")),
        ("trades.csv", {"instrument": "x" * 129}, (400, "bad_filter")),
        ("trades.csv", {"start": "-1"}, (400, "Malformed")),
        ("trades.csv", {"start": "٣"}, (400, "Malformed")),
        ("candles.csv", {"interval": "7m"}, (400, "bad_filter")),
        ("certificates.csv", {"year": "x"}, (400, "bad_filter")),
        ("intervals.csv", {"at": "soon"}, (400, "bad_filter")),
        ("history.csv", {}, (400, "BadAddress")),
    ],
)  # fmt: skip
def test_refuses_what_is_no_export(
    platform: Platform, path: str, query: dict[str, Any], answer: tuple[int, str]
) -> None:
    assert problem(platform, path, **query) == answer


def test_refuses_more_rows_than_a_format_takes(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ROWS_MAX", TRADES - 1)
    monkeypatch.setattr(exports, "SHEET_ROWS_MAX", TRADES)
    assert problem(platform, "trades.csv") == (413, ExportTooLarge.code)
    assert platform.get("/exports/trades.xlsx").status_code == 200
    monkeypatch.setattr(exports, "ROWS_MAX", TRADES)
    assert platform.get("/exports/trades.csv").status_code == 200


def test_refused_exports_keep_no_connection(platform: Platform) -> None:
    for _ in range(12):
        problem(platform, "history.csv")
        problem(platform, "intervals.csv", at="soon")
    assert platform.get("/exports/trades.csv").status_code == 200


async def _stuck(platform: Platform, client: str, seconds: float) -> int:
    """An export to a reader that takes each piece after so long; how many pieces it took."""
    taken = 0

    async def receive() -> Message:
        await asyncio.sleep(3_600)
        raise AssertionError

    async def send(message: Message) -> None:
        nonlocal taken
        if message["type"] == "http.response.body":
            await asyncio.sleep(seconds)
            taken += 1

    path = "/api/v1/exports/trades.csv"
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "path": path, "raw_path": path.encode(), "query_string": b"", "headers": [],
        "client": (client, 1), "server": ("127.0.0.1", 80), "scheme": "http", "root_path": "",
    }  # fmt: skip
    await platform.app(scope, receive, send)
    return taken


def _start(platform: Platform, client: str, seconds: float) -> Future[int]:
    return asyncio.run_coroutine_threadsafe(_stuck(platform, client, seconds), platform.loop)


def _running(platform: Platform) -> dict[str, int]:
    return cast("Any", platform.app.application).state.exports.running


def _until(is_true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("limit", "seconds"), [("STALLED_SECONDS", 3_600.0), ("SECONDS", 0.25)]
)  # a reader that takes nothing, and one that takes each piece very slowly
def test_a_reader_that_is_too_slow_gives_its_place_and_its_connection_back(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, limit: str, seconds: float
) -> None:
    monkeypatch.setattr(exports, limit, 0.4)
    stuck = [_start(platform, "198.51.100.1", seconds) for _ in range(exports.PER_ADDRESS)]
    for one in stuck:
        assert one.result(10) < 3
    _until(lambda: not _running(platform))
    assert platform.get("/exports/trades.csv").status_code == 200
    seats = platform.views.reader._seats
    assert seats is not None
    _until(lambda: seats.used == 0)


def test_two_exports_run_for_an_address_and_one_connection_stays_free(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "STALLED_SECONDS", 1.5)
    stuck = [_start(platform, "127.0.0.1", 60.0) for _ in range(exports.PER_ADDRESS)]
    _until(lambda: _running(platform) == {"127.0.0.1": exports.PER_ADDRESS})
    refused = platform.get("/exports/trades.csv")
    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["facts"] == {"per_address": 2, "limit": 3}
    stuck.append(_start(platform, "198.51.100.1", 60.0))
    _until(lambda: len(_running(platform)) == 2)
    with pytest.raises(Busy):
        cast("Any", platform.app.application).state.exports.enter("198.51.100.2")
    assert platform.get("/supply").status_code == 200
    for one in stuck:
        one.result(10)
    _until(lambda: not _running(platform))


def test_parquet_names_what_there_is_instead_and_no_extra_that_would_not_help(
    platform: Platform,
) -> None:
    facts = platform.get("/exports/trades.parquet").json()["facts"]
    assert facts == {"format": "parquet", "instead": "csv json xlsx"}
