"""What a client says and hears, step by step, without a network: each talk is a generator.

It yields what it asks for and is sent what came back, so the blocking and the asynchronous client
run the same talks (`http.py`).
"""

from collections.abc import Generator, Sequence
from typing import Any, Literal, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from ctn.client.building import EXPIRES_AFTER, Place, Signer, Terms, build, envelope_id, sign
from ctn.client.refusals import RefusalError, refusal_of
from ctn.kernel.account import key_address
from ctn.kernel.codec import DECODE_ERRORS, to_base64
from ctn.kernel.op import Op
from ctn.kernel.receipt import APPLIED, Receipt

PREFIX = "/api/v1"
ATTEMPTS = 4
PAUSES_MS = (200, 500, 1_000)
PAGE = 100
BUSY = (408, 429, 503)
FOLLOW_PAUSE_MS = 200

T = TypeVar("T")
Answer = dict[str, Any]


class Ask(NamedTuple):
    """A request: method, path with its query, the body when there is one, and whom it goes to.

    `server` 0 is the platform, 1 and up are the witnesses of a light client; `token` is a login's.
    """

    method: Literal["GET", "POST"]
    path: str
    body: bytes | None = None
    server: int = 0
    token: str = ""


class Pause(NamedTuple):
    """A wait before the next request."""

    milliseconds: int


class Reply(NamedTuple):
    """A server's answer; status 0 when none came."""

    status: int
    body: bytes


Talk = Generator[Ask | Pause, Reply, T]


class Unanswered(ConnectionError):
    """The server gave no answer that tells; `envelope` may be sent again, it is the same intention.

    Whether the transaction entered a block is not known. Sending the envelope again never makes a
    second one.
    """

    def __init__(self, reason: str, envelope: bytes | None = None) -> None:
        super().__init__(reason)
        self.envelope = envelope


class Outcome(NamedTuple):
    """What became of a submitted transaction; `receipt` is None while `status` is `pending`."""

    id: str
    status: str
    receipt: Receipt | None
    envelope: bytes


def get(path: str, server: int = 0) -> Talk[Answer]:
    """The answer of a read; asks again while the server is away or busy."""
    return (yield from _ask(Ask("GET", PREFIX + path, None, server), None))


def comet_call(method: str, params: Answer, server: int = 0) -> Talk[Answer]:
    """What CometBFT behind a platform answers to one of the calls that are passed to it."""
    call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    ask = Ask("POST", PREFIX + "/cometbft", msgspec.json.encode(call), server)
    return (yield from _ask(ask, None))


def state(table: str, place: str, *, prove: bool = False, at: int | None = None) -> Talk[Answer]:
    """The answer about one record, with its proof when asked for, or as of an older height."""
    query = "?prove=1" if prove else f"?at={at}" if at is not None else ""
    return (yield from get(f"/state/{quote(table, safe='')}/{quote(place, safe='/')}{query}"))


def page(table: str, prefix: str, after: str) -> Talk[Answer]:
    """One page of a listing."""
    query = urlencode({"prefix": prefix, "after": after, "limit": PAGE})
    return (yield from get(f"/state/{quote(table, safe='')}?{query}"))


def next_block(height: int) -> Talk[Answer]:
    """The block of a height, waiting until it is made and while the server is away."""
    while True:
        try:
            return (yield from get(f"/blocks/{height}"))
        except Unanswered:
            yield Pause(PAUSES_MS[-1])
        except RefusalError as refusal:
            if refusal.code != "door.not_found":
                raise
            yield Pause(FOLLOW_PAUSE_MS)


def body_of(ops: Sequence[Op], keys: Sequence[Signer], terms: Terms) -> Talk[bytes]:
    """The body of a transaction: what its terms do not state is asked of the server."""
    unknown = terms.keys() - Terms.__optional_keys__
    if unknown:
        raise TypeError(f"unknown terms: {', '.join(sorted(unknown))}")
    stated = terms.copy()
    sender = stated.get("sender") or _only_address(keys)
    status = yield from get("/status")
    account = yield from get(f"/accounts/{quote(sender, safe='')}")
    signers = account["account"]["signers"] if account["account"] else []
    schemes = [key.scheme for key in keys] or [signer["scheme"] for signer in signers]
    if schemes:
        stated.setdefault("schemes", schemes)
    sequence = stated.get("sequence", account["sequence"])
    expires = stated.get("expires", status["height"] + EXPIRES_AFTER)
    return build(ops, Place(status["chain"], sender, sequence, expires), stated)


