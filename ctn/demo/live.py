"""The living market: agents at a few transactions a second, over the public doors."""

import time
from pathlib import Path

from ctn.client.talks import Unanswered
from ctn.demo.agents import LIVE, acting, acts
from ctn.demo.board import write_svg
from ctn.demo.cast import Cast
from ctn.demo.ground import Ground
from ctn.demo.motions import live_ballot
from ctn.demo.platform import Platform
from ctn.demo.scenes import Scene
from ctn.demo.screen import Screen
from ctn.demo.seats import SeatDoor
from ctn.demo.seen import see
from ctn.demo.watch import Made, View, Watch
from ctn.demo.words import Words

STEP_SECONDS = 1.0
FRAME_SECONDS = 0.5
FAILED = 70


class World:
    """A market that goes on while it is watched."""

    def __init__(self, platform: Platform, cast: Cast, watch: Watch, ground: Ground) -> None:
        self._platform = platform
        self._cast = cast
        self._watch = watch
        self._ground = ground
        self._door = SeatDoor(ground.folder)

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
                self._door.wait(FRAME_SECONDS)
                self._door.serve(self._platform, self._cast)
                screen.show(view._replace(now=now()), [])
        self._door.close()
        if picture is not None:
            write_svg(picture, view, words)
        return 0

    def _step(self, step: int) -> tuple[View, list[Made]]:
        """One step of the agents, then the board and the blocks made since the last one."""
        names = acting(self._cast.seed, step, LIVE)
        seen = see(self._platform, self._cast, [name for found in names.values() for name in found])
        ballot = live_ballot(Scene(self._platform, self._cast, step))
        for act in acts(self._cast, step, names, seen) + ballot:
            self._platform.send(self._cast, act)
        count = self._watch.follow(self._platform)
        new = list(self._watch.blocks)[-count:] if count else []
        return self._watch.view(seen, self._platform.head(), now()), new


def now() -> int:
    """The wall clock in ms."""
    return time.time_ns() // 1_000_000
