"""Whole stories of protection and governance (reliability.md 5, 6): each from its first block."""

from typing import Any

from ctn.kernel.account import Account, Thresholds
from ctn.kernel.block import STOP
from ctn.kernel.block import Stop as StopRecord
from ctn.kernel.op import Op
from ctn.kernel.receipt import NOT_ADMITTED
from ctn.kernel.refusal import Refusal
from ctn.modules.accounts.add_trusted import AddTrusted
from ctn.modules.accounts.recover import Recover
from ctn.modules.accounts.set_guard import SetGuard
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.unlock import Unlock
from ctn.modules.accounts.waiting import Pending
from ctn.modules.assets.records import FREE, Asset, Calendar
from ctn.modules.assets.request_redemption import RequestRedemption
from ctn.modules.assets.transfer import Transfer
from ctn.modules.governance.records import (
    BOND,
    BOND_ASSET,
    TREASURY,
    Ballot,
    LockedLot,
    ParamChange,
)
from ctn.modules.governance.resume import Resume
from ctn.modules.governance.set_param import SetParam
from ctn.modules.governance.stop import Stop
from ctn.modules.market.records import CALL_MS, TAKER_PPM, InstrumentState
from tests.modules.accounts.worlds import guarded, signer, wait
from tests.modules.governance.worlds import COUNCIL_WAIT, VOTE_WAIT, GovernanceWorld
from tests.modules.market.worlds import CEA, NAME, REF, buy, instrument, sell, state
from tests.modules.registry.worlds import BATCH, TONNE, all_of
from tests.properties.flow import Flow
from tests.properties.wishes import wish
from tests.worlds import CNY, DAY, START, World

ONE = Thresholds(1, 1, 1)
HOUR = 3_600_000
RULE = SetParam("taker_ppm", "400")
MIDNIGHT = START + DAY // 3  # of UTC+8
WISHES = 400


# --- a stolen key


def robbed() -> tuple[World, str, str, list[str]]:
    """An enterprise with three guardians of whom two recover; the thief has one of its keys."""
    world = World()
    firm, thief = world.enterprise("firm"), world.person("thief")
    guardians = [world.person(f"guardian {number}") for number in range(3)]
    guarded(world, firm, guardians=tuple(guardians), guardian_threshold=2)
    return world, firm, thief, guardians


def attempts(world: World, firm: str, thief: str) -> list[Op]:
    """What would bring value or power to the thief."""
    key = (signer(world, thief),)
    return [
        Transfer("cny", 1, thief), AddTrusted(thief), SetSigners(key, ONE), Unlock(),
        SetGuard(False, (), (thief,), 1), RequestRedemption("cny", 1, "66" * 32),
    ]  # fmt: skip


def test_a_thief_with_one_key_and_one_careless_guardian_move_nothing_of_an_enterprise() -> None:
    world, firm, thief, guardians = robbed()
    gained, before = world.balance(thief), world.get(Account, firm).signers
    stolen = world.signers[firm][1]
    for _hour in range(24):
        for op in attempts(world, firm, thief):
            receipt = world.block(world.tx(firm, op, signers=[stolen]))[0]
            assert receipt.status == NOT_ADMITTED or not receipt.moves[1:]
        world.run(guardians[0], Recover(firm, (signer(world, thief),), ONE))
        wait(world, HOUR)
    wait(world, 3 * DAY)
    assert world.balance(thief) == gained
    assert world.balance(firm) == 100 * CNY
    assert world.get(Account, firm).signers == before
    assert all_of(world, Pending) == []


# --- a vote


def voting_world() -> tuple[GovernanceWorld, str, str]:
    """Two people who hold a hundred tonnes each."""
    world = GovernanceWorld()
    return world, world.holder("ann", 100), world.holder("ben", 100)


def waiting(world: GovernanceWorld) -> list[Any]:
    """All that votes leave behind while they run."""
    return [*all_of(world, LockedLot), *all_of(world, Ballot)]


