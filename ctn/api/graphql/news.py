"""What streams tell: the whole as it stands, and what changed since a height."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from ctn.api.frames import FRAME_TRADE, Shown, change, whole
from ctn.kernel.codec import encode
from ctn.modules.market.feed import changed_rows, checksum
from ctn.modules.market.records import InstrumentState
from ctn.views import tables
from ctn.views.market import CANDLE, SIDES, levels, stored_candles
from ctn.views.pages import columns
from ctn.views.queries import record
from ctn.views.reader import View
from ctn.views.rows import COUNTED

ITEMS_MAX: Final = 50
SNAPSHOT_TRADES: Final = 20
Value = dict[str, Any]


class News(NamedTuple):
    """What happened after a height, read once for all streams that stand there."""

    view: View
    since: int
    accounts: dict[str, list[str]]
    ids: frozenset[str]


def news_of(view: View, since: int) -> News:
    """The accounts touched and transactions made after a height."""
    history, sent = tables.account_history, tables.transactions
    touched: dict[str, list[str]] = {}
    rows = view.tuples(
        select(history.c.account, history.c.tx).where(history.c.height > since)
    )
    for account, tx in rows:
        found = touched.setdefault(account, [])
        if tx is not None and len(found) < ITEMS_MAX:
            found.append(tx)
    ids = view.tuples(select(sent.c.id).where(sent.c.height > since))
    return News(view, since, touched, frozenset([row[0] for row in ids]))


def _blocks(view: View, _of: Sequence[str], _state: Any) -> tuple[Value, Any]:
    table = tables.blocks
    statement = select(table).order_by(table.c.height.desc()).limit(1)
    return {"blocks": view.rows(statement)}, None


def _new_blocks(news: News, _of: Sequence[str], _state: Any) -> tuple[Value | None, Any]:
    table = tables.blocks
    statement = (
        select(table)
        .where(table.c.height > news.since)
        .order_by(table.c.height.desc())
        .limit(ITEMS_MAX)
    )
    return {"blocks": news.view.rows(statement)[::-1]}, None


def _transaction(view: View, of: Sequence[str], _state: Any) -> tuple[Value, Any]:
    table = tables.transactions
    statement = select(table).where(table.c.id == of[0]).order_by(table.c.height).limit(1)
    return {"transaction": view.row(statement)}, None


def _new_transaction(news: News, of: Sequence[str], _state: Any) -> tuple[Value | None, Any]:
    if of[0] not in news.ids:
        return None, None
    return _transaction(news.view, of, None)


def _trades(view: View, of: Sequence[str], _state: Any) -> tuple[Value, Any]:
    table = tables.trades
    statement = select(table).where(table.c.instrument == of[0])
    statement = statement.order_by(table.c.no.desc()).limit(SNAPSHOT_TRADES)
    return {"trades": view.rows(statement)[::-1]}, None


def _new_trades(news: News, of: Sequence[str], _state: Any) -> tuple[Value | None, Any]:
    """All of them, for none may be missed; the work of a block bounds how many there are."""
    table = tables.trades
    statement = (
        select(table)
        .where(table.c.instrument == of[0], table.c.height > news.since)
        .order_by(table.c.no)
    )
    rows = news.view.rows(statement)
    return ({"trades": rows} if rows else None), None


def _candle_rows(view: View, of: Sequence[str], limit: int) -> Sequence[Any]:
    found = stored_candles(view, (of[0], COUNTED, of[1]), limit, end=view.time + 1)
    return [(candle.start // 1000, *candle[1:]) for candle in found]  # exact: whole seconds


def _candles(view: View, of: Sequence[str], _state: Any) -> tuple[Value, Any]:
    rows = _candle_rows(view, of, ITEMS_MAX)
    return {"candles": columns(CANDLE, rows, view.height)}, rows


def _new_candles(news: News, of: Sequence[str], state: Any) -> tuple[Value | None, Any]:
    rows = _candle_rows(news.view, of, ITEMS_MAX)
    known = {row[0]: row for row in state or ()}
    changed = [row for row in rows if known.get(row[0]) != row]
    if not changed:
        return None, rows
    return {"candles": columns(CANDLE, changed, news.view.height)}, rows


def _account(view: View, of: Sequence[str], _state: Any) -> tuple[Value, Any]:
    table = tables.balances
    statement = select(table).where(table.c.account == of[0])
    rows = view.rows(statement.order_by(table.c.asset).limit(ITEMS_MAX))
    return {"address": of[0], "balances": rows, "transactions": []}, None


def _new_account(news: News, of: Sequence[str], _state: Any) -> tuple[Value | None, Any]:
    if of[0] not in news.accounts:
        return None, None
    found, _none = _account(news.view, of, None)
    return found | {"transactions": news.accounts[of[0]]}, None


def _book_of(view: View, instrument: str) -> Shown:
    state = record(view, InstrumentState, instrument)
    bids, asks = (levels(view, instrument, side) for side in SIDES)
    if state is None:
        return Shown(0, "closed", bids, asks)
    return Shown(state["feed_seq"], state["phase"], bids, asks)


def _frames(view: View, of: Sequence[str], _state: Any) -> tuple[Value, Any]:
    book = _book_of(view, of[0])
    return whole(of[0], book), book


def _new_frames(news: News, of: Sequence[str], state: Any) -> tuple[Value | None, Any]:
    before: Shown = state
    book = _book_of(news.view, of[0])
    if book == before:
        return None, book
    table = tables.trades
    statement = (
        select(*[table.c[name] for name in FRAME_TRADE])
        .where(table.c.instrument == of[0], table.c.height > news.since)
        .order_by(table.c.no)
    )
    shown = book._replace(
        bids=changed_rows(before.bids, book.bids), asks=changed_rows(before.asks, book.asks)
    )
    trades, check = news.view.rows(statement), checksum(book.bids, book.asks)
    return change(of[0], before.seq, shown, trades, check), book


class Kind(NamedTuple):
    """A kind of stream: its arguments, the whole, and the change since a height."""

    arguments: tuple[str, ...]
    whole: Callable[[View, Sequence[str], Any], tuple[Value, Any]]
    change: Callable[[News, Sequence[str], Any], tuple[Value | None, Any]]


KINDS: Final = {
    "blocks": Kind((), _blocks, _new_blocks),
    "transaction": Kind(("id",), _transaction, _new_transaction),
    "frames": Kind(("instrument",), _frames, _new_frames),
    "trades": Kind(("instrument",), _trades, _new_trades),
    "candles": Kind(("instrument", "interval"), _candles, _new_candles),
    "accountChanged": Kind(("address",), _account, _new_account),
}


def size_of(value: Value) -> int:
    """How many bytes a message takes."""
    return len(encode(value))
