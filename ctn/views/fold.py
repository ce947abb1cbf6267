"""Folding a block: its receipts become rows of history, its changes the tables of records."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import msgspec

from ctn.crypto import domains
from ctn.kernel.asset import split_balance_id
from ctn.kernel.block import Header, block_hash
from ctn.kernel.codec import DECODE_ERRORS, Json, encode, from_base64
from ctn.kernel.genesis import Genesis, chain_name
from ctn.views import statements, tables
from ctn.views.projections import PROJECTIONS, Told
from ctn.views.refusals import ViewsBroken
from ctn.views.rows import NULL, Rows, Value, decoded, packed
from ctn.views.tables import VERSION

Changes = Iterable[tuple[str, str, msgspec.Raw]]
META: Final = 1
ADDRESS: Final = "ctn1"
ADDRESS_LENGTH: Final = 42


class _Body(msgspec.Struct):
    """What the read model keeps of a body, its operations as they were signed."""

    sender: str
    sequence: int
    expires: int
    memo: str
    ops: msgspec.Raw


_body_decoder: Final = msgspec.json.Decoder(_Body)


class Block(msgspec.Struct):
    """A block of the feed; what it changed stays text until it is written."""

    header: Value
    seal: str
    envelopes: list[str]
    receipts: list[Value]
    changes: list[tuple[str, str, msgspec.Raw]]


class Head(NamedTuple):
    """The block that all rows follow from."""

    chain: str
    height: int
    block_hash: str
    time: int
    keep_from: int


class Fold:
    """Folds block after block into rows; a flush writes them and where they stand."""

    def __init__(self, rows: Rows, head: Head | None) -> None:
        self.rows = rows
        self.head = head
        # False before the first block that is kept: records follow, and nothing else.
        self.keeps_past = True
        # The book's orders while what befell them is not told, with the time of each; else None.
        self.orders_aside: dict[str, tuple[bytes, int]] | None = None

    def genesis(self, genesis: Genesis, link: str) -> None:
        """Block 0: the parameters and records that the chain began with; `link` is its hash."""
        assert self.head is None
        height = genesis.initial_height - 1
        self.head = Head(chain_name(genesis), height, link, genesis.time, height)
        if self.keeps_past:
            self.unknown_block(height, link, genesis.time, genesis.maker or "", genesis.app_version)
        params = [("param", name, value) for name, value in genesis.params.items()]
        self.changes(
            [
                (table, place, msgspec.Raw(encode(value)))
                for table, place, value in (*params, *genesis.records)
            ],
            height,
            genesis.time,
        )

    def unknown_block(
        self, height: int, link: str, time: int, maker: str = "", version: int = 0
    ) -> None:
        """The row of a block that is no block of the feed, so its header is not known."""
        self.rows.add(
            tables.blocks, (height, link, time, "", maker, 0, "", "", "", version, "")
        )

    def block(self, block: Block) -> None:
        """One block of the feed, which must be the next."""
        assert self.head is not None
        header = block.header
        height, time = header["height"], header["time"]
        if height != self.head.height + 1 or header["previous"] != self.head.block_hash:
            raise ViewsBroken(f"block {height} does not follow block {self.head.height}")
        link = self.history(block) if self.keeps_past else header_link(header)
        self.changes(block.changes, height, time)
        self.head = self.head._replace(height=height, block_hash=link, time=time)

    def history(self, block: Block) -> str:
        """What happened in a block, without what it changed; gives the block's hash."""
        header = block.header
        height, time = header["height"], header["time"]
        link = header_link(header)
        self.rows.add(
            tables.blocks,
            (height, link, time, header["previous"], header["maker"], header["count"],
             header["transactions"], header["receipts"], header["state"], header["version"],
             block.seal),
        )  # fmt: skip
        for index, receipt in enumerate(block.receipts):
            if "hooks" in receipt:
                self._hooks(receipt, Told(height, time, index, 0, None))
            else:
                told = Told(height, time, index, 0, receipt["tx"])
                self._receipt(receipt, block.envelopes[index], told)
        return link

    def put_orders(self) -> None:
        """Put the orders that stood aside into the book."""
        for data, time in (self.orders_aside or {}).values():
            _order(self.rows, decoded(data), time)
        self.orders_aside = None

    def flush(self) -> None:
        """Write the rows and the head they follow from; the caller commits."""
        assert self.head is not None
        rows, head = self.rows, self.head
        rows.flush()
        row = (META, VERSION, head.chain, head.height, head.block_hash, head.time, head.keep_from)
        statements.upsert(tables.meta, rows.dialect).run(rows.connection, [row])

    # --- receipts

    def _receipt(self, receipt: Value, envelope: str, told: Told) -> None:
        body = _body_of(envelope)
        fee = receipt["fee"] or {"payer": None, "asset": None, "amount": None}
        events, moves = receipt["events"], receipt["moves"]
        self.rows.add(
            tables.transactions,
            (
                told.height, told.receipt, receipt["tx"], body.sender, body.sequence, body.expires,
                body.memo, bytes(body.ops).decode(), receipt["status"], receipt["refusal"],
                receipt["op"], packed(receipt["facts"]), fee["payer"], fee["asset"],
                fee["amount"], receipt["work"], packed(moves), len(events),
            ),
        )  # fmt: skip
        touched: dict[str, None] = {body.sender: None}
        if fee["payer"]:
            touched[fee["payer"]] = None
        _note_moves(moves, touched)
        self._events(events, told, (None, None), touched)
        self._history(touched, told)

    def _hooks(self, receipt: Value, told: Told) -> None:
        number = 0
        touched: dict[str, None] = {}
        for item in receipt["hooks"]:
            _note_moves(item["moves"], touched)
            events = item["events"]
            start = told._replace(number=number)
            self._events(events, start, (item["hook"], item["item"]), touched)
            number += len(events)
        self._history(touched, told)

    def _events(
        self,
        events: list[Value],
        told: Told,
        hook: tuple[str | None, str | None],
        touched: dict[str, None],
    ) -> None:
        add = self.rows.add
        height, time, index, first, tx = told
        for number, event in enumerate(events, first):
            name = event.pop("event")
            data = encode(event).decode()
            event["event"] = name
            add(tables.events, (height, index, number, name, tx, *hook, data))
            projection = PROJECTIONS.get(name)
            if projection is not None:
                projection(event, Told(height, time, index, number, tx), self.rows)
            for value in event.values():
                if type(value) is str and len(value) == ADDRESS_LENGTH and value[:4] == ADDRESS:
                    touched[value] = None

    def _history(self, touched: dict[str, None], told: Told) -> None:
        for account in touched:
            self.rows.add(tables.account_history, (account, told.height, told.receipt, told.tx))

    # --- changes

    def changes(self, changes: Changes, height: int, time: int) -> None:
        """Records as they are after a block, and that they were not so before."""
        rows = self.rows
        for table, place, raw in changes:
            value = bytes(raw)
            if table == "balance":
                account, asset = split_balance_id(place)
                amount = 0 if value == NULL else int(value)
                rows.balances[account, asset] = amount
                if self.keeps_past:
                    rows.add(tables.balance_changes, (account, asset, height, amount))
            elif table in tables.RECORDS:
                rows.put_record(table, place, value)
                beside = BESIDE.get(table)
                if beside is not None and (self.keeps_past or table not in WITH_PAST):
                    beside(rows, place, decoded(value), height)
            elif table == "order" and self.orders_aside is not None:
                self._put_aside(place, value, time)
            elif table == "order":
                _order(rows, decoded(value), time)
            elif table == "param":
                rows.params[place] = decoded(value)

    def _put_aside(self, place: str, value: bytes, time: int) -> None:
        assert self.orders_aside is not None
        if value == NULL:
            self.orders_aside.pop(place, None)
            return
        first = self.orders_aside.get(place, (value, time))[1]
        self.orders_aside[place] = value, first


