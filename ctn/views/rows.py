"""What the blocks of one SQL transaction write: kept by key, so that the last value wins.

A rebuild puts a thousand blocks into one transaction; a balance that changed in each of them is
written once.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Table, bindparam, select

from ctn.kernel.codec import encode
from ctn.modules.market.candles import LENGTHS_MS, bucket_start
from ctn.views import statements, tables

Row = tuple[Any, ...]
Value = dict[str, Any]
COUNTED: Final = "counted"
COUNTED_MODES: Final = ("book", "call", "batch", "listed")
MINUTE_MS: Final = 60_000
NULL: Final = b"null"
LIVE: Final = ("open", "pending")
ORDER_NAMES: Final = tuple([column.name for column in tables.orders.columns])
LENGTHS: Final = tuple(LENGTHS_MS.items())
_order = select(tables.orders).where(tables.orders.c.no == bindparam("no"))


def decoded(data: bytes) -> Any:
    """The value of canonical JSON."""
    return msgspec.json.decode(data)


def packed(value: Any) -> str | None:
    """A nested value as canonical JSON text."""
    return None if value is None else encode(value).decode()


class Rows:
    """The rows of a transaction, and what must be known of earlier ones to make more."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dialect = connection.dialect.name
        self.offsets = self._known_offsets()
        self.calendars = self._known_calendars()
        self.live: dict[int, Value] = {}
        # False while blocks are told whose orders may have been placed before the first of them.
        self.is_whole = True
        self.count = 0
        self._clear()

    def _clear(self) -> None:
        self.added: dict[Table, list[Row]] = {}
        self.records: dict[str, dict[str, bytes]] = {}
        self.params: dict[str, Any] = {}
        self.balances: dict[tuple[str, str], int] = {}
        self.candles: dict[tuple[str, str, str, int], list[int]] = {}
        self.orders: dict[int, Value] = {}
        self.tickers: dict[str, Row] = {}
        self.intervals: dict[tuple[str, int], list[Any]] = {}
        self.ended_intervals: list[Row] = []
        self.parts: dict[str, Value] = {}
        self.names: dict[tuple[str, str], list[str]] = {}
        self.count = 0

    # --- what is folded

    def add(self, table: Table, row: Row) -> None:
        """A row that no other has the key of."""
        rows = self.added.get(table)
        if rows is None:
            rows = self.added[table] = []
        rows.append(row)
        self.count += 1

    def put_record(self, table: str, place: str, value: bytes) -> None:
        """A record as it is after the block, as text; null when it is gone."""
        found = self.records.get(table)
        if found is None:
            found = self.records[table] = {}
        found[place] = value
        self.count += 1

    def order(self, number: int) -> Value:
        """The row of an order that was told before, to be changed by the caller."""
        row = self.find_order(number)
        if row is None:
            assert not self.is_whole
            return {}
        self.orders[number] = row
        return row

    def find_order(self, number: int) -> Value | None:
        """The row of an order as it stands now, or None."""
        row = self.orders.get(number) or self.live.get(number)
        if row is None:
            found = self.connection.execute(_order, {"no": number}).mappings().one_or_none()
            row = None if found is None else dict(found)
        return row

    def put_order(self, row: Value) -> None:
        """A new order."""
        self.orders[row["no"]] = row
        self.count += 1

    def trade(self, event: Value, height: int, time: int) -> None:
        """Join a trade to the candles of its instrument, and make it the last one."""
        instrument, price, qty = event["instrument"], event["price"], event["qty"]
        series = COUNTED if event["mode"] in COUNTED_MODES else event["mode"]
        offset = self.offsets.get(self.calendars.get(instrument, ""), 0)
        for interval, length in LENGTHS:
            key = (instrument, series, interval, bucket_start(time, length, offset))
            candle = self.candles.get(key)
            if candle is None:
                self.candles[key] = [price, price, price, price, qty, event["notional"], 1]
                continue
            candle[1] = max(candle[1], price)
            candle[2] = min(candle[2], price)
            candle[3] = price
            candle[4] += qty
            candle[5] += event["notional"]
            candle[6] += 1
        self.tickers[instrument] = (
            instrument, event["no"], price, qty, event["mode"], event["taker"], time, height,
        )  # fmt: skip

    def interval(self, key: tuple[str, int], value: Value | None, height: int) -> None:
        """What serials are from this block on ends what they were; None when they are no more."""
        before = self.intervals.pop(key, None)
        if before is None:
            self.ended_intervals.append((height, *key))
        else:
            before[3] = height
            self.add(tables.interval_history, tuple(before))
        if value is not None:
            self.intervals[key] = [
                *key, height, None, value["end"], value["status"], value["owner"],
                value["cause"], value["previous"], packed(value["freezes"]), value["since"],
            ]  # fmt: skip

    # --- what is written

    def flush(self) -> None:
        """Write everything; the caller commits."""
        connection, name = self.connection, self.dialect
        for table, rows in self.added.items():
            statements.insert(table, name).run(connection, rows)
        for record_table, found in self.records.items():
            self._flush_records(tables.RECORDS[record_table], found)
        params = [(key, packed(value)) for key, value in self.params.items()]
        statements.upsert(tables.params, name).run(connection, params)
        self._flush_balances()
        self._flush_market()
        statements.close_interval(name).run(connection, self.ended_intervals)
        history = [tuple(row) for row in self.intervals.values()]
        statements.insert(tables.interval_history, name).run(connection, history)
        self._flush_parts()
        self._flush_names()
        self._clear()

    def _flush_records(self, found: tables.RecordTable, values: dict[str, bytes]) -> None:
        gone: list[Row] = []
        rows: list[Row] = []
        places = [at for at, is_packed in enumerate(found.packed) if is_packed]
        for place, data in values.items():
            if data == NULL:
                gone.append((place,))
                continue
            value = decoded(data)
            row = [value[name] for name in found.names]
            for at in places:
                if row[at] is not None:
                    row[at] = encode(row[at]).decode()
            rows.append((place, *row))
        statements.upsert(found.table, self.dialect).run(self.connection, rows)
        statements.drop(found.table, self.dialect).run(self.connection, gone)

    def _flush_balances(self) -> None:
        kept = [(*key, amount) for key, amount in self.balances.items() if amount]
        gone = [key for key, amount in self.balances.items() if not amount]
        statements.upsert(tables.balances, self.dialect).run(self.connection, kept)
        statements.drop(tables.balances, self.dialect).run(self.connection, gone)

    def _flush_market(self) -> None:
        connection, name = self.connection, self.dialect
        candles = [(*key, *candle) for key, candle in self.candles.items()]
        statements.merge_candle(name).run(connection, candles)
        tickers = list(self.tickers.values())
        statements.upsert(tables.tickers, name).run(connection, tickers)
        rows: list[Row] = []
        for number, order in self.orders.items():
            row = [order[column] for column in ORDER_NAMES]
            row[ORDER_NAMES.index("via")] = packed(order["via"])
            rows.append(tuple(row))
            if order["state"] in LIVE:
                self.live[number] = order
            else:
                self.live.pop(number, None)
        statements.upsert(tables.orders, name).run(connection, rows)

    def _flush_parts(self) -> None:
        rows = [
            (certificate, value["batch"], part["start"], part["end"], part["grams"])
            for certificate, value in self.parts.items()
            for part in value["parts"]
        ]
        statements.upsert(tables.certificate_parts, self.dialect).run(self.connection, rows)

    def _flush_names(self) -> None:
        table = tables.names
        for kind, place in self.names:
            same = (table.c.kind == kind, table.c.place == place)
            self.connection.execute(table.delete().where(*same))
        rows = [
            (kind, place, number, name, name.casefold())
            for (kind, place), found in self.names.items()
            for number, name in enumerate(found)
        ]
        statements.insert(table, self.dialect).run(self.connection, rows)

    # --- what was known before

    def _known_offsets(self) -> dict[str, int]:
        table = tables.RECORDS["calendar"].table.c
        found = self.connection.execute(select(table.id, table.utc_offset_min))
        return {row[0]: row[1] * MINUTE_MS for row in found}

    def _known_calendars(self) -> dict[str, str]:
        table = tables.RECORDS["instrument"].table.c
        found = self.connection.execute(select(table.id, table.calendar))
        return {row[0]: row[1] for row in found}
