"""The pool: who may wait, and which transactions make the next block."""

from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import Threshold
from ctn.kernel.block import BLOCK_BYTES, BLOCK_TXS, BLOCK_TXS_SENDER, BLOCK_WORK
from ctn.kernel.op import COMMON_LANE, SAFETY_LANE
from ctn.kernel.refusal import PoolFull, SequenceGap, TooManyPending
from ctn.kernel.tx import Body, Fee, Tx
from ctn.node.pool import PENDING_MAX, Pool


def _tx(
    sender: str, sequence: int, *, lane: int = COMMON_LANE, size: int = 300, **changes: Any
) -> Tx:
    """A transaction as the pool sees it: a sender, a sequence, a lane, a size."""
    fee = Fee(changes.get("fee", 10), changes.get("payer"))
    body: Body[Any] = Body("c", sender, sequence, changes.get("expires", 100), fee, "", ())
    name = f"{sender}/{sequence}"
    work = changes.get("work", 100)
    return Tx(name, body, b"", bytes(size), (), work, 10, Threshold.LOW, lane)


def _names(txs: list[Tx]) -> list[str]:
    return [tx.id for tx in txs]


def _filled(*txs: Tx, **limits: int) -> Pool:
    pool = Pool(**limits)
    for tx in txs:
        pool.require_room(tx)
        pool.add(tx)
    return pool


def test_refuses_the_65th_of_a_sender_until_one_has_left() -> None:
    mine = [_tx("a", number) for number in range(PENDING_MAX)]
    pool = _filled(*mine)
    with pytest.raises(TooManyPending):
        pool.require_room(_tx("a", PENDING_MAX))
    pool.require_room(_tx("b", 0))
    pool.remove(mine[0])
    pool.require_room(_tx("a", PENDING_MAX))


def test_refuses_when_the_number_or_the_bytes_are_full() -> None:
    pool = _filled(_tx("a", 0), _tx("b", 0), size=2)
    with pytest.raises(PoolFull):
        pool.require_room(_tx("c", 0))
    pool = _filled(_tx("a", 0, size=600), size_bytes=1_000)
    pool.require_room(_tx("b", 0, size=400))
    with pytest.raises(PoolFull):
        pool.require_room(_tx("b", 0, size=401))


def test_holds_the_fees_of_the_payer() -> None:
    txs = [_tx("a", 0, fee=5), _tx("b", 0, fee=7, payer="a"), _tx("a", 1, fee=3, payer="b")]
    pool = _filled(*txs)
    assert (pool.held("a"), pool.held("b"), pool.held("c")) == (12, 3, 0)
    pool.remove(txs[0])
    pool.remove(txs[0])
    assert (pool.held("a"), len(pool), pool.waiting("a")) == (7, 2, 1)


def test_chooses_in_order_of_arrival_and_lane_0_first() -> None:
    pool = _filled(_tx("a", 0), _tx("b", 0, lane=SAFETY_LANE), _tx("c", 0), _tx("b", 1))
    assert _names(pool.select()) == ["b/0", "a/0", "c/0", "b/1"]


def test_lane_0_behind_a_sender_s_common_one_waits_in_its_place() -> None:
    pool = _filled(_tx("a", 0), _tx("b", 0), _tx("b", 1, lane=SAFETY_LANE))
    assert _names(pool.select()) == ["a/0", "b/0", "b/1"]


def test_takes_at_most_64_of_a_sender() -> None:
    pool = Pool()
    for number in range(BLOCK_TXS_SENDER + 6):
        pool.add(_tx("a", number))
    pool.add(_tx("b", 0))
    chosen = _names(pool.select())
    assert chosen == [f"a/{number}" for number in range(BLOCK_TXS_SENDER)] + ["b/0"]


