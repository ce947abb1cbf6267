"""`ctn abci-sim`: an application in a process of its own against the CometBFT of `driver`.

Each scenario is a story of the ABCI specification; the first broken rule ends the run with its
text. Seconds, and no Go.
"""

import contextlib
import hashlib
import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from ctn.kernel.block import Clock
from ctn.node.abci.driver import (
    BLOCK_MS,
    ApplicationGone,
    Comet,
    Connections,
    Decided,
    SpecBroken,
    double_vote,
    framed,
)
from ctn.node.abci.pb import abci_pb2 as pb
from ctn.node.abci.updates import Powers
from ctn.node.home import Home

START_SECONDS = 60.0
LOG = "simulation.log"
SNAPSHOT_SECONDS = 20.0
HOUR_MS = 3_600_000
KEYS = {hashlib.sha256(b"validator %d" % number).hexdigest(): 10 for number in range(4)}

FIFTH = hashlib.sha256(b"validator 4").hexdigest()
EPOCH_BLOCKS, ABSENT_MAX = 60, 5

# An envelope of the payer's next sequence, or of a stated one.
Pay = Callable[[int], bytes]


class Stake(NamedTuple):
    """Who operates which key, in which batch, and the fifth operator's transaction that bonds."""

    operators: Mapping[str, str]
    batch: str
    bond: bytes


class Stage(NamedTuple):
    """What a run needs: two empty homes of one chain, the program, its genesis, who acts."""

    home: Home
    second: Home
    program: Callable[[Home], Sequence[str]]
    genesis: pb.RequestInitChain
    pay: Pay
    stake: Stake


class Application:
    """The process of an application, and the connections to it."""

    def __init__(self, home: Home, program: Sequence[str]) -> None:
        self.home = home
        self._program = list(program)
        self.start()

    def start(self) -> None:
        """Start the process and open the four connections."""
        path = self.home.socket.with_name("abci.sock")
        path.unlink(missing_ok=True)
        with self.home.folder.joinpath(LOG).open("ab") as log:
            self.process = subprocess.Popen(self._program, stderr=log)
        end = time.monotonic() + START_SECONDS
        while True:
            # The socket's file is there a moment before anybody listens.
            with contextlib.suppress(ApplicationGone):
                self.connections = Connections(path)
                return
            if self.process.poll() is not None or time.monotonic() > end:
                raise SpecBroken(f"the application ended with {self.process.poll()}: {self.said()}")
            time.sleep(0.02)

    def said(self) -> str:
        """The last line that the process left on stderr."""
        lines = self.home.folder.joinpath(LOG).read_text("utf-8", "replace").splitlines()
        return lines[-1] if lines else "nothing said"

    def ask(self, method: str, body: Any) -> Any:
        """The answer to one request; ApplicationGone says what the process said last."""
        try:
            return self.connections.ask(method, body)
        except ApplicationGone as gone:
            raise ApplicationGone(f"{gone}; it said: {self.said()}") from None

    def crash(self) -> None:
        """Kill the process and start it again."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.connections.close()
        self.start()

    def close(self) -> int:
        """Close the connections; the exit code that follows from it."""
        self.connections.close()
        try:
            return self.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise SpecBroken("the application outlived its consensus connection") from None


class Play:
    """One application and its CometBFT on the way through the scenarios."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.application = Application(stage.home, stage.program(stage.home))
        self.comet = Comet(stage.genesis, self.application.ask)
        self.sequence = 0

    def next_pay(self) -> bytes:
        """The next good transaction."""
        self.sequence += 1
        return self.stage.pay(self.sequence - 1)

    def transfer(self) -> Decided:
        """A height with one good transaction, which must be applied."""
        require(self.comet.check(self.next_pay()).code == 0, "a good transaction fails its check")
        block = self.comet.step()
        codes = [pb.ExecTxResult.FromString(row).code for row in block.results]
        require(codes == [0], f"a good transaction ends with codes {codes}")
        return block

    def bonded_t(self, key: str) -> int:
        """The tonnes that the operator of a key has bonded."""
        found = self.record(f"bond/{self.stage.stake.operators[key]}/{self.stage.stake.batch}")
        return int(found["tonnes"])

    def record(self, place: str) -> dict[str, Any]:
        """A record of the application, `<table>/<id>`."""
        answer = self.application.ask("query", pb.RequestQuery(path=f"/state/{place}"))
        require(bool(answer.value), f"there is no record {place}")
        found: dict[str, Any] = json.loads(answer.value)
        return found

    def absent(self, key: str, blocks: int) -> None:
        """Heights in which one validator does not vote, though it is asked to."""
        for _ in range(blocks):
            self.comet.finish(self.comet.decide([], absent=[key]))

    def epoch(self) -> int:
        """Empty heights to the first of the next epoch, which it gives."""
        ends = self.comet.height + EPOCH_BLOCKS
        updates: Powers = {}
        while not updates and self.comet.height < ends:
            block = self.comet.step()
            updates = block.updates
        return self.comet.height


