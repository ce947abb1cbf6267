"""What the demo world stands on and never makes itself: a chain to read, to fill and to serve.

The demo is a client, so it knows neither machine nor node; whoever starts it hands these in.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ctn.kernel.genesis import Genesis

CHAIN_ID = "ctn-demo"


class Head(NamedTuple):
    """The last block of a chain; `time` in ms."""

    chain: str
    height: int
    root: str
    time: int


class Seat(NamedTuple):
    """A key of the reader's own: its name in the keystore, and its address."""

    name: str
    address: str


class Reads(Protocol):
    """What can be read of a chain, in process or over its public doors."""

    def head(self) -> Head:
        """The last block."""

    def block(self, height: int) -> Head:
        """A block, which must have been made."""

    def value(self, table: str, place: str) -> Any:
        """The value of a record, None when there is none."""

    def rows(self, table: str, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """Ids and values of the records whose ids begin so, in byte order."""

    def receipts(self, height: int) -> list[dict[str, Any]]:
        """The receipts of a block's transactions, in their order."""


class Chain(Reads, Protocol):
    """A chain whose blocks this process makes, under a clock that it states."""

    @property
    def begin(self) -> int:
        """The time of its genesis in ms."""

    def sequence(self, address: str) -> int:
        """The sequence of an account's next transaction, behind those that wait."""

    def admit(self, envelope: bytes) -> None:
        """Let a transaction wait for the next block; refuses by all checks of a door."""

    def make(self, time: int) -> None:
        """Make and commit the next block at a time in ms."""


class Ground(Protocol):
    """The folder of a demo world, and the processes that serve it."""

    @property
    def folder(self) -> Path:
        """The data of the world."""

    def has_chain(self) -> bool:
        """Whether a chain stands here already."""

    def remove(self) -> None:
        """Forget the chain that stands here."""

    def create(self, genesis: Genesis, maker_seed: bytes) -> None:
        """Found a chain."""

    def open(self) -> AbstractContextManager[Chain]:
        """The chain, for this process alone."""

    def serve(self) -> AbstractContextManager[str]:
        """Engine and platform as processes; the address of the platform."""

    def seat(self) -> Seat:
        """The reader's own key in this folder, made when there is none."""

    def has_failed(self) -> bool:
        """Whether a process that serves has ended by itself."""

    def is_leaving(self) -> bool:
        """Whether somebody asked to stop."""
