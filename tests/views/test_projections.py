"""What each event and each record becomes, and that nothing told is left out."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from ctn.kernel.codec import encode
from ctn.modules import record_kinds
from ctn.modules.market.candles import LENGTHS_MS, bucket_start
from ctn.modules.market.records import Order
from ctn.reference import events as declared_events
from ctn.views import tables
from ctn.views.build import build, fold_all, head_of
from ctn.views.fold import Fold, genesis_link
from ctn.views.projections import PROJECTIONS
from ctn.views.rows import Rows
from ctn.views.shelf import FileShelf, Shelf
from tests.views.lives import LifeFeed, Recorded
from tests.views.test_build import never

Value = dict[str, Any]


@pytest.fixture(scope="module")
def tables_of(served: Shelf) -> Iterator[Connection]:
    connection = served.reading("1", lambda: False)
    yield connection
    connection.close()


def rows(connection: Connection, table: Any) -> list[Value]:
    found = connection.execute(select(table)).mappings()
    return [{str(name): value for name, value in row.items()} for row in found]


def told_events(feed: LifeFeed) -> list[Value]:
    found = []
    for frame in feed.frames:
        for receipt in json.loads(frame)["receipts"]:
            for item in receipt.get("hooks", [receipt]):
                found += item["events"]
    return found


def test_every_projection_is_of_a_declared_event() -> None:
    assert set(PROJECTIONS) <= set(declared_events())


def test_every_record_class_has_a_table_or_a_reason() -> None:
    named = {kind.table for kind in record_kinds()}
    assert named == set(tables.RECORDS) | set(tables.NO_TABLE)


def test_every_event_is_a_row_with_all_of_its_fields(tables_of: Connection, feed: LifeFeed) -> None:
    told = Counter([json.dumps(event, sort_keys=True) for event in told_events(feed)])
    found = [row["data"] | {"event": row["event"]} for row in rows(tables_of, tables.events)]
    assert Counter([json.dumps(event, sort_keys=True) for event in found]) == told
    assert len({event["event"] for event in told_events(feed)}) > 20


def test_every_record_of_the_state_is_its_row(tables_of: Connection, life: Recorded) -> None:
    stored: dict[str, dict[str, Value]] = {}
    for key, data in life.machine.state.source.range(b"", b""):
        table, _, place = key.decode().partition("\0")
        stored.setdefault(table, {})[place] = json.loads(data)
    for name, found in tables.RECORDS.items():
        kept = {row.pop("place"): row for row in rows(tables_of, found.table)}
        assert kept == stored.get(name, {}), name
    held = rows(tables_of, tables.balances)
    balances = {f"{row['account']}/{row['asset']}": row["amount"] for row in held}
    assert balances == stored["balance"]
    params = {row["name"]: row["value"] for row in rows(tables_of, tables.params)}
    assert params == stored["param"]


def test_open_orders_are_those_of_the_state_and_the_others_say_why_they_ended(
    tables_of: Connection, life: Recorded
) -> None:
    found = {row["no"]: row for row in rows(tables_of, tables.orders)}
    stored = {order.no: order for _place, order in life.machine.state.scan(Order, "", "")}
    assert {number for number, row in found.items() if row["state"] == "open"} == set(stored)
    for number, order in stored.items():
        for name in ("price", "qty", "open", "shown", "rank", "seq", "expires", "client_id"):
            assert found[number][name] == getattr(order, name)
        assert found[number]["ended_time"] is None
    for number in set(found) - set(stored):
        row = found[number]
        assert row["ended_height"] >= row["height"]
        assert (row["reason"] is None) == (row["state"] == "filled")
        assert (row["open"] == 0) == (row["state"] == "filled")
    assert {row["state"] for row in found.values()} >= {"open", "filled", "cancelled", "expired"}


def test_trades_and_candles_add_up(tables_of: Connection, feed: LifeFeed) -> None:
    told = [event for event in told_events(feed) if event["event"] == "market.Traded"]
    found = rows(tables_of, tables.trades)
    assert [row["no"] for row in found] == [event["no"] for event in told]
    candles = rows(tables_of, tables.candles)
    for interval in LENGTHS_MS:
        mine = [row for row in candles if row["interval"] == interval]
        assert sum(row["qty"] for row in mine) == sum(event["qty"] for event in told)
        assert sum(row["trades"] for row in mine) == len(told)
    last = rows(tables_of, tables.tickers)[0]
    assert (last["no"], last["price"]) == (told[-1]["no"], told[-1]["price"])


def test_serials_are_never_in_two_places_at_once(tables_of: Connection, life: Recorded) -> None:
    history = rows(tables_of, tables.interval_history)
    for height in range(0, life.machine.height + 1, 7):
        stood = [row for row in history if row["from_height"] <= height
                 and (row["to_height"] is None or row["to_height"] > height)]  # fmt: skip
        for batch in {row["batch"] for row in stood}:
            mine = sorted((r["start"], r["end"]) for r in stood if r["batch"] == batch)
            assert mine[0][0] == 1
            assert all(a[1] + 1 == b[0] for a, b in pairwise(mine))


def test_certificates_are_found_by_their_serials(tables_of: Connection) -> None:
    parts = Counter(row["certificate"] for row in rows(tables_of, tables.certificate_parts))
    certificates = rows(tables_of, tables.RECORDS["certificate"].table)
    assert certificates
    assert parts == Counter({row["id"]: len(row["parts"]) for row in certificates})


def test_hooks_and_transactions_are_in_the_history_of_who_they_touch(
    tables_of: Connection, life: Recorded
) -> None:
    found = rows(tables_of, tables.account_history)
    mine = {(row["height"], row["index"]) for row in found if row["account"] == life.alice}
    sent = {(row["height"], row["index"]) for row in rows(tables_of, tables.transactions)
            if row["sender"] == life.alice}  # fmt: skip
    assert sent < mine
    assert any(row["tx"] is None for row in found)


trade = st.tuples(st.integers(0, 3 * 86_400_000), st.integers(1, 10**6), st.integers(1, 10**9))


@given(st.lists(trade, max_size=30), st.integers(1, 5))
def test_candles_do_not_depend_on_how_many_blocks_are_written_together(
    trades: list[tuple[int, int, int]], together: int
) -> None:
    shelf_rows = Rows(_MEMORY)
    tables.metadata.drop_all(_MEMORY)
    tables.metadata.create_all(_MEMORY)
    wanted: dict[int, list[int]] = {}
    for number, (time, price, qty) in enumerate(sorted(trades)):
        event = {"instrument": "x", "no": number, "price": price, "qty": qty, "notional": 1,
                 "mode": "book", "taker": None}  # fmt: skip
        shelf_rows.trade(event, number, time)
        start = bucket_start(time, LENGTHS_MS["5m"], 0)
        prices = wanted.setdefault(start, [])
        prices.append(price)
        if number % together == 0:
            shelf_rows.flush()
    shelf_rows.flush()
    found = {r["open_time"]: r for r in rows(_MEMORY, tables.candles) if r["interval"] == "5m"}
    assert set(found) == set(wanted)
    for start, prices in wanted.items():
        row = found[start]
        ohlc = (row["open"], row["high"], row["low"], row["close"], row["trades"])
        assert ohlc == (prices[0], max(prices), min(prices), prices[-1], len(prices))


def _memory() -> Connection:
    from sqlalchemy import create_engine

    connection = create_engine("sqlite://").connect()
    tables.metadata.create_all(connection)
    return connection


_MEMORY = _memory()


def test_orders_that_genesis_brought_are_orders(
    life: Recorded, feed: LifeFeed, tmp_path: Path
) -> None:
    """A chain that continues another begins with its open orders, of which no event tells."""
    stored = [(place, order) for place, order in life.machine.state.scan(Order, "", "")]
    assert stored
    records = list(life.genesis().records)
    records += [("order", place, msgspec.to_builtins(order)) for place, order in stored]
    genesis = msgspec.structs.replace(life.genesis(), records=records)
    shelf = FileShelf(tmp_path)
    build(shelf, "1", LifeFeed(genesis, []), until=None, told=never)
    connection = shelf.writing("1")
    found = {row["no"]: row for row in rows(connection, tables.orders)}
    assert {order.no for _place, order in stored} == set(found)
    number = stored[0][1].no
    fold = Fold(Rows(connection), head_of(connection))
    block = feed.block(1)
    block.header["previous"] = genesis_link(encode(genesis))
    block.envelopes, block.receipts, block.changes = [], [_ending(stored[0][1])], []
    fold_all(shelf, connection, [block], fold=fold, told=never)
    row = {row["no"]: row for row in rows(connection, tables.orders)}[number]
    assert (row["state"], row["reason"], row["ended_height"]) == ("cancelled", "user", 1)
    assert encode(row["via"]) == b"null"


def _ending(order: Order) -> Value:
    ended = {"no": order.no, "account": order.account, "instrument": order.instrument,
             "open": order.open, "state": "cancelled", "reason": "user"}  # fmt: skip
    event = {"event": "market.OrdersEnded", "orders": [ended], "more": False}
    item = {"hook": "market.begin_block", "item": "x", "moves": [], "events": [event]}
    return {"height": 1, "hooks": [item]}
