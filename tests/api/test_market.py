"""The public market by REST (thallo.md 5, market.md 13): books, tape, candles, pages of trades."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from ctn.api import resources
from ctn.modules.market.feed import checksum
from tests.api.open_worlds import ALICE, PRICE, Platform, opened, trade
from tests.modules.market.worlds import NAME, TONNE

TRADES = 6
AT = f"/instruments/{NAME}"


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with opened() as found:
        trade(found, TRADES)
        yield found


def problem(platform: Platform, path: str, **query: Any) -> tuple[int, str]:
    answer = platform.get(path, params=query)
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/instruments", resources.list_shape(resources.INSTRUMENT_ITEM)),
        (AT, resources.INSTRUMENT_ANSWER),
        (AT + "/ticker", resources.TICKER),
        (AT + "/book", resources.ORDER_BOOK),
        (AT + "/orders", resources.COLUMNS),
        (f"/feed/{NAME}", resources.BOOK),
        (AT + "/trades", resources.list_shape(resources.TRADE_ITEM)),
        (f"/accounts/{ALICE}/open-orders", resources.list_shape(resources.ORDER_ITEM)),
    ],
)
def test_an_answer_has_the_shape_of_the_contract(
    platform: Platform, path: str, shape: resources.Shape
) -> None:
    msgspec.convert(platform.found(path), shape, strict=True)


def test_amounts_are_texts_of_base_units_with_a_reading_beside(platform: Platform) -> None:
    found = platform.found(AT)
    assert (found["tick"], found["tick_text"]) == ("100", "0.01 CNY/tCO2e")
    assert (found["lot"], found["lot_text"]) == ("1000000", "1 tCO2e")
    assert found["state"]["qty_text"] == f"{TRADES} tCO2e"


def test_the_ticker_tells_best_prices_last_and_change(platform: Platform) -> None:
    found = platform.found(AT + "/ticker")
    last = PRICE + 100 * (TRADES - 1)
    assert found["last_trade"]["price"] == str(last)
    assert found["change"] == str(last - PRICE)
    assert found["change_bp"] == (last - PRICE) * 10_000 // PRICE
    assert int(found["bid"]) < int(found["ask"])


def test_the_book_is_what_its_checksum_says(platform: Platform) -> None:
    whole = platform.found(f"/feed/{NAME}")
    assert checksum(whole["bids"], whole["asks"]) == whole["checksum"]
    found = platform.found(AT + "/book")
    assert found["side"] == ["buy"] * TRADES + ["sell"] * TRADES
    levels = [list(row) for row in zip(found["price"], found["qty"], strict=True)]
    assert levels == whole["bids"] + whole["asks"]
    assert found["seq"] == whole["seq"]
    assert platform.found(AT + "/book", levels=2)["price"] == [
        *found["price"][:2], *found["price"][TRADES : TRADES + 2]
    ]  # fmt: skip


def test_the_orders_of_a_book_stand_in_the_order_in_which_they_trade(platform: Platform) -> None:
    found = platform.found(AT + "/orders")
    mine = {row["no"]: row for row in platform.pages(f"/accounts/{ALICE}/open-orders")}
    asks = [at for at, side in enumerate(found["side"]) if side == "sell"]
    assert [found["price"][at] for at in asks] == sorted([found["price"][at] for at in asks])
    for at in asks:
        row = mine[found["no"][at]]
        assert (found["account"][at], found["seq"][at]) == (ALICE, row["seq"])
        assert str(found["shown"][at]) == row["shown"]
    assert platform.found(AT + "/orders", rows=1)["side"] == ["buy", "sell"]


def test_the_tape_is_columns_newest_first(platform: Platform) -> None:
    found = platform.found(AT + "/tape", rows=3)
    assert found["rows"] == 3
    assert found["no"] == [TRADES, TRADES - 1, TRADES - 2]
    assert found["qty"] == [TONNE] * 3
    assert found["strings"] == []
    earlier = platform.found(AT + "/tape", before=found["no"][-1])
    assert earlier["no"] == list(range(TRADES - 3, 0, -1))


def test_pages_of_trades_hold_each_once(platform: Platform) -> None:
    rows = platform.pages(AT + "/trades", limit=2)
    assert [row["no"] for row in rows] == list(range(TRADES, 0, -1))
    assert all(len(row["tx"]) == 64 for row in rows)


def test_candles_are_the_trades_of_their_span(platform: Platform) -> None:
    found = platform.found(AT + "/candles", interval="1d")
    assert found["rows"] == 1
    assert found["open"] == [PRICE]
    assert found["high"] == found["close"] == [PRICE + 100 * (TRADES - 1)]
    assert found["qty"] == [TRADES * TONNE]
    assert found["trades"] == [TRADES]
    assert found["time"][0] % 86_400 == 0


def test_open_orders_are_those_that_stand(platform: Platform) -> None:
    rows = platform.pages(f"/accounts/{ALICE}/open-orders", limit=2)
    assert len(rows) == TRADES
    assert {row["state"] for row in rows} == {"open"}


def test_an_unchanged_answer_is_not_sent_again(platform: Platform) -> None:
    for path in (AT, AT + "/ticker", AT + "/book", AT + "/orders", AT + "/tape",
                 AT + "/candles"):  # fmt: skip
        first = platform.get(path)
        again = platform.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304
        assert again.content == b""
        assert first.headers["cache-control"] == "max-age=1"
        assert first.headers["vary"] == "Accept-Language"
        assert first.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "ending", ["", "/ticker", "/book", "/orders", "/tape", "/candles", "/trades"]
)
def test_an_unknown_instrument_is_not_found(platform: Platform, ending: str) -> None:
    assert problem(platform, "/instruments/none" + ending) == (404, "not_found")


def test_refuses_more_than_a_page_or_10_000_rows_or_points(platform: Platform) -> None:
    assert problem(platform, AT + "/trades", limit=101) == (400, "page_too_large")
    assert problem(platform, AT + "/trades", limit="9" * 19) == (400, "page_too_large")
    assert problem(platform, AT + "/tape", rows=10_001) == (400, "page_too_large")
    assert problem(platform, AT + "/book", levels=1_001) == (400, "page_too_large")
    assert problem(platform, AT + "/orders", rows=5_001) == (400, "page_too_large")
    assert problem(platform, AT + "/candles", interval="1m", start=0) == (400, "range_too_large")
    assert problem(platform, AT + "/candles", start=5, end=5) == (400, "bad_filter")
    assert problem(platform, AT + "/candles", interval="2m") == (400, "Malformed")


@pytest.mark.parametrize(
    "cursor", ["x", "e30", "W10", "WyJ0cmFkZXMiXQ", "WyJvdGhlciIsMV0", "WyJ0cmFkZXMiLCIxIl0",
               "WyJ0cmFkZXMiLDFdICA", "A" * 1024]
)  # fmt: skip
def test_refuses_a_cursor_that_this_listing_never_gave(platform: Platform, cursor: str) -> None:
    assert problem(platform, AT + "/trades", cursor=cursor) == (400, "bad_cursor")


def test_refusals_speak_chinese_when_asked(platform: Platform) -> None:
    answer = platform.get(
        AT + "/trades", params={"cursor": "x"}, headers={"Accept-Language": "zh-CN"}
    )
    assert answer.json()["detail"] == "该游标不是此列表给出的。"


def test_a_cursor_stays_right_while_trades_arrive(platform: Platform) -> None:
    page = platform.found(AT + "/trades", limit=2)
    trade(platform)
    rest = platform.found(AT + "/trades", limit=100, cursor=page["next"])
    numbers = [row["no"] for row in page["items"] + rest["items"]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == TRADES
