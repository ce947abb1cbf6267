"""A small chain under CometBFT with a real state tree, its platform, and how it may lie."""

import base64
import copy
import hashlib
import json
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import unquote

import msgspec
from nacl.signing import SigningKey

from ctn.client.light import comet
from ctn.client.talks import Ask, Pause, Reply
from ctn.kernel.commitment import Absence, Commitment, Membership, change

T = TypeVar("T")
CHAIN_ID = "ctn-net"
CHAIN = "ctn-net:0123456789abcdef"
START_NS = 1_900_000_000_000_000_000
SECOND = 1_000_000_000
ZERO_MOMENT = "0001-01-01T00:00:00Z"
Set = tuple[tuple[str, int], ...]  # names of validators with their powers
Records = dict[bytes, bytes]
FOUR: Set = (("a", 4), ("b", 3), ("c", 2), ("d", 1))
NO_HASH = hashlib.sha256(b"").hexdigest().upper()


def key(name: str) -> SigningKey:
    return SigningKey(hashlib.sha256(name.encode()).digest())


def moment(ns: int) -> str:
    seconds, rest = divmod(ns, SECOND)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{rest:09d}".rstrip("0") if rest else "") + "Z"


def printed_set(powers: Set) -> list[dict[str, Any]]:
    """A set as JSON-RPC prints it, in set order."""
    rows = []
    for name, power in powers:
        public = bytes(key(name).verify_key)
        value = base64.b64encode(public).decode()
        rows.append({
            "address": comet.address_of(public), "voting_power": str(power),
            "pub_key": {"type": "tendermint/PubKeyEd25519", "value": value},
            "proposer_priority": "0",
        })  # fmt: skip
    return sorted(rows, key=lambda row: (-int(row["voting_power"]), row["address"]))


def hash_of(rows: list[dict[str, Any]]) -> str:
    return comet.validators_hash(comet.read(rows, list[comet.Validator])).hex().upper()


class Chain:
    """Blocks from CometBFT's height 1; `initial` is the height of ours that it stands for.

    `sets` gives the set of a height; who is `silent` does not vote.
    """

    def __init__(
        self, length: int, sets: Callable[[int], Set] = lambda _height: FOUR, initial: int = 1,
        silent: tuple[str, ...] = (), fork_at: int = 0, extra: Records | None = None,
    ) -> None:  # fmt: skip
        self.extra = extra or {}
        self.initial, self.length = initial, length
        self.tree: dict[int, Commitment] = {}
        self.records: dict[int, Records] = {}
        self.signed: dict[int, dict[str, Any]] = {}
        self.sets: dict[int, list[dict[str, Any]]] = {}
        last = {"hash": "", "parts": {"total": 0, "hash": ""}}
        for height in range(1, length + 1):
            forked = b"x" if fork_at and height >= fork_at else b""
            self._state(height - 2 + initial)
            rows = self.sets[height] = printed_set(sets(height))
            header = {
                "version": {"block": "11", "app": "1"}, "chain_id": CHAIN_ID,
                "height": str(height), "time": moment(START_NS + height * SECOND + height),
                "last_block_id": last, "last_commit_hash": NO_HASH, "data_hash": NO_HASH,
                "validators_hash": hash_of(rows),
                "next_validators_hash": hash_of(printed_set(sets(height + 1))),
                "consensus_hash": NO_HASH, "last_results_hash": NO_HASH,
                "app_hash": self.tree[height - 2 + initial].root().hex().upper(),
                "evidence_hash": hashlib.sha256(forked).hexdigest().upper(),
                "proposer_address": rows[0]["address"],
            }  # fmt: skip
            self.sign(height, header, silent)
            last = self.signed[height]["commit"]["block_id"]

    def _state(self, height: int) -> None:
        """Records after a block of ours; they differ at every height."""
        made: Records = {b"balance\0p%d/cny" % number: b"%d" % number for number in range(1, 30)}
        made |= self.extra
        made[b"chain\0clock"] = b'{"height":%d,"time":%d}' % (height, height)
        self.records[height] = made
        self.tree[height] = Commitment()
        self.tree[height].update([change(name, value) for name, value in made.items()])

    def sign(
        self, height: int, header: dict[str, Any], silent: tuple[str, ...] = (),
        signers: dict[str, SigningKey] | None = None,
    ) -> None:  # fmt: skip
        """Put this header at a height, signed by its set; `signers` replace keys by address."""
        hashed = comet.header_hash(comet.read(header, comet.CometHeader)).hex().upper()
        parts = {"total": 1, "hash": hashlib.sha256(b"parts").hexdigest().upper()}
        commit: dict[str, Any] = {
            "height": str(height), "round": 0, "block_id": {"hash": hashed, "parts": parts},
            "signatures": [],
        }  # fmt: skip
        keys = {comet.address_of(bytes(key(n).verify_key)): (n, key(n)) for n in "abcdefghijkl"}
        empty = {"block_id_flag": 1, "validator_address": "", "signature": None}
        for row in self.sets[height]:
            name, secret = keys[row["address"]]
            if name in silent:
                commit["signatures"].append(empty | {"timestamp": ZERO_MOMENT})
                continue
            vote = {
                "block_id_flag": 2, "validator_address": row["address"],
                "timestamp": header["time"], "signature": "",
            }  # fmt: skip
            filled = commit | {"signatures": [vote]}
            message = comet.vote_bytes(
                header["chain_id"], comet.read(filled, comet.Commit), header["time"]
            )
            secret = (signers or {}).get(row["address"], secret)
            vote["signature"] = base64.b64encode(secret.sign(message).signature).decode()
            commit["signatures"].append(vote)
        self.signed[height] = {"header": header, "commit": commit}

    def hash(self, height: int) -> str:
        found: str = self.signed[height]["commit"]["block_id"]["hash"]
        return found.lower()

    @property
    def last(self) -> int:
        """The last height of ours whose state a header proves."""
        return self.length - 2 + self.initial


