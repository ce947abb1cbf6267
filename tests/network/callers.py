"""Callers of a network that remember what they were told, and the check of it (reliability.md 9).

Each acknowledged transaction must stand in the final chain exactly once and where it was said to,
and whatever was answered before another was sent must stand before it.
"""

import base64
import hashlib
import itertools
import threading
import time
from collections.abc import Iterator
from typing import Any

from ctn.node.cometbft import rpc
from ctn.node.home import Home
from tests.network.networks import NAMES, Net
from tests.node.chains import Sender, chain_of
from tests.node.history import Acknowledged, Entry, History, Wrong, check_history

PAUSE = 0.02
PAGE = 20


def made_transactions(kind: str, home: Home, caller: int) -> Iterator[bytes]:
    """The transactions of one caller, in order."""
    if kind == "kvstore":
        for number in itertools.count():
            yield b"caller%d-%d=%d" % (caller, number, number)
    sender = Sender(NAMES[caller], chain_of(home))
    while True:
        yield sender.pay(NAMES[(caller + 1) % len(NAMES)], 1)


class Callers:
    """Some callers, each with a node of its own, on threads of their own."""

    def __init__(self, net: Net, *nodes: int) -> None:
        self.history = History()
        self.net = net
        self._is_over = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(caller, node), daemon=True)
            for caller, node in enumerate(nodes or range(len(net.members)))
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> History:
        """Send no more; what is under way stays unanswered."""
        self._is_over.set()
        for thread in self._threads:
            thread.join(40)
        return self.history

    @property
    def acknowledged(self) -> int:
        """How many transactions were answered."""
        return len(self.history.acknowledged)

    def wait_for_more(self, count: int, seconds: float = 30) -> bool:
        """Whether so many more are answered in time."""
        goal, end = self.acknowledged + count, time.monotonic() + seconds
        while self.acknowledged < goal and time.monotonic() < end:
            time.sleep(0.02)
        return self.acknowledged >= goal

    def _run(self, caller: int, node: int) -> None:
        for tx in made_transactions(self.net.kind, self.net.home(0), caller):
            sent = time.monotonic_ns()
            while not self._is_over.is_set() and not self._send(tx, sent, node):
                time.sleep(PAUSE)
            if self._is_over.is_set():
                return

    def _send(self, tx: bytes, sent: int, node: int) -> bool:
        """Whether the answer is final; an unanswered one is looked for in the chain."""
        try:
            answer = self._commit(node, tx)
        except (rpc.RpcUnreachable, rpc.RpcRefused):
            found = find_in_chain(self.net, node, tx)
            if found is None:
                return False
            self._tell(tx, sent, *found)
            return True
        if answer["check_tx"]["code"] or answer["tx_result"]["code"]:
            found = find_in_chain(self.net, node, tx)
            if found is not None:
                self._tell(tx, sent, *found)
            return found is not None
        height = int(answer["height"])
        found = place_in_block(self.net, node, height, tx)
        if found is None:
            return False
        self._tell(tx, sent, height, found)
        return True

    def _commit(self, node: int, tx: bytes) -> Any:
        text = base64.b64encode(tx).decode()
        return self.net.call(node, "broadcast_tx_commit", tx=text)

    def _tell(self, tx: bytes, sent: int, height: int, place: int) -> None:
        now = time.monotonic_ns()
        self.history.acknowledge(Acknowledged(identity(tx), sent, now, height, place))


def identity(tx: bytes) -> str:
    """The name of a transaction among CometBFT's."""
    return hashlib.sha256(tx).hexdigest()


def transactions_at(net: Net, node: int, height: int) -> list[str]:
    """The transactions of a block, by name."""
    block = net.call(node, "block", height=str(height))["block"]
    return [identity(base64.b64decode(text)) for text in block["data"]["txs"] or ()]


def place_in_block(net: Net, node: int, height: int, tx: bytes) -> int | None:
    """Where a transaction stands in a block."""
    try:
        names = transactions_at(net, node, height)
    except (rpc.RpcUnreachable, rpc.RpcRefused):
        return None
    return names.index(identity(tx)) if identity(tx) in names else None


def find_in_chain(net: Net, node: int, tx: bytes) -> tuple[int, int] | None:
    """Height and place of a transaction among the newest blocks."""
    top = net.height(node)
    for height in range(top, max(0, top - PAGE), -1):
        place = place_in_block(net, node, height, tx)
        if place is not None:
            return height, place
    return None


def check_network(net: Net, history: History, *nodes: int, seconds: float = 30) -> int:
    """All nodes catch up and hold one chain, which bears out every answer; its height."""
    chosen = nodes or tuple(range(len(net.members)))
    top = max(net.height(number) for number in chosen)
    net.wait_for_height(top + 2, *chosen, seconds=seconds)
    height = min(net.height(number) for number in chosen)
    first, *others = [chain_of_node(net, number, height) for number in chosen]
    for number, other in zip(chosen[1:], others, strict=True):
        for (one, root, block), (two, other_root, other_block) in zip(first, other, strict=True):
            if (root, block, one) != (other_root, other_block, two):
                raise Wrong(f"node {number} has another block or root at {one.height}")
    told = [item for item in history.acknowledged if item.height <= height]
    assert len(told) == len(history.acknowledged), "an answer names a height that is not there"
    log = [entry for entry, _root, _block in first]
    check_history(history, without_repeats(history, log) if net.kind == "kvstore" else log, {})
    return height


def without_repeats(history: History, log: list[Entry]) -> list[Entry]:
    """The log in which a repeat has a name of its own.

    Nothing in the kvstore refuses what a block holds already, so a node that was killed, whose
    memory of what it saw is gone, lets it in again. The sequence of an account forbids that.
    """
    told = {item.id: (item.height, item.place) for item in history.acknowledged}
    return [
        Entry(
            entry.height,
            [
                name if told.get(name) == (entry.height, place) else f"{name}@{entry.height}"
                for place, name in enumerate(entry.ids)
            ],
            [],
        )
        for entry in log
    ]


def chain_of_node(net: Net, number: int, height: int) -> list[tuple[Entry, str, str]]:
    """Every block of a node with the root before it and its hash."""
    found = []
    for at in range(1, height + 1):
        answer = net.call(number, "block", height=str(at))
        header = answer["block"]["header"]
        names = [identity(base64.b64decode(text)) for text in answer["block"]["data"]["txs"] or ()]
        found.append((Entry(at, names, []), header["app_hash"], answer["block_id"]["hash"]))
    return found
