"""Blocks: their order, their drafts, what a refusal or a bug leaves, hooks, and sameness.

Source: engine.md 4.5, 5, 10, 13.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import Account, DutyKind
from ctn.kernel.block import Clock, HooksHash, Stuck, block_seed
from ctn.kernel.codec import encode
from ctn.kernel.commitment import leaf_hash
from ctn.kernel.receipt import APPLIED, BROKEN, NOT_ADMITTED, REFUSED
from ctn.kernel.record import Record
from ctn.kernel.state import MemorySource, State
from ctn.kernel.tx import Tx
from ctn.machine import Machine, Outcome
from ctn.modules.accounts.lock import Lock
from ctn.modules.accounts.sponsor import Sponsor
from ctn.modules.accounts.unsponsor import Unsponsor
from ctn.modules.accounts.waiting import Waiting
from ctn.modules.assets.issue_money import IssueMoney
from ctn.modules.assets.records import Money
from ctn.modules.assets.transfer import Transfer
from ctn.modules.identity.reads import owner_key
from tests.machine.scenario import scenario
from tests.machine.small_ops import Misbehave, misbehave
from tests.modules.assets.worlds import money_world
from tests.worlds import CNY, START, World

ROOT = Path(__file__).resolve().parents[2]
LATER = START + 10**9


def _content(world: World) -> dict[bytes, bytes]:
    source = world.machine.state.source
    assert isinstance(source, MemorySource)
    return dict(source.values)


def _run(world: World, *txs: Tx, time: int = 0) -> tuple[Outcome, list[dict[str, Any]], list[str]]:
    """A committed block that may ring alarms, its receipts, and the alarms."""
    machine = world.machine
    world.time = time or world.time + 1_000
    outcome = machine.apply_block(list(txs), world.time, leave_out=False)
    source = machine.state.source
    assert isinstance(source, MemorySource)
    source.write({item.key: item.value for item in outcome.changes})
    machine.committed(outcome)
    alarms = list(machine.alarms)
    machine.alarms.clear()
    return outcome, [json.loads(data) for data in outcome.receipts], alarms


# --- order


def test_a_block_is_sorted_by_lane_then_owner_then_sender_then_sequence() -> None:
    world = World()
    people = [world.person(f"p{number}", owner=f"o{number % 3}") for number in range(6)]
    safe = world.person("safe")
    txs = [world.tx(person, Transfer("cny", 1, people[0])) for person in people]
    txs += [world.tx(person, Transfer("cny", 1, people[0]), sequence=1) for person in people[:2]]
    txs.append(world.tx(safe, Unsponsor(people[0])))
    ledger, root = world.draft(), world.machine.root
    assert root.hex() == world.machine.commitment.root().hex()

    def place(tx: Tx) -> tuple[int, bytes, str, int]:
        owner = owner_key(ledger, tx.body.sender)
        key = hashlib.sha256(b"ctn/order/1\n" + root + owner.encode()).digest()
        return (int(tx.body.sender != safe), key, tx.body.sender, tx.body.sequence)

    for given_order in (txs, txs[::-1], txs[3:] + txs[:3]):
        assert world.machine.arrange(given_order) == sorted(txs, key=place)


def test_a_safety_op_behind_the_senders_common_one_waits_with_it() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    common = world.tx(alice, Transfer("cny", 1, bob))
    behind = world.tx(alice, Unsponsor(bob), sequence=1)
    safe = world.tx(bob, Unsponsor(alice))
    assert world.machine.arrange([behind, common, safe])[0] == safe
    order = world.machine.arrange([behind, common, safe])
    assert order.index(common) < order.index(behind)


def test_a_safety_op_beside_a_common_one_in_a_transaction_is_common() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    assert world.tx(alice, Unsponsor(bob)).lane == 0
    assert world.tx(alice, Unsponsor(bob), Transfer("cny", 1, bob)).lane == 1


def test_accounts_of_one_owner_have_one_place() -> None:
    world = World()
    one, two = world.person("one", owner="zhang"), world.person("two", owner="zhang")
    ledger = world.draft()
    assert owner_key(ledger, one) == owner_key(ledger, two) != one


def test_facts_of_a_block_follow_from_the_last_root() -> None:
    world = World()
    ledger = world.draft()
    root, height = world.machine.root, world.machine.height + 1
    seed = hashlib.sha256(b"ctn/seed/1\n" + root + height.to_bytes(8, "big")).digest()
    assert ledger.block.seed == seed == block_seed(root, height)
    assert (ledger.block.height, ledger.block.chain) == (height, world.machine.chain)


# --- drafts


def test_every_fee_of_the_block_is_taken_before_the_first_op() -> None:
    world = World()
    alice, bob = world.person("alice", cny=0), world.person("bob")
    world.grant(alice, "cny", 100)
    first = world.tx(alice, Transfer("cny", 80, bob))
    second = world.tx(alice, Transfer("cny", 60, bob), sequence=1)
    one, two = world.block(first, second)
    assert (one.status, one.refusal) == (REFUSED, "kernel.InsufficientBalance")
    assert two.status == APPLIED
    assert world.balance(alice) == 0


def test_a_fee_that_an_earlier_op_would_bring_comes_too_late() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob", cny=0)
    give = world.tx(alice, Transfer("cny", CNY, bob))
    spend = world.tx(bob, Transfer("cny", 1, alice))
    receipts = {receipt.tx: receipt for receipt in world.block(give, spend)}
    assert receipts[give.id].status == APPLIED
    assert receipts[spend.id].status == NOT_ADMITTED
    assert receipts[spend.id].refusal == "kernel.CannotPayFee"


def test_the_maker_leaves_out_what_is_not_admitted() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    good = world.tx(alice, Transfer("cny", 1, bob))
    gap = world.tx(bob, Transfer("cny", 1, alice), sequence=3)
    outcome = world.machine.apply_block([good, gap], world.time + 1, leave_out=True)
    assert outcome.included == [good]
    assert [(tx, error.code) for tx, error in outcome.left_out] == [(gap, "kernel.SequenceGap")]
    assert len(outcome.receipts) == 1


def test_what_is_not_admitted_changes_nothing() -> None:
    world, twin = World(), World()
    for one in (world, twin):
        one.person("alice")
        one.person("bob")
    alice, bob = list(world.people)
    gap = world.tx(alice, Transfer("cny", 1, bob), sequence=3)
    world.outcome([gap])
    twin.outcome([])
    assert _content(world) == _content(twin)


def test_a_refused_transaction_keeps_its_fee_and_sequence_and_nothing_else() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    world.outcome([])
    before = _content(world)
    tx = world.tx(alice, Transfer("cny", 5, bob), Transfer("cny", 10**9, bob))
    receipt = world.block(tx)[0]
    fee = tx.body.fee.amount
    assert (receipt.status, receipt.op, receipt.events) == (REFUSED, 1, [])
    assert receipt.refusal == "kernel.InsufficientBalance"
    assert receipt.facts["need"] == 10**9
    assert receipt.fee == {"payer": alice, "asset": "cny", "amount": fee}
    assert receipt.moves == [["cny", alice, "fees:tx", fee]]
    after = _content(world)
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    assert sorted(changed) == sorted([
        b"account\0" + alice.encode(),
        f"balance\0{alice}/cny".encode(),
        b"balance\0fees:tx/cny",
        b"chain\0clock",
    ])  # fmt: skip
    assert world.get(Account, alice).sequence == 1


def test_the_ops_of_a_transaction_see_each_other_and_count_their_events() -> None:
    world = World()
    alice, bob = world.person("alice", cny=0), world.person("bob")
    world.grant(alice, "cny", 1_000)
    tx = world.tx(bob, Transfer("cny", 500, alice), Transfer("cny", 7, alice))
    receipt = world.block(tx)[0]
    assert [event["op"] for event in receipt.events] == [0, 1]
    assert [move[3] for move in receipt.moves[1:]] == [500, 7]


@settings(max_examples=25)
@given(
    amounts=st.lists(st.integers(0, 2 * CNY), min_size=1, max_size=6),
)
def test_all_ops_of_a_transaction_are_done_or_none(amounts: list[int]) -> None:
    world = World()
    alice, bob = world.person("alice", cny=3), world.person("bob")
    tx = world.tx(alice, *[Transfer("cny", amount, bob) for amount in amounts])
    receipt = world.block(tx)[0]
    left = 3 * CNY - tx.body.fee.amount
    if 0 not in amounts and sum(amounts) <= left:
        assert receipt.status == APPLIED
        assert world.balance(bob) == 100 * CNY + sum(amounts)
    else:
        assert receipt.status == REFUSED
        assert world.balance(bob) == 100 * CNY
        assert world.balance(alice) == left
    world.recount()


def test_receipts_alone_give_every_balance() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    before = {key: int(value) for key, value in _content(world).items() if key[:8] == b"balance\0"}
    for amount in (5, 10**9, 7):
        for receipt in world.block(world.tx(alice, Transfer("cny", amount, bob))):
            for asset, source, target, moved in receipt.moves:
                for account, sign in ((source, -1), (target, 1)):
                    key = f"balance\0{account}/{asset}".encode()
                    before[key] = before.get(key, 0) + sign * moved
    after = {key: int(value) for key, value in _content(world).items() if key[:8] == b"balance\0"}
    assert {key: amount for key, amount in before.items() if amount} == after


# --- bugs


@pytest.mark.parametrize("how", ["bug", "breach", "mint"])
def test_a_bug_in_an_op_drops_its_draft_keeps_the_fee_and_rings(how: str) -> None:
    world = World()
    alice, bob = world.stranger("alice"), world.person("bob")
    tx = misbehave(world, alice, Misbehave(how, 200, bob))
    before = world.balance(alice)
    _outcome, (receipt,), alarms = _run(world, tx)
    assert (receipt["status"], receipt["refusal"]) == (BROKEN, "kernel.Broken")
    assert receipt["facts"] == {}
    assert receipt["op"] == (0 if how == "bug" else None)
    assert receipt["moves"] == [["cny", alice, "fees:tx", 20_000]]
    assert receipt["events"] == []
    assert len(alarms) == 1
    assert world.balance(alice) == before - 20_000
    assert world.balance(bob) == 100 * CNY
    assert world.get(Account, alice).sequence == 1
    world.recount()


@pytest.mark.parametrize(
    ("how", "kind"), [("memory", MemoryError), ("disk", OSError), ("depth", RecursionError)]
)
def test_what_may_differ_between_machines_halts_the_node(how: str, kind: type[Exception]) -> None:
    world = World()
    alice = world.stranger("alice")
    tx = misbehave(world, alice, Misbehave(how, 200, alice))
    with pytest.raises(kind):
        world.machine.apply_block([tx], world.time + 1, leave_out=False)


def test_a_bug_in_an_index_halts_the_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it left half changed is mended by no undo, and others would decide otherwise."""
    world = World()
    alice = world.person("alice")
    apply = Waiting.apply

    def half(index: Waiting, place: str, before: Record | None, after: Record | None) -> None:
        apply(index, place, before, after)
        raise KeyError(place)

    monkeypatch.setattr(Waiting, "apply", half)
    with pytest.raises(KeyError):
        world.machine.apply_block([world.tx(alice, Lock(alice))], world.time + 1, leave_out=False)


