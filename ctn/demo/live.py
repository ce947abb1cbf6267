"""The living market: agents at a few transactions a second, over the public doors."""

import time
from pathlib import Path

from ctn.client.talks import Unanswered
from ctn.crypto.digest import sha256_hex
from ctn.demo import cast as parts
from ctn.demo.agents import LIVE, acting, acts
from ctn.demo.board import write_svg
from ctn.demo.cast import Cast
from ctn.demo.ground import Ground
from ctn.demo.listing import LINES, QUOTE, batch_id
from ctn.demo.opening import TERM_DAYS
from ctn.demo.platform import Platform
from ctn.demo.screen import Screen
from ctn.demo.seen import Act, see
from ctn.demo.watch import Made, View, Watch
from ctn.demo.words import Words
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.block import DAY_MS
from ctn.modules.assets.issue_money import IssueMoney
from ctn.modules.assets.transfer import Transfer
from ctn.modules.identity.attest import Attest

STEP_SECONDS = 1.0
FRAME_SECONDS = 0.5
SEAT_MONEY = 10_000 * parts.CNY
SEAT_TONNES = 20
PERSON_LEVEL = 2
FAILED = 70


class World:
    """A market that goes on while it is watched."""

    def __init__(self, platform: Platform, cast: Cast, watch: Watch, ground: Ground) -> None:
        self._platform = platform
        self._cast = cast
        self._watch = watch
        self._ground = ground

    def run(self, screen: Screen, words: Words, picture: Path | None) -> int:
        """Act and show, step by step, until somebody asks to stop; the exit code."""
        step = self._platform.head().height
        view = self._watch.view(see(self._platform, self._cast, ()), self._platform.head(), now())
        while not self._ground.is_leaving():
            if self._ground.has_failed():
                return FAILED
            until = time.monotonic() + STEP_SECONDS
            step += 1
            try:
                view, new = self._step(step)
            except Unanswered:
                continue
            screen.show(view, new)
            while time.monotonic() < until and not self._ground.is_leaving():
                time.sleep(FRAME_SECONDS)
                screen.show(view._replace(now=now()), [])
        if picture is not None:
            write_svg(picture, view, words)
        return 0

    def _step(self, step: int) -> tuple[View, list[Made]]:
        """One step of the agents, then the board and the blocks made since the last one."""
        names = acting(self._cast.seed, step, LIVE)
        seen = see(self._platform, self._cast, [name for found in names.values() for name in found])
        for act in acts(self._cast, step, names, seen):
            self._platform.send(self._cast, act)
        count = self._watch.follow(self._platform)
        new = list(self._watch.blocks)[-count:] if count else []
        return self._watch.view(seen, self._platform.head(), now()), new


def welcome(platform: Platform, cast: Cast, address: str) -> None:
    """Give the reader's own account what a newcomer gets: attestation, money, a few tonnes."""
    if any(True for _row in platform.rows("attestation", address + "/")):
        return
    owner = sha256_hex(address.encode())
    expires = platform.head().time + TERM_DAYS * DAY_MS
    attest = Attest(address, PERSON_LEVEL, parts.PERSON, "CN", (owner,), (), "00" * 32, expires)
    issue = IssueMoney(QUOTE, address, SEAT_MONEY, f"demo-seat-{address}")
    batch = batch_id(LINES[0].project, LINES[0].vintage)
    transfer = Transfer(batch, SEAT_TONNES * GRAMS_PER_TONNE, address)
    for actor, op in (
        (parts.ATTESTOR, attest), (parts.BANK, issue), (parts.DEVELOPER, transfer),
    ):  # fmt: skip
        platform.send(cast, Act(actor, (op,)), wait=True)


def now() -> int:
    """The wall clock in ms."""
    return time.time_ns() // 1_000_000
