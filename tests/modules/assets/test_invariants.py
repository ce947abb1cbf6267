"""What the recount of assets finds: money that is counted or set aside otherwise than it stands."""

from typing import Any

import pytest

from ctn.kernel.invariant import Breach
from ctn.modules.assets.records import BankUse, Money, Redemption
from tests.modules.assets.worlds import PAYEE, money_world
from tests.worlds import START, World


def _redemption(account: str, **changes: Any) -> Redemption:
    fields: dict[str, Any] = {
        "no": 1, "asset": "cny", "account": account, "amount": 10, "payee_hash": PAYEE,
        "requested": START, "due": START, "refundable": START, "status": "held",
        "institution": None,
    }  # fmt: skip
    return Redemption(**(fields | changes))


def _breach(world: World, text: str) -> None:
    with pytest.raises(Breach, match=text):
        world.recount()


def test_takes_what_is_set_aside_for_an_open_redemption() -> None:
    world, _bank, alice = money_world()
    world.put(_redemption(alice))
    world.grant("withdrawal:1", "cny", 10)
    world.recount()


@pytest.mark.parametrize(
    "changes", [{"amount": 9}, {"status": "released"}, {"asset": "usd"}, {"no": 2}]
)
def test_finds_a_withdrawal_unlike_its_redemption(changes: dict[str, Any]) -> None:
    world, _bank, alice = money_world()
    world.put(_redemption(alice, **changes))
    world.grant("withdrawal:1", "cny", 10)
    _breach(world, "withdrawals")


def test_finds_a_withdrawal_without_a_redemption() -> None:
    world, _bank, _alice = money_world()
    world.grant("withdrawal:1", "cny", 10)
    _breach(world, "withdrawals")


def test_finds_a_supply_that_was_counted_otherwise() -> None:
    world, _bank, _alice = money_world()
    world.put(Money("cny", 1, 0, 0, 0, 0, None, None, False))
    _breach(world, "money-supply")


def test_finds_bank_references_that_do_not_add_up() -> None:
    world, bank, _alice = money_world()
    world.put(BankUse(bank, "1", "issue", "cny", 5, START))
    _breach(world, "money-supply")