@pytest.mark.parametrize(
    ("changes", "most"),
    [({"size": 60_000}, BLOCK_BYTES // 60_000), ({"work": 90_000}, BLOCK_WORK // 90_000)],
)
def test_stops_at_the_first_that_does_not_fit(changes: dict[str, int], most: int) -> None:
    senders = [f"s{number:03}" for number in range(most + 1)]
    pool = _filled(*[_tx(sender, 0, **changes) for sender in senders], _tx("small", 0))
    assert _names(pool.select()) == [f"{sender}/0" for sender in senders[:most]]


def test_lane_0_leaves_half_to_others_that_wait_though_it_came_first() -> None:
    half = BLOCK_WORK // 2 // 90_000
    first = [_tx(f"s{number:03}", 0, lane=SAFETY_LANE, work=90_000) for number in range(20)]
    others = [_tx(f"t{number:03}", 0, work=90_000) for number in range(20)]
    chosen = _filled(*first, *others).select()
    assert _names(chosen)[:half] == _names(first)[:half]
    assert _names(chosen)[half:] == _names(others)[: BLOCK_WORK // 90_000 - half]


def test_lane_0_takes_all_when_no_others_wait() -> None:
    most = BLOCK_WORK // 90_000
    first = [_tx(f"s{number:03}", 0, lane=SAFETY_LANE, work=90_000) for number in range(20)]
    assert _names(_filled(*first).select()) == _names(first)[:most]


def test_says_when_a_block_is_full() -> None:
    assert not _filled(_tx("a", 0, work=BLOCK_WORK - 1)).is_full_block()
    assert _filled(_tx("a", 0, work=BLOCK_WORK)).is_full_block()
    assert _filled(_tx("a", 0, size=BLOCK_BYTES)).is_full_block()


def test_a_touched_sender_is_all_that_waits_of_them() -> None:
    pool = _filled(
        _tx("a", 0), _tx("b", 0, payer="p"), _tx("c", 0, expires=5), _tx("b", 1), _tx("c", 1)
    )
    assert _names(pool.touched({"p": None}, 5)) == ["b/0", "b/1"]
    assert _names(pool.touched({"a": None}, 6)) == ["a/0", "c/0", "c/1"]
    assert pool.touched({"z": None}, 1) == []


def test_a_second_check_keeps_the_order_of_arrival() -> None:
    txs = [_tx("a", 0), _tx("b", 0), _tx("c", 0), _tx("b", 1)]
    pool = _filled(*txs)

    def check(tx: Tx) -> None:
        if tx.id == "b/1":
            raise SequenceGap()

    refused = pool.check_again([txs[1], txs[3]], check)
    assert _names([tx for tx, _reason in refused]) == ["b/1"]
    assert _names(pool.select()) == ["a/0", "b/0", "c/0"]
    assert pool.waiting("b") == 1


class _Plan(NamedTuple):
    sender: str
    is_safety: bool
    size: int
    work: int


PLANS = st.lists(
    st.builds(
        _Plan,
        st.sampled_from("abcdef"), st.booleans(), st.integers(100, 65_000),
        st.integers(100, 100_000),
    ),
    max_size=120,
)  # fmt: skip


def _pool_of(plans: list[_Plan]) -> tuple[Pool, list[Tx]]:
    pool, txs, sequences = Pool(), [], dict.fromkeys("abcdef", 0)
    for plan in plans:
        lane = SAFETY_LANE if plan.is_safety else COMMON_LANE
        sequence = sequences[plan.sender]
        tx = _tx(plan.sender, sequence, lane=lane, size=plan.size, work=plan.work)
        if pool.waiting(plan.sender) < PENDING_MAX:
            sequences[plan.sender] += 1
            pool.add(tx)
            txs.append(tx)
    return pool, txs


def _raised_lanes(txs: list[Tx]) -> dict[str, int]:
    """The lane of each transaction, raised to that of its sender's earlier ones."""
    lanes: dict[str, int] = {}
    last: dict[str, int] = {}
    for tx in txs:
        last[tx.body.sender] = max(last.get(tx.body.sender, 0), tx.lane)
        lanes[tx.id] = last[tx.body.sender]
    return lanes


@settings(max_examples=60)
@given(plans=PLANS)
def test_a_choice_keeps_every_limit_and_the_sequences_contiguous(plans: list[_Plan]) -> None:
    pool, txs = _pool_of(plans)
    chosen = pool.select()
    assert sum(len(tx.envelope) for tx in chosen) <= BLOCK_BYTES
    assert sum(tx.work for tx in chosen) <= BLOCK_WORK
    assert len(chosen) <= BLOCK_TXS
    assert len({tx.id for tx in chosen}) == len(chosen)
    for sender in "abcdef":
        mine = [tx.body.sequence for tx in chosen if tx.body.sender == sender]
        assert mine == list(range(len(mine)))
        assert len(mine) <= BLOCK_TXS_SENDER
    _check_halves(txs, chosen)


def _check_halves(txs: list[Tx], chosen: list[Tx]) -> None:
    """Lane 0 has more than half only when nothing that could be taken was left waiting."""
    lanes = _raised_lanes(txs)
    safety = [tx for tx in chosen if lanes[tx.id] == SAFETY_LANE]
    is_beyond = (
        sum(len(tx.envelope) for tx in safety) > BLOCK_BYTES // 2
        or sum(tx.work for tx in safety) > BLOCK_WORK // 2
    )
    taken = {tx.id for tx in chosen}
    left_safety = {
        tx.body.sender for tx in txs if lanes[tx.id] == SAFETY_LANE and tx.id not in taken
    }
    waiting = [
        tx for tx in txs
        if lanes[tx.id] != SAFETY_LANE and tx.id not in taken
        and tx.body.sender not in left_safety
    ]  # fmt: skip
    if is_beyond and waiting:
        # What comes after lane 0's half is in order of arrival: the first that waits did not fit.
        others = [tx for tx in chosen if lanes[tx.id] != SAFETY_LANE]
        half = _first_half(txs, lanes)
        size = sum(len(tx.envelope) for tx in [*others, *half, waiting[0]])
        work = sum(tx.work for tx in [*others, *half, waiting[0]])
        assert size > BLOCK_BYTES or work > BLOCK_WORK


def _first_half(txs: list[Tx], lanes: dict[str, int]) -> list[Tx]:
    found: list[Tx] = []
    for tx in [tx for tx in txs if lanes[tx.id] == SAFETY_LANE]:
        together = [*found, tx]
        if sum(len(tx.envelope) for tx in together) > BLOCK_BYTES // 2:
            break
        if sum(tx.work for tx in together) > BLOCK_WORK // 2:
            break
        found.append(tx)
    return found


@settings(max_examples=60)
@given(plans=PLANS, leaving=st.lists(st.integers(0, 119), max_size=60))
def test_counts_are_those_of_a_plain_list(plans: list[_Plan], leaving: list[int]) -> None:
    pool, txs = _pool_of(plans)
    model = list(txs)
    for number in leaving:
        if number < len(txs):
            pool.remove(txs[number])
            model = [tx for tx in model if tx.id != txs[number].id]
    assert len(pool) == len(model)
    assert pool.bytes == sum(len(tx.envelope) for tx in model)
    assert pool.work == sum(tx.work for tx in model)
    for sender in "abcdef":
        mine = [tx for tx in model if tx.body.sender == sender]
        assert pool.waiting(sender) == len(mine)
        assert pool.held(sender) == sum(tx.body.fee.amount for tx in mine)
        assert all(tx.id in pool for tx in mine)


def test_all_that_waits_is_checked_again_in_turns_of_500() -> None:
    """What time alone spoils is touched by no block."""
    txs = [_tx(f"s{number // 10}", number % 10) for number in range(1_200)]
    pool = _filled(*txs)
    seen: list[str] = []
    for expected in (500, 500, 500):
        turn = pool.touched(pool.next_turn(), 1)
        assert len(turn) == expected
        seen += _names(turn)
        assert pool.check_again(turn, lambda tx: None) == []
    assert set(seen) == set(_names(txs))
    assert _names(pool.all()) == _names(txs)
