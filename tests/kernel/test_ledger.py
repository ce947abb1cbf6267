"""The draft: four verbs that write, and an undo that is exact (engine.md 5.4, 5.5)."""

from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.kernel.codec import INT_MAX, encode
from ctn.kernel.ledger import BlockFacts, Ledger, TxFacts, delta_since
from ctn.kernel.record import Event, Index, Record
from ctn.kernel.refusal import (
    AmountZero,
    BalanceTooLarge,
    InsufficientBalance,
    Refusal,
    WorkExceeded,
)
from ctn.kernel.state import MemorySource, State


class Sums:
    """The sum of all pebbles of each colour."""

    def __init__(self) -> None:
        self.sums: dict[str, int] = {}

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Take the one away and add the other."""
        for pebble, sign in ((before, -1), (after, 1)):
            if isinstance(pebble, Pebble):
                total = self.sums.pop(pebble.colour, 0) + sign * pebble.weight
                if total:
                    self.sums[pebble.colour] = total


class Pebble(Record, frozen=True):
    """Something that is remembered."""

    table: ClassVar[str] = "pebble"
    key: ClassVar[tuple[str, ...]] = ("no",)
    index: ClassVar[type[Index] | None] = Sums

    no: int
    colour: str
    weight: int


class Thrown(Event, frozen=True):
    """A pebble was thrown."""

    no: int


PLACES = [f"{number:020d}" for number in range(6)]
HOLDERS = ["issued:cny", "a", "b", "x:1"]


def _ledger() -> Ledger:
    """A draft over a state with three pebbles and some money."""
    values = {
        f"pebble\0{PLACES[number]}".encode(): encode(Pebble(number, "red", number + 1))
        for number in range(3)
    }
    values |= {b"balance\0a/cny": b"100", b"balance\0issued:cny/cny": b"-100"}
    ledger = Ledger(State(MemorySource(values)), {Sums: Sums()}, BlockFacts(1, 1, b"", "c"))
    for place, pebble in ledger.state.scan(Pebble, "", ""):
        ledger.index(Sums).apply(place, None, pebble)
    return ledger


def _picture(ledger: Ledger) -> dict[str, Any]:
    """Everything that can be seen in a draft."""
    return {
        "pebbles": [ledger.get(Pebble, place) for place in PLACES],
        "scan": ledger.scan(Pebble, "", 1_000),
        "balances": [ledger.balance(holder, "cny") for holder in HOLDERS],
        "sums": dict(ledger.index(Sums).sums),
        "moves": list(ledger.moves),
        "events": list(ledger.events),
    }


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 5), st.sampled_from(["red", "blue"])),
        st.tuples(st.just("drop"), st.integers(0, 5), st.none()),
        st.tuples(st.just("move"), st.integers(0, 15), st.integers(0, 150)),
        st.tuples(st.just("emit"), st.integers(0, 5), st.none()),
        st.tuples(st.just("mark"), st.none(), st.none()),
        st.tuples(st.just("undo"), st.none(), st.none()),
    ),
    max_size=30,
)


def _act(ledger: Ledger, name: str, number: int, detail: Any) -> None:
    if name == "put":
        ledger.put(Pebble(number, detail, number + len(detail)))
    elif name == "drop" and ledger.get(Pebble, PLACES[number]) is not None:
        ledger.drop(Pebble, PLACES[number])
    elif name == "emit":
        ledger.emit(Thrown(number))
    elif name == "move":
        source, target = HOLDERS[number % 4], HOLDERS[number // 4]
        try:
            ledger.move("cny", detail, source=source, target=target)
        except Refusal:
            return


@given(acts=ACTS)
def test_undoing_gives_back_exactly_what_stood_at_the_mark(acts: list[Any]) -> None:
    ledger = _ledger()
    marks = [(ledger.mark(), _picture(ledger))]
    for name, number, detail in acts:
        if name == "mark":
            marks.append((ledger.mark(), _picture(ledger)))
        elif name == "undo":
            mark, picture = marks.pop() if len(marks) > 1 else marks[0]
            ledger.undo(mark)
            assert _picture(ledger) == picture
        else:
            _act(ledger, name, number, detail)
    while marks:
        mark, picture = marks.pop()
        ledger.undo(mark)
        assert _picture(ledger) == picture
    assert ledger.log == []


@given(acts=ACTS)
def test_index_scan_and_balances_agree_with_the_records(acts: list[Any]) -> None:
    ledger = _ledger()
    for name, number, detail in acts:
        if name not in ("mark", "undo"):
            _act(ledger, name, number, detail)
    pebbles = [pebble for place in PLACES if (pebble := ledger.get(Pebble, place)) is not None]
    assert ledger.scan(Pebble, "", 1_000) == [(pebble.place(), pebble) for pebble in pebbles]
    sums: dict[str, int] = {}
    for pebble in pebbles:
        sums[pebble.colour] = sums.get(pebble.colour, 0) + pebble.weight
    assert ledger.index(Sums).sums == sums
    assert sum(ledger.balance(holder, "cny") for holder in HOLDERS) == 0


@given(acts=ACTS, limit=st.integers(0, 6), after=st.integers(-1, 5))
def test_a_scan_pages_in_byte_order(acts: list[Any], limit: int, after: int) -> None:
    ledger = _ledger()
    for name, number, detail in acts:
        if name in ("put", "drop"):
            _act(ledger, name, number, detail)
    start = "" if after < 0 else PLACES[after]
    expected = [place for place in PLACES if place > start and ledger.get(Pebble, place)]
    found = [place for place, _pebble in ledger.scan(Pebble, "", limit, start)]
    assert found == expected[:limit]


@given(acts=ACTS)
def test_a_delta_tells_first_before_and_last_after(acts: list[Any]) -> None:
    ledger, untouched = _ledger(), _ledger()
    start = ledger.mark()
    for name, number, detail in acts:
        if name not in ("mark", "undo"):
            _act(ledger, name, number, detail)
    delta = delta_since(ledger, start)
    for place in PLACES:
        before, after = untouched.get(Pebble, place), ledger.get(Pebble, place)
        assert delta.records.get(f"pebble\0{place}", (before, before)) == (before, after)
    for holder in HOLDERS:
        was, now = untouched.balance(holder, "cny"), ledger.balance(holder, "cny")
        assert delta.balances.get(f"{holder}/cny", (was, was)) == (was, now)


def test_money_moves_whole_or_not_at_all() -> None:
    ledger = _ledger()
    with pytest.raises(AmountZero):
        ledger.move("cny", 0, source="a", target="b")
    with pytest.raises(InsufficientBalance) as caught:
        ledger.move("cny", 101, source="a", target="b")
    assert caught.value.facts == {"account": "a", "asset": "cny", "have": 100, "need": 101}
    with pytest.raises(InsufficientBalance):
        ledger.move("usd", 1, source="issued:cny", target="a")
    ledger.move("cny", 100, source="a", target="b")
    ledger.move("cny", 60, source="b", target="b")
    assert (ledger.balance("a", "cny"), ledger.balance("b", "cny")) == (0, 100)


def test_no_balance_passes_two_to_the_63_minus_one() -> None:
    ledger = _ledger()
    ledger.move("cny", INT_MAX - 100, source="issued:cny", target="b")
    for target in ("b", "c"):
        with pytest.raises(BalanceTooLarge):
            ledger.move("cny", 1, source="issued:cny", target=target)


def test_work_is_counted_by_the_rule_of_the_document() -> None:
    ledger = _ledger()
    ledger.begin(TxFacts("t", 0, 0), "kernel", (Pebble,), 1_000)
    ledger.get(Pebble, PLACES[0])
    assert ledger.end() == 1
    ledger.begin(TxFacts("t", 0, 0), "kernel", (Pebble,), 1_000)
    ledger.put(Pebble(5, "red", 1))
    ledger.put(Pebble(5, "red", 2))
    ledger.drop(Pebble, PLACES[5])
    ledger.emit(Thrown(1))
    assert ledger.end() == 5 + 1 + 1 + 2
    ledger.begin(TxFacts("t", 0, 0), "kernel", (Pebble,), 1_000)
    assert len(ledger.scan(Pebble, "", 1_000)) == 3
    assert ledger.end() == 1 + 3


def test_work_beyond_what_was_stated_is_refused() -> None:
    ledger = _ledger()
    ledger.begin(TxFacts("t", 0, 0), "kernel", (Pebble,), 5)
    ledger.put(Pebble(5, "red", 1))
    with pytest.raises(WorkExceeded):
        ledger.put(Pebble(5, "red", 2))
    ledger.begin(TxFacts("t", 0, 0), "kernel", (), 2)
    for _ in range(3):
        ledger.get(Pebble, PLACES[0])
    with pytest.raises(WorkExceeded):
        ledger.end()


def test_an_op_writes_only_what_it_declares_of_its_own_module() -> None:
    ledger = _ledger()
    ledger.begin(TxFacts("t", 0, 0), "kernel", (), 100)
    with pytest.raises(AssertionError, match="writes"):
        ledger.put(Pebble(5, "red", 1))
    ledger.begin(TxFacts("t", 0, 0), "market", (), 100)
    ledger.put(Pebble(5, "red", 1))


def test_a_record_that_is_not_there_is_not_dropped() -> None:
    with pytest.raises(AssertionError, match="not there"):
        _ledger().drop(Pebble, PLACES[5])


@given(moves=st.lists(st.tuples(st.sampled_from("wxyz"), st.integers(1, 9)), max_size=8))
def test_what_an_account_holds_is_stored_and_drafted_balances_together(
    moves: list[tuple[str, int]],
) -> None:
    stored = {"w": 3, "y": 5}
    values = {f"balance\0a/{asset}".encode(): b"%d" % held for asset, held in stored.items()}
    values |= {b"balance\0ab/w": b"7", b"balance\0a!/w": b"7"}
    ledger = Ledger(State(MemorySource(values)), {}, BlockFacts(1, 1, b"", "c"))
    expected = dict(stored)
    for asset, amount in moves:
        if expected.get(asset, 0) >= amount:
            ledger.move(asset, amount, source="a", target="b")
            expected[asset] -= amount
        else:
            ledger.move(asset, amount, source=f"issued:{asset}", target="a")
            expected[asset] = expected.get(asset, 0) + amount
    held = [(asset, expected[asset]) for asset in sorted(expected) if expected[asset]]
    assert ledger.holdings("a", 9) == held
    assert ledger.holdings("a", 1) == held[:1]
