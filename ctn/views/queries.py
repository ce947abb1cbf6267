"""Questions put to the tables, the same for GraphQL and REST: records, blocks, accounts.

Each takes the view that a request reads, so all answers of a request are of one height. Rows come
as dicts by the names of their columns. The market's questions are in `market.py`, those of credits
in `carbon.py`, the search in `search.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import ColumnElement, FromClause, Select, and_, select

from ctn.kernel.codec import INT_MAX
from ctn.kernel.record import Record
from ctn.views import past, tables
from ctn.views.heights import resolve
from ctn.views.pages import START, Page, Slice, Sort, columns, page, rows_wanted
from ctn.views.reader import View
from ctn.views.refusals import BadFilter

Value = dict[str, Any]
Filters = Mapping[str, Any]
R = TypeVar("R", bound=Record)
CHOICES_MAX: Final = 50
NO_FILTERS: Final[Filters] = {}

_blocks, _txs, _events = tables.blocks.c, tables.transactions.c, tables.events.c
BLOCK_SORTS: Final = {
    "newest": Sort("newest", (_blocks.height,), True),
    "oldest": Sort("oldest", (_blocks.height,)),
}
TRANSACTION_SORTS: Final = {
    "newest": Sort("newest", (_txs.height, _txs["index"]), True),
    "oldest": Sort("oldest", (_txs.height, _txs["index"])),
}
_event_key: Final = (_events.height, _events["index"], _events.number)
EVENT_SORTS: Final = {
    "newest": Sort("newest", _event_key, True),
    "oldest": Sort("oldest", _event_key),
}


def conditions(
    source: FromClause, filters: Filters, names: Sequence[str] = ()
) -> list[ColumnElement[bool]]:
    """Filters as conditions: `name`, `name_min` or `name_max`, or a list of values for `name`.

    `names` are the columns that may be asked, all when empty; None asks nothing. Refuses BadFilter.
    """
    made: list[ColumnElement[bool]] = []
    for field, value in filters.items():
        if value is None:
            continue
        name = field if field in source.c else field.removesuffix("_min").removesuffix("_max")
        if name not in source.c or (names and name not in names):
            raise BadFilter(field=field, rule="one of the filters of this list")
        made.append(_condition(source.c[name], field, value))
    return made


def _condition(column: ColumnElement[Any], field: str, value: Any) -> ColumnElement[bool]:
    values = list(value) if isinstance(value, list | tuple) else [value]
    kind = column.type.python_type if column.type is not tables.PACKED else None
    if len(values) > CHOICES_MAX:
        raise BadFilter(field=field, rule=f"at most {CHOICES_MAX} values")
    for one in values:
        is_good = type(one) is kind and (kind is not int or abs(one) <= INT_MAX)
        if not is_good or (kind is str and "\0" in one):
            raise BadFilter(field=field, rule="a value of the field's own kind")
    if field == column.key:
        return column.in_(values)
    found: ColumnElement[bool] = (
        column >= values[0] if field.endswith("_min") else column <= values[0]
    )
    return found


def chosen(sorts: Mapping[str, Sort], name: str | None) -> Sort:
    """The sort of a name, the first for None; refuses BadFilter."""
    found = next(iter(sorts.values())) if name is None else sorts.get(name)
    if found is None:
        raise BadFilter(field="sort", rule=", ".join(sorts))
    return found


# --- records


def as_record(kind: type[R], row: Value) -> R:
    """A row of a record's table as the record itself."""
    return msgspec.convert({name: row[name] for name in tables.RECORDS[kind.table].names}, kind)


def record(view: View, kind: type[Record], place: str) -> Value | None:
    """The row of a record by its id, with `place`."""
    table = tables.RECORDS[kind.table].table
    return view.row(select(table).where(table.c.place == place))


def record_sorts(kind: type[Record]) -> dict[str, Sort]:
    """The orders in which the records of a class can be listed."""
    table = tables.RECORDS[kind.table].table.c
    sorts = {"id": Sort("id", (table.place,)), "id_down": Sort("id_down", (table.place,), True)}
    for name in ("time", "height", "since", "vintage", "issued", "grams"):
        if name in table and not table[name].nullable:
            key = (table[name], table.place)
            sorts[name] = Sort(name, key)
            sorts[f"{name}_down"] = Sort(f"{name}_down", key, True)
    return sorts


def record_list(kind: type[Record], filters: Filters = NO_FILTERS) -> Select[Any]:
    """The records of a class that pass some filters, to be paged or counted."""
    table = tables.RECORDS[kind.table].table
    return select(table).where(*conditions(table, filters))


def records(
    view: View,
    kind: type[Record],
    filters: Filters = NO_FILTERS,
    *,
    sort: str | None = None,
    part: Slice = START,
) -> Page:
    """A page of the records of a class; `record_list` and `View.count` give the total."""
    return page(view, record_list(kind, filters), chosen(record_sorts(kind), sort), part)


