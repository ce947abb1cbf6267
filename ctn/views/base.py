"""Where an edition's past begins, when that is not genesis (`thallo.md` 3.1).

Either the home keeps less than it could: then blocks are folded without their past until the one
before the first that is kept. Or the engine holds no older blocks: then its own records stand for
them. In both cases what every record is at that block is written as if it had just become so.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, insert, literal, select

from ctn.kernel.genesis import Genesis, chain_name
from ctn.views import tables
from ctn.views.fold import BESIDE, WITH_PAST, Block, Fold, Head

Record = tuple[str, str, msgspec.Raw]
Records = list[Record]
Flush = Callable[[], None]
PAGE_ROWS: Final = 5_000
FLUSH_ROWS: Final = 50_000


class Base(NamedTuple):
    """The block that a set of records is the state after."""

    height: int
    block_hash: str
    time: int


def begin_past(fold: Fold, flush: Flush) -> None:
    """Keep the past from here on; what stands now is where it begins."""
    flush()
    assert fold.head is not None
    rows, head = fold.rows, fold.head
    now, then = tables.balances.c, tables.balance_changes
    standing = select(now.account, now.asset, literal(head.height), now.amount)
    names = [now.account.name, now.asset.name, then.c.height.name, now.amount.name]
    rows.connection.execute(insert(then).from_select(names, standing))
    for name in WITH_PAST:
        for page in _pages(rows.connection, tables.RECORDS[name]):
            for place, value in page:
                BESIDE[name](rows, place, value, head.height)
            flush()
    fold.unknown_block(head.height, head.block_hash, head.time)
    fold.head = head._replace(keep_from=head.height + 1)
    fold.keeps_past = True
    fold.put_orders()
    flush()


def _pages(
    connection: Connection, found: tables.RecordTable
) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Ids and values of the records of a table, some thousand at a time."""
    table = found.table
    last = ""
    while True:
        wanted = select(table).where(table.c.place > last).order_by(table.c.place)
        rows = connection.execute(wanted.limit(PAGE_ROWS)).mappings().all()
        if not rows:
            return
        yield [(row["place"], {name: row[name] for name in found.names}) for row in rows]
        last = rows[-1]["place"]


def begin_with_records(
    fold: Fold, genesis: Genesis, base: Base, lists: Iterable[Records], flush: Flush
) -> None:
    """Begin with the engine's own records; orders wait until what befell them is told."""
    fold.head = Head(chain_name(genesis), *base, base.height)
    fold.orders_aside = {}
    for records in lists:
        fold.changes(records, base.height, base.time)
        if fold.rows.count >= FLUSH_ROWS:
            flush()


def tell_earlier(fold: Fold, base: Base, blocks: Iterable[Block], flush: Flush) -> None:
    """The blocks that the engine holds up to its records, as history alone.

    Orders that ended among them and were placed before the first have no row.
    """
    rows = fold.rows
    rows.is_whole = False
    last = -1
    for block in blocks:
        last = block.header["height"]
        fold.history(block)
        if rows.count >= FLUSH_ROWS:
            flush()
    rows.is_whole = True
    if last != base.height:
        fold.unknown_block(*base)
    fold.put_orders()
    flush()
