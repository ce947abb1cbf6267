"""Cancellation by the owner, and corrections by the registrar."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import (
    AccountFrozen,
    AmountZero,
    InsufficientBalance,
    Malformed,
    NotAuthority,
)
from ctn.modules.accounts.halts import AccountLocked
from ctn.modules.accounts.lock import Lock
from ctn.modules.accounts.outgoing import DailyLimitExceeded
from ctn.modules.accounts.records import Limit, Outgoing
from ctn.modules.registry.cancel import Cancel
from ctn.modules.registry.intervals import (
    BatchImpaired,
    Frozen,
    NotWholeTonnes,
    NotYours,
    PartsInvalid,
    TooManyIntervals,
)
from ctn.modules.registry.records import BatchNotFound
from tests.modules.accounts.worlds import guarded, not_admitted
from tests.modules.compliance.worlds import freezing as freezing_account
from tests.modules.registry.worlds import (
    BATCH,
    DOC,
    TONNE,
    counts_of,
    freeze_of,
    put_batch,
    registrar,
    regulator,
    retiring,
    rows_of,
)
from tests.worlds import World


def cancelling(**changes: Any) -> Cancel:
    fields: dict[str, Any] = {
        "batch": BATCH, "source": "held", "parts": ((1, 5),), "grams": 0, "reason": "voluntary",
        "scheme": None, "statement": None,
    }  # fmt: skip
    return Cancel(**(fields | changes))


def from_market(grams: int, **changes: Any) -> Cancel:
    return cancelling(source="market", parts=(), grams=grams, **changes)


def test_the_owner_cancels_held_serials() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "held", alice))
    events = world.accept(alice, cancelling(reason="conversion", scheme="arb"))
    assert rows_of(world) == [(1, 5, "cancelled", alice), (6, 10, "held", alice)]
    assert events[-1] == {
        "event": "registry.Cancelled", "op": 0, "batch": BATCH, "owner": alice, "tonnes": 5,
        "reason": "conversion", "scheme": "arb", "statement": None,
    }  # fmt: skip


def test_the_owner_cancels_whole_tonnes_of_the_market() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "custody", ""))
    world.grant(alice, BATCH, 10 * TONNE)
    world.accept(alice, from_market(4 * TONNE))
    assert world.balance("cancelled:" + BATCH, BATCH) == 4 * TONNE
    assert counts_of(world) == {"custody": 6, "cancelled": 4}


def test_the_registrar_corrects_what_the_proponent_still_holds() -> None:
    world = World()
    alice, bob, office = world.person("alice"), world.person("bob"), registrar(world)
    put_batch(world, (1, 10, "held", alice), (11, 20, "held", bob), proponent=alice)
    op = cancelling(reason="over_issue", statement=DOC)
    events = world.accept(office, op)
    assert events[-1]["owner"] == alice
    assert rows_of(world)[0] == (1, 5, "cancelled", alice)
    world.refuse(office, NotYours, cancelling(parts=((11, 12),), reason="error"))
    world.refuse(office, NotYours, cancelling(parts=((6, 7),)))


def test_refuses_a_correction_where_no_proponent_is_known() -> None:
    world = World()
    alice, office = world.person("alice"), registrar(world)
    put_batch(world, (1, 10, "held", alice))
    world.refuse(office, NotYours, cancelling(reason="error"))


def test_refuses_a_scheme_out_of_place_and_corrections_on_the_market() -> None:
    world = World()
    alice = world.person("alice")
    world.refuse_at_door(alice, Malformed, cancelling(reason="conversion"))
    world.refuse_at_door(alice, Malformed, cancelling(scheme="arb"))
    world.refuse_at_door(alice, Malformed, from_market(TONNE, reason="error"))


def test_refuses_an_amount_that_its_source_does_not_have() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "held", alice))
    world.refuse_at_door(alice, PartsInvalid, cancelling(parts=()))
    world.refuse_at_door(alice, PartsInvalid, cancelling(grams=1))
    world.refuse_at_door(alice, PartsInvalid, cancelling(source="market", grams=TONNE))
    world.refuse_at_door(alice, AmountZero, from_market(0))
    world.refuse_at_door(alice, NotWholeTonnes, from_market(TONNE + 1_000))
    world.refuse(alice, PartsInvalid, cancelling(parts=((10, 11),)))


def test_refuses_when_there_is_no_batch() -> None:
    world = World()
    world.refuse(world.person("alice"), BatchNotFound, cancelling())


def test_refuses_a_correction_by_anyone_but_the_registrar_of_the_class() -> None:
    world = World()
    alice, office = world.person("alice"), registrar(world, scope="ccer")
    put_batch(world, (1, 10, "held", alice), proponent=alice)
    world.refuse(alice, NotAuthority, cancelling(reason="error"))
    world.refuse(office, NotAuthority, cancelling(reason="error"))


@pytest.mark.parametrize("scheme", [None, "arb"])
def test_refuses_an_owner_under_a_lock_from_both_levels_but_not_its_own_retirement(
    scheme: str | None,
) -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "held", alice), (11, 20, "custody", ""))
    world.grant(alice, BATCH, 10 * TONNE)
    world.accept(alice, Lock(alice))
    reason = "voluntary" if scheme is None else "conversion"
    op = cancelling(reason=reason, scheme=scheme)
    assert world.refuse(alice, AccountLocked, op) == {"account": alice}
    world.refuse(alice, AccountLocked, from_market(TONNE, reason=reason, scheme=scheme))
    world.accept(alice, retiring(source="held", parts=((1, 5),)))


@pytest.mark.parametrize("reason", ["voluntary", "conversion"])
def test_refuses_an_owner_that_an_authority_froze_even_where_it_may_retire(reason: str) -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "held", alice))
    world.accept(regulator(world), freezing_account(alice, allow_retire=True))
    op = cancelling(reason=reason, scheme="arb" if reason == "conversion" else None)
    not_admitted(world, alice, AccountFrozen, op)
    world.accept(alice, retiring(source="held", parts=((1, 5),)))


def test_a_lock_of_the_proponent_stops_no_correction_by_the_registrar() -> None:
    world = World()
    alice, office = world.person("alice"), registrar(world)
    put_batch(world, (1, 10, "held", alice), proponent=alice)
    world.accept(alice, Lock(alice))
    world.accept(office, cancelling(reason="error"))
    assert counts_of(world) == {"held": 5, "cancelled": 5}


def test_a_conversion_is_held_to_the_limit_of_a_day_and_an_end_without_gain_is_not() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 20, "held", alice), (21, 30, "custody", ""))
    world.grant(alice, BATCH, 10 * TONNE)
    guarded(world, alice, limits=(Limit(BATCH, 5 * TONNE),))
    over = cancelling(parts=((1, 6),), reason="conversion", scheme="arb")
    facts = world.refuse(alice, DailyLimitExceeded, over)
    assert facts == {"asset": BATCH, "limit": 5 * TONNE, "used": 0, "asked": 6 * TONNE}
    world.accept(alice, cancelling(parts=((1, 3),), reason="conversion", scheme="arb"))
    world.refuse(alice, DailyLimitExceeded, from_market(3 * TONNE, reason="conversion", scheme="b"))
    world.accept(alice, from_market(2 * TONNE, reason="conversion", scheme="arb"))
    assert world.get(Outgoing, f"{alice}/{BATCH}").amount == 5 * TONNE
    world.accept(alice, cancelling(parts=((4, 20),)))


def test_what_an_organisation_converts_is_its_own_in_the_other_scheme() -> None:
    world = World()
    firm = world.enterprise("firm")
    put_batch(world, (1, 10, "held", firm))
    world.accept(firm, cancelling(reason="conversion", scheme="arb"))


def test_refuses_from_the_market_when_it_is_impaired_but_not_what_is_held() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 5, "held", alice), (6, 9, "custody", ""), status="impaired")
    world.grant(alice, BATCH, 4 * TONNE)
    world.refuse(alice, BatchImpaired, from_market(TONNE))
    world.accept(alice, cancelling())


def test_crosses_256_intervals_and_no_more() -> None:
    world = World()
    alice = world.person("alice")
    rows = [(n, n, "custody" if n % 2 else "held", alice) for n in range(1, 601)]
    put_batch(world, *rows)
    world.grant(alice, BATCH, 300 * TONNE)
    world.refuse(alice, TooManyIntervals, from_market(257 * TONNE))
    world.accept(alice, from_market(256 * TONNE))
    put_back = cancelling(parts=tuple((n, n) for n in range(2, 42, 2)))
    world.accept(alice, put_back)


def test_refuses_what_is_frozen_even_where_retirement_is_allowed() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 5, "held", alice), (6, 9, "custody", ""))
    world.grant(alice, BATCH, 4 * TONNE)
    freeze_of(world, "class", allow_retire=True)
    world.refuse(alice, Frozen, cancelling())
    world.refuse(alice, Frozen, from_market(TONNE))


def test_refuses_more_than_held() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(world, (1, 10, "custody", ""))
    world.grant(alice, BATCH, 10 * TONNE)
    world.refuse(bob, InsufficientBalance, from_market(TONNE))


@given(st.integers(1, 10), st.integers(0, 9))
@settings(max_examples=20)
def test_what_is_cancelled_is_gone_from_both_levels(held: int, custody: int) -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "held", alice), (11, 20, "custody", ""))
    world.grant(alice, BATCH, 10 * TONNE)
    world.accept(alice, cancelling(parts=((1, held),)))
    if custody:
        world.accept(alice, from_market(custody * TONNE))
    assert counts_of(world)["cancelled"] == held + custody
    assert world.balance(alice, BATCH) == (10 - custody) * TONNE
