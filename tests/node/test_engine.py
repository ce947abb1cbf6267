"""The embedded engine: one writer, workers beside it, a block when there is work."""

import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ctn.kernel.refusal import (
    BadSignature,
    Expired,
    Refusal,
    SequenceGap,
    SequenceUsed,
    TooMuchWork,
)
from ctn.kernel.tx import Tx
from ctn.node import trial
from ctn.node.home import Home, Opened
from ctn.node.stops import Halted, StateCorrupt
from ctn.node.verifiers import Verifiers, first_bad
from tests.node.chains import Running, Sender, address, blocks_of, damage, new_home
from tests.worlds import START

LONG = 60_000


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return new_home(tmp_path / "home")


def _spoilt(envelope: bytes) -> bytes:
    """The same envelope with a signature that does not verify."""
    return envelope[:-1] + bytes([envelope[-1] ^ 1])


def _kinds(answers: list[Tx | Refusal]) -> list[type]:
    return [type(answer) for answer in answers]


def test_answers_in_order_of_arrival_and_refuses_a_bad_signature_in_its_place(home: Home) -> None:
    with Running(home) as running:
        alice = running.bench.sender("alice")
        good = [alice.pay("bob", number) for number in range(1, 5)]
        answers = running.submit(
            good[0], _spoilt(alice.pay("bob", 9, sequence=1)), good[1], good[3],
            b"\0", good[2], alice.pay("bob", 7, sequence=1),
        )  # fmt: skip
        assert _kinds(answers)[:4] == [Tx, BadSignature, Tx, SequenceGap]
        assert isinstance(answers[4], Refusal)
        assert answers[4].code == "kernel.Malformed"
        assert _kinds(answers)[5:] == [Tx, SequenceUsed]
        facts = answers[1].facts  # type: ignore[union-attr]
        assert facts == {"key": alice.person.key.hex()}


def test_checks_what_the_body_says_before_the_signature(home: Home) -> None:
    with Running(home) as running:
        stranger = Sender("alice", "another:0123456789abcdef")
        answer = running.submit(_spoilt(stranger.pay("bob")))[0]
        assert isinstance(answer, Refusal)
        assert answer.code == "kernel.WrongChain"


def test_a_known_transaction_is_answered_with_its_own_receipt(home: Home) -> None:
    with Running(home) as running:
        alice = running.bench.sender("alice")
        first = alice.pay("bob", expires=2)
        txs = running.submit(first, first)
        running.wait_for_blocks(1)
        assert running.submit(first) == [txs[0]]
        running.submit(alice.pay("bob"), alice.pay("bob"))
        running.wait_for_blocks(2)
        # Long expired by now, but known: the answer is still its own.
        assert running.submit(first) == [txs[0]]
        assert _kinds(running.submit(_spoilt(first))) == [BadSignature]
        other = alice.pay("bob", 5, sequence=0)
        assert _kinds(running.submit(other)) == [SequenceUsed]
        late = alice.pay("bob", 6, sequence=0, expires=1)
        assert _kinds(running.submit(late)) == [Expired]
        assert txs[0] == txs[1]
    store = Opened(home)
    blocks = [store.store.block(height) for height in (1, 2)]
    store.close()
    assert [block.header.count for block in blocks if block] == [1, 2]


