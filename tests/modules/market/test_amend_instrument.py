"""Terms change at the next day roll, and some never."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.assets.records import FREE, Asset
from ctn.modules.market.amend_instrument import AmendInstrument
from ctn.modules.market.cancel_order import CancelOrder
from ctn.modules.market.presets import TONNE
from ctn.modules.market.records import Amendment, Instrument, InstrumentState
from ctn.modules.market.refusals import InstrumentNotFound
from ctn.modules.market.set_status import SetStatus
from ctn.modules.market.terms import BadInstrument
from tests.modules.market.listings import NAME, REF, listed, market, placing
from tests.worlds import DAY, Person, World


def amendment(**changes: Any) -> AmendInstrument:
    """An amendment of the named terms; the others are kept."""
    nothing: dict[str, Any] = dict.fromkeys(AmendInstrument.__struct_fields__)
    return AmendInstrument(**nothing | {"instrument": NAME} | changes)


def a_world() -> tuple[World, str]:
    """An active instrument that trades without a pause."""
    world, operator = market()
    listed(world)
    world.person("trader", cny=1_000)
    world.empty_block()
    return world, operator


def test_an_amendment_acts_at_the_next_day_roll() -> None:
    world, operator = a_world()
    events = world.accept(operator, amendment(band_bp=500, qty_max=10 * TONNE))
    assert events[0]["event"] == "market.InstrumentAmended"
    assert sorted(events[0]["fields"]) == ["band_bp", "qty_max"]
    assert events[0]["day_end"] == world.get(InstrumentState, NAME).day_end
    assert world.get(Instrument, NAME).band_bp == 1_000
    world.later(DAY)
    world.empty_block()
    instrument, state = world.get(Instrument, NAME), world.get(InstrumentState, NAME)
    assert (instrument.band_bp, instrument.qty_max) == (500, 10 * TONNE)
    assert (state.low, state.high) == (570_000, 630_000)
    assert world.get(Amendment, NAME) is None


def test_a_second_amendment_builds_on_the_first() -> None:
    world, operator = a_world()
    world.accept(operator, amendment(band_bp=500))
    world.accept(operator, amendment(collar_bp=100))
    world.later(DAY)
    world.empty_block()
    instrument = world.get(Instrument, NAME)
    assert (instrument.band_bp, instrument.collar_bp) == (500, 100)


def test_an_amendment_does_not_undo_a_status() -> None:
    world, operator = a_world()
    world.accept(operator, amendment(band_bp=500))
    world.accept(operator, SetStatus(NAME, "suspended"))
    world.later(DAY)
    world.empty_block()
    assert world.get(Instrument, NAME).status == "suspended"


def test_asset_quote_lot_and_reference_are_no_terms_to_amend() -> None:
    fields = AmendInstrument.__struct_fields__
    kept = [name for name in Instrument.__struct_fields__ if name not in fields]
    assert kept == ["id", "asset", "quote", "lot", "ref", "status"]


def test_refuses_an_unknown_instrument() -> None:
    world, operator = a_world()
    world.refuse(operator, InstrumentNotFound, amendment(instrument="other", band_bp=1))


@pytest.mark.parametrize(
    ("field", "value"),
    [("qty_max", 1), ("t_plus", 1), ("tick", 19), ("calendar", "nothing"), ("modes", ("pool",))],
)
def test_refuses_terms_that_do_not_fit_the_rest(field: str, value: Any) -> None:
    world, operator = a_world()
    named = {"modes": "sessions"}.get(field, field)
    assert world.refuse(operator, BadInstrument, amendment(**{field: value}))["field"] == named


def test_refuses_terms_of_a_delisted_instrument() -> None:
    world, operator = a_world()
    world.accept(operator, SetStatus(NAME, "delisted"))
    assert world.refuse(operator, BadInstrument, amendment(band_bp=1))["field"] == "status"


def test_refuses_a_new_tick_while_an_order_rests() -> None:
    world, operator = a_world()
    trader = Person("trader").address
    world.accept(trader, placing())
    assert world.refuse(operator, BadInstrument, amendment(tick=500))["field"] == "tick"
    world.accept(operator, amendment(band_bp=2_000))
    world.accept(trader, CancelOrder(1, None))
    world.accept(operator, amendment(tick=500))


def test_a_new_tick_moves_the_reference_half_up() -> None:
    world, operator = market()
    listed(world, ref=REF + 300)
    world.empty_block()
    world.accept(operator, amendment(tick=500))
    world.later(DAY)
    world.empty_block()
    state = world.get(InstrumentState, NAME)
    assert (state.ref, state.low, state.high) == (600_500, 540_500, 660_500)


def test_a_new_tick_waits_for_a_roll_at_which_no_order_rests() -> None:
    world, operator = a_world()
    trader = Person("trader").address
    world.accept(operator, amendment(tick=500))
    world.accept(trader, placing())
    world.later(DAY)
    world.empty_block()
    assert world.get(Instrument, NAME).tick == 100
    world.accept(trader, CancelOrder(1, None))
    world.later(DAY)
    world.empty_block()
    assert world.get(Instrument, NAME).tick == 500


def test_a_tick_that_waits_holds_back_nothing_but_the_lot_of_auctions() -> None:
    world, operator = a_world()
    trader = Person("trader").address
    changes = {"band_bp": 500, "eligible": ("enterprise",), "collar_bp": 100, "qty_max": 5 * TONNE}
    world.accept(operator, amendment(tick=500, auction_lot=TONNE // 10, **changes))
    world.accept(trader, placing())
    world.later(DAY)
    world.empty_block()
    terms, state = world.get(Instrument, NAME), world.get(InstrumentState, NAME)
    assert {name: getattr(terms, name) for name in changes} == changes
    assert (terms.tick, terms.auction_lot) == (100, TONNE)
    assert (state.low, state.high) == (570_000, 630_000)
    world.accept(trader, CancelOrder(1, None))
    world.later(DAY)
    world.empty_block()
    terms = world.get(Instrument, NAME)
    assert (terms.tick, terms.auction_lot) == (500, TONNE // 10)
    assert {name: getattr(terms, name) for name in changes} == changes
    assert world.get(Amendment, NAME) is None


def test_another_term_may_be_amended_while_a_tick_waits_for_the_orders() -> None:
    world, operator = a_world()
    world.accept(operator, amendment(tick=500))
    world.accept(Person("trader").address, placing())
    world.accept(operator, amendment(band_bp=500))
    assert world.refuse(operator, BadInstrument, amendment(tick=200))["field"] == "tick"
    world.later(DAY)
    world.empty_block()
    terms = world.get(Instrument, NAME)
    assert (terms.tick, terms.band_bp) == (100, 500)
    assert world.get(Amendment, NAME).next.tick == 500


def test_refuses_to_amend_an_instrument_of_credit_for_credit() -> None:
    world, operator = market()
    world.put(Asset("ccer-00001-2023-001", FREE))
    listed(world, quote="ccer-00001-2023-001")
    world.empty_block()
    assert world.refuse(operator, BadInstrument, amendment(band_bp=500))["field"] == "quote"


@settings(max_examples=20, deadline=None)
@given(
    band_bp=st.none() | st.integers(0, 20_000),
    collar_bp=st.none() | st.integers(0, 20_000),
    lots=st.none() | st.integers(1, 1_000),
    allowance=st.none() | st.booleans(),
)
def test_null_keeps_and_a_value_replaces(
    band_bp: int | None, collar_bp: int | None, lots: int | None, allowance: bool | None
) -> None:
    world, operator = a_world()
    before = world.draft().get(Instrument, NAME)
    assert before is not None
    changes = {
        "band_bp": band_bp,
        "collar_bp": collar_bp,
        "qty_max": None if lots is None else lots * TONNE,
        "allowance": allowance,
    }
    world.accept(operator, amendment(**changes))
    world.later(DAY)
    world.empty_block()
    named = {name: value for name, value in changes.items() if value is not None}
    assert world.get(Instrument, NAME) == before.replace(**named)
