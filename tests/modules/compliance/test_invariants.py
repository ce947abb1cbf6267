"""Nothing leaves a frozen account, whatever wrote it, but what is let through (I6)."""

from collections.abc import Callable

import pytest

from ctn.kernel.invariant import Breach
from ctn.kernel.ledger import Ledger, delta_since
from ctn.modules.compliance.force_move import ForceMove, ForceMoved
from ctn.modules.compliance.invariants import INVARIANTS
from ctn.modules.compliance.unfreeze import Unfreeze
from tests.modules.compliance.worlds import ORDER, ComplianceWorld
from tests.modules.registry.worlds import BATCH, TONNE, put_batch

VOTE, BOND = "vote:1", "escrow:bond-governance-ann"


def judge(world: ComplianceWorld, change: Callable[[Ledger], None]) -> None:
    """What every invariant of compliance says of a change."""
    ledger = world.draft()
    start = ledger.mark()
    change(ledger)
    delta = delta_since(ledger, start)
    for invariant in INVARIANTS:
        invariant.holds(ledger, delta)


def leaving(world: ComplianceWorld, target: str, amount: int = 5) -> Callable[[Ledger], None]:
    """A bug that moves money out of ann's account."""
    return lambda ledger: ledger.move("cny", amount, source=world.ann, target=target)


def test_a_move_out_of_a_frozen_account_breaks_it() -> None:
    world = ComplianceWorld()
    world.frozen()
    for target in (world.ben, "fees:x", "retired:cny", "order:1"):
        with pytest.raises(Breach, match="I6"):
            judge(world, leaving(world, target))


def test_money_that_comes_back_in_the_same_draft_does_not_hide_what_left() -> None:
    world = ComplianceWorld()
    world.frozen()

    def there_and_back(ledger: Ledger) -> None:
        ledger.move("cny", 5, source=world.ann, target=world.ben)
        ledger.move("cny", 5, source=world.ben, target=world.ann)

    with pytest.raises(Breach, match="I6"):
        judge(world, there_and_back)


@pytest.mark.parametrize("target", [VOTE, BOND])
def test_governing_goes_on(target: str) -> None:
    world = ComplianceWorld()
    world.frozen()
    judge(world, leaving(world, target))


def test_a_seizure_takes_what_it_tells_and_no_more() -> None:
    world = ComplianceWorld()
    freeze = world.frozen()
    world.council(ForceMove(freeze, "cny", 5, world.ben, ORDER))

    def seized(ledger: Ledger, told: int) -> None:
        leaving(world, world.ben)(ledger)
        ledger.emit(ForceMoved(freeze, world.ann, world.ben, "cny", told, ORDER))

    judge(world, lambda ledger: seized(ledger, 5))
    with pytest.raises(Breach, match="1 of cny left"):
        judge(world, lambda ledger: seized(ledger, 4))


@pytest.mark.parametrize("allow_retire", [True, False])
def test_a_retirement_needs_the_leave_of_the_freeze(allow_retire: bool) -> None:
    world = ComplianceWorld()
    put_batch(world, (1, 10, "custody", ""))
    world.grant(world.ann, BATCH, 10 * TONNE)
    world.frozen(allow_retire=allow_retire)

    def retired(ledger: Ledger) -> None:
        ledger.move(BATCH, TONNE, source=world.ann, target=f"retired:{BATCH}")

    if allow_retire:
        judge(world, retired)
    else:
        with pytest.raises(Breach):
            judge(world, retired)


def test_others_and_whoever_is_free_again_are_not_held() -> None:
    world = ComplianceWorld()
    freeze = world.frozen()
    judge(world, lambda ledger: ledger.move("cny", 5, source=world.ben, target=world.ann))
    world.council(Unfreeze(freeze, "over"))
    judge(world, leaving(world, world.ben))
