"""Seats of the demo: what a newcomer is given, and the socket at which the platform asks for it.

The platform holds no key of the cast. It passes kind and address to this socket; the cast signs
what gives the seat, between two steps of the market, through the ordinary doors.
"""

import contextlib
import queue
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import msgspec

from ctn.client.talks import Unanswered
from ctn.crypto.digest import sha256_hex
from ctn.demo import cast as parts
from ctn.demo.cast import Cast
from ctn.demo.listing import LINES, QUOTE, batch_id
from ctn.demo.opening import TERM_DAYS
from ctn.demo.platform import Platform
from ctn.demo.seen import Act
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.block import DAY_MS
from ctn.kernel.refusal import Refusal
from ctn.modules.assets.issue_money import IssueMoney
from ctn.modules.assets.transfer import Transfer
from ctn.modules.identity.attest import Attest
from ctn.modules.identity.records import SubjectKind

SOCKET: Final = "run/demo.sock"
ASK_BYTES: Final = 1_024
ANSWER_SECONDS: Final = 30
BUSY: Final = b'{"refused":"busy"}'
BATCH: Final = batch_id(LINES[0].project, LINES[0].vintage)
FAUCET: Final = "faucet"


class Seat(NamedTuple):
    """What a kind of seat is attested as, and what it holds at first."""

    kind: SubjectKind
    level: int
    money: int
    tonnes: int


SEATS: Final[dict[str, Seat]] = {
    "visitor": Seat(parts.PERSON, 2, 10_000 * parts.CNY, 5),
    "commuter": Seat(parts.PERSON, 2, 2_000 * parts.CNY, 0),
    "seller": Seat(parts.PERSON, 2, 5_000 * parts.CNY, 50),
    "trader": Seat(parts.ENTERPRISE, 3, 500_000 * parts.CNY, 100),
    "developer": Seat(parts.ENTERPRISE, 3, 10_000 * parts.CNY, 0),
    FAUCET: Seat(parts.PERSON, 2, 10_000 * parts.CNY, 0),
}


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request for a seat."""

    kind: Literal["visitor", "commuter", "seller", "trader", "developer", "faucet"]
    account: str


class Waiting(NamedTuple):
    """A request, and where its answer goes."""

    ask: Ask
    answer: "queue.Queue[dict[str, Any]]"


def endow(platform: Platform, cast: Cast, ask: Ask) -> dict[str, Any]:
    """Give an account its seat; says what it holds, or which refusal of the door stopped it.

    The money comes last and its bank reference names the account, so that an account has one seat
    of any kind, and one whose seat was cut short is given the rest when it asks again.
    """
    seat = SEATS[ask.kind]
    try:
        if platform.value("bank_use", f"{cast.address(parts.BANK)}/{_reference(ask.account)}"):
            return {"refused": "seat_taken"}
        for act in _gifts(platform, seat, ask.account):
            platform.settle(cast, act)
    except Unanswered:
        # The platform is slow or away; the market goes on, and the visitor asks again.
        return {"refused": "busy"}
    except Refusal as refusal:
        return {"refused": "seats_full", "reason": refusal.code}
    return {"money": str(seat.money), "batch": BATCH, "grams": str(seat.tonnes * GRAMS_PER_TONNE)}


def _reference(account: str) -> str:
    return f"demo-seat-{account}"


def _gifts(platform: Platform, seat: Seat, account: str) -> Iterator[Act]:
    """What the account has not got yet, each signed by whom it belongs to."""
    attested = [row["level"] for _place, row in platform.rows("attestation", account + "/")]
    if max(attested, default=0) < seat.level:
        owner = sha256_hex(account.encode())
        expires = platform.head().time + TERM_DAYS * DAY_MS
        word = Attest(account, seat.level, seat.kind, "CN", (owner,), (), "00" * 32, expires)
        yield Act(parts.ATTESTOR, (word,))
    grams = seat.tonnes * GRAMS_PER_TONNE
    if int(platform.value("balance", f"{account}/{BATCH}") or 0) < grams:
        yield Act(parts.HOST, (Transfer(BATCH, grams, account),))
    yield Act(parts.BANK, (IssueMoney(QUOTE, account, seat.money, _reference(account)),))


def ask_at(folder: Path, ask: Ask) -> dict[str, Any]:
    """What the demo of a folder answers; raises OSError when it does not run."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_SECONDS)
        connection.connect(str(folder / SOCKET))
        with connection.makefile("rwb") as lines:
            lines.write(msgspec.json.encode(ask) + b"\n")
            lines.flush()
            found: dict[str, Any] = msgspec.json.decode(lines.readline() or BUSY, type=dict)
    return found


class SeatDoor:
    """The socket of a demo world, for its own platform alone."""

    def __init__(self, folder: Path) -> None:
        path = folder / SOCKET
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._asks: queue.Queue[Waiting] = queue.Queue()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.listen(16)
        threading.Thread(target=self._take, daemon=True).start()

    def serve(self, platform: Platform, cast: Cast) -> None:
        """Give the seats that were asked for since the last time."""
        while True:
            try:
                waiting = self._asks.get_nowait()
            except queue.Empty:
                return
            waiting.answer.put(endow(platform, cast, waiting.ask))

    def wait(self, seconds: float) -> None:
        """Wait until a seat is asked for, at most so long."""
        try:
            waiting = self._asks.get(timeout=seconds)
        except queue.Empty:
            return
        self._asks.put(waiting)

    def close(self) -> None:
        """Take no more requests."""
        self._socket.close()

    def _take(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(ANSWER_SECONDS)
        with contextlib.suppress(OSError), connection, connection.makefile("rwb") as lines:
            lines.write(self._reply(lines.readline(ASK_BYTES)) + b"\n")

    def _reply(self, line: bytes) -> bytes:
        """What an asker is told; nothing that is no request reaches the cast."""
        try:
            waiting = Waiting(msgspec.json.decode(line, type=Ask), queue.Queue(1))
        except msgspec.DecodeError:
            return msgspec.json.encode({"refused": "malformed"})
        self._asks.put(waiting)
        try:
            return msgspec.json.encode(waiting.answer.get(timeout=ANSWER_SECONDS))
        except queue.Empty:
            return BUSY
