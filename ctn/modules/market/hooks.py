"""What the market does by itself: day rolls, phases, calls, and taking out what is over.

Each item is work of its own draft, so a bug in one instrument stops that instrument alone. What is
past its time is over for every rule at once, even while its item waits for a later block.
"""

from collections.abc import Iterator
from functools import partial

from ctn.kernel.block import HOOK_ITEMS_MAX, Item, StuckScopes, is_stuck
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import numbered
from ctn.modules.assets.rules import day_start
from ctn.modules.market.book import CLIENT_ID, ORDER, Books, Due
from ctn.modules.market.day_roll import roll_day
from ctn.modules.market.days import calendar_of, spans_of
from ctn.modules.market.events import Reason
from ctn.modules.market.mutators import end_orders
from ctn.modules.market.over import is_any_outside, outside_band, resting, rests_any
from ctn.modules.market.phases import call_end, is_reopening, phase_now, put_phase
from ctn.modules.market.records import (
    REOPENING,
    ClientId,
    Instrument,
    InstrumentState,
    Order,
    Reopening,
)
from ctn.modules.market.sessions import next_bound
from ctn.modules.market.tape import old_tape
from ctn.modules.market.uncross import clear_call

FOREVER = 1 << 63


def begin_block(ledger: Ledger) -> Iterator[Item]:
    """Day rolls, phase changes, the due queue by time, kind and number, then the old tape."""
    yield from _rolls(ledger)
    yield from _phases(ledger)
    yield from _over(ledger)
    yield from old_tape(ledger)


def end_block(ledger: Ledger) -> Iterator[Item]:
    """Clear the calls that are over, by instrument."""
    books = ledger.index(Books)
    for name in sorted(books.instruments):
        due = call_end(ledger, books.instruments[name], books.states[name])
        if due is not None and due <= ledger.block.time:
            yield Item(due, _call_id(name), name, partial(_clear, name=name))


def next_due(ledger: Ledger) -> int | None:
    """The block time in ms of the earliest work; at or before block time when it waits."""
    books = ledger.index(Books)
    times = _due_times(ledger)
    for name, instrument in books.instruments.items():
        day_end = books.states[name].day_end
        if instrument.status != "delisted" and not is_stuck(ledger, "market", _roll_id(name)):
            times.append(day_end)
        if instrument.status == "active" and not is_stuck(ledger, "market", _phase_id(name)):
            times += _phase_times(ledger, instrument, books.states[name])
    if ledger.get(Reopening, REOPENING) is not None:
        times.append(ledger.block.time)
    return min(times) if times else None


def _rolls(ledger: Ledger) -> Iterator[Item]:
    books = ledger.index(Books)
    for name in sorted(books.instruments):
        state = books.states[name]
        is_live = books.instruments[name].status != "delisted"
        if is_live and state.day_end <= ledger.block.time:
            yield Item(state.day_end, _roll_id(name), name, partial(_roll, name=name))


def _roll(ledger: Ledger, name: str) -> None:
    books = ledger.index(Books)
    roll_day(ledger, books.instruments[name], books.states[name])


def _phases(ledger: Ledger) -> Iterator[Item]:
    books = ledger.index(Books)
    for name in sorted(books.instruments):
        state = books.states[name]
        phase = phase_now(ledger, books.instruments[name], state)
        if phase != state.phase or (phase == "call" and is_reopening(ledger)):
            run = partial(_change_phase, name=name)
            yield Item(ledger.block.time, _phase_id(name), name, run)
    if ledger.get(Reopening, REOPENING) is not None:
        yield Item(ledger.block.time, "reopening", "", _reopened)


def _change_phase(ledger: Ledger, name: str) -> None:
    books = ledger.index(Books)
    instrument, state = books.instruments[name], books.states[name]
    put_phase(ledger, instrument, state, phase_now(ledger, instrument, state))


