"""The worked examples of registry.md 2, 7 and 8."""

from ctn.kernel.ledger import TxFacts
from ctn.modules.registry.deposit import Deposit
from ctn.modules.registry.ids import record_id
from ctn.modules.registry.records import Beneficiary, Certificate, Interval, Opening
from ctn.modules.registry.retirement import commitment_of
from ctn.modules.registry.rules import ctn_serial
from ctn.modules.registry.withdraw import Withdraw
from tests.modules.registry.worlds import (
    BATCH,
    TONNE,
    all_of,
    counts_of,
    fraction_of,
    put_batch,
    retiring,
    rows_of,
)
from tests.worlds import World

EXAMPLE_TX = "8f58c2d364eb82246c7066749eedc32b69baad08a00217ac42e85177569c4e95"
SALT = bytes(range(32)).hex()
CUSTODY = "custody:" + BATCH


def test_the_first_certificate_of_the_example_transaction_has_the_published_id() -> None:
    ledger = World().draft()
    ledger.tx = TxFacts(EXAMPLE_TX, 7, 0)
    assert record_id(ledger, "r", 0) == "r-53113884fb9faea060afaa9a"
    assert record_id(ledger, "r", 1) != record_id(ledger, "r", 0) != record_id(ledger, "b", 0)


def test_the_commitment_of_the_example_has_the_published_bytes() -> None:
    beneficiary = Beneficiary("Ocean Tea", None, None, "CN")
    found = commitment_of(Opening(beneficiary, "", None, "", None, None), "name_hidden", SALT)
    assert (found[:8], found[-4:]) == ("2095f1f6", "e93c")


def test_a_serial_is_printed_in_upper_case() -> None:
    assert ctn_serial("ccer-00042-2025-001", 1, 5000) == "CTN-CCER-00042-2025-001-1-5000"


def test_withdrawing_and_retiring_takes_the_serials_of_the_example() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    put_batch(
        world, (1, 4000, "custody", ""), (4001, 7000, "held", bob), (7001, 8000, "custody", "")
    )
    world.grant(alice, BATCH, 5_000 * TONNE)

    world.accept(alice, Withdraw(BATCH, 1_500))
    assert rows_of(world)[0] == (1, 1500, "held", alice)

    world.accept(alice, retiring(grams=2_600_350_000))
    assert rows_of(world)[1:] == [
        (1501, 4000, "retired", alice),
        (4001, 7000, "held", bob),
        (7001, 7100, "retired", alice),
        (7101, 7101, "fraction", CUSTODY),
        (7102, 8000, "custody", CUSTODY),
    ]
    assert counts_of(world)["custody"] == 899
    assert fraction_of(world, 7101).used_g == 350_000
    assert world.balance(alice, BATCH) == 899_650_000
    (first,) = all_of(world, Certificate)
    parts = [(part.start, part.end, part.grams) for part in first.parts]
    assert parts == [
        (1501, 4000, 2_500 * TONNE), (7001, 7100, 100 * TONNE), (7101, 7101, 350_000)
    ]  # fmt: skip

    world.accept(alice, retiring(grams=800_000))
    assert fraction_of(world, 7101).used_g == TONNE
    assert fraction_of(world, 7102).used_g == 150_000
    assert (7101, 7101, "retired", CUSTODY) in rows_of(world)
    assert (7102, 7102, "fraction", CUSTODY) in rows_of(world)
    second = next(c for c in all_of(world, Certificate) if c.id != first.id)
    assert [(part.start, part.grams) for part in second.parts] == [(7101, 650_000), (7102, 150_000)]


def test_a_whole_life_of_serials_leaves_a_lineage_back_to_issuance() -> None:
    world = World()
    alice = world.person("alice")
    put_batch(world, (1, 1000, "held", alice))
    world.accept(alice, Deposit(BATCH, ((101, 900),)))
    world.accept(alice, Withdraw(BATCH, 100))
    world.accept(alice, retiring(source="held", parts=((150, 160),)))

    found = {row.start: row for row in all_of(world, Interval)}
    retired = found[150]
    assert retired.previous == f"{BATCH}/101-200@3"
    assert found[101].previous == f"{BATCH}/101-200@3"
    assert found[201].previous == f"{BATCH}/101-900@2"
    assert found[1].previous == f"{BATCH}/1-1000@1"
