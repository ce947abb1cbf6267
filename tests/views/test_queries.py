"""Questions: pages that stay right, past states that equal replay, books, candles, search."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from ctn.kernel.block import UTC8_MS, local_day
from ctn.kernel.codec import INT_MAX
from ctn.modules.assets.records import Calendar
from ctn.modules.market.book import Books
from ctn.modules.market.candles import LENGTHS_MS, Candle
from ctn.modules.market.days import spans_of
from ctn.modules.market.records import Instrument
from ctn.modules.registry.external import External
from ctn.modules.registry.intervals import Interval
from ctn.views import carbon, market, queries, serials, tables
from ctn.views.condition import Condition
from ctn.views.heights import resolve
from ctn.views.market import Span
from ctn.views.pages import EXACT_MAX, Page, Slice, columns
from ctn.views.reader import Reader, View
from ctn.views.refusals import BadCursor, BadFilter, HeightNotKept, PageTooLarge
from ctn.views.search import search
from ctn.views.serials import Range
from ctn.views.shelf import Shelf
from tests.modules.registry.bridge_worlds import FOREIGN
from tests.plain_candles import filled, is_open_within
from tests.properties.flow import NAME
from tests.views.lives import LifeFeed, Recorded

Value = dict[str, Any]
PROJECT = FOREIGN[:-9]
CANDLE_COLUMNS = ("open_time", "open", "high", "low", "close", "qty", "notional", "trades")


@pytest.fixture(scope="module")
def view(served: Shelf) -> Iterator[View]:
    reader = Reader(served, Condition())
    with reader.view(600) as view:
        yield view
    reader.close()


# --- pages


def test_a_walk_over_all_pages_meets_every_row_once_in_both_directions(view: View) -> None:
    total, is_capped = view.count(market.trade_list())
    assert not is_capped
    for sort, newest_first in (("newest", True), ("oldest", False)):
        forward: list[int] = []
        part = Slice(first=7)
        while True:
            found = market.trades(view, sort=sort, part=part)
            forward += [row["no"] for row in found.rows]
            if not found.has_next:
                break
            part = Slice(first=7, after=found.cursors[-1])
        assert forward == sorted(forward, reverse=newest_first)
        assert len(forward) == total
        backward: list[int] = []
        part = Slice(last=7)
        while True:
            found = market.trades(view, sort=sort, part=part)
            backward = [row["no"] for row in found.rows] + backward
            if not found.has_previous:
                break
            part = Slice(last=7, before=found.cursors[0])
        assert backward == forward


def test_a_sort_by_values_that_are_equal_pages_by_the_key(view: View) -> None:
    kind = Interval
    found: list[str] = []
    part = Slice(first=9)
    while True:
        page = queries.records(view, kind, sort="since_down", part=part)
        found += [row["place"] for row in page.rows]
        if not page.has_next:
            break
        part = Slice(first=9, after=page.cursors[-1])
    assert len(found) == len(set(found)) == view.count(queries.record_list(kind))[0]


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "bnVsbA", "WzFd", "WyJuZXdlc3QiXQ", "WyJuZXdlc3QiLCJ4Il0", "A" * 2_000]
)
def test_refuses_a_cursor_that_this_sort_never_gave(view: View, cursor: str) -> None:
    with pytest.raises(BadCursor):
        market.trades(view, part=Slice(first=5, after=cursor))
    newest = market.trades(view, part=Slice(first=1)).cursors[0]
    with pytest.raises(BadCursor):
        market.trades(view, sort="oldest", part=Slice(first=5, after=newest))


@pytest.mark.parametrize("part", [Slice(first=101), Slice(first=-1), Slice(first=1, last=1)])
def test_refuses_a_page_beyond_its_bounds(view: View, part: Slice) -> None:
    with pytest.raises(BadFilter):
        market.trades(view, part=part)


@pytest.mark.parametrize(
    "filters",
    [{"nothing": 1}, {"price": "1"}, {"instrument": 1}, {"instrument": "a\0"}, {"no": 1},
     {"price": [1] * 51}, {"price": 2**63}, {"price": True}],
)  # fmt: skip
def test_refuses_a_filter_that_is_none(view: View, filters: Value) -> None:
    with pytest.raises(BadFilter):
        market.trades(view, filters)


def test_filters_choose(view: View) -> None:
    every = [row for page in _pages(view, {}) for row in page.rows]
    price = every[0]["price"]
    some = [row for page in _pages(view, {"price_min": price}) for row in page.rows]
    assert some == [row for row in every if row["price"] >= price]
    buyer = every[0]["buyer"]
    mine = [row for page in _pages(view, {"account": buyer}) for row in page.rows]
    assert mine == [row for row in every if buyer in (row["buyer"], row["seller"])]


def _pages(view: View, filters: Value) -> Iterator[Page]:
    part = Slice(first=50)
    while True:
        found = market.trades(view, filters, part=part)
        yield found
        if not found.has_next:
            return
        part = Slice(first=50, after=found.cursors[-1])


@given(st.lists(st.tuples(st.integers(-(2**63) + 1, 2**63 - 1), st.none() | st.text())))
def test_columns_are_numbers_or_all_texts(rows: list[tuple[int, str | None]]) -> None:
    made = columns(("n", "t"), rows, 5)
    assert json.loads(json.dumps(made)) == made
    assert (made["rows"], made["t"]) == (len(rows), [row[1] for row in rows])
    is_text = any(abs(row[0]) > EXACT_MAX for row in rows)
    assert made["strings"] == (["n"] if is_text else [])
    assert [int(value) for value in made["n"]] == [row[0] for row in rows]


# --- past states


def test_balances_as_of_any_height_equal_the_replay_of_receipts(
    view: View, life: Recorded, feed: LifeFeed
) -> None:
    held: dict[str, int] = dict(life._balances)
    for height in range(1, feed.head + 1):
        receipts = feed.told(height)["receipts"]
        items = [item for one in receipts for item in one.get("hooks", [one])]
        for asset, source, target, amount in [move for item in items for move in item["moves"]]:
            held[f"{source}/{asset}"] = held.get(f"{source}/{asset}", 0) - amount
            held[f"{target}/{asset}"] = held.get(f"{target}/{asset}", 0) + amount
        if height % 10:
            continue
        for account in life.traders:
            mine = {f"{account}/{row['asset']}": row["amount"]
                    for row in queries.balances(view, account, str(height))}  # fmt: skip
            assert mine == {place: amount for place, amount in held.items()
                            if place.startswith(account) and amount}  # fmt: skip
            cny = queries.balance(view, account, "cny", str(height))
            assert cny == held.get(f"{account}/cny", 0)


def test_intervals_as_of_any_height_equal_the_replay_of_changes(
    view: View, life: Recorded, feed: LifeFeed
) -> None:
    state: dict[str, Value] = {
        place: value for table, place, value in life.genesis().records if table == "interval"
    }
    for height in range(1, feed.head + 1):
        changed = feed.told(height)["changes"]
        state |= {place: value for table, place, value in changed if table == "interval"}
        if height % 17:
            continue
        found: dict[str, Value] = {}
        part = Slice(first=100)
        while True:
            page = carbon.intervals(view, {"batch": FOREIGN}, part=part, at=str(height))
            found |= {f"{row['batch']}/{row['start']:020d}": row for row in page.rows}
            if not page.has_next:
                break
            part = Slice(first=100, after=page.cursors[-1])
        mine = {place: value for place, value in state.items() if value["batch"] == FOREIGN}
        assert set(found) == set(mine)
        for place, value in mine.items():
            assert {name: found[place][name] for name in value} == value


def test_certificates_as_of_a_height_are_those_issued_until_then(view: View) -> None:
    page = carbon.certificates(view, part=Slice(first=100))
    heights = [row["height"] for row in page.rows]
    middle = sorted(heights)[len(heights) // 2]
    then = carbon.certificates(view, part=Slice(first=100), at=str(middle))
    assert [r["id"] for r in then.rows] == [r["id"] for r in page.rows if r["height"] <= middle]
    newest = page.rows[0]
    assert carbon.certificate(view, newest["id"]) == newest
    assert carbon.certificate(view, newest["id"], str(newest["height"] - 1)) is None
    of_project = carbon.certificates(view, {"project": PROJECT}, part=Slice(first=100))
    assert {row["batch"][:-9] for row in of_project.rows} == {PROJECT}


def test_standing_as_of_genesis_is_that_of_genesis(view: View, life: Recorded) -> None:
    (owner,) = [place for table, place in life._records if table == "standing"]
    found = queries.standing(view, owner, "0")
    assert found is not None
    assert found["rank"] == 2
    assert queries.standing(view, "nobody") is None


def test_a_day_is_its_last_block_before_midnight_of_the_east(view: View) -> None:
    found = [queries.block(view, height) for height in range(view.height + 1)]
    known = [row["time"] for row in found if row is not None]
    for height in (1, view.height // 2, view.height):
        day = local_day(known[height])
        date = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date().isoformat()
        last = max(h for h, time in enumerate(known) if local_day(time, UTC8_MS) <= day)
        assert resolve(view, date) == (last, known[last])


@pytest.mark.parametrize("offset", ["Z", "+08:00", "-03:30"])
def test_a_moment_is_the_last_block_until_then(view: View, offset: str) -> None:
    block = queries.block(view, view.height // 2)
    assert block is not None
    moment = datetime.fromtimestamp(block["time"] / 1000, UTC)
    zone = UTC if offset == "Z" else datetime.fromisoformat(f"2000-01-01T00:00:00{offset}").tzinfo
    text = moment.astimezone(zone).isoformat().replace("+00:00", "Z")
    assert resolve(view, text).height >= block["height"]
    assert resolve(view, text).time == block["time"]
    just_before = (moment - timedelta(milliseconds=1)).isoformat()
    assert resolve(view, just_before).height < block["height"]


@pytest.mark.parametrize(
    "at", ["", "-1", "01", "2027-13-01", "2027-1-1", "2027-01-01T00:00:00", "now", "99999999", "１"]
)
def test_refuses_an_at_that_names_no_block(view: View, at: str) -> None:
    with pytest.raises(BadFilter):
        resolve(view, at)


@pytest.mark.parametrize(
    "at", ["9999-12-31", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.9999999-23:59"]
)
def test_the_end_of_all_days_is_the_last_block(view: View, at: str) -> None:
    assert resolve(view, at).height == view.height


@pytest.mark.parametrize("at", ["0001-01-01", "0001-01-01T00:00:00+23:59"])
def test_refuses_the_first_of_all_days(view: View, at: str) -> None:
    with pytest.raises(HeightNotKept):
        resolve(view, at)


def test_refuses_what_is_before_the_first_block_that_is_kept(view: View) -> None:
    with pytest.raises(HeightNotKept):
        resolve(view, "2000-01-01")


# --- market


def test_the_book_is_that_of_the_machine(view: View, life: Recorded) -> None:
    index = life.machine.indexes[Books]
    assert isinstance(index, Books)
    book = index.book(NAME)
    found = market.order_book(view, NAME)
    assert found is not None
    rows = list(zip(*[found[name] for name in ("side", "price", "qty")], strict=True))
    assert market.order_book(view, "nothing") is None
    for side, mine in (("buy", book.bids), ("sell", book.asks)):
        shown = mine.shown(25)
        assert [row[1:] for row in rows if row[0] == side] == shown
        assert market.levels(view, NAME, side) == mine.shown(10_000)
        queue = market.queue(view, NAME, side)
        assert queue[:1] == [] or queue[0]["no"] == mine.head()
        lines = market.book_orders(view, NAME)
        numbers = [
            no for no, of in zip(lines["no"], lines["side"], strict=True) if of == side
        ]
        assert numbers == [row["no"] for row in queue]


def test_the_ticker_says_best_prices_and_the_day(view: View, life: Recorded) -> None:
    found = market.ticker(view, NAME)
    assert found is not None
    newest = market.trades(view, part=Slice(first=1)).rows[0]
    assert (found["last_trade"], found["last"]) == (newest["no"], newest["price"])
    assert market.ticker(view, "nothing") is None
    assert [row["instrument"] for row in market.tickers(view)] == [NAME]


def test_candles_are_filled_inside_sessions_and_begin_with_a_trade(view: View) -> None:
    found = market.candles(view, NAME, Span("1h", rows=10_000))
    assert found["trades"][0] > 0
    starts = found["time"]
    assert starts == sorted(set(starts))
    assert all(start % 3_600 == 0 for start in starts)
    empty = [at for at, trades in enumerate(found["trades"]) if trades == 0]
    assert empty
    assert all(found["open"][at] == found["close"][at - 1] for at in empty)
    assert sum(found["qty"]) == sum(market.tape(view, NAME, 10_000)["qty"])
    few = market.candles(view, NAME, Span("1h", rows=3))
    assert few["time"] == starts[-3:]


def test_the_tape_goes_on_where_it_ended(view: View) -> None:
    whole = market.tape(view, NAME, 1_000)["no"]
    first = market.tape(view, NAME, 5)["no"]
    rest = market.tape(view, NAME, 1_000, before=first[-1])["no"]
    assert first + rest == whole == sorted(whole, reverse=True)


def test_the_tape_names_the_block_of_each_trade_beside_its_own_height(view: View) -> None:
    found = market.tape(view, NAME, 5)
    assert found["height"] == view.height
    trades = [market.trade(view, number) for number in found["no"]]
    assert found["block"] == [trade["height"] for trade in trades if trade is not None]


@pytest.mark.parametrize("interval", ["1m", "4h", "1d"])
def test_candles_read_backwards_are_those_filled_forwards(view: View, interval: str) -> None:
    row = queries.record(view, Instrument, NAME)
    assert row is not None
    kept = queries.record(view, Calendar, row["calendar"])
    assert kept is not None
    spans = spans_of(queries.as_record(Instrument, row).sessions, "book")
    is_inside = partial(is_open_within, queries.as_record(Calendar, kept), spans)
    stored = view.tuples(
        select(*[tables.candles.c[name] for name in CANDLE_COLUMNS])
        .where(tables.candles.c.interval == interval, tables.candles.c.series == "counted")
        .order_by(tables.candles.c.open_time)
    )
    candles = [Candle(*found) for found in stored]
    forwards = filled(candles, LENGTHS_MS[interval], view.time + 1, is_inside)
    wanted = [(found.start // 1_000, found.close, found.trades) for found in forwards][-10_000:]
    found = market.candles(view, NAME, Span(interval, rows=10_000))
    assert list(zip(found["time"], found["close"], found["trades"], strict=True)) == wanted


def test_candles_end_at_the_head_however_far_until_is(view: View) -> None:
    far = market.candles(view, NAME, Span("1m", end=INT_MAX))
    assert far == market.candles(view, NAME, Span("1m"))
    assert market.candles(view, NAME, Span("1m", end=INT_MAX, rows=7))["rows"] == 7


@pytest.mark.parametrize("rows", [0, 10_001])
def test_refuses_more_rows_than_columns_may_hold(view: View, rows: int) -> None:
    refusal = BadFilter if rows == 0 else PageTooLarge
    with pytest.raises(refusal):
        market.tape(view, NAME, rows)
    with pytest.raises(refusal):
        market.candles(view, NAME, Span("1h", rows=rows))
    with pytest.raises(BadFilter):
        market.candles(view, NAME, Span("2h"))


# --- credits


def test_the_life_of_a_serial_leads_from_issuance_to_where_it_is(view: View) -> None:
    batch = carbon.batch(view, FOREIGN)
    assert batch is not None
    for serial in range(1, batch["issued"], 37):
        steps = serials.steps(view, [Range(FOREIGN, serial, serial)], view.height)
        assert (steps[0]["from_status"], steps[0]["from_owner"]) == ("", "")
        for before, after in pairwise(steps):
            stood = (before["to_status"], before["to_owner"])
            assert stood == (after["from_status"], after["from_owner"])
        (now,) = serials.pieces(view, [Range(FOREIGN, serial, serial)], view.height)
        assert (steps[-1]["to_status"], steps[-1]["to_owner"]) == (now["status"], now["owner"])


def test_supply_is_what_the_batches_count(view: View) -> None:
    batch = carbon.batch(view, FOREIGN)
    assert batch is not None
    (row,) = carbon.supply(view, view.height, batch["class"], FOREIGN)
    assert (row["batches"], row["issued"]) == (1, batch["issued"])
    assert row["statuses"] == {name: count for name, count in batch["counts"].items() if count}
    assert carbon.supply(view, view.height, "none") == []
    assert carbon.supply(view, 0, identity=FOREIGN) == []
    (then,) = carbon.supply(view, view.height // 2, identity=FOREIGN)
    assert sum(then["statuses"].values()) == then["issued"]
    assert then["statuses"] != row["statuses"]


# --- blocks, transactions, accounts


def test_transactions_and_their_events_are_found(view: View, life: Recorded) -> None:
    found = queries.transactions(view, {"sender": life.alice, "status": "applied"})
    assert found.rows
    row = found.rows[0]
    assert queries.transaction(view, row["id"]) == row
    assert len(queries.events(view, {"tx": row["id"]}).rows) == row["events"]
    block = queries.block(view, row["height"])
    assert block is not None
    assert block["time"] == row["time"]
    assert queries.block(view, block["hash"]) == block
    mine = queries.account_history(view, life.alice, part=Slice(first=100))
    assert mine.rows[0]["height"] >= row["height"]
    source = life.machine.state.source
    stored = {key: json.loads(value) for key, value in source.range(b"param\0", b"")}
    found_now = queries.params(view)
    assert {b"param\0" + name.encode(): value for name, value in found_now.items()} == stored


def test_a_balance_history_ends_with_the_balance(view: View, life: Recorded) -> None:
    found = queries.balance_history(view, life.alice, "cny")
    assert found["block"] == sorted(found["block"])
    assert found["amount"][-1] == life.balance(life.alice)


# --- search


def test_search_finds_ids_hashes_and_addresses_whole(view: View, life: Recorded) -> None:
    tx = queries.transactions(view).rows[0]["id"]
    assert search(view, f" {tx.upper()} ")[0] == ("transaction", tx, tx)
    assert search(view, life.alice)[0].kind == "account"
    assert search(view, "3")[0] == ("block", "3", "3")
    assert search(view, NAME)[0].kind == "instrument"
    batch = search(view, FOREIGN)[0]
    assert (batch.kind, batch.place) in (("asset", FOREIGN), ("batch", FOREIGN))
    certificate = carbon.certificates(view).rows[0]["id"]
    assert search(view, certificate)[0].place == certificate


def test_search_finds_serials_of_ours_and_of_other_registries(view: View) -> None:
    ours = search(view, f"CTN-{FOREIGN}-1-1")
    assert [item.kind for item in ours] == ["serial"]
    assert search(view, f"CTN-{FOREIGN}-999999999-999999999") == []
    known = queries.records(view, External, part=Slice(first=1)).rows[0]
    assert serials.externals(view, known["line"], known["start"], end=known["start"]) == [known]


def test_search_finds_nothing_without_failing(view: View) -> None:
    for text in ("100%", "_", "'; drop table names", "no such name", "9" * 60):
        assert all(item.kind != "transaction" for item in search(view, text))


@pytest.mark.parametrize("text", ["", "  ", "a" * 129, "森" * 43, "a\0b"])
def test_refuses_a_search_without_a_text(view: View, text: str) -> None:
    with pytest.raises(BadFilter):
        search(view, text)
