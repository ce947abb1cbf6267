"""Whatever happens to an instrument, its stored state is one that a restart reads."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.codec import INT_MAX, encode
from ctn.kernel.state import MemorySource, State
from ctn.kernel.tx import Tx
from ctn.machine import Machine, Outcome
from ctn.modules.market.amend_instrument import AmendInstrument
from ctn.modules.market.book import Books
from ctn.modules.market.closing import band, to_tick
from ctn.modules.market.days import first_state, with_day
from ctn.modules.market.records import InstrumentState
from ctn.modules.market.set_calendar import SetCalendar
from ctn.modules.market.set_status import SetStatus
from tests.modules.market.listings import EVERY_DAY, NAME, SEEE, creation, market
from tests.modules.market.worlds import MarketWorld, buy, named, sell, state
from tests.worlds import DAY, START, World

STATE = b"instrument_state\0"
PRICES = st.integers(1, 9) | st.integers(INT_MAX // 3, INT_MAX)


def read_back(outcome: Outcome, world: World) -> int:
    """Decode each state that a block stored; how many there were."""
    stored = [item.value for item in outcome.changes if item.key.startswith(STATE)]
    for data in stored:
        assert data is not None
        world.machine.state.decode(InstrumentState, data)
    return len(stored)


def stored_by(world: World, *txs: Tx) -> int:
    """How many states a block of these transactions stored, all of which can be read."""
    return read_back(world.outcome(list(txs)), world)


def restarted(world: World) -> Machine:
    """The machine read anew from what was stored."""
    source = world.machine.state.source
    assert isinstance(source, MemorySource)
    machine = Machine(State(source), world.machine.chain)
    machine.load(iter(()), world.machine.height, world.time)
    return machine


@settings(max_examples=40, deadline=None)
@given(
    ref=PRICES,
    band_bp=st.sampled_from([0, 1, 1_000, 10_000, 1_000_000]),
    tick=st.sampled_from([100, 500, 2**40, 2**62]),
    new_band_bp=st.none() | st.sampled_from([0, 1, 999_999, 1_000_000]),
    new_tick=st.none() | st.sampled_from([100, 2**61 + 2**60, INT_MAX]),
)
def test_every_state_of_a_life_decodes_again(
    ref: int, band_bp: int, tick: int, new_band_bp: int | None, new_tick: int | None
) -> None:
    world, operator = market()
    made = creation(
        ref=max(tick, ref - ref % tick), tick=tick, band_bp=band_bp, sessions=SEEE,
        qty_max=2_000_000, block_min=1_000_000,
    )  # fmt: skip
    nothing: dict[str, Any] = dict.fromkeys(AmendInstrument.__struct_fields__)
    changes = {"instrument": NAME, "band_bp": new_band_bp, "tick": new_tick}
    ops = (
        made, SetStatus(NAME, "active"), AmendInstrument(**nothing | changes),
        SetStatus(NAME, "suspended"), SetStatus(NAME, "active"),
        SetCalendar("always", 840, 1, (), ()),
    )  # fmt: skip
    for op in ops:
        try:
            stored_by(world, world.tx(operator, op))
        except type(op).refuses:
            assert op is made  # its `check` found a reference too high
            return
        world.later(DAY)
        stored_by(world)
    world.later(8 * DAY)
    stored_by(world)
    world.recount()
    again = restarted(world).draft(world.time + 1).index(Books)
    assert again.dump() == world.draft().index(Books).dump()


def test_a_machine_starts_again_with_an_instrument_of_the_highest_reference() -> None:
    world, operator = market()
    world.accept(operator, creation(band_bp=0, ref=INT_MAX - INT_MAX % 100))
    assert world.get(InstrumentState, NAME).high == INT_MAX - INT_MAX % 100
    restarted(world)


@settings(max_examples=200)
@given(st.integers(1, INT_MAX), st.integers(0, 1_000_000), st.integers(1, INT_MAX))
def test_no_band_and_no_reference_is_above_what_a_record_holds(
    price: int, band_bp: int, tick: int
) -> None:
    ref = to_tick(price, tick)
    low, high = band(ref, band_bp, tick)
    assert 0 < low <= ref <= high <= INT_MAX
    assert ref % tick == low % tick == high % tick == 0


@settings(max_examples=100)
@given(st.integers(0, INT_MAX // DAY), st.integers(1, 1_440))
def test_no_time_of_a_day_is_above_what_a_record_holds(day: int, end: int) -> None:
    sessions = [{"mode": "book", "start": 0, "end": end}]
    terms = creation(sessions=sessions).terms()
    made = with_day(first_state(terms, EVERY_DAY, START), terms, EVERY_DAY, day)
    State(MemorySource({})).decode(InstrumentState, encode(made))


def test_the_sums_of_a_day_stay_as_they_are_when_a_trade_would_lead_beyond_2_to_the_63() -> None:
    for full in ({"qty": INT_MAX}, {"notional": INT_MAX}):
        world = MarketWorld()
        world.put(state(trades=7, **({"qty": 1, "notional": 1} | full)))
        ann, ben = world.trader("ann", tonnes=1), world.trader("ben")
        before = world.figures()
        world.accept(ann, sell(1, 60_000))
        events = world.accept(ben, buy(1, 60_000))
        assert len(named(events, "Traded")) == 1
        after = world.figures()
        assert (after.last, after.trades) == (60_000, 8)
        assert (after.qty, after.notional) == (before.qty, before.notional)
        restarted(world)
