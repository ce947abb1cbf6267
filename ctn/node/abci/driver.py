"""A Python CometBFT of one node: plays ABCI 2.0 against an application, with its own model.

It knows nothing of our machine. What it expects of the application it takes from the ABCI
specification of CometBFT v0.38 (`spec/abci/abci++_app_requirements.md`).
"""

import hashlib
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ctn.node.abci.frames import Frames, varint
from ctn.node.abci.pb import abci_pb2 as pb
from ctn.node.abci.updates import Powers

NAMES = ("query", "snapshot", "mempool", "consensus")
TIMEOUT = 60.0
BLOCK_MS = 1_000
ROUNDS_OF_A_SET = 2

CONNECTION_OF = {
    "check_tx": "mempool", "info": "query", "query": "query", "list_snapshots": "snapshot",
    "offer_snapshot": "snapshot", "load_snapshot_chunk": "snapshot",
    "apply_snapshot_chunk": "snapshot",
}  # fmt: skip

Ask = Callable[[str, Any], Any]


class ApplicationGone(ConnectionError):
    """The application closed a connection or does not listen."""


class SpecBroken(AssertionError):
    """The application did what the specification forbids; the text names it."""


class Connections:
    """The four connections to an application, opened in CometBFT's order."""

    def __init__(self, path: Path) -> None:
        self._sockets: dict[str, socket.socket] = {}
        for name in NAMES:
            opened = socket.socket(socket.AF_UNIX)
            opened.settimeout(TIMEOUT)
            try:
                opened.connect(str(path))
            except OSError as error:
                raise ApplicationGone(f"nobody listens at {path}: {error}") from None
            self._sockets[name] = opened

    def ask(self, method: str, body: Any) -> Any:
        """The answer to one request, on the connection where CometBFT sends it."""
        name = CONNECTION_OF.get(method, "consensus")
        return self.ask_all(name, [(method, body)])[0]

    def ask_all(self, name: str, requests: Sequence[tuple[str, Any]]) -> list[Any]:
        """The answers to requests that are sent at once; each must be of its request's kind."""
        parts = []
        for method, body in requests:
            data: bytes = pb.Request(**{method: body}).SerializeToString()
            parts += [varint(len(data)), data]
        self.send_raw(name, b"".join(parts))
        answers = self._read(name, len(requests))
        found: list[Any] = []
        for (method, _body), answer in zip(requests, answers, strict=True):
            if answer.WhichOneof("value") != method:
                raise SpecBroken(f"{method} was answered by {answer.WhichOneof('value')}")
            found.append(getattr(answer, method))
        return found

    def send_raw(self, name: str, data: bytes) -> None:
        """Send bytes as they are."""
        try:
            self._sockets[name].sendall(data)
        except OSError as error:
            raise ApplicationGone(f"{name}: {error}") from None

    def _read(self, name: str, count: int) -> list[Any]:
        frames = Frames()
        found: list[Any] = []
        while len(found) < count:
            try:
                data = self._sockets[name].recv(1 << 18)
            except OSError as error:
                raise ApplicationGone(f"{name}: {error}") from None
            if not data:
                raise ApplicationGone(f"{name} was closed")
            found += [pb.Response.FromString(each) for each in frames.feed(data)]
        return found

    def is_closed(self, name: str) -> bool:
        """Whether the other side closed a connection; waits for it."""
        try:
            return not self._sockets[name].recv(1)
        except ConnectionError:
            return True

    def close(self) -> None:
        """Close all four, consensus last."""
        for opened in self._sockets.values():
            opened.close()


class Decided:
    """A block that consensus decided, as it is told again after a crash."""

    def __init__(self, request: pb.RequestFinalizeBlock) -> None:
        self.request = request
        self.root = b""
        self.results: list[bytes] = []
        self.updates: Powers = {}


