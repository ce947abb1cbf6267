"""What a freeze of an account or a bridge stops, in the block in which it is made."""

import pytest

from ctn.kernel.account import DutyKind
from ctn.kernel.receipt import APPLIED, NOT_ADMITTED, REFUSED
from ctn.modules.assets.accept_redemption import AcceptRedemption
from ctn.modules.assets.request_redemption import RequestRedemption
from ctn.modules.assets.transfer import Transfer
from ctn.modules.governance.propose import Propose
from ctn.modules.governance.records import HERE, Council
from ctn.modules.governance.stop import Stop
from ctn.modules.market.records import Order
from ctn.modules.registry.request_outbound import RequestOutbound
from ctn.modules.registry.retire import Retire
from tests.modules.compliance.worlds import EVIDENCE, ComplianceWorld, freezing
from tests.modules.market.worlds import MarketWorld, buy, cancel, ends, sell
from tests.modules.registry.worlds import BATCH, TONNE, put_batch, retiring
from tests.worlds import CNY, DAY

PRICE = 60_000


def test_nothing_leaves_a_frozen_account() -> None:
    world = ComplianceWorld()
    world.frozen()
    receipt = world.run(world.ann, Transfer("cny", 1, world.ben))
    assert (receipt.status, receipt.refusal) == (NOT_ADMITTED, "kernel.AccountFrozen")


def test_a_freeze_acts_in_its_block() -> None:
    world = ComplianceWorld()
    txs = [
        world.tx(world.ann, Transfer("cny", 1, world.ben)),
        world.tx(world.regulator, freezing(world.ann)),
    ]
    receipts = world.block(*world.machine.arrange(txs))
    assert [receipt.status for receipt in receipts] == [APPLIED, REFUSED]
    assert receipts[1].refusal == "kernel.AccountFrozen"


def test_a_frozen_account_still_receives() -> None:
    world = ComplianceWorld()
    world.frozen()
    world.accept(world.ben, Transfer("cny", 5, world.ann))


def test_a_frozen_member_still_governs() -> None:
    world = ComplianceWorld()
    world.council(freezing(world.members[0]))
    world.accept(world.members[0], Propose("council", "Resume", EVIDENCE, ()))
    world.accept(world.members[0], Stop("stolen"))


def test_a_frozen_authority_freezes_nobody() -> None:
    world = ComplianceWorld()
    world.council(freezing(world.regulator))
    receipt = world.run(world.regulator, freezing(world.ann))
    assert receipt.refusal == "kernel.AccountFrozen"


@pytest.mark.parametrize("allow_retire", [True, False])
def test_retirement_for_oneself_goes_on_where_the_freeze_allows_it(allow_retire: bool) -> None:
    world = ComplianceWorld()
    put_batch(world, (1, 10, "custody", ""))
    world.grant(world.ann, BATCH, 10 * TONNE)
    world.frozen(allow_retire=allow_retire)
    own: Retire = retiring()
    other: Retire = retiring(on_behalf_of="somebody else")
    assert world.run(world.ann, other).refusal == "kernel.AccountFrozen"
    receipt = world.run(world.ann, own)
    assert receipt.refusal == (None if allow_retire else "kernel.AccountFrozen")


def test_money_of_a_frozen_account_is_not_paid_out() -> None:
    world = ComplianceWorld()
    bank = world.authority("bank", DutyKind.PAYMENT_INSTITUTION)
    world.accept(world.ann, RequestRedemption("cny", 10 * CNY, EVIDENCE))
    world.frozen()
    receipt = world.run(bank, AcceptRedemption(1))
    assert receipt.refusal == "kernel.AccountFrozen"


class FrozenMarket(MarketWorld):
    """Ann's order rests when she is frozen; ben comes to take it."""

    def __init__(self) -> None:
        super().__init__()
        member = self.stranger("member")
        self.put(Council((member,), 1, 1), HERE)
        self.regulator = self.authority("regulator", DutyKind.REGULATOR)
        self.ann = self.trader("ann", tonnes=10)
        self.ben = self.trader("ben")
        self.accept(self.ann, sell(5, PRICE))


def test_a_resting_order_of_a_frozen_account_never_matches() -> None:
    world = FrozenMarket()
    world.accept(world.regulator, freezing(world.ann))
    events = world.accept(world.ben, buy(5, PRICE))
    assert not any(event["event"] == "market.Traded" for event in events)
    assert (1, "freeze") in ends(events)
    assert world.get(Order, f"{1:020d}") is None
    assert world.balance(world.ann, "cea24") == 10 * TONNE


def test_a_frozen_account_places_nothing_and_cancels_its_own() -> None:
    world = FrozenMarket()
    world.accept(world.regulator, freezing(world.ann))
    assert world.run(world.ann, sell(1, PRICE)).refusal == "kernel.AccountFrozen"
    world.accept(world.ann, cancel(1))
    assert world.balance(world.ann, "cea24") == 10 * TONNE


def test_a_frozen_bridge_lets_nothing_leave() -> None:
    world = ComplianceWorld()
    put_batch(world, (1, 10, "held", world.ann))
    world.frozen(id="verra", scope="bridge")
    op = RequestOutbound(BATCH, ((1, 5),), "verra", "1234", world.time + 10 * DAY)
    receipt = world.run(world.ann, op)
    assert (receipt.refusal, receipt.facts["scope"]) == ("kernel.ScopeFrozen", "bridge:verra")
