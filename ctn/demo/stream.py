"""Chance for the demo world: SHA-256 of a name and a counter, the same on every machine."""

from collections.abc import Sequence
from typing import TypeVar

from ctn.crypto.digest import sha256

T = TypeVar("T")


class Stream:
    """Draws that follow from the names which the stream was made of, and from nothing else."""

    def __init__(self, *names: object) -> None:
        self._name = "/".join([str(name) for name in names])
        self._count = 0

    def below(self, bound: int) -> int:
        """A number from 0 to `bound` - 1."""
        data = sha256(f"ctn/demo-draw/{self._name}/{self._count}".encode())
        self._count += 1
        # 128 bits over a small bound: the first numbers are favoured by less than 2^-64.
        return int.from_bytes(data[:16], "big") % bound

    def between(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def is_one_in(self, times: int) -> bool:
        """True once in `times` draws."""
        return self.below(times) == 0

    def one_of(self, choices: Sequence[T]) -> T:
        """One of several."""
        return choices[self.below(len(choices))]

    def some_of(self, choices: Sequence[T], count: int) -> list[T]:
        """`count` different ones of several, in the order drawn."""
        left = list(choices)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]
