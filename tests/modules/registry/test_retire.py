"""Retirement from either level, and what its certificate says or hides."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.refusal import AmountZero, InsufficientBalance, Malformed
from ctn.modules.accounts.mutators import RecipientNotVerified
from ctn.modules.registry.intervals import (
    BatchImpaired,
    Frozen,
    NotWholeTonnes,
    NotYours,
    PartsInvalid,
    TooManyIntervals,
)
from ctn.modules.registry.records import BatchNotFound, Beneficiary, Certificate, Fraction
from ctn.modules.registry.retirement import (
    BadCountry,
    BadPeriod,
    LeiInvalid,
    NotAuthorised,
    PrivacyMismatch,
)
from tests.modules.registry.worlds import (
    BATCH,
    TONNE,
    all_of,
    counts_of,
    freeze_of,
    put_batch,
    retiring,
    rows_of,
)
from tests.worlds import World

COMMITMENT = "cd" * 32
# From ISO 17442 data of the Global LEI Foundation: its own identifier.
LEI = "506700GE1G29325QX363"


def market(*rows: tuple[int, int, str, str], **changes: Any) -> tuple[World, str]:
    """A world where alice has all grams of a batch, of ten serials unless rows are given."""
    world = World()
    alice = world.person("alice")
    rows = rows or ((1, 10, "custody", ""),)
    put_batch(world, *rows, **changes)
    tonnes = sum(row[1] - row[0] + 1 for row in rows if row[2] == "custody")
    world.grant(alice, BATCH, tonnes * TONNE)
    return world, alice


def beneficiary(**changes: Any) -> Beneficiary:
    fields = {"name": "Ocean Tea", "lei": None, "account": None, "country": "CN"}
    return Beneficiary(**(fields | changes))


def test_held_serials_are_retired_under_one_certificate() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 100, "held", alice))
    said = beneficiary(lei=LEI)
    op = retiring(
        source="held", parts=((1, 5), (51, 60)), beneficiary=said, on_behalf_of="the crew",
        purpose="event", message="For 2026", period_start="2026-01-01", period_end="2026-12-31",
    )  # fmt: skip
    receipt = world.run(alice, op)
    (certificate,) = all_of(world, Certificate)
    assert certificate == Certificate(
        certificate.id, alice, BATCH, said, "the crew", "voluntary", "event", "For 2026", "CN",
        "2026-01-01", "2026-12-31", "public", None, None, 15 * TONNE, certificate.parts, 1,
        world.time, receipt.tx, 0, None, None,
    )  # fmt: skip
    parts = [(part.start, part.end, part.grams) for part in certificate.parts]
    assert parts == [(1, 5, 5 * TONNE), (51, 60, 10 * TONNE)]
    assert counts_of(world) == {"held": 85, "retired": 15}
    assert receipt.events[-1]["event"] == "registry.Retired"
    assert receipt.moves[1:] == []


def test_grams_of_the_market_end_in_the_account_of_retired_grams() -> None:
    world, alice = market()
    world.accept(alice, retiring(grams=2 * TONNE))
    assert world.balance("retired:" + BATCH, BATCH) == 2 * TONNE
    assert rows_of(world)[0] == (1, 2, "retired", alice)


def test_a_retired_serial_is_never_claimed_again() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "held", alice))
    world.accept(alice, retiring(source="held", parts=((1, 5),)))
    facts = world.refuse(alice, NotYours, retiring(source="held", parts=((5, 6),)))
    assert facts["status"] == "retired"


def test_one_serial_at_most_is_open_and_a_thousand_shares_fill_it() -> None:
    world, alice = market()
    for _ in range(3):
        world.accept(alice, retiring(grams=400_000))
    assert counts_of(world) == {"custody": 8, "fraction": 1, "retired": 1}
    first, second = all_of(world, Fraction)
    assert [grams for _, grams in first.shares] == [400_000, 400_000, 200_000]
    assert (second.serial, second.used_g) == (2, 200_000)


def test_the_last_grams_of_a_batch_can_be_retired() -> None:
    world, alice = market((1, 2, "custody", ""))
    world.accept(alice, retiring(grams=1_400_000))
    world.accept(alice, retiring(grams=600_000))
    assert counts_of(world) == {"retired": 2}
    assert world.balance(alice, BATCH) == 0


def test_another_account_may_benefit_and_a_hidden_name_stays_out() -> None:
    world, alice = market()
    bob = world.person("bob")
    world.accept(alice, retiring(beneficiary=beneficiary(account=bob)))
    envelope = "00" * 1_024
    world.accept(alice, retiring(privacy="name_hidden", commitment=COMMITMENT, envelope=envelope))
    world.accept(alice, retiring(privacy="sealed", commitment=COMMITMENT))
    assert len(all_of(world, Certificate)) == 3


def test_two_retirements_of_one_transaction_have_two_certificates() -> None:
    world, alice = market()
    world.accept(alice, retiring(), retiring())
    assert len(all_of(world, Certificate)) == 2


def test_a_lapsed_account_may_still_retire() -> None:
    world, alice = market()
    world.lapse(alice)
    world.accept(alice, retiring())


def test_crosses_256_intervals_fractions_included() -> None:
    world, alice = market(*[(n, n, "custody", "") for n in range(1, 301)])
    facts = world.refuse(alice, TooManyIntervals, retiring(grams=257 * TONNE))
    assert facts == {"possible_t": 256}
    facts = world.refuse(alice, TooManyIntervals, retiring(grams=256 * TONNE + 1_000))
    assert facts == {"possible_t": 255}
    world.accept(alice, retiring(grams=255 * TONNE + 700_000))
    (certificate,) = all_of(world, Certificate)
    assert len(certificate.parts) == 256


def test_held_serials_cross_256_intervals_and_no_more() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, *[(n, n, "held", alice) for n in range(1, 301)])
    world.refuse(alice, TooManyIntervals, retiring(source="held", parts=((1, 257),)))
    world.accept(alice, retiring(source="held", parts=((1, 256),)))


@pytest.mark.parametrize(
    "op",
    [
        retiring(source="held", parts=()),
        retiring(source="held", parts=((1, 1),), grams=1_000),
        retiring(source="held", parts=((2, 1),)),
        retiring(parts=((1, 1),)),
    ],
)
def test_refuses_an_amount_that_its_source_does_not_have(op: Any) -> None:
    world, alice = market()
    world.refuse_at_door(alice, PartsInvalid, op)


def test_refuses_serials_never_issued_and_those_of_others() -> None:
    world, alice = market()
    world.refuse(alice, PartsInvalid, retiring(source="held", parts=((11, 11),)))
    world.refuse(alice, NotYours, retiring(source="held", parts=((1, 1),)))


def test_refuses_nothing_and_parts_of_a_kilogram() -> None:
    world, alice = market()
    world.refuse_at_door(alice, AmountZero, retiring(grams=0))
    world.refuse_at_door(alice, NotWholeTonnes, retiring(grams=1_500))
    world.accept(alice, retiring(grams=1_000))


@pytest.mark.parametrize("use", ["ndc", "oimp_corsia", "oimp_other"])
def test_refuses_a_use_that_no_authorisation_covers(use: str) -> None:
    world, alice = market()
    assert world.refuse_at_door(alice, NotAuthorised, retiring(use=use))["remaining_t"] == 0


def test_refuses_countries_that_are_none() -> None:
    world, alice = market()
    world.refuse_at_door(alice, BadCountry, retiring(country="ZZ"))
    world.refuse_at_door(alice, BadCountry, retiring(beneficiary=beneficiary(country="XX")))


def test_refuses_an_identifier_with_wrong_check_digits() -> None:
    world, alice = market()
    wrong = LEI[:-2] + "64"
    world.refuse_at_door(alice, LeiInvalid, retiring(beneficiary=beneficiary(lei=wrong)))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-01-01", None),
        (None, "2026-01-01"),
        ("2026-02-30", "2026-03-01"),
        ("2026-02-02", "2026-02-01"),
    ],
)
def test_refuses_a_period_that_cannot_be(start: str | None, end: str | None) -> None:
    world, alice = market()
    world.refuse_at_door(alice, BadPeriod, retiring(period_start=start, period_end=end))


@pytest.mark.parametrize(
    "changes",
    [
        {"commitment": COMMITMENT},
        {"envelope": "00"},
        {"privacy": "name_hidden"},
        {"privacy": "sealed"},
        {"privacy": "name_hidden", "commitment": COMMITMENT, "on_behalf_of": "x"},
        {"privacy": "name_hidden", "commitment": COMMITMENT, "beneficiary": beneficiary()},
        {"privacy": "sealed", "commitment": COMMITMENT, "message": "x"},
        {"privacy": "sealed", "commitment": COMMITMENT, "purpose": "gift"},
        {
            "privacy": "sealed", "commitment": COMMITMENT, "period_start": "2026-01-01",
            "period_end": "2026-01-01",
        },
    ],
)  # fmt: skip
def test_refuses_what_shows_the_hidden_or_hides_without_commitment(
    changes: dict[str, Any],
) -> None:
    world, alice = market()
    world.refuse_at_door(alice, PrivacyMismatch, retiring(**changes))


def test_refuses_an_envelope_above_1024_bytes_when_it_is_read() -> None:
    world, alice = market()
    op = retiring(privacy="sealed", commitment=COMMITMENT, envelope="00" * 1_025)
    with pytest.raises(Malformed):
        world.tx(alice, op)


def test_refuses_when_there_is_no_batch() -> None:
    world = World()
    world.refuse(world.person("alice"), BatchNotFound, retiring())


def test_refuses_a_beneficiary_account_that_cannot_own() -> None:
    world, alice = market()
    visitor = world.stranger("visitor")
    world.refuse(alice, RecipientNotVerified, retiring(beneficiary=beneficiary(account=visitor)))
    op = retiring(beneficiary=beneficiary(account=visitor), source="held", parts=((1, 1),))
    world.refuse(alice, RecipientNotVerified, op)


def test_refuses_from_the_market_when_it_is_impaired_but_not_what_is_held() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 5, "held", alice), (6, 10, "custody", ""), status="impaired")
    world.grant(alice, BATCH, 5 * TONNE)
    world.refuse(alice, BatchImpaired, retiring())
    world.accept(alice, retiring(source="held", parts=((1, 1),)))


def test_refuses_while_frozen_unless_the_freeze_allows_own_use() -> None:
    for allow_retire in (False, True):
        world, alice = market()
        bob = world.person("bob")
        freeze_of(world, "batch", allow_retire=allow_retire)
        world.refuse(alice, Frozen, retiring(beneficiary=beneficiary(account=bob)))
        world.refuse(alice, Frozen, retiring(beneficiary=beneficiary()))
        world.refuse(alice, Frozen, retiring(on_behalf_of="bob"))
        world.refuse(alice, Frozen, retiring(privacy="name_hidden", commitment=COMMITMENT))
        if allow_retire:
            world.accept(alice, retiring(beneficiary=beneficiary(account=alice)))
            world.accept(alice, retiring(grams=500_000))
        else:
            world.refuse(alice, Frozen, retiring())


def test_held_serials_under_a_freeze_are_retired_only_as_it_allows() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "held", alice))
    freeze_of(world, "parts", allow_retire=True)
    world.accept(alice, retiring(source="held", parts=((1, 1),)))


def test_refuses_held_serials_under_a_freeze_without_allowance() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 10, "held", alice))
    freeze_of(world, "project")
    world.refuse(alice, Frozen, retiring(source="held", parts=((2, 2),)))


def test_refuses_more_than_held() -> None:
    world, _alice = market()
    bob = world.person("bob")
    world.refuse(bob, InsufficientBalance, retiring())


@given(st.lists(st.integers(1, 2_500), min_size=1, max_size=8))
@settings(max_examples=20)
def test_certificates_cover_exactly_what_was_retired(amounts: list[int]) -> None:
    world, alice = market((1, 9, "custody", ""), (10, 20, "custody", ""))
    asked = [amount * 1_000 for amount in amounts]
    for grams in asked:
        world.accept(alice, retiring(grams=grams))
    found = all_of(world, Certificate)
    assert sorted(certificate.grams for certificate in found) == sorted(asked)
    used: dict[int, int] = {}
    for certificate in found:
        for part in certificate.parts:
            for serial in range(part.start, part.end + 1):
                share = part.grams // (part.end - part.start + 1)
                used[serial] = used.get(serial, 0) + share
    assert sum(used.values()) == sum(asked)
    assert max(used.values()) <= TONNE
    assert sorted(used) == list(range(1, len(used) + 1))