def test_a_vote_passes_runs_by_itself_and_its_value_acts_at_the_next_epoch() -> None:
    world, ann, ben = voting_world()
    bond = world.balance(world.proposer)
    number = world.propose(RULE, track="public")
    world.vote(ann, number, "yes", 60)
    world.vote(ben, number, "yes", 40)
    assert world.balance(ann, BATCH) == 40 * TONNE
    world.later(VOTE_WAIT)
    world.empty_block()
    assert world.proposal(number).state == "passed"
    assert waiting(world) == []
    assert world.balance(ann, BATCH) == world.balance(ben, BATCH) == 100 * TONNE
    assert bond - world.balance(world.proposer) < CNY  # only the fee
    # From here on nobody does anything.
    world.later(COUNCIL_WAIT)
    world.empty_block()
    assert world.proposal(number).state == "executed"
    (change,) = all_of(world, ParamChange)
    assert (change.acts - MIDNIGHT) % DAY == 0
    assert 0 < change.acts - world.time <= DAY
    world.later(change.acts - world.time - 2_000)
    world.empty_block()
    assert world.draft().param(TAKER_PPM) == TAKER_PPM.default
    world.empty_block()
    assert world.draft().param(TAKER_PPM) == 400
    assert all_of(world, ParamChange) == []


def test_a_vote_that_fails_gives_back_locks_and_the_bond_where_a_third_wanted_it() -> None:
    for no, is_back in ((49, True), (100, False)):
        world, ann, ben = voting_world()
        treasury, bond = world.balance(TREASURY), world.balance(world.proposer)
        number = world.propose(RULE, track="public")
        world.vote(ann, number, "yes", 25 if is_back else 16)
        world.vote(ben, number, "no", no)
        world.later(VOTE_WAIT)
        world.empty_block()
        assert world.proposal(number).state == "rejected"
        assert waiting(world) == []
        assert world.balance(ann, BATCH) == world.balance(ben, BATCH) == 100 * TONNE
        assert world.balance(TREASURY) - treasury == (0 if is_back else BOND)
        assert bond - world.balance(world.proposer, BOND_ASSET) < BOND + CNY
        world.later(10 * COUNCIL_WAIT)
        world.empty_block()
        assert world.draft().param(TAKER_PPM) == TAKER_PPM.default


# --- an emergency


class MarketDay(GovernanceWorld):
    """A council over an open market with a buyer and a seller."""

    def __init__(self) -> None:
        super().__init__()
        self.put(Asset(CEA, FREE))
        self.put(Calendar("always", 0, 127, (), ()))
        self.put(instrument())
        self.put(state())
        self.buyer = self.person("buyer", cny=100_000)
        self.seller = self.person("seller", cny=1_000)
        self.grant(self.seller, CEA, 100 * TONNE)

    @property
    def phase(self) -> str:
        """The phase of the book."""
        found: InstrumentState = self.get(InstrumentState, NAME)
        return found.phase


def test_an_emergency_stop_holds_everything_and_the_council_resumes_into_a_call() -> None:
    world = MarketDay()
    world.accept(world.seller, sell(5, REF))
    for member in world.members[:2]:
        world.accept(member, Stop("stolen keys"))
    for sender, op in ((world.buyer, buy(1, REF)), (world.seller, Transfer("cny", 1, world.buyer))):
        receipt = world.block(world.tx(sender, op))[0]
        assert (receipt.status, receipt.refusal) == (NOT_ADMITTED, "kernel.Stopped")
    number = world.propose(Resume())
    world.approve(number)
    assert world.get(StopRecord, STOP) is None
    world.empty_block()
    assert world.phase == "call"
    # Nobody trades at the price of before: the old order and the new one meet at the end.
    world.accept(world.buyer, buy(1, REF))
    assert world.balance(world.buyer, CEA) == 0
    world.later(CALL_MS)
    world.empty_block()
    assert world.phase == "open"
    assert world.balance(world.buyer, CEA) == TONNE
    world.recount()


# --- refusals


def kept(content: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """Without what a block takes away in any case: closings that lapse without a word."""
    return {key: value for key, value in content.items() if not key.startswith(b"closing\0")}


def test_no_refusal_leaves_anything_behind() -> None:
    flow = Flow(7)
    flow.begin()
    refused: set[str] = set()
    for _wish in range(WISHES):
        sender, op = wish(flow)
        account = flow.get(Account, sender)
        if account is not None and account.closed is not None:
            continue
        try:
            tx = flow.tx(sender, op)
        except Refusal:
            continue  # what its own check refuses never came near the state
        if flow.machine.refusals([tx], flow.time + 1_000) != [None]:
            continue
        before = flow._content(sender)
        outcome = flow.outcome([tx])
        if len(outcome.receipts) > 1 or b'"status":"applied"' in outcome.receipts[0]:
            continue  # hooks or the operation changed something of their own
        refused.add(type(op).__name__)
        assert kept(flow._content(sender)) == kept(before), op
    assert len(refused) >= 12
