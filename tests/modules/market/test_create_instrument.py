"""An instrument is created as a draft, and a field that does not fit is named."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.codec import INT_MAX
from ctn.modules.assets.records import FREE, NONE, Asset
from ctn.modules.market.create_instrument import CreateInstrument
from ctn.modules.market.days import first_state
from ctn.modules.market.presets import PRESETS, TONNE, offered
from ctn.modules.market.records import (
    INSTRUMENTS_EVER_MAX,
    INSTRUMENTS_MAX,
    Instrument,
    InstrumentState,
)
from ctn.modules.market.set_status import SetStatus
from ctn.modules.market.terms import BadInstrument, check_terms
from tests.modules.market.listings import (
    EVERY_DAY,
    NAME,
    REF,
    creation,
    listed,
    market,
    order,
    resting,
)
from tests.worlds import START

OTHER_BATCH = "ccer-00001-2023-001"


def test_creates_a_draft_that_is_closed() -> None:
    world, operator = market()
    events = world.accept(operator, creation())
    assert events == [
        {
            "event": "market.InstrumentCreated", "op": 0, "instrument": NAME,
            "asset": "ccer-00001-2024-001", "quote": "cny", "ref": REF,
        }
    ]  # fmt: skip
    assert world.get(Instrument, NAME).status == "draft"
    state = world.get(InstrumentState, NAME)
    assert (state.phase, state.ref, state.low, state.high) == ("closed", REF, 540_000, 660_000)
    assert state.day_end == (START // 86_400_000 + 1) * 86_400_000


def test_refuses_when_the_sender_is_no_operator() -> None:
    world, _operator = market()
    assert world.run(world.person("trader"), creation()).refusal == "kernel.NotAuthority"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tick", 0),
        ("tick", 19),
        ("ref", REF + 1),
        ("ref", 0),
        ("qty_max", TONNE + 1),
        ("qty_max", 0),
        ("block_min", TONNE * 3 // 2),
        ("auction_lot", 0),
        ("auction_lot", TONNE * 3 // 2),
        ("auction_lot", TONNE // 10),
        ("auction_lot", TONNE // 8_000),
        ("modes", ()),
        ("modes", ("book", "book")),
        ("eligible", ()),
        ("eligible", ("ordinary", "ordinary")),
        ("sessions", ({"mode": "book", "start": 60, "end": 60},)),
        ("sessions", ({"mode": "listed", "start": 60, "end": 90},)),
        ("matching", "batch"),
        ("batch_ms", 1),
        ("t_plus", 1),
        ("holding", TONNE),
        ("halt_bp", 500),
        ("call_s", 300),
        ("rateable", True),
        ("error_bp", 300),
        ("modes", ("book", "listed")),
        ("ref", INT_MAX - INT_MAX % 100),
    ],
)
def test_refuses_when_a_field_does_not_fit_and_names_it(field: str, value: Any) -> None:
    world, operator = market()
    facts = world.refuse_at_door(operator, BadInstrument, creation(**{field: value}))
    assert facts["field"] == field


def test_refuses_a_tick_and_lot_whose_notional_is_not_exact() -> None:
    world, operator = market()
    op = creation(lot=TONNE + 1)
    assert world.refuse_at_door(operator, BadInstrument, op)["field"] == "tick"


def test_refuses_sessions_of_one_mode_that_overlap() -> None:
    sessions = [
        {"mode": "book", "start": 570, "end": 690},
        {"mode": "book", "start": 689, "end": 900},
    ]
    world, operator = market()
    op = creation(sessions=sessions)
    assert world.refuse_at_door(operator, BadInstrument, op)["field"] == "sessions"
    sessions[1]["start"] = 690
    creation(sessions=sessions).check()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("asset", "nothing"), ("quote", "eur"), ("quote", "ccer-00001-2024-001"), ("calendar", "x"),
        ("asset", "usd"), ("asset", "cp"), ("quote", OTHER_BATCH),
    ],
)  # fmt: skip
def test_refuses_names_that_the_ledger_does_not_know_or_of_the_wrong_kind(
    field: str, value: str
) -> None:
    world, operator = market()
    world.put(Asset(OTHER_BATCH, FREE))
    world.put(Asset("cp", NONE))
    assert world.refuse(operator, BadInstrument, creation(**{field: value}))["field"] == field


@pytest.mark.parametrize("quote", ["cny", "usd", "cp"])
def test_the_quote_is_money_or_trading_points(quote: str) -> None:
    world, operator = market()
    world.put(Asset("cp", NONE))
    world.accept(operator, creation(quote=quote))


def test_the_highest_reference_is_that_whose_band_a_record_holds() -> None:
    world, operator = market()
    highest = INT_MAX * 10_000 // 11_000 // 100 * 100  # down: on tick, 10 % below 2^63
    world.refuse_at_door(operator, BadInstrument, creation(ref=highest + 100))
    world.accept(operator, creation(ref=highest))
    world.accept(operator, creation(id="wide", band_bp=0, ref=INT_MAX - INT_MAX % 100))


def test_refuses_an_id_that_was_used() -> None:
    world, operator = market()
    world.accept(operator, creation())
    assert world.refuse(operator, BadInstrument, creation())["field"] == "id"


def test_refuses_one_more_than_500() -> None:
    world, operator = market()
    for number in range(INSTRUMENTS_MAX - 1):
        listed(world, id=f"i{number}")
    world.accept(operator, creation())
    facts = world.refuse(operator, BadInstrument, creation(id="last"))
    assert facts == {"field": "id", "rule": "at most 500 instruments"}


def test_a_delisted_instrument_counts_until_nothing_of_it_rests() -> None:
    world, operator = market()
    ann = world.person("ann", cny=100)
    for number in range(INSTRUMENTS_MAX - 1):
        listed(world, id=f"i{number}")
    listed(world)
    resting(world, order(1, ann))
    world.empty_block()
    world.refuse(operator, BadInstrument, creation(id="more"))
    world.accept(operator, SetStatus(NAME, "delisted"))  # its order ends with the next block
    world.accept(operator, creation(id="more"))
    world.refuse(operator, BadInstrument, creation(id="last"))


def test_an_order_of_a_delisted_instrument_still_counts_it() -> None:
    world, operator = market()
    ann = world.person("ann", cny=100)
    for number in range(INSTRUMENTS_MAX - 1):
        listed(world, id=f"i{number}")
    listed(world)
    resting(world, order(1, ann))
    world.empty_block()
    world.refuse(operator, BadInstrument, SetStatus(NAME, "delisted"), creation(id="more"))


def test_refuses_one_more_than_5000_ever() -> None:
    world, operator = market()
    delisted = creation().terms().replace(status="delisted")
    state = first_state(delisted, EVERY_DAY, START - 1).replace(phase="delisted")
    for number in range(INSTRUMENTS_EVER_MAX - 1):
        world.put(delisted.replace(id=f"i{number}"))
        world.put(state.replace(instrument=f"i{number}"))
    world.accept(operator, creation())
    rule = "at most 5,000 instruments with those delisted"
    assert world.refuse(operator, BadInstrument, creation(id="last"))["rule"] == rule


@pytest.mark.parametrize("preset", ["cea", "ccer", "eua", "vcm"])
def test_every_preset_fits_once_what_is_not_offered_is_off(preset: str) -> None:
    named = ["id", "asset", "quote", "calendar", "ref"]
    assert sorted([*PRESETS[preset], *named]) == sorted(CreateInstrument.__struct_fields__)
    creation(**offered(PRESETS[preset])).check()


@settings(max_examples=30, deadline=None)
@given(
    tick=st.integers(1, 2_000),
    lot=st.integers(1, 2_000).map(lambda number: number * 50_000),
    steps=st.integers(1, 10_000),
)
def test_terms_that_pass_make_every_notional_exact(tick: int, lot: int, steps: int) -> None:
    made = creation(
        tick=tick, lot=lot, qty_max=lot * steps, block_min=lot, auction_lot=lot, ref=tick * steps
    ).terms()
    is_exact = tick * lot % TONNE == 0 and tick * lot >= 20 * TONNE
    try:
        check_terms(made)
    except BadInstrument:
        assert not is_exact
    else:
        assert is_exact
        assert (made.ref * made.qty_max) % TONNE == 0
