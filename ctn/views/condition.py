"""How the tables stand to the chain: which edition serves, how far it is, what is being built."""

import threading
from typing import Any, Final

from ctn.views.refusals import Behind

WAITING: Final = "waiting"
BUILDING: Final = "building"
SERVING: Final = "serving"
ENDED: Final = "ended"


class Condition:
    """Told by the writer, asked by readers and `status`; every field is replaced whole."""

    def __init__(self, *, is_good: bool = True) -> None:
        self.edition: str | None = None
        self.height = -1
        self.goal = -1
        self.state = WAITING
        self.trouble = ""
        self.moved = threading.Condition()
        self._is_good = is_good

    def require_good(self) -> None:
        """Refuse while no edition follows from the engine's own blocks."""
        if not self._is_good:
            raise Behind(height=max(self.height, 0), goal=max(self.goal, 0))

    def building(self, height: int, goal: int) -> None:
        """Nothing can serve; an edition is built and has come so far."""
        self._is_good = False
        self.state, self.height, self.goal = BUILDING, height, goal

    def serving(self, edition: str, height: int) -> None:
        """An edition serves at a height; those who wait for blocks look again."""
        self.edition, self.height, self.goal = edition, height, max(height, self.goal)
        self.state, self.trouble = SERVING, ""
        self._is_good = True
        with self.moved:
            self.moved.notify_all()

    @property
    def served(self) -> int:
        """The height that was served last, -1 when nothing serves."""
        return self.height if self._is_good and self.state == SERVING else -1

    def fields(self) -> dict[str, Any]:
        """What `status` says."""
        return {
            "state": self.state, "edition": self.edition, "height": self.height,
            "goal": self.goal, "trouble": self.trouble,
        }  # fmt: skip