class Platform:
    """Answers what a light client asks; tests change what it says by replacing its fields."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.height = chain.last
        self.asked: list[str] = []
        self.starts: list[int] = []
        self.edit: Callable[[dict[str, Any]], None] = lambda _answer: None
        self.edit_call: Callable[[str, dict[str, Any]], None] = lambda _method, _result: None

    def serve(self, ask: Ask) -> Reply:
        path = ask.path.removeprefix("/api/v1")
        if path == "/status":
            return _reply({"chain": CHAIN, "engine": "abci", "height": self.height})
        if path == "/cometbft":
            assert ask.body is not None
            return self._call(json.loads(ask.body))
        if path.startswith("/serials/"):
            return _reply({"pieces": [{"start": start} for start in self.starts]})
        if path.startswith("/accounts/"):
            return _reply({"balances": [{"asset": "cny", "amount": "1000000"}], "next": None})
        place = unquote(path.removeprefix("/state/").partition("?")[0])
        answer = self.prove(place.replace("/", "\0", 1).encode())
        self.edit(answer)
        return _reply(answer)

    def prove(self, name: bytes) -> dict[str, Any]:
        records, tree = self.chain.records[self.height], self.chain.tree[self.height]
        found: dict[str, Any] = {
            "chain": CHAIN, "height": self.height, "value": None, "path": None, "absent": None,
            "header": None, "seal": None,
        }  # fmt: skip
        proof = tree.prove(name)
        if isinstance(proof, Membership):
            return found | {"value": records[name].decode(), "path": _path(proof)}
        assert isinstance(proof, Absence)
        return found | {"absent": {
            side: None if member is None else {
                "key": member.key.hex(), "value": records[member.key].decode(),
                "path": _path(member),
            } for side, member in (("left", proof.left), ("right", proof.right))
        }}  # fmt: skip

    def _call(self, asked: dict[str, Any]) -> Reply:
        height = int(asked["params"]["height"])
        self.asked.append(f"{asked['method']} {height}")
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": asked["id"]}
        if height not in self.chain.signed:
            return _reply(answer | {"error": {"code": -32603, "message": "no such height"}})
        if asked["method"] == "commit":
            result = {"signed_header": self.chain.signed[height], "canonical": True}
        else:
            rows = self.chain.sets[height]
            number = str(len(rows))
            result = {
                "block_height": str(height), "validators": rows, "count": number, "total": number,
            }  # fmt: skip
        result = copy.deepcopy(result)
        self.edit_call(asked["method"], result)
        return _reply(answer | {"result": result})


def run(talk: Generator[Ask | Pause, Reply, T], *servers: Platform) -> T:
    """The result of a talk with a platform and its witnesses."""
    step = next(talk)
    try:
        while True:
            if isinstance(step, Pause):
                step = talk.send(Reply(0, b""))
            else:
                step = talk.send(servers[step.server].serve(step))
    except StopIteration as end:
        found: T = end.value
        return found


def _path(member: Membership) -> list[tuple[str, str]]:
    return [(step.prefix.hex(), step.suffix.hex()) for step in member.path]


def _reply(answer: dict[str, Any]) -> Reply:
    return Reply(200, msgspec.json.encode(answer))
