"""What would become of a transaction: runs on a draft that is thrown away, within a budget."""

import time
from typing import Any

from ctn.kernel import refusal
from ctn.machine import Machine

WORK_MAX = 10_000
MS_PER_SECOND = 20


class Trial:
    """Counts what trials took in this second; all of them together have 20 ms of it."""

    def __init__(self) -> None:
        self._spent_ms = 0.0
        self._since = 0.0

    def run(self, machine: Machine, envelope: bytes) -> dict[str, Any]:
        """The receipt, or `busy`; refuses what states too much work."""
        now = time.monotonic()
        if now - self._since >= 1:
            self._spent_ms, self._since = 0.0, now
        if self._spent_ms >= MS_PER_SECOND:
            return {"busy": True}
        try:
            tx = machine.read(envelope)
            if tx.work > WORK_MAX:
                raise refusal.TooMuchWork(work=tx.work, limit=WORK_MAX)
            return {"receipt": machine.simulate(tx)}
        finally:
            self._spent_ms += (time.monotonic() - now) * 1000
