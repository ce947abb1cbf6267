"""The application as a process: opens the home, answers CometBFT, serves the engine's door.

SIGTERM, SIGINT and the end of the consensus connection end it in order with exit 0; a bug or a
reason to stop exits with its code after one line on stderr. CometBFT is started by whoever
supervises both.
"""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from pathlib import Path

import uvloop

from ctn.node.abci.application import Application
from ctn.node.abci.chain import Chain
from ctn.node.abci.engine import AbciEngine
from ctn.node.abci.server import Server
from ctn.node.door import Door
from ctn.node.home import Home, Opened
from ctn.node.process import FAREWELL_SECONDS, log, report_alarms, scrub_for_ever
from ctn.node.stops import Halted, Stop

SOCKET = "abci.sock"
LINGER_SECONDS = 2.0


def run_app(folder: Path) -> int:
    """Run the application of a home until CometBFT leaves it; the exit code."""
    home = Home(folder)
    try:
        with contextlib.ExitStack() as stack:
            opened = Opened(home)
            stack.callback(opened.close)
            return uvloop.run(_serve(home, Chain(opened)))
    except Stop as stop:
        log("stopped", reason=str(stop), kind=type(stop).__name__)
        return stop.code


async def _serve(home: Home, chain: Chain) -> int:
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[BaseException | None] = loop.create_future()

    def stop(error: BaseException | None) -> None:
        if not stopped.done():
            stopped.set_result(error)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, None)
    application = Application(chain)
    engine = AbciEngine(application, chain.opened.config.cometbft.rpc)
    engine.on_failure = stop
    application.ended = lambda reason: _stop_soon(loop, stop, reason)
    door = await Door(engine).serve(str(home.socket))
    server = await Server(application.answer, stop).serve(home.socket.with_name(SOCKET))
    machine = chain.machine
    log("serving", chain=machine.chain, height=machine.height, root=machine.root.hex())
    tasks = [
        asyncio.create_task(report_alarms(engine)),
        asyncio.create_task(scrub_for_ever(chain.store, engine, stop)),
    ]
    error = await stopped
    server.close()
    door.close()
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    await application.snapshots.written()
    await asyncio.sleep(FAREWELL_SECONDS)
    return _exit_code(error, chain)


def _stop_soon(
    loop: asyncio.AbstractEventLoop, stop: Callable[[BaseException], None], reason: Stop
) -> None:
    """Stop once CometBFT has kept the block and told the others of it."""
    loop.call_later(LINGER_SECONDS, stop, reason)


def _exit_code(error: BaseException | None, chain: Chain) -> int:
    if error is None:
        log("stopped", height=chain.machine.height)
        return 0
    log("stopped", reason=str(error), kind=type(error).__name__)
    return error.code if isinstance(error, Stop) else Halted.code
