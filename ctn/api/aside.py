"""Long work beside the server: in one process of its own and bound in time, so no reader waits."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, Final, TypeVar

from ctn.api.refusals import Busy, Failed

WORK_SECONDS: Final = 60
T = TypeVar("T")


class Aside:
    """A process for work, made when there is some; it ends with work that takes too long."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, work: Callable[..., T], *given: Any) -> T:
        """What the work gives; refuses by Busy after a minute, by Failed when its process died."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, get_context("spawn"))
        try:
            future = self._pool.submit(work, *given)
            async with asyncio.timeout(WORK_SECONDS):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            self.close()
            raise Busy() from None
        except BrokenProcessPool:
            self.close()
            raise Failed() from None

    def close(self) -> None:
        """End the process, also in the middle of its work."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for process in list(getattr(pool, "_processes", {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