class Comet:
    """The model: heights, block times, the sets of h, h + 1 and h + 2, mempool, decided blocks."""

    def __init__(self, genesis: pb.RequestInitChain, ask: Ask) -> None:
        self.genesis = genesis
        self.ask = ask
        self.height = 0
        self.root = b""
        self.time_ms = genesis.time.seconds * 1000
        self.mempool: list[bytes] = []
        self.blocks: list[Decided] = []
        self.sets: dict[int, Powers] = {}

    # --- handshake

    def handshake(self) -> None:
        """Info, then InitChain of a new application, or every block that it has not committed."""
        info = self.ask("info", pb.RequestInfo(version="0.38.25", abci_version="2.0.0"))
        if info.last_block_height == 0:
            answer = self.ask("init_chain", self.genesis)
            self.root = answer.app_hash
            first = powers(answer.validators) or powers(self.genesis.validators)
            self.sets = {1: first, 2: first}
        elif info.last_block_app_hash != self.blocks[info.last_block_height - 1].root:
            raise SpecBroken(f"Info names another root of height {info.last_block_height}")
        if info.last_block_height > len(self.blocks):
            raise SpecBroken("the application is ahead of what was decided")
        for block in self.blocks[info.last_block_height :]:
            self._run(block)
            self.ask("commit", pb.RequestCommit())
        self.height = len(self.blocks)

    # --- a height

    def check(self, tx: bytes) -> Any:
        """CheckTx of a new transaction, which waits when its code is 0."""
        answer = self.ask("check_tx", pb.RequestCheckTx(tx=tx, type=pb.NEW))
        if answer.code == 0 and tx not in self.mempool:
            self.mempool.append(tx)
        return answer

    def propose(self, room: int = 2 << 20) -> list[bytes]:
        """PrepareProposal of the mempool, first in, first out; its rules are checked."""
        request = pb.RequestPrepareProposal(
            max_tx_bytes=room, txs=self._offered(room), height=self.height + 1
        )
        set_time(request.time, self.time_ms + BLOCK_MS)
        txs = list(self.ask("prepare_proposal", request).txs)
        if sum(framed(tx) for tx in txs) > room:
            raise SpecBroken("requirement 2: the proposal is larger than max_tx_bytes")
        return txs

    def _offered(self, room: int) -> list[bytes]:
        offered: list[bytes] = []
        for tx in self.mempool:
            room -= framed(tx)
            if room < 0:
                break
            offered.append(tx)
        return offered

    def accepts(self, txs: Sequence[bytes]) -> bool:
        """ProcessProposal of these transactions at the next height."""
        request = pb.RequestProcessProposal(
            txs=txs, height=self.height + 1, hash=block_hash(self.height + 1, txs)
        )
        set_time(request.time, self.time_ms + BLOCK_MS)
        status = self.ask("process_proposal", request).status
        if status == pb.ResponseProcessProposal.UNKNOWN:
            raise SpecBroken("ProcessProposal without a verdict")
        return bool(status == pb.ResponseProcessProposal.ACCEPT)

    def decide(
        self,
        txs: Sequence[bytes],
        evidence: Sequence[pb.Misbehavior] = (),
        absent: Sequence[str] = (),
    ) -> Decided:
        """Consensus decided these: the block is known, and the application has not run it."""
        height = self.height + 1
        request = pb.RequestFinalizeBlock(
            txs=txs, height=height, hash=block_hash(height, txs), misbehavior=evidence
        )
        self.time_ms += BLOCK_MS
        set_time(request.time, self.time_ms)
        if height > 1:
            request.decided_last_commit.votes.extend(votes(self.sets[height - 1], absent))
        self.blocks.append(Decided(request))
        return self.blocks[-1]

    def finish(self, block: Decided) -> None:
        """FinalizeBlock, Commit, and the recheck of what still waits."""
        self._run(block)
        self.ask("commit", pb.RequestCommit())
        self.height = block.request.height
        self.recheck()

    def step(self, evidence: Sequence[pb.Misbehavior] = ()) -> Decided:
        """A height in which the first proposal is decided."""
        txs = self.propose()
        if not self.accepts(txs):
            raise SpecBroken("requirement 3: a prepared proposal was rejected")
        block = self.decide(txs, evidence)
        self.finish(block)
        return block

    def _run(self, block: Decided) -> None:
        answer = self.ask("finalize_block", block.request)
        results = [each.SerializeToString() for each in answer.tx_results]
        if len(results) != len(block.request.txs):
            raise SpecBroken("one result for each transaction of the block")
        updates = powers(answer.validator_updates)
        if block.root and (block.root, block.results) != (answer.app_hash, results):
            raise SpecBroken("requirements 11 and 12: replay gave another root or other results")
        block.root, block.results, block.updates = answer.app_hash, results, updates
        self.root = answer.app_hash
        height = block.request.height
        self.sets[height + ROUNDS_OF_A_SET] = updated(self.sets[height + 1], updates)

    def recheck(self) -> None:
        """CheckTx of all that waits and is in no block."""
        decided = dict.fromkeys(self.blocks[-1].request.txs)
        waiting = [tx for tx in self.mempool if tx not in decided]
        self.mempool = []
        for tx in waiting:
            request = pb.RequestCheckTx(tx=tx, type=pb.RECHECK)
            if self.ask("check_tx", request).code == 0:
                self.mempool.append(tx)


