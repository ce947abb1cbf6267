"""Validator updates: what a block changed in `powers`, as CometBFT takes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.kernel.changes import Changed
from ctn.kernel.commitment import change
from ctn.machine import Outcome
from ctn.node.abci.driver import SpecBroken, powers, updated
from ctn.node.abci.updates import after, changed_powers, powers_of, update_rows
from ctn.node.stops import Halted

KEYS = [f"{number:02x}" * 32 for number in range(8)]
sets = st.dictionaries(st.sampled_from(KEYS), st.integers(1, 1_000_000), min_size=1)


def outcome(rows: dict[str, int | None], field: str = "power") -> Outcome:
    """A block that changed these powers, None for a record that is gone."""
    changes = []
    for key, power in rows.items():
        place = b"powers\0" + key.encode()
        value = None if power is None else b'{"%s":%d}' % (field.encode(), power)
        changes.append(Changed(place, value, change(place, value)))
    changes.append(Changed(b"param\0x", b"1", change(b"param\0x", b"1")))
    return Outcome(9, 9, b"", [], [], [], [], changes, None)  # type: ignore[arg-type]


def test_only_what_differs_is_sent_once_in_order() -> None:
    before = {KEYS[0]: 5, KEYS[1]: 6, KEYS[2]: 7}
    block = outcome({KEYS[3]: 1, KEYS[1]: 6, KEYS[0]: 9, KEYS[2]: None})
    found = changed_powers(block, before)
    assert list(found.items()) == [(KEYS[0], 9), (KEYS[2], 0), (KEYS[3], 1)]


def test_a_removal_of_an_unknown_key_is_not_sent() -> None:
    assert changed_powers(outcome({KEYS[4]: 0, KEYS[5]: None}), {KEYS[0]: 5}) == {}


def test_halts_before_nobody_is_left() -> None:
    with pytest.raises(Halted, match="leaves no validator"):
        changed_powers(outcome({KEYS[0]: 0}), {KEYS[0]: 5})


@given(sets, sets)
def test_updates_lead_from_any_set_to_any_other_in_the_model(
    before: dict[str, int], target: dict[str, int]
) -> None:
    rows: dict[str, int | None] = {key: target.get(key) for key in before | target}
    found = changed_powers(outcome(rows), before)
    sent = powers(update_rows(found))
    assert updated(before, sent) == after(before, found) == target
    assert powers_of(update_rows(target)) == target


def test_the_model_refuses_what_cometbft_stops_at() -> None:
    with pytest.raises(SpecBroken, match="nobody"):
        updated({KEYS[0]: 1}, {KEYS[0]: 0})
    with pytest.raises(SpecBroken, match="not in the set"):
        updated({KEYS[0]: 1}, {KEYS[1]: 0})
    with pytest.raises(SpecBroken, match="once"):
        powers([*update_rows({KEYS[0]: 1}), *update_rows({KEYS[0]: 2})])