def _body_of(envelope: str) -> _Body:
    data = from_base64(envelope)
    try:
        return _body_decoder.decode(data[5 : 5 + int.from_bytes(data[1:5], "big")])
    except DECODE_ERRORS:
        # Under an engine that orders bytes it does not read, a block may hold anything.
        return _Body("", 0, 0, "", msgspec.Raw(b"[]"))


def _note_moves(moves: list[list[Any]], touched: dict[str, None]) -> None:
    for _asset, source, target, _amount in moves:
        if ":" not in source:
            touched[source] = None
        if ":" not in target:
            touched[target] = None


def _order(rows: Rows, value: Value | None, time: int) -> None:
    """An order as the state has it; one that left the state was told by an event."""
    if value is None:
        return
    # Only an order that genesis brought was told by no event.
    known = rows.find_order(value["no"]) or dict.fromkeys(BESIDE_ORDER) | {"time": time}
    rows.put_order(known | {name: value[name] for name in ORDER_FIELDS})


def _interval(rows: Rows, place: str, value: Value | None, height: int) -> None:
    batch, _, start = place.rpartition("/")
    rows.interval((batch, int(start)), value, height)


def _certificate(rows: Rows, place: str, value: Value | None, height: int) -> None:
    _changed(rows, "certificate", place, (value, height))
    if value is not None:
        rows.parts[place] = value


