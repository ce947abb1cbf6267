"""Seats of the demo: what a newcomer is given, and the socket at which the platform asks for it.

The platform holds no key of the cast. It passes kind and address to this socket; the cast signs
what gives the seat, between two steps of the market, through the ordinary doors.
"""

import json
import queue
import socket
import threading
from pathlib import Path
from typing import Any, Final, NamedTuple

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
from ctn.kernel.op import Op
from ctn.modules.assets.issue_money import IssueMoney
from ctn.modules.assets.transfer import Transfer
from ctn.modules.identity.attest import Attest
from ctn.modules.identity.records import SubjectKind

SOCKET: Final = "run/demo.sock"
ASK_BYTES: Final = 1_024
ANSWER_SECONDS: Final = 30
FAUCET_MONEY: Final = 10_000 * parts.CNY


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
    "faucet": Seat(parts.PERSON, 2, FAUCET_MONEY, 0),
}


class Ask(NamedTuple):
    """One request for a seat, and where its answer goes."""

    kind: str
    account: str
    answer: "queue.Queue[dict[str, Any]]"


def endow(platform: Platform, cast: Cast, kind: str, address: str) -> dict[str, Any]:
    """Give an address its seat; says what it holds, or which refusal of the door stopped it.

    An address that is attested already has had its seat.
    """
    if any(True for _row in platform.rows("attestation", address + "/")):
        return {"refused": "seat_taken"}
    seat = SEATS[kind]
    for actor, op in _gifts(platform.head().time, seat, kind, address):
        if not platform.send(cast, Act(actor, (op,)), wait=True):
            return {"refused": "seats_full"}
    batch = batch_id(LINES[0].project, LINES[0].vintage)
    return {"money": str(seat.money), "batch": batch, "grams": str(seat.tonnes * GRAMS_PER_TONNE)}


def _gifts(time: int, seat: Seat, kind: str, address: str) -> list[tuple[str, Op]]:
    owner = sha256_hex(address.encode())
    expires = time + TERM_DAYS * DAY_MS
    gifts: list[tuple[str, Op]] = [
        (
            parts.ATTESTOR,
            Attest(address, seat.level, seat.kind, "CN", (owner,), (), "00" * 32, expires),
        ),
        (parts.BANK, IssueMoney(QUOTE, address, seat.money, f"demo-{kind}-{address}")),
    ]
    if seat.tonnes:
        batch = batch_id(LINES[0].project, LINES[0].vintage)
        gifts.append((parts.DEVELOPER, Transfer(batch, seat.tonnes * GRAMS_PER_TONNE, address)))
    return gifts


class SeatDoor:
    """The socket of a demo world, for its own platform alone."""

    def __init__(self, folder: Path) -> None:
        path = folder / SOCKET
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._asks: queue.Queue[Ask] = queue.Queue()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.listen(16)
        threading.Thread(target=self._take, daemon=True).start()

    def serve(self, platform: Platform, cast: Cast) -> None:
        """Give the seats that were asked for since the last time."""
        while True:
            try:
                ask = self._asks.get_nowait()
            except queue.Empty:
                return
            try:
                found = endow(platform, cast, ask.kind, ask.account)
            except Unanswered:
                # The platform is slow or away; the market goes on, and the visitor asks again.
                found = {"refused": "busy"}
            ask.answer.put(found)

    def wait(self, seconds: float) -> None:
        """Wait until a seat is asked for, at most so long."""
        try:
            ask = self._asks.get(timeout=seconds)
        except queue.Empty:
            return
        self._asks.put(ask)

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
        with connection, connection.makefile("rwb") as lines:
            asked = json.loads(lines.readline(ASK_BYTES))
            answer: queue.Queue[dict[str, Any]] = queue.Queue(1)
            self._asks.put(Ask(asked["kind"], asked["account"], answer))
            try:
                found = answer.get(timeout=ANSWER_SECONDS)
            except queue.Empty:
                found = {"refused": "busy"}
            lines.write(json.dumps(found).encode() + b"\n")