def require(holds: bool, rule: str) -> None:
    """Raise SpecBroken with the rule that does not hold."""
    if not holds:
        raise SpecBroken(rule)


def handshake(play: Play) -> None:
    """Echo, Flush, Info, InitChain; the first blocks."""
    echo = play.application.ask("echo", pb.RequestEcho(message="here"))
    require(echo.message == "here", "Echo gives back its text")
    play.application.ask("flush", pb.RequestFlush())
    play.comet.handshake()
    for _ in range(3):
        play.transfer()


def rejected_rounds(play: Play) -> None:
    """Bad proposals are rejected and leave no trace; then a good one of the same height passes."""
    txs = [play.next_pay() for _ in range(3)]
    for tx in txs:
        play.comet.check(tx)
    good = play.comet.propose()
    require(len(good) == len(txs), "a proposal holds what waits")
    for bad in (good[::-1], good[1:], [*good, good[0]], [*good, b"junk"]):
        require(not play.comet.accepts(bad), "a bad proposal is rejected")
    require(play.comet.propose() == good, "rejected rounds leave no trace")
    room = framed(good[0])
    require(play.comet.propose(room) == good[:1], "a proposal fills the room that it has")
    play.comet.step()


def recheck(play: Play) -> None:
    """What a block did not take waits on; what it spoilt goes."""
    kept, gap = play.next_pay(), play.stage.pay(play.sequence + 5)
    require(play.comet.check(gap).code == 1, "a gap of sequences is refused")
    play.comet.check(kept)
    play.comet.finish(play.comet.decide([]))
    require(play.comet.mempool == [kept], "a good transaction outlives a block without it")
    play.comet.finish(play.comet.decide([kept]))
    require(not play.comet.mempool, "a decided transaction leaves")
    again = play.comet.check(kept)
    require(again.code == 1, "a decided transaction is refused")


def fifth_operator(play: Play) -> None:
    """An operator that bonds enters with the next epoch, two heights after it began."""
    play.epoch()
    require(play.comet.check(play.stage.stake.bond).code == 0, "a bond fails its check")
    play.comet.step()
    require(FIFTH not in play.comet.sets[play.comet.height + 2], "a bond weighs from the epoch on")
    height = play.epoch()
    require(FIFTH not in play.comet.sets[height + 1], "a new power is in force at h + 2")
    require(FIFTH in play.comet.sets[height + 2], "the fifth operator enters")


