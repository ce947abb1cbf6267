"""An instrument is created as a draft, and a field that does not fit is named."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.market.create_instrument import CreateInstrument
from ctn.modules.market.presets import PRESETS, TONNE, offered
from ctn.modules.market.records import INSTRUMENTS_MAX, Instrument, InstrumentState
from ctn.modules.market.terms import BadInstrument, check_terms
from tests.modules.market.listings import NAME, REF, creation, listed, market
from tests.worlds import START


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
    [("asset", "nothing"), ("quote", "eur"), ("quote", "ccer-00001-2024-001"), ("calendar", "x")],
)
def test_refuses_names_that_the_ledger_does_not_know(field: str, value: str) -> None:
    world, operator = market()
    assert world.refuse(operator, BadInstrument, creation(**{field: value}))["field"] == field


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