@pytest.mark.parametrize("how", ["work", "events"])
def test_refuses_an_op_that_does_more_than_it_states(how: str) -> None:
    world = World()
    alice, bob = world.stranger("alice"), world.person("bob")
    tx = misbehave(world, alice, Misbehave(how, 200 if how == "work" else 20_000, bob))
    _outcome, (receipt,), alarms = _run(world, tx)
    assert (receipt["status"], receipt["refusal"]) == (REFUSED, "kernel.WorkExceeded")
    assert alarms == []


def test_a_transaction_after_a_bug_goes_on() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    bad = misbehave(world, alice, Misbehave("bug", 200, bob))
    good = world.tx(bob, Transfer("cny", 1, alice))
    _outcome, receipts, _alarms = _run(world, bad, good)
    assert [receipt["status"] for receipt in receipts] == [BROKEN, APPLIED]


@pytest.mark.parametrize("how", ["work and refuse", "work"])
def test_an_op_refused_at_the_end_of_its_work_leaves_the_block_whole(how: str) -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    tx = misbehave(world, alice, Misbehave(how, 200, bob))
    _outcome, (receipt,), _alarms = _run(world, tx)
    assert receipt["status"] == REFUSED
    assert world.get(Clock, "clock").height == 1


def test_what_simulating_did_is_undone() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    root = world.machine.root
    tx = world.tx(alice, Transfer("cny", 5, bob))
    told = world.machine.simulate(tx)
    assert (told.status, told.moves[1]) == (APPLIED, ("cny", alice, bob, 5))
    assert (world.machine.root, world.balance(bob)) == (root, 100 * CNY)
    real = world.block(tx)[0]
    assert json.loads(encode(told.events)) == real.events