def double_sign(play: Play) -> None:
    """A double vote costs a twentieth of the stake and, two heights later, the place for ever."""
    members = play.comet.sets[play.comet.height]
    key = min(key for key in KEYS if key in members)
    before = play.bonded_t(key)
    fault = double_vote(members, key, play.comet.height, play.comet.time_ms)
    play.comet.finish(play.comet.decide([], [fault]))
    height = play.comet.height
    require(key in play.comet.sets[height + 1], "the set of h + 1 was sent before")
    require(key not in play.comet.sets[height + 2], "a double signer is out at h + 2")
    require(play.bonded_t(key) == before - before // 20, "a double signer loses 5 %")
    status = play.record(f"validator/{play.stage.stake.operators[key]}")["status"]
    require(status == "tombstoned", "a double signer is barred")
    play.epoch()
    require(key not in play.comet.sets[play.comet.height + 2], "a double signer stays out")
    play.transfer()


def absence(play: Play) -> None:
    """Who misses heights running is jailed without a slash, and comes back after a whole epoch."""
    members = play.comet.sets[play.comet.height]
    key = max(key for key in KEYS if key in members)
    before = play.bonded_t(key)
    play.absent(key, ABSENT_MAX + 1)
    height = play.comet.height
    require(key not in play.comet.sets[height + 2], "an absent validator is out at h + 2")
    require(play.bonded_t(key) == before, "absence costs no stake")
    play.epoch()
    require(key not in play.comet.sets[play.comet.height + 2], "jail lasts a whole epoch")
    play.epoch()
    require(key in play.comet.sets[play.comet.height + 2], "an absent validator comes back")
    play.transfer()


def clock(play: Play) -> None:
    """Header times that stand still or lie far ahead: block time rises, and no own clock counts."""
    for step_ms in (-BLOCK_MS, 1, HOUR_MS, -BLOCK_MS):
        before = _clock(play)
        play.comet.time_ms += step_ms
        play.transfer()
        header_ms = play.comet.time_ms
        wanted = max(before + 1, header_ms)
        require(_clock(play) == wanted, f"block time is {wanted} after a header of {header_ms}")


def _clock(play: Play) -> int:
    """The time of the last block, as the state keeps it."""
    answer = play.application.ask("query", pb.RequestQuery(path="/state/chain/clock"))
    return msgspec.json.decode(answer.value, type=Clock).time


def powers(play: Play) -> None:
    """Every update so far kept the model's rules, and the set of h + 2 is never empty."""
    for block in play.comet.blocks:
        members = play.comet.sets[block.request.height + 2]
        require(all(power > 0 for power in members.values()), "powers are above 0")


def crashes(play: Play) -> None:
    """A kill before FinalizeBlock, after it, and after Commit; each is replayed to one root."""
    for point in ("decided", "run", "committed"):
        play.comet.check(play.next_pay())
        block = play.comet.decide(play.comet.propose())
        if point == "run":
            play.application.ask("finalize_block", block.request)
        if point == "committed":
            play.comet.finish(block)
        play.application.crash()
        play.comet.handshake()
        play.comet.recheck()
        require(play.comet.root == block.root, f"the root after a crash when {point}")
        play.transfer()


def snapshots(play: Play) -> None:
    """A second node restores a snapshot, refuses an altered chunk, and follows to one root."""
    source = play.application
    while play.comet.height % 10:
        play.transfer()
    rows = _listed(source)
    snapshot = rows[-1]
    root = play.comet.blocks[snapshot.height - 1].root
    target = Application(play.stage.second, play.stage.program(play.stage.second))
    with contextlib.closing(target):
        offer = pb.RequestOfferSnapshot(snapshot=snapshot, app_hash=bytes(32))
        kind = pb.ResponseOfferSnapshot
        require(_result(target, "offer_snapshot", offer) == kind.REJECT, "another root is refused")
        offer.app_hash = root
        require(_result(target, "offer_snapshot", offer) == kind.ACCEPT, "an offer is accepted")
        _fill(source, target, snapshot)
        other = Comet(play.stage.genesis, target.ask)
        other.blocks, other.sets = play.comet.blocks[:], dict(play.comet.sets)
        other.handshake()
        info = target.ask("info", pb.RequestInfo())
        followed = (info.last_block_height, info.last_block_app_hash)
        wanted = (play.comet.height, play.comet.root)
        require(followed == wanted, "a restored node follows to one root")


def _listed(source: Application) -> list[pb.Snapshot]:
    end = time.monotonic() + SNAPSHOT_SECONDS
    while time.monotonic() < end:
        answer = source.ask("list_snapshots", pb.RequestListSnapshots())
        if answer.snapshots:
            return list(answer.snapshots)
        time.sleep(0.05)
    raise SpecBroken("no snapshot at its height")


def _result(target: Application, method: str, request: object) -> int:
    found: int = target.ask(method, request).result
    return found


def _fill(source: Application, target: Application, snapshot: pb.Snapshot) -> None:
    kind = pb.ResponseApplySnapshotChunk
    for number in range(snapshot.chunks):
        load = pb.RequestLoadSnapshotChunk(height=snapshot.height, format=1, chunk=number)
        data = source.ask("load_snapshot_chunk", load).chunk
        altered = bytes([data[0] ^ 1]) + data[1:]
        bad = pb.RequestApplySnapshotChunk(index=number, chunk=altered, sender="liar")
        require(_result(target, "apply_snapshot_chunk", bad) == kind.RETRY, "an altered chunk")
        good = pb.RequestApplySnapshotChunk(index=number, chunk=data, sender="peer")
        require(_result(target, "apply_snapshot_chunk", good) == kind.ACCEPT, "a good chunk")


def malformed(play: Play) -> None:
    """A malformed frame ends its connection, and with the consensus connection the process."""
    play.application.connections.send_raw("query", b"\xff" * 6)
    require(play.application.connections.is_closed("query"), "a malformed frame closes")
    require(play.comet.check(b"junk").code == 1, "the other connections live on")
    require(play.application.close() == 0, "the end of consensus is the end, in order")


SCENARIOS: tuple[Callable[[Play], None], ...] = (
    handshake, rejected_rounds, recheck, fifth_operator, double_sign, absence, clock, powers,
    crashes, snapshots, malformed,
)  # fmt: skip


def run(stage: Stage) -> Iterator[tuple[str, str, int]]:
    """Play every scenario: its name, its story, and the ms that it took; raises SpecBroken."""
    play = Play(stage)
    try:
        for scenario in SCENARIOS:
            before = time.monotonic_ns()
            scenario(play)
            taken = (time.monotonic_ns() - before) // 1_000_000
            yield scenario.__name__, (scenario.__doc__ or "").strip(), taken
    finally:
        play.application.process.kill()
