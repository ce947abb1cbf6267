"""What the invariants of stake find: bonds, slashes or powers that are off."""

from collections.abc import Callable

import pytest

from ctn.kernel.invariant import Breach
from ctn.kernel.ledger import Delta, Ledger, delta_since
from ctn.modules.staking.attest_cpoe import AttestCpoe
from ctn.modules.staking.challenge_cpoe import ChallengeCpoe
from ctn.modules.staking.cpoes import challenge_escrow
from ctn.modules.staking.invariants import INVARIANTS
from ctn.modules.staking.records import Bond, Evidence, Power, Unbonding, bonded, slashed
from ctn.modules.staking.unbond import Unbond
from tests.modules.registry.worlds import all_of, freeze_of
from tests.modules.staking.worlds import DOCUMENT, FRESH, OLD, TONNE, StakeWorld, named
from tests.worlds import START

Change = Callable[[Ledger], None]


def breach(world: StakeWorld, change: Change, text: str) -> None:
    """A draft that makes a change must be found out."""
    ledger = world.draft()
    start = ledger.mark()
    change(ledger)
    delta = delta_since(ledger, start)
    with pytest.raises(Breach, match=text):
        hold(ledger, delta)
    ledger.undo(start)


def hold(ledger: Ledger, delta: Delta) -> None:
    """Every invariant of the module on the changes of a draft."""
    for invariant in INVARIANTS:
        invariant.holds(ledger, delta)


def ready() -> tuple[StakeWorld, str]:
    """An operator with a lot, an entry and a slash that waits."""
    world = StakeWorld()
    north = world.operator("north", tonnes=1_000, batch=OLD, power=600_000)
    world.operator("south", tonnes=1_000, power=400_000)
    world.hold(north, 10)
    freeze_of(world, "batch")
    world.accept(north, Unbond(OLD, 100))
    world.evidence(north)
    return world, north


def test_a_bond_without_its_tonnes_and_tonnes_without_a_bond() -> None:
    world, north = ready()
    lot = world.get(Bond, f"{north}/{OLD}")
    breach(world, lambda ledger: ledger.put(lot.replace(tonnes=lot.tonnes + 1)), "I24")
    breach(world, lambda ledger: ledger.drop(Bond, lot.place()), "I24")
    breach(world, lambda ledger: ledger.put(Bond(north, FRESH, 1, START)), "I24")
    move: Change = lambda ledger: ledger.move(  # noqa: E731
        FRESH, TONNE, source=north, target=bonded(north)
    )
    breach(world, move, "I24")


def test_what_is_bonded_leaves_for_nobody_else() -> None:
    world, north = ready()
    lot = world.get(Bond, f"{north}/{OLD}")

    def straight(ledger: Ledger) -> None:
        ledger.put(lot.replace(tonnes=lot.tonnes - 1))
        ledger.move(OLD, TONNE, source=bonded(north), target=north)

    breach(world, straight, "I24 stake: .* left bonded")


def test_nothing_is_released_before_its_time() -> None:
    world, north = ready()
    (entry,) = all_of(world, Unbonding)

    def early(ledger: Ledger) -> None:
        ledger.drop(Unbonding, entry.place())
        ledger.move(OLD, entry.tonnes * TONNE, source=f"unbonding:{north}", target=north)

    breach(world, early, "before its time")


def test_evidence_is_never_changed_and_its_escrow_never_off() -> None:
    world, _north = ready()
    (known,) = all_of(world, Evidence)
    breach(world, lambda ledger: ledger.put(known.replace(power=1)), "was changed")
    breach(world, lambda ledger: ledger.drop(Evidence, known.id), "was changed")
    (lot,) = known.lots
    more = known.replace(lots=(type(lot)(lot.batch, lot.tonnes, 1),))
    breach(world, lambda ledger: ledger.put(more), "escrow:slash-")
    account = slashed(known.id)
    taking: Change = lambda ledger: ledger.move(  # noqa: E731
        OLD, 1, source=account, target="fund:treasury"
    )
    breach(world, taking, "escrow:slash-")
    stray: Change = lambda ledger: ledger.move(  # noqa: E731
        FRESH, 1, source=world.reserve, target="escrow:slash-x"
    )
    breach(world, stray, "of no evidence")


def test_a_set_is_never_emptied_nor_other_than_the_weights_ask() -> None:
    world, _north = ready()
    (known,) = all_of(world, Power)
    breach(world, lambda ledger: ledger.drop(Power, known.pubkey), "the set is empty")
    other = Power("ab" * 32, "", 5)
    breach(world, lambda ledger: ledger.put(other), "not what the weights ask")
    breach(world, lambda ledger: ledger.put(known.replace(power=7)), "not what the weights ask")


def test_the_bond_of_a_challenge_stays_until_a_ruling() -> None:
    world = StakeWorld()
    cpoe = world.filed(world.operator("north"))
    world.accept(world.verifier, AttestCpoe(cpoe))
    world.accept(world.reserve, ChallengeCpoe(cpoe, DOCUMENT))
    account = challenge_escrow(cpoe)
    breach(
        world,
        lambda ledger: ledger.move("cny", 1, source=account, target="fund:treasury"),
        "I9 one-owner",
    )
    record = world.cpoe(cpoe)
    breach(world, lambda ledger: ledger.put(record.replace(status="valid")), "I9 one-owner")


def test_the_recount_finds_a_state_that_no_draft_made() -> None:
    for change in ("bond", "entry", "weight", "power"):
        world = StakeWorld()
        north = world.operator("north", tonnes=1_000, power=1)
        if change == "bond":
            world.put(Bond(north, FRESH, 999, START))
        elif change == "entry":
            world.put(Unbonding(north, 1, FRESH, 1, START, None))
        elif change == "weight":
            world.operator("south", weight=5)
        else:
            world.put(Power("ab" * 32, north, 1))
        with pytest.raises(Breach):
            world.recount()


def test_the_recount_passes_a_state_with_everything_in_it() -> None:
    world, north = ready()
    world.recount()
    assert named(world.next_epoch(), "EpochEnded")
    assert world.lot(north, OLD) == 855


def test_the_recount_finds_more_power_than_all_and_weight_without_tonnes() -> None:
    for change in ("power", "weight", "lot"):
        world = StakeWorld()
        north = world.operator("north", tonnes=3_000)
        world.operator("south", tonnes=3_000)
        for _ in range(8):
            world.next_epoch()
        world.recount()
        found = world.validator(north)
        if change == "power":
            world.write(Power(world.key(north), north, 999_999))
        elif change == "weight":
            world.write(found.replace(stake=10**12, weight=10**12))
        else:
            world.write(Bond(north, OLD, 0, START))
        with pytest.raises(Breach):
            world.recount()