# --- hooks


def _wrong_money() -> tuple[World, str, str]:
    """A world whose count of money is wrong, with a reserve that will be late."""
    world, bank, alice = money_world()
    world.put(Money("cny", 1, 0, 0, 0, 0, None, START + 60_000, False))
    return world, bank, alice


def test_a_hook_item_that_breaks_is_stuck_and_passed_over() -> None:
    world, _bank, _alice = _wrong_money()
    outcome, (receipt,), alarms = _run(world, time=START + 60_000)
    (item,) = receipt["hooks"]
    stuck = {"module": "assets", "id": "reserve-cny", "scope": "cny"}
    assert (item["hook"], item["item"], item["moves"]) == ("assets.begin_block", "reserve-cny", [])
    assert item["events"] == [{"event": "governance.Stuck", "op": 0} | stuck]
    assert len(alarms) == 1
    assert world.get(Stuck, "assets/reserve-cny") == Stuck("cny", outcome.height)
    assert not world.get(Money, "cny").is_short
    _outcome, _receipts, alarms = _run(world)
    assert alarms == []


def test_the_scope_of_a_stuck_item_is_frozen_and_the_chain_goes_on() -> None:
    world, bank, alice = _wrong_money()
    _run(world, time=START + 60_000)
    issue = world.tx(bank, IssueMoney("cny", alice, 1, "1"))
    send = world.tx(alice, Transfer("cny", 1, bank))
    _outcome, receipts, _alarms = _run(world, issue, send)
    assert (receipts[0]["refusal"], receipts[0]["facts"]) == (
        "kernel.ScopeFrozen", {"scope": "cny"}
    )  # fmt: skip
    assert receipts[1]["status"] == APPLIED