def params(view: View) -> Value:
    """Every parameter that is set, by its name."""
    return {row["name"]: row["value"] for row in view.rows(select(tables.params))}


# --- blocks, transactions, events


def block(view: View, key: int | str) -> Value | None:
    """A block by its height or its hash."""
    at = _blocks.height == key if isinstance(key, int) else _blocks.hash == key
    return view.row(select(tables.blocks).where(at))


def blocks(
    view: View,
    filters: Filters = NO_FILTERS,
    *,
    sort: str | None = None,
    part: Slice = START,
) -> Page:
    """Blocks, the newest first unless asked otherwise; filters on height and time."""
    found = select(tables.blocks).where(
        *conditions(tables.blocks, filters, ("height", "time", "count"))
    )
    return page(view, found, chosen(BLOCK_SORTS, sort), part)


def transaction(view: View, identity: str) -> Value | None:
    """A transaction with its receipt, by its id, with the `time` of its block."""
    return view.row(_transactions().where(_txs.id == identity))


def transactions(
    view: View,
    filters: Filters = NO_FILTERS,
    *,
    sort: str | None = None,
    part: Slice = START,
) -> Page:
    """Transactions, the newest first; filters on sender, height, status, refusal, fee_payer."""
    allowed = ("sender", "height", "status", "refusal", "fee_payer")
    found = _transactions().where(*conditions(tables.transactions, filters, allowed))
    return page(view, found, chosen(TRANSACTION_SORTS, sort), part)


def _transactions() -> Select[Any]:
    joined = tables.transactions.join(tables.blocks, _txs.height == _blocks.height)
    return select(tables.transactions, _blocks.time).select_from(joined)


def events(
    view: View,
    filters: Filters = NO_FILTERS,
    *,
    sort: str | None = None,
    part: Slice = START,
) -> Page:
    """Events of all receipts; filters on event, height, tx, hook."""
    allowed = ("event", "height", "tx", "hook")
    found = select(tables.events).where(*conditions(tables.events, filters, allowed))
    return page(view, found, chosen(EVENT_SORTS, sort), part)


# --- accounts


def account_history(
    view: View, account: str, *, sort: str | None = None, part: Slice = START
) -> Page:
    """Every receipt that names an account; those of hooks have no transaction.

    Rows: account, height, index, tx, time, and sender, status, refusal, ops of a transaction.
    """
    mine = tables.account_history.c
    key = (mine.height, mine["index"])
    sorts = {"newest": Sort("newest", key, True), "oldest": Sort("oldest", key)}
    joined = tables.account_history.join(tables.blocks, mine.height == _blocks.height).outerjoin(
        tables.transactions, and_(_txs.height == mine.height, _txs["index"] == mine["index"])
    )
    found = (
        select(tables.account_history, _blocks.time, _txs.sender, _txs.status, _txs.refusal,
               _txs.ops)
        .select_from(joined)
        .where(mine.account == account)
    )  # fmt: skip
    return page(view, found, chosen(sorts, sort), part)


def balances(view: View, account: str, at: str | None = None) -> list[Value]:
    """What an account holds or held: rows of asset and amount, by asset."""
    if at is None:
        now = tables.balances.c
        return view.rows(
            select(now.asset, now.amount).where(now.account == account).order_by(now.asset)
        )
    then = past.balances(resolve(view, at).height).c
    found = select(then.asset, then.amount).where(then.account == account)
    return view.rows(found.order_by(then.asset))


def balance(view: View, account: str, asset: str, at: str | None = None) -> int:
    """What an account holds or held of an asset."""
    height = resolve(view, at).height
    then = tables.balance_changes.c
    found = view.tuples(
        select(then.amount)
        .where(then.account == account, then.asset == asset, then.height <= height)
        .order_by(then.height.desc())
        .limit(1)
    )
    return int(found[0][0]) if found else 0


def balance_history(view: View, account: str, asset: str, rows: int = 1_000) -> Value:
    """The newest changes of a balance by columns, oldest first: height, time, amount."""
    then = tables.balance_changes.c
    joined = tables.balance_changes.join(tables.blocks, then.height == _blocks.height)
    found = view.tuples(
        select(then.height, _blocks.time, then.amount)
        .select_from(joined)
        .where(then.account == account, then.asset == asset)
        .order_by(then.height.desc())
        .limit(rows_wanted(rows))
    )
    return columns(("block", "time", "amount"), found[::-1], view.height)


def standing(view: View, owner: str, at: str | None = None) -> Value | None:
    """What an owner's conduct has earned, or had earned then; None when nothing is known."""
    return changed_record(view, tables.CHANGES["standing"], owner, at)


def changed_record(
    view: View, changes: FromClause, place: str, at: str | None
) -> Value | None:
    """A record as it stood at a height, from the table of its changes."""
    height = resolve(view, at).height
    then = changes.c
    found = view.tuples(
        select(then.value)
        .where(then.place == place, then.height <= height)
        .order_by(then.height.desc())
        .limit(1)
    )
    value: Value | None = found[0][0] if found else None
    return value