def powers(rows: Sequence[pb.ValidatorUpdate]) -> Powers:
    """Power by key; each key once, in order of the keys."""
    keys = [row.pub_key.ed25519 for row in rows]
    if keys != sorted(set(keys)) or any(len(key) != 32 for key in keys):
        raise SpecBroken("validator updates: each Ed25519 key once, in order")
    return {row.pub_key.ed25519.hex(): row.power for row in rows}


def updated(before: Powers, changes: Powers) -> Powers:
    """The next set, by the rules at which CometBFT would stop."""
    for key, power in changes.items():
        if power < 0 or (power == 0 and key not in before):
            raise SpecBroken(f"validator updates: {key} leaves and is not in the set")
    found = {key: power for key, power in (before | changes).items() if power}
    if not found:
        raise SpecBroken("validator updates: nobody is left")
    return found


def votes(members: Powers, absent: Sequence[str] = ()) -> list[pb.VoteInfo]:
    """The last commit of a set; `absent` keys did not sign."""
    found = []
    for key, power in sorted(members.items()):
        address = hashlib.sha256(bytes.fromhex(key)).digest()[:20]
        flag = pb.BLOCK_ID_FLAG_ABSENT if key in absent else pb.BLOCK_ID_FLAG_COMMIT
        validator = pb.Validator(address=address, power=power)
        found.append(pb.VoteInfo(validator=validator, block_id_flag=flag))
    return found


def double_vote(members: Powers, key: str, height: int, time_ms: int) -> pb.Misbehavior:
    """Evidence that a validator voted twice at a height."""
    found = pb.Misbehavior(
        type=pb.DUPLICATE_VOTE, height=height, total_voting_power=sum(members.values())
    )
    found.validator.address = hashlib.sha256(bytes.fromhex(key)).digest()[:20]
    found.validator.power = members[key]
    set_time(found.time, time_ms)
    return found


def framed(tx: bytes) -> int:
    """The bytes of a transaction in a block, as CometBFT counts them."""
    return 1 + len(varint(len(tx))) + len(tx)


def block_hash(height: int, txs: Sequence[bytes]) -> bytes:
    """A stand-in for the hash of a block, which the application does not look into."""
    return hashlib.sha256(b"%d" % height + b"".join(txs)).digest()


def set_time(field: Any, time_ms: int) -> None:
    """Write a time in ms."""
    field.seconds, rest = divmod(time_ms, 1000)
    field.nanos = rest * 1_000_000
