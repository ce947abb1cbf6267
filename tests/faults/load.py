"""Callers that send signed transfers and remember every answer, across restarts of the engine."""

import asyncio
import threading
import time
from collections.abc import Sequence

from ctn.kernel.codec import to_base64
from ctn.kernel.tx import tx_id, unpack
from ctn.node.door_client import DoorClient, EngineRefused
from tests.node.chains import Sender, address
from tests.node.history import Acknowledged, History, Read

PAUSE = 0.01


class Load:
    """One caller for each name, and a reader, on a thread of their own.

    A caller whose connection breaks sends the same envelope again when the engine is back, so that
    the chain must hold it exactly once, whatever became of the first attempt.
    """

    def __init__(self, socket: str, chain: str, names: Sequence[str]) -> None:
        self.history = History()
        self._socket = socket
        self._senders = [Sender(name, chain) for name in names]
        self._names = list(names)
        self._is_over = False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send no more, and wait for what is under way."""
        self._is_over = True
        self._thread.join(60)
        assert not self._thread.is_alive(), "the callers do not end"

    def abandon(self) -> None:
        """Send no more; what is under way will never be answered."""
        self._is_over = True

    @property
    def acknowledged(self) -> int:
        """How many transactions callers were told are committed."""
        return len(self.history.acknowledged)

    def wait_for_more(self, count: int, seconds: float = 30) -> bool:
        """Whether so many more are acknowledged in time."""
        goal, end = self.acknowledged + count, time.monotonic() + seconds
        while self.acknowledged < goal:
            if time.monotonic() > end:
                return False
            time.sleep(0.002)
        return True

    async def _run(self) -> None:
        clients = [DoorClient(self._socket) for _ in (*self._senders, None)]
        tasks = [
            asyncio.create_task(self._send_on(client, number))
            for number, client in enumerate(clients[:-1])
        ]
        tasks.append(asyncio.create_task(self._read_on(clients[-1])))
        await asyncio.gather(*tasks)
        for client in clients:
            await client.close()

    async def _send_on(self, client: DoorClient, number: int) -> None:
        sender = self._senders[number]
        target = self._names[(number + 1) % len(self._names)]
        while not self._is_over:
            envelope = sender.pay(target, 1, memo=str(sender.sequence))
            sent = time.monotonic_ns()
            is_final = await self._send(client, envelope, sent)
            while not is_final and not self._is_over:
                await asyncio.sleep(PAUSE)
                is_final = await self._send(client, envelope, sent)

    async def _send(self, client: DoorClient, envelope: bytes, sent: int) -> bool:
        """Whether the answer is final."""
        try:
            answer = await client.call("submit", tx=to_base64(envelope), wait=True)
        except ConnectionError:
            return False
        except EngineRefused as refused:
            self.history.surprise(f"{refused} {refused.facts}")
            self._is_over = True
            return False
        if answer["status"] == "pending":
            return False
        receipt = answer["receipt"]
        identity = tx_id(unpack(envelope)[0])
        if receipt["status"] != "applied" or receipt["tx"] != identity:
            self.history.surprise(f"{receipt}")
        self.history.acknowledge(
            Acknowledged(identity, sent, time.monotonic_ns(), receipt["height"], receipt["index"])
        )
        return True

    async def _read_on(self, client: DoorClient) -> None:
        place = f"{address(self._names[0])}/cny"
        while not self._is_over:
            try:
                found = await client.call("state", table="balance", place=place)
                session = "reader"
                self.history.read(Read(session, found["height"], "balance", place, found["value"]))
            except ConnectionError:
                await asyncio.sleep(PAUSE)
            await asyncio.sleep(0.002)
