"""Nobody closes an account with stake or a challenge open (people.md 2.8)."""

from ctn.kernel.account import Account
from ctn.modules.accounts.close import AccountNotEmpty, Close
from ctn.modules.accounts.records import Hold
from ctn.modules.staking.attest_cpoe import AttestCpoe
from ctn.modules.staking.bond import Bond
from ctn.modules.staking.challenge_cpoe import ChallengeCpoe
from ctn.modules.staking.expel import Expel
from ctn.modules.staking.unbond import Unbond
from tests.modules.staking.worlds import DOCUMENT, FRESH, StakeWorld
from tests.worlds import DAY


def remains(world: StakeWorld, account: str) -> list[str]:
    found: list[str] = world.refuse(account, AccountNotEmpty, Close(world.reserve))["remains"]
    return found


def held(world: StakeWorld, account: str) -> int:
    found = world.get(Hold, f"{account}/bond")
    return 0 if found is None else found.count


def test_a_bond_and_its_way_out_keep_an_operator() -> None:
    world = StakeWorld()
    north = world.operator("north", tonnes=1_000)
    assert remains(world, north) == ["bond"]
    world.accept(north, Unbond(FRESH, 400))
    assert held(world, north) == 2
    world.accept(north, Unbond(FRESH, 600))
    assert (held(world, north), remains(world, north)) == (2, ["bond"])
    world.recount()
    while held(world, north):
        world.next_epoch()
    # The tonnes are back in its hands, and go before it does.
    assert remains(world, north) == [FRESH]
    world.recount()


def test_each_new_lot_counts_once() -> None:
    world = StakeWorld()
    north = world.operator("north")
    world.hold(north, 2_000)
    world.accept(north, Bond(FRESH, 1_000))
    world.accept(north, Bond(FRESH, 1_000))
    assert held(world, north) == 1
    world.recount()


def test_a_challenge_keeps_the_challenger_until_its_bond_is_back() -> None:
    world = StakeWorld()
    north, alice = world.operator("north"), world.person("alice", cny=1_100)
    cpoe = world.filed(north)
    world.accept(world.verifier, AttestCpoe(cpoe))
    world.accept(alice, ChallengeCpoe(cpoe, DOCUMENT))
    assert remains(world, alice) == ["bond"]
    world.recount()
    world.later(31 * DAY)
    world.next_epoch()
    assert world.cpoe(cpoe).status == "valid"
    world.accept(alice, Close(world.reserve))
    assert world.get(Account, alice).closed == world.time
    world.recount()


def test_a_lot_that_was_slashed_away_holds_nobody() -> None:
    world = StakeWorld(min_bond_t=1)
    first = world.operator("first", tonnes=9_000, power=900_000)
    small = world.operator("small", tonnes=1, power=100_000)
    world.next_epoch()
    world.council(Expel(small, DOCUMENT, "false data", ()))
    assert (world.lot(small), held(world, small)) == (0, 0)
    assert held(world, first) == 1
    world.recount()
