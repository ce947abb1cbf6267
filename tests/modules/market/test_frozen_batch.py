"""A freeze of a batch reaches the instruments on it: at once, and until it has ended."""

from ctn.kernel.op import Op
from ctn.kernel.receipt import APPLIED, REFUSED
from ctn.kernel.refusal import Refusal, refusal_code
from ctn.modules.market import refusals
from ctn.modules.market.records import CALL_MS, InstrumentState, Order
from ctn.modules.registry.lift_freeze import LiftFreeze
from tests.cases import note_result
from tests.modules.market.listings import (
    BATCH,
    NAME,
    REF,
    cancelling,
    listed,
    market,
    placing,
    replacing,
    told,
)
from tests.modules.registry.worlds import TONNE, freezing, put_batch, regulator
from tests.worlds import DAY


class FrozenWorld:
    """An instrument on a batch, 100 t in custody; order 1 of ann and order 2 of ben rest."""

    def __init__(self) -> None:
        self.world, _operator = market()
        self.ann = self.world.person("ann", cny=1_000)
        self.ben = self.world.person("ben", cny=1_000)
        self.regulator = regulator(self.world)
        put_batch(self.world, (1, 100, "custody", ""), (101, 200, "held", self.ann), batch=BATCH)
        self.world.grant(self.ann, BATCH, 100 * TONNE)
        listed(self.world)
        self.world.empty_block()
        self.world.accept(self.ann, placing("sell", REF + 1_000, 5))
        self.world.accept(self.ben, placing("buy", REF - 1_000, 5))

    def refuse_in_block_of_freeze(self, kind: type[Refusal], sender: str, op: Op) -> None:
        """The regulator freezes the batch; the op in the same block is refused."""
        world = self.world
        txs = [world.tx(sender, op), world.tx(self.regulator, freezing("batch", BATCH))]
        receipts = world.block(*world.machine.arrange(txs))
        assert (receipts[1].status, receipts[1].refusal) == (REFUSED, refusal_code(kind))
        assert kind in type(op).refuses
        note_result((op,), receipts[1].status, receipts[1].refusal, [])
        world.recount()

    def frozen(self) -> str:
        """The regulator freezes the batch; the freeze."""
        events = self.world.accept(self.regulator, freezing("batch", BATCH))
        identity: str = events[0]["freeze"]
        return identity

    def phase(self) -> str:
        """The phase of the book."""
        state: InstrumentState = self.world.get(InstrumentState, NAME)
        return state.phase

    def resting(self) -> list[int]:
        """The numbers of the orders that stand."""
        return [order.no for _place, order in self.world.draft().scan(Order, "", 1_000)]


def test_an_order_in_the_block_of_the_freeze_is_refused() -> None:
    found = FrozenWorld()
    found.refuse_in_block_of_freeze(refusals.BatchFrozen, found.ben, placing("buy", REF, 1))
    assert found.resting() == [1, 2]


def test_an_order_that_enters_again_in_the_block_of_the_freeze_is_refused() -> None:
    found = FrozenWorld()
    found.refuse_in_block_of_freeze(refusals.BatchFrozen, found.ben, replacing(2, price=REF))
    assert found.resting() == [1, 2]


def test_the_next_block_suspends_the_instrument() -> None:
    found = FrozenWorld()
    found.frozen()
    assert [event["phase"] for event in told(found.world.empty_block(), "PhaseChanged")] == [
        "suspended"
    ]
    facts = found.world.refuse(found.ben, refusals.BatchFrozen, placing("buy", REF, 1))
    assert facts == {"asset": BATCH}


def test_resting_orders_stand_and_can_be_made_smaller_or_cancelled() -> None:
    found = FrozenWorld()
    found.frozen()
    found.world.empty_block()
    assert found.resting() == [1, 2]
    found.world.accept(found.ben, replacing(2, qty=2 * TONNE))
    found.world.refuse(found.ben, refusals.BatchFrozen, replacing(2, qty=3 * TONNE))
    found.world.accept(found.ann, cancelling(1))
    assert found.resting() == [2]
    assert found.world.balance(found.ann, BATCH) == 100 * TONNE


def test_an_order_past_its_time_leaves_while_the_batch_is_frozen() -> None:
    found = FrozenWorld()
    found.frozen()
    found.world.later(90 * DAY)
    items = found.world.empty_block()
    rows = [row for event in told(items, "OrdersEnded") for row in event["orders"]]
    assert [(row["no"], row["reason"]) for row in rows] == [(1, "expired"), (2, "expired")]


def test_the_instrument_opens_again_by_a_call_after_the_freeze_has_ended() -> None:
    found = FrozenWorld()
    world = found.world
    world.accept(found.regulator, LiftFreeze(found.frozen()))
    assert found.phase() == "suspended"
    world.later(2 * DAY)
    world.empty_block()  # the freeze ends with this block
    assert found.phase() == "suspended"
    assert [event["phase"] for event in told(world.empty_block(), "PhaseChanged")] == ["call"]
    events = world.accept(found.ben, placing("buy", REF + 1_000, 5))
    assert [event["event"] for event in events] == ["market.OrderPlaced"]
    world.later(CALL_MS)
    traded = told(world.empty_block(), "Traded")
    assert [(event["mode"], event["qty"]) for event in traded] == [("call", 5 * TONNE)]
    assert found.phase() == "open"
    assert world.balance(found.ben, BATCH) == 5 * TONNE


def test_an_order_in_the_block_after_the_freeze_has_ended_enters_the_call() -> None:
    found = FrozenWorld()
    world = found.world
    world.accept(found.regulator, LiftFreeze(found.frozen()))
    world.later(2 * DAY)
    world.empty_block()  # the freeze ends with this block, the suspension with the next
    receipt = world.block(world.tx(found.ben, placing("buy", REF, 1)))[0]
    assert found.phase() == "call"
    assert receipt.status == APPLIED


def test_a_freeze_of_project_or_class_suspends_too() -> None:
    for scope, subject in (("project", BATCH[:-9]), ("class", "ccer")):
        found = FrozenWorld()
        found.world.accept(found.regulator, freezing(scope, subject))
        found.world.empty_block()
        assert found.phase() == "suspended"


def test_a_freeze_of_serials_reaches_the_market_when_some_are_in_custody() -> None:
    for parts, phase in (((101, 110),), "open"), (((100, 101),), "suspended"):
        found = FrozenWorld()
        found.world.accept(found.regulator, freezing("parts", BATCH, parts=parts))
        found.world.empty_block()
        assert found.phase() == phase
