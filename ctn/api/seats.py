"""Seats and the faucet of a demo chain: a fresh account is given something to begin with.

The platform only passes on who asks; the demo's own process signs (ctn/demo/seats.py), so on any
other chain there is nobody to ask (thallo.md 14.6, invariant 14).
"""

import asyncio
import json
import time
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

import msgspec
from fastapi import Request
from starlette.responses import Response

from ctn.api.bodies import read_body
from ctn.api.link import Link, answer, link_of
from ctn.api.peers import client_of
from ctn.api.problems import language_of
from ctn.api.rates import bucket_of, is_loopback
from ctn.api.refusals import Busy, DoorRefusal, RateLimited
from ctn.api.routes import Route
from ctn.kernel.account import is_address
from ctn.kernel.refusal import BadAddress

DEMO: Final = "ctn-demo"
HOUR_SECONDS: Final = 3_600
SEATS_PER_HOUR: Final = 20
CLIENTS_MAX: Final = 10_000
ANSWER_BYTES: Final = 4_096
ANSWER_SECONDS: Final = 35


class DemoOnly(DoorRefusal):
    """Only a demo chain gives seats and money away."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "demo_only"


class SeatTaken(DoorRefusal):
    """This account has had its seat; one account gets one."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "seat_taken"


class SeatsFull(DoorRefusal):
    """The demo has nothing left for another seat of this kind."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "seats_full"


# What a seat is for and this version has no module for yet, by module.
MISSING: Final[dict[str, tuple[str, ...]]] = {
    "commuter": ("activities", "rewards", "mall"),
    "seller": ("deals", "reputation"),
    "trader": ("compliance",),
    "developer": ("platforms",),
}
TEXTS: Final = {
    "en": ("This account can buy, sell and retire now.", "Not in this version yet: {}."),
    "zh": ("这个账户现在就能买入、卖出和注销。", "本版本尚未包含：{}。"),
}
REFUSALS: Final = {kind.code: kind for kind in (SeatTaken, SeatsFull)}


class SeatAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which seat, for which account."""

    kind: Literal["visitor", "commuter", "seller", "trader", "developer"]
    account: str


class FaucetAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which account wants money to begin with."""

    account: str


class SeatAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the account was given: money in base units of CNY, and grams of a batch.

    `missing` names the modules that the seat would also use and that this version lacks.
    """

    kind: str
    account: str
    money: str
    batch: str
    grams: str
    missing: tuple[str, ...]
    text: str


class Seats:
    """Who asked lately, and the socket of the demo beside that of the node."""

    def __init__(self, link: Link, *, spares_loopback: bool) -> None:
        self.path = Path(link.path).with_name("demo.sock")
        self.spares_loopback = spares_loopback
        self._asked: dict[str, list[float]] = {}

    def count(self, client: str) -> None:
        """Count a request of a client; refuses RateLimited above 20 an hour."""
        if self.spares_loopback and is_loopback(client):
            return
        bucket = bucket_of(client)
        now = time.monotonic()
        recent = [at for at in self._asked.pop(bucket, []) if now - at < HOUR_SECONDS]
        if len(recent) >= SEATS_PER_HOUR:
            self._asked[bucket] = recent
            raise RateLimited(limit=SEATS_PER_HOUR, seconds=HOUR_SECONDS)
        self._asked[bucket] = [*recent, now]
        if len(self._asked) > CLIENTS_MAX:
            del self._asked[next(iter(self._asked))]

    async def ask(self, kind: str, account: str) -> dict[str, Any]:
        """What the demo gave; refuses Busy, SeatTaken, SeatsFull."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                reader, writer = await asyncio.open_unix_connection(self.path, limit=ANSWER_BYTES)
                writer.write(json.dumps({"kind": kind, "account": account}).encode() + b"\n")
                found: dict[str, Any] = msgspec.json.decode(await reader.readline(), type=dict)
                writer.close()
        except (OSError, TimeoutError, ValueError, msgspec.DecodeError):
            raise Busy() from None
        if "refused" in found:
            raise REFUSALS.get(found.pop("refused"), Busy)(**found)
        return found


async def seat(request: Request) -> Response:
    """Give a fresh account of a demo chain its seat: a role, money, and tonnes where it has any."""
    asked = await read_body(request, SeatAsk)
    return await _give(request, asked.kind, asked.account)


async def faucet(request: Request) -> Response:
    """Give a fresh account of a demo chain 10,000 CNY and an attestation of level 2, once."""
    asked = await read_body(request, FaucetAsk)
    return await _give(request, "faucet", asked.account)


async def _give(request: Request, kind: str, account: str) -> Response:
    if not is_address(account):
        raise BadAddress(field="account")
    head = await link_of(request).head()
    if not head.chain.startswith(DEMO):
        raise DemoOnly(chain=head.chain)
    seats: Seats = request.app.state.seats
    seats.count(client_of(request.scope))
    found = await seats.ask(kind, account)
    missing = MISSING.get(kind, ())
    text = _text(missing, language_of(request.headers.raw))
    return answer(SeatAnswer(kind=kind, account=account, missing=missing, text=text, **found))


def _text(missing: tuple[str, ...], language: str) -> str:
    """What the account can do, and what it cannot yet."""
    able, unable = TEXTS[language]
    return f"{able} {unable.format(', '.join(missing))}" if missing else able


ROUTES: Final = (
    Route("/seats", seat, SeatAnswer, SeatAsk),
    Route("/faucet", faucet, SeatAnswer, FaucetAsk),
)
