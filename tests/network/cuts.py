"""Network namespaces on a bridge of their own, whose nodes can be cut off from each other.

A cut is a black-hole route in the sender's namespace, so it can go one way; a slow link is the
kernel's netem where it has it, else a link with little bandwidth (tbf).
"""

import contextlib
import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence

CLONE_NEWNET = 0x40000000
REMEDY = "to run: as root, with iproute2 and network namespaces, make test-faults"


class Missing(Exception):
    """This machine has no network namespaces; the text says why and what to do."""


class Cuts:
    """So many namespaces, each with one address."""

    def __init__(self, count: int) -> None:
        if os.name != "posix" or os.geteuid() != 0:
            raise Missing(f"network namespaces need root; {REMEDY}")
        if shutil.which("ip") is None or shutil.which("tc") is None:
            raise Missing(f"ip and tc not found; {REMEDY}")
        self.mark = f"ctn{os.getpid() % 10_000}"
        self.bridge = f"{self.mark}b"
        subnet = os.getpid() % 250
        self.hosts = [f"10.213.{subnet}.{number + 1}" for number in range(count)]
        self._dropped: list[tuple[int, int]] = []
        try:
            run("ip", "link", "add", self.bridge, "type", "bridge")
            run("ip", "link", "set", self.bridge, "up")
            for number in range(count):
                self._add(number)
        except subprocess.CalledProcessError as error:
            self.close()
            raise Missing(f"no namespaces: {error.stderr.decode().strip()}; {REMEDY}") from None

    def space(self, number: int) -> str:
        """The name of a namespace."""
        return f"{self.mark}n{number}"

    def before(self, number: int) -> list[str]:
        """What stands before a command that runs in a namespace."""
        return ["ip", "netns", "exec", self.space(number)]

    def cut(self, senders: Sequence[int], receivers: Sequence[int]) -> None:
        """Let nothing that these send reach those."""
        for sender in senders:
            for receiver in receivers:
                self._route("add", sender, receiver)
                self._dropped.append((sender, receiver))

    def part(self, some: Sequence[int], others: Sequence[int]) -> None:
        """Let nothing pass between two groups."""
        self.cut(some, others)
        self.cut(others, some)

    def heal(self) -> None:
        """Let everything pass again."""
        while self._dropped:
            self._route("del", *self._dropped.pop())

    def slow(self, number: int) -> str:
        """Make the link of a node slow; in words how."""
        line = [*self.before(number), "tc", "qdisc", "add", "dev", "eth0", "root"]
        delay = subprocess.run(
            [*line, "netem", "delay", "150ms", "30ms"], capture_output=True, check=False
        )
        if delay.returncode == 0:
            return "150 ms delay"
        run(*line, "tbf", "rate", "256kbit", "burst", "16kb", "latency", "400ms")
        return "256 kbit/s (this kernel has no netem)"

    def close(self) -> None:
        """Take all of it down."""
        for number in range(len(self.hosts)):
            quietly("ip", "link", "del", f"{self.mark}v{number}")
            quietly("ip", "netns", "del", self.space(number))
        quietly("ip", "link", "del", self.bridge)

    def _add(self, number: int) -> None:
        space, outer = self.space(number), f"{self.mark}v{number}"
        run("ip", "netns", "add", space)
        run("ip", "link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", space)
        run("ip", "link", "set", outer, "master", self.bridge, "up")
        inside = self.before(number)
        run(*inside, "ip", "addr", "add", f"{self.hosts[number]}/24", "dev", "eth0")
        run(*inside, "ip", "link", "set", "eth0", "up")
        run(*inside, "ip", "link", "set", "lo", "up")

    def _route(self, verb: str, sender: int, receiver: int) -> None:
        host = f"{self.hosts[receiver]}/32"
        run(*self.before(sender), "ip", "route", verb, "blackhole", host)


@contextlib.contextmanager
def inside(space: str) -> Iterator[None]:
    """Let the calling thread see the network of a namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net") as own, open(f"/run/netns/{space}") as other:
        assert libc.setns(other.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert libc.setns(own.fileno(), CLONE_NEWNET) == 0


def run(*command: str) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, check=True, capture_output=True)


def quietly(*command: str) -> None:
    """Run a command that may find nothing to do."""
    subprocess.run(command, check=False, capture_output=True)