def test_makes_no_block_before_the_interval_and_one_at_it(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", interval=2_000)  # long, so that a busy machine is in time
    with Running(home) as running:
        alice = running.bench.sender("alice")
        started = time.monotonic()
        running.submit(alice.pay("bob"))
        assert not running.made
        running.submit(alice.pay("bob"))
        running.wait_for_blocks(1)
        assert 0.3 < time.monotonic() - started < 10
        assert len(running.made[0].outcome.included) == 2


def test_makes_an_empty_block_at_the_heartbeat(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", heartbeat=1)
    with Running(home) as running:
        started = time.monotonic()
        running.wait_for_blocks(1)
        assert time.monotonic() - started > 0.7
        assert running.made[0].outcome.included == []


def test_makes_none_while_nothing_waits_and_nothing_is_due(home: Home) -> None:
    with Running(home) as running:
        time.sleep(0.5)
        assert not running.made


class _Due:
    """A module that has work due once, at a block time."""

    __name__ = "ctn.modules.due"
    RECORDS: ClassVar[tuple[Any, ...]] = ()
    INVARIANTS: ClassVar[tuple[Any, ...]] = ()

    def __init__(self, due: int) -> None:
        self.due = due

    def next_due(self, ledger: Any) -> int | None:
        """The time, until a block has passed it."""
        return self.due if ledger.block.time - 1 < self.due else None


def test_makes_a_block_when_a_module_has_work_due(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    due, started = START + 600, time.monotonic()
    monkeypatch.setattr("ctn.hooks.MODULES", (_Due(due),))

    def clock() -> int:
        return START + int((time.monotonic() - started) * 1_000)

    with Running(home, clock) as running:
        running.wait_for_blocks(1)
        assert running.made[0].outcome.time >= due
        time.sleep(0.5)
        assert len(running.made) == 1


def test_takes_its_time_from_the_clock_that_is_given(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", interval=10)
    with Running(home, clock=lambda: 1_900_000_000_123) as running:
        running.submit(running.bench.sender("alice").pay("bob"))
        running.wait_for_blocks(1)
        assert running.made[0].outcome.time == 1_900_000_000_123


def test_a_stop_commits_the_block_in_hand_and_takes_nothing_in(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", interval=LONG)
    with Running(home) as running:
        alice = running.bench.sender("alice")
        running.submit(*[alice.pay("bob") for _ in range(3)])
        running.engine.stop()
        assert running.engine.failure is None
        assert len(running.made) == 1
        told: list[Any] = []
        running.engine.submit(alice.pay("bob"), lambda *answer: told.append(answer))
        time.sleep(0.05)
        assert told == []
    opened = Opened(home)
    block = opened.store.block(1)
    opened.close()
    assert block is not None
    assert block.header.count == 3


def test_a_stop_ends_while_callers_keep_sending(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", interval=5)
    with Running(home) as running:
        alice = running.bench.sender("alice")
        envelopes = [alice.pay("bob") for _ in range(50)]
        is_over = threading.Event()

        def flood() -> None:
            while not is_over.is_set():
                for envelope in envelopes:
                    running.engine.submit(envelope, lambda _tx, _refusal: None)
                time.sleep(0.001)

        caller = threading.Thread(target=flood)
        caller.start()
        time.sleep(0.2)
        started = time.monotonic()
        running.engine.stop()
        is_over.set()
        caller.join()
        assert time.monotonic() - started < 5
        assert running.engine.failure is None


@pytest.mark.parametrize("is_busy", [False, True])
def test_a_dead_worker_halts_the_engine(home: Home, is_busy: bool) -> None:
    with Running(home) as running:
        failed = threading.Event()
        running.engine.on_failure = lambda _error: failed.set()
        alice = running.bench.sender("alice")
        worker = running.verifiers._processes[0]
        if is_busy:
            for _ in range(2_000):
                running.engine.submit(alice.pay("bob"), lambda _tx, _refusal: None)
        os.kill(worker.pid, signal.SIGKILL)  # type: ignore[arg-type]
        assert failed.wait(5)
        assert isinstance(running.engine.failure, Halted)
        assert running.engine.failure.code == 70


def test_workers_outlive_the_signals_that_end_a_group_and_end_with_their_pipe() -> None:
    verifiers = Verifiers(2)
    # A worker that has answered has begun, and minds its signals.
    for _ in range(4):
        verifiers.send([b""])
    left = 4
    while left:
        left -= len(verifiers.ready(5))
    for process in verifiers._processes:
        os.kill(process.pid, signal.SIGTERM)  # type: ignore[arg-type]
        os.kill(process.pid, signal.SIGINT)  # type: ignore[arg-type]
    time.sleep(0.1)
    assert all(process.is_alive() for process in verifiers._processes)
    verifiers.close()
    assert [process.exitcode for process in verifiers._processes] == [0, 0]


def test_chunks_come_back_in_the_order_in_which_they_were_sent(home: Home) -> None:
    alice = Sender("alice", "c:0123456789abcdef")
    good = alice.pay("bob")
    verifiers = Verifiers(2)
    chunks = [[good] * 200, [_spoilt(good)], [good, _spoilt(good)], [b"\0"]]
    numbers = [verifiers.send(chunk) for chunk in chunks]
    assert verifiers.is_busy
    found: list[Any] = []
    while verifiers.is_busy:
        found += verifiers.ready(5)
    verifiers.close()
    assert [item.number for item in found] == numbers
    assert [item.bad for item in found] == [[None] * 200, [0], [None, 0], [None]]
    assert first_bad(good) is None


def test_damage_under_an_operation_halts_and_makes_no_block(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", interval=LONG)
    blocks_of(home, 3)
    with Running(home) as running:
        failed = threading.Event()
        running.engine.on_failure = lambda _error: failed.set()
        key = b"balance\0" + address("carol").encode() + b"/cny"
        damage(running.bench.store, "records", key)
        running.bench.machine.state.forget()
        running.submit(running.bench.sender("alice").pay("carol"))
        running.engine.stop()
        assert failed.is_set()
        assert isinstance(running.engine.failure, StateCorrupt)
        assert not running.made


def _on_writer(running: Running, work: Callable[[], Any]) -> Any:
    answers: list[Any] = []
    done = threading.Event()

    def run() -> None:
        try:
            answers.append(work())
        except Refusal as refusal:
            answers.append(refusal)
        done.set()

    running.engine.post(run)
    assert done.wait(10)
    return answers[0]


def test_a_simulation_tells_the_receipt_and_changes_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "MS_PER_SECOND", 1 << 30)
    with Running(home) as running:
        alice = running.bench.sender("alice")
        root = running.bench.machine.root
        good = alice.pay("bob", sequence=0)
        poor = alice.pay("bob", 10**12, sequence=0)
        gap = alice.pay("bob", sequence=4)
        found = [
            _on_writer(running, partial(running.engine.simulate, tx))["receipt"]
            for tx in (_spoilt(good), poor, gap)
        ]
        assert [receipt.status for receipt in found] == ["applied", "refused", "not_admitted"]
        assert found[1].refusal == "kernel.InsufficientBalance"
        assert found[2].refusal == "kernel.SequenceGap"
        assert running.bench.machine.root == root
        assert len(running.bench.maker.pool) == 0


def test_a_simulation_is_bounded_in_work_and_in_time(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Running(home) as running:
        alice = running.bench.sender("alice")
        envelope = alice.pay("bob", sequence=0)
        budget = running.engine._trial
        budget._spent_ms, budget._since = 20.0, time.monotonic()
        assert _on_writer(running, lambda: running.engine.simulate(envelope)) == {"busy": True}
        budget._since -= 1
        assert "receipt" in _on_writer(running, lambda: running.engine.simulate(envelope))
        monkeypatch.setattr(trial, "WORK_MAX", 99)
        budget._since -= 1
        answer = _on_writer(running, lambda: running.engine.simulate(envelope))
        assert isinstance(answer, TooMuchWork)
