"""The agents trade, retire and never break anything; they are functions of what they see."""

from collections import Counter

import pytest

from ctn.demo.agents import HISTORY, LIVE, Pace, acting, acts
from ctn.demo.cast import SEED
from ctn.demo.seen import see
from ctn.modules.assets.issue_money import IssueMoney
from tests.demo.worlds import Told

FIRST_TRADE, FIRST_CERTIFICATE = 20, 40


def _first(told: Told, name: str) -> int:
    """The first height with an event."""
    for height, block in enumerate(told.receipts, 1):
        if any(event["event"] == name for row in block for event in row["events"]):
            return height
    raise AssertionError(f"no {name}")


def test_trades_and_certificates_come_early(told: Told) -> None:
    assert _first(told, "market.Traded") <= FIRST_TRADE
    assert _first(told, "registry.Retired") <= FIRST_CERTIFICATE


def test_nothing_is_broken_and_little_is_refused(told: Told) -> None:
    found = Counter([row["status"] for block in told.receipts for row in block])
    assert sorted(found) in (["applied"], ["applied", "refused"])
    assert found["refused"] * 20 < found["applied"]


def test_every_kind_of_doing_occurs(told: Told) -> None:
    for name in (
        "market.OrderPlaced", "market.OrderChanged", "market.OrdersEnded", "market.Traded",
        "registry.Retired", "registry.Withdrawn", "assets.Transferred", "assets.ReserveAttested",
    ):  # fmt: skip
        assert told.events(name), name


def test_every_instrument_has_offers_on_both_sides(told: Told) -> None:
    with told.open() as chain:
        seen = see(chain, told.cast, ())
    assert seen.instruments
    for instrument in seen.instruments:
        bid, ask = seen.best(instrument, "buy"), seen.best(instrument, "sell")
        assert bid is not None
        assert ask is not None
        assert bid < ask


def test_a_certificate_names_its_beneficiary_and_exact_serials(told: Told) -> None:
    with told.open() as chain:
        certificates = [value for _place, value in chain.rows("certificate")]
    assert certificates
    for found in certificates:
        assert found["privacy"] == "public"
        assert found["beneficiary"]["account"] == found["holder"]
        assert sum([part["grams"] for part in found["parts"]]) == found["grams"]


@pytest.mark.parametrize("pace", [HISTORY, LIVE])
def test_the_same_sight_leads_to_the_same_acts(told: Told, pace: Pace) -> None:
    with told.open() as chain:
        for step in range(61, 71):
            names = acting(SEED, step, pace)
            everybody = [name for found in names.values() for name in found]
            assert len(everybody) == len(set(everybody))
            seen = see(chain, told.cast, everybody)
            first = acts(told.cast, step, names, seen)
            assert first == acts(told.cast, step, acting(SEED, step, pace), seen)
            assert all(0 < len(act.ops) <= 16 for act in first)


def test_nobody_acts_before_an_instrument_is_open(told: Told) -> None:
    with told.open() as chain:
        seen = see(chain, told.cast, ())._replace(instruments={})
    assert acts(told.cast, 61, acting(SEED, 61, HISTORY), seen) == []


def test_whoever_has_spent_the_value_of_the_day_rests_and_is_paid_in_no_more(told: Told) -> None:
    names = acting(SEED, 61, HISTORY)
    traders = names["trade"]
    with told.open() as chain:
        seen = see(chain, told.cast, [name for found in names.values() for name in found])
    assert set(traders) & {act.actor for act in acts(told.cast, 61, names, seen)}
    spent = seen._replace(
        rooms=dict.fromkeys(seen.rooms, 0), balances={name: {} for name in seen.balances}
    )
    found = acts(told.cast, 61, names, spent)
    assert not set(traders) & {act.actor for act in found}
    assert not any(isinstance(op, IssueMoney) for act in found for op in act.ops)