def test_an_op_that_breaks_the_count_of_money_is_broken() -> None:
    world, bank, alice = _wrong_money()
    tx = world.tx(bank, IssueMoney("cny", alice, 1, "1"))
    _outcome, (receipt,), alarms = _run(world, tx)
    assert (receipt["status"], receipt["op"]) == (BROKEN, None)
    assert "money-supply" in alarms[0]


def test_hooks_have_the_last_receipt_and_its_hash_is_provable() -> None:
    world, bank, alice = money_world()
    world.accept(bank, IssueMoney("cny", alice, 1, "1"))
    late = world.get(Money, "cny").attest_by
    send = world.tx(alice, Transfer("cny", 1, bank))
    outcome, receipts, _alarms = _run(world, send, time=late)
    assert receipts[0]["status"] == APPLIED
    assert receipts[-1]["height"] == outcome.height
    assert [item["hook"] for item in receipts[-1]["hooks"]] == ["assets.begin_block"]
    digest = hashlib.sha256(outcome.receipts[-1]).hexdigest()
    assert world.get(HooksHash, "hooks") == HooksHash(outcome.height, digest)


def test_begin_hooks_run_before_the_ops_of_their_block() -> None:
    world, bank, alice = money_world()
    world.accept(bank, IssueMoney("cny", alice, 1, "1"))
    late = world.get(Money, "cny").attest_by
    issue = world.tx(bank, IssueMoney("cny", alice, 1, "2"))
    _outcome, receipts, _alarms = _run(world, issue, time=late)
    assert receipts[0]["refusal"] == "assets.IssuingSuspended"


# --- sameness


def test_an_empty_block_changes_the_clock_alone_and_every_tenth_keeps_a_root() -> None:
    world = World()
    world.person("alice")
    first = world.outcome([])
    assert [item.key for item in first.changes] == [b"chain\0clock", b"chain\0root/" + b"0" * 20]
    before = _content(world)
    outcome = world.outcome([])
    assert [item.key for item in outcome.changes] == [b"chain\0clock"]
    assert len(_content(world)) == len(before)


def test_changes_come_in_key_order_and_give_the_root() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    world.authority("attestor", DutyKind.ATTESTOR)
    outcome = world.outcome([world.tx(alice, Sponsor(bob, 1, 1, LATER))])
    keys = [item.key for item in outcome.changes]
    assert keys == sorted(keys)
    assert outcome.root == world.machine.root


def _scenario_in(**environment: str) -> str:
    found = subprocess.run(
        [sys.executable, "-m", "tests.machine.scenario"],
        cwd=ROOT, env=os.environ | environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return found.stdout


def test_the_same_blocks_give_the_same_bytes_in_every_environment() -> None:
    here = "\n".join(scenario()) + "\n"
    for environment in (
        {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "4242", "TZ": "Asia/Shanghai", "LC_ALL": "tr_TR.UTF-8"},
        {"PYTHONHASHSEED": "7", "TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8"},
    ):
        assert _scenario_in(**environment) == here


def test_a_restarted_machine_goes_on_as_the_one_that_ran() -> None:
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    world.accept(alice, Transfer("cny", 5, bob))
    machine = world.machine
    again = Machine(State(MemorySource(_content(world))), machine.chain)
    rows = [(key, leaf_hash(key, value), value) for key, value in _content(world).items()]
    assert again.load(rows, machine.height, machine.time) == machine.root
    tx = world.tx(alice, Transfer("cny", 7, bob))
    one = machine.apply_block([tx], world.time + 1, leave_out=False)
    two = again.apply_block([tx], world.time + 1, leave_out=False)
    assert (one.root, one.receipts) == (two.root, two.receipts)