def submit(
    ops: Sequence[Op], keys: Sequence[Signer], terms: Terms, *, wait: bool
) -> Talk[Outcome]:
    """Build, sign and send a transaction."""
    body = yield from body_of(ops, keys, terms)
    return (yield from send(sign(body, keys), wait=wait))


def send(envelope: bytes, *, wait: bool) -> Talk[Outcome]:
    """Send an envelope until it is answered; raises the ledger's refusal, or Unanswered."""
    submission = {"tx": to_base64(envelope), "wait": "commit" if wait else "none"}
    ask = Ask("POST", PREFIX + "/transactions", msgspec.json.encode(submission))
    answer = yield from _ask(ask, envelope)
    return outcome_of(answer, envelope)


def simulate(envelope: bytes) -> Talk[Receipt]:
    """What would become of an envelope in the next block; its signatures are not checked."""
    body = msgspec.json.encode({"tx": to_base64(envelope)})
    answer = yield from _ask(Ask("POST", PREFIX + "/simulate", body), None)
    return msgspec.convert(answer["receipt"], Receipt)


def outcome_of(answer: Answer, envelope: bytes) -> Outcome:
    """The outcome that an answer tells; raises the refusal of one that was not applied."""
    identity = envelope_id(envelope)
    if answer["receipt"] is None:
        return Outcome(identity, answer["status"], None, envelope)
    receipt = msgspec.convert(answer["receipt"], Receipt)
    if receipt.status != APPLIED:
        refusal = refusal_of(receipt.refusal or "", receipt.status, receipt.facts)
        refusal.add_note(f"transaction {receipt.tx} at height {receipt.height}, op {receipt.op}")
        raise refusal
    return Outcome(identity, receipt.status, receipt, envelope)


def endow(kind: str, account: str) -> Talk[Answer]:
    """What a demo chain gives an account: a seat of a kind, or `faucet`."""
    is_faucet = kind == "faucet"
    body = {"account": account} if is_faucet else {"kind": kind, "account": account}
    path = PREFIX + ("/faucet" if is_faucet else "/seats")
    return (yield from _ask(Ask("POST", path, msgspec.json.encode(body)), None))


def answered(ask: Ask) -> Talk[Answer]:
    """The answer to a request below the prefix; asks again while the server is away or busy."""
    return (yield from _ask(ask._replace(path=PREFIX + ask.path), None))


def _ask(ask: Ask, envelope: bytes | None) -> Talk[Answer]:
    """Ask until an answer tells; the same bytes each time, so that repeating is safe."""
    reason = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            yield Pause(PAUSES_MS[attempt - 1])
        reply = yield ask
        if reply.status != 0 and reply.status not in BUSY and reply.status < 600:
            return _read(reply)
        reason = f"status {reply.status}" if reply.status else "no answer"
    raise Unanswered(f"{ask.method} {ask.path}: {reason}", envelope)


def _read(reply: Reply) -> Answer:
    try:
        answer = msgspec.json.decode(reply.body, type=dict[str, Any])
    except DECODE_ERRORS:
        raise Unanswered(f"status {reply.status} without JSON") from None
    if reply.status < 400:
        return answer
    name = f"{answer.get('module', 'door')}.{answer.get('code', 'unknown')}"
    facts = answer.get("facts")
    sentence = str(answer.get("detail", ""))
    raise refusal_of(name, sentence, facts if isinstance(facts, dict) else {})


def _only_address(keys: Sequence[Signer]) -> str:
    if len(keys) != 1:
        raise ValueError("name the sender when not exactly one key signs")
    return key_address(keys[0].scheme, keys[0].public)