def _reopened(ledger: Ledger) -> None:
    ledger.drop(Reopening, REOPENING)


def _clear(ledger: Ledger, name: str) -> None:
    books = ledger.index(Books)
    clear_call(ledger, books.instruments[name], books.states[name])


def _phase_times(ledger: Ledger, instrument: Instrument, state: InstrumentState) -> list[int]:
    """When the book of an active instrument may next change its phase."""
    time = ledger.block.time
    if phase_now(ledger, instrument, state) != state.phase:
        return [time]
    bound = next_bound(calendar_of(ledger, instrument), spans_of(instrument.sessions, "book"), time)
    is_broken = is_stuck(ledger, "market", _call_id(instrument.id))
    ends = (bound, None if is_broken else call_end(ledger, instrument, state))
    return [end for end in ends if end is not None]


def _over(ledger: Ledger) -> Iterator[Item]:
    """What is over, first to leave first; the machine stops at its limit of items."""
    books = ledger.index(Books)
    limit = HOOK_ITEMS_MAX + _stuck_count(ledger)
    reasons: dict[Due, Reason] = {}
    for name in sorted(books.instruments):
        reasons.update(_left_over(ledger, name, limit))
    for due in books.due_until(ledger.block.time, limit):
        reasons.setdefault(due, "expired")
    for due in sorted(reasons):
        yield _due_item(ledger, due, reasons[due])


def _has_left_over(books: Books, instrument: Instrument, state: InstrumentState) -> bool:
    book = books.book(instrument.id)
    if instrument.status == "delisted":
        return rests_any(book)
    return is_any_outside(book, state)


def _left_over(ledger: Ledger, name: str, limit: int) -> dict[Due, Reason]:
    """Orders of one instrument that its band or its delisting ended."""
    books = ledger.index(Books)
    instrument, state, book = books.instruments[name], books.states[name], books.book(name)
    if not _has_left_over(books, instrument, state):
        return {}
    since = day_start(calendar_of(ledger, instrument), state.day)
    if instrument.status == "delisted":
        return {Due(since, ORDER, no): "delist" for no in resting(book, limit)}
    return {Due(since, ORDER, no): "band" for no in outside_band(book, state, limit)}


def _due_item(ledger: Ledger, due: Due, reason: Reason) -> Item:
    name = _due_id(due)
    if due.kind == CLIENT_ID:
        return Item(due.due, name, "", partial(_forget, number=due.no))
    order = ledger.get(Order, numbered(due.no))
    scope = "" if order is None else order.instrument
    return Item(due.due, name, scope, partial(_end, number=due.no, reason=reason))


def _end(ledger: Ledger, number: int, reason: Reason) -> None:
    """End an order, unless an item before has."""
    order = ledger.get(Order, numbered(number))
    if order is not None:
        end_orders(ledger, [(order, reason)])


def _forget(ledger: Ledger, number: int) -> None:
    ledger.drop(ClientId, ledger.index(Books).client_ids[number])


def _due_times(ledger: Ledger) -> list[int]:
    """When the first order or client id is over, and that of each instrument left over."""
    books = ledger.index(Books)
    limit = 1 + _stuck_count(ledger)
    dues = books.due_until(FOREVER, limit)
    for name in books.instruments:
        dues += _left_over(ledger, name, limit)
    return [due.due for due in dues if not is_stuck(ledger, "market", _due_id(due))]


def _stuck_count(ledger: Ledger) -> int:
    """How many items a bug stopped: they are passed over, so as many more are looked up."""
    return sum(ledger.index(StuckScopes).scopes.values())


def _roll_id(instrument: str) -> str:
    return f"roll:{instrument}"


def _phase_id(instrument: str) -> str:
    return f"phase:{instrument}"


def _call_id(instrument: str) -> str:
    return f"call:{instrument}"


def _due_id(due: Due) -> str:
    return f"{due.kind}:{numbered(due.no)}"
