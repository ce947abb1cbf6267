"""The engine as a process: opens the home, makes blocks, serves its door, stops in order.

SIGTERM and SIGINT stop the intake, commit the block in hand and exit 0; a reason to stop exits with
its code after one line on stderr.
"""

import asyncio
import contextlib
import json
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ctn.node.door import Door, Driver
from ctn.node.embedded import Engine
from ctn.node.home import Home, Opened
from ctn.node.maker import Maker
from ctn.node.stops import Halted, StateCorrupt, Stop
from ctn.node.store import Store
from ctn.node.verifiers import Verifiers

SCRUB_BYTES_PER_SECOND = 10 << 20
# The answers of the last block are still on their way through the loop to the sockets.
FAREWELL_SECONDS = 0.05


def log(event: str, **fields: object) -> None:
    """One JSON object a line on stderr; never a key or a personal field."""
    row = {"time": time.time_ns() // 1_000_000, "event": event} | fields
    print(json.dumps(row, ensure_ascii=True, default=str), file=sys.stderr, flush=True)


def run_node(folder: Path, *, clock: Callable[[], int] | None = None) -> int:
    """Run the engine of a home until it is told to stop; the exit code."""
    # The writer holds the interpreter in short steps, so the door answers between them.
    sys.setswitchinterval(0.001)
    home = Home(folder)
    try:
        with contextlib.ExitStack() as stack:
            opened = Opened(home)
            stack.callback(opened.close)
            maker = Maker(opened)
            verifiers = Verifiers()
            stack.callback(verifiers.close)
            return asyncio.run(serve(home, Engine(maker, verifiers, clock)))
    except Stop as stop:
        log("stopped", reason=str(stop), kind=type(stop).__name__)
        return stop.code


class Started(Driver, Protocol):
    """What drives a chain by a thread of its own."""

    failure: BaseException | None

    def start(self) -> None:
        """Begin to add blocks."""

    def stop(self) -> None:
        """Add the block in hand, and end."""


async def serve(home: Home, engine: Started) -> int:
    """Serve the door of a chain that is driven here until told to stop; the exit code."""
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[BaseException | None] = loop.create_future()

    def stop(error: BaseException | None) -> None:
        if not stopped.done():
            stopped.set_result(error)

    def failed(error: BaseException) -> None:
        loop.call_soon_threadsafe(stop, error)

    engine.on_failure = failed
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, None)
    door = Door(engine)
    home.socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = await door.serve(str(home.socket))
    engine.start()
    machine = engine.maker.machine
    log("serving", chain=machine.chain, height=machine.height, root=machine.root.hex())
    alarms = asyncio.create_task(report_alarms(engine))
    scrubbing = asyncio.create_task(scrub_for_ever(engine.maker.store, engine, stop))
    error = await stopped
    server.close()
    for task in (alarms, scrubbing):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    await asyncio.to_thread(engine.stop)
    await asyncio.sleep(FAREWELL_SECONDS)
    return _exit_code(error or engine.failure, engine)


def _exit_code(error: BaseException | None, engine: Started) -> int:
    if error is None:
        log("stopped", height=engine.maker.machine.height)
        return 0
    log("stopped", reason=str(error), kind=type(error).__name__)
    return error.code if isinstance(error, Stop) else Halted.code


async def report_alarms(engine: Driver) -> None:
    """Log each alarm of the machine once."""
    told = 0
    while True:
        alarms = engine.maker.machine.alarms
        for alarm in alarms[told:]:
            log("alarm", text=alarm)
        told = len(alarms)
        await asyncio.sleep(1)


async def scrub_for_ever(
    store: Store, engine: Driver, stop: Callable[[BaseException | None], None]
) -> None:
    """Read and check the whole store each `scrub.hours`, at most 10 MB a second."""
    hours = engine.maker.opened.config.scrub.hours
    while True:
        await asyncio.sleep(hours * 3600)
        try:
            await scrub(store)
        except StateCorrupt as error:
            stop(error)
            return


async def scrub(store: Store, rate: int = SCRUB_BYTES_PER_SECOND) -> int:
    """Check every value of every database; the bytes read; raises StateCorrupt."""
    total = 0
    for sizes in ((size for _name, size in store.check_all()), store.check_places()):
        # One page on a thread at a time, so that a stop waits for a page and not for the store.
        while (size := await asyncio.to_thread(next, sizes, None)) is not None:
            total += size
            await asyncio.sleep(size / rate)
    log("scrubbed", bytes=total)
    return total