def _changed(rows: Rows, table: str, place: str, change: tuple[Value | None, int]) -> None:
    value, height = change
    rows.add(tables.CHANGES[table], (place, height, packed(value)))


def _standing(rows: Rows, place: str, value: Value | None, height: int) -> None:
    _changed(rows, "standing", place, (value, height))


def _batch(rows: Rows, place: str, value: Value | None, height: int) -> None:
    _changed(rows, "batch", place, (value, height))


def _instrument(rows: Rows, place: str, value: Value | None, _height: int) -> None:
    if value is not None:
        rows.calendars[place] = value["calendar"]


def _calendar(rows: Rows, place: str, value: Value | None, _height: int) -> None:
    if value is not None:
        rows.offsets[place] = value["utc_offset_min"] * 60_000


def _project(rows: Rows, place: str, value: Value | None, height: int) -> None:
    _changed(rows, "project", place, (value, height))
    rows.names["project", place] = [] if value is None else [value["name"]]
    parties = [] if value is None else [party["name"] for party in value["parties"]]
    rows.names["company", place] = [name for name in parties if name]


def _named(kind: str) -> Callable[[Rows, str, Value | None, int], None]:
    def fold(rows: Rows, place: str, value: Value | None, _height: int) -> None:
        rows.names[kind, place] = [] if value is None else [value["name"]]

    return fold


BESIDE: Final[dict[str, Callable[[Rows, str, Value | None, int], None]]] = {
    "interval": _interval,
    "batch": _batch,
    "certificate": _certificate,
    "standing": _standing,
    "instrument": _instrument,
    "calendar": _calendar,
    "project": _project,
    "methodology": _named("methodology"),
    "class": _named("class"),
}
# Records whose earlier values can be asked for.
WITH_PAST: Final = ("interval", *tables.CHANGES)
BESIDE_ORDER: Final = ("time", "reason", "ended_height", "ended_time", "tx")
ORDER_FIELDS: Final = tuple(
    [column.name for column in tables.orders.columns if column.name not in BESIDE_ORDER]
)


def genesis_link(genesis_bytes: bytes) -> str:
    """The hash that stands for block 0, from the bytes of the genesis."""
    return hashlib.sha256(domains.GENESIS + genesis_bytes).hexdigest()


def header_link(header: Json | Header) -> str:
    """The hash of a block's header."""
    return block_hash(encode(header)).hex()
