"""Sorted whole numbers in chunks: where the intervals of a line or a batch begin.

One list of a million would move half a million entries at each insert; chunks of at most 2,000
move a few. "Which interval holds n" and "does [a, b] touch anything" are one bisection each.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Final

CHUNK_MAX: Final = 2_000


class Starts:
    """A sorted collection of distinct numbers; equal content answers equally, however it grew."""

    def __init__(self) -> None:
        self._chunks: list[list[int]] = []
        self._firsts: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._chunks)

    def add(self, number: int) -> None:
        """Put in a number that is not there."""
        if not self._chunks:
            self._chunks.append([number])
            self._firsts.append(number)
            return
        at = max(0, bisect_right(self._firsts, number) - 1)
        chunk = self._chunks[at]
        insort(chunk, number)
        self._firsts[at] = chunk[0]
        if len(chunk) > CHUNK_MAX:
            half = len(chunk) >> 1
            self._chunks[at : at + 1] = [chunk[:half], chunk[half:]]
            self._firsts.insert(at + 1, chunk[half])

    def remove(self, number: int) -> None:
        """Take out a number that is there."""
        at = bisect_right(self._firsts, number) - 1
        chunk = self._chunks[at]
        place = bisect_left(chunk, number)
        assert chunk[place] == number
        del chunk[place]
        if chunk:
            self._firsts[at] = chunk[0]
        else:
            del self._chunks[at], self._firsts[at]

    def floor(self, number: int) -> int | None:
        """The largest member up to `number`, or None."""
        at = bisect_right(self._firsts, number) - 1
        if at < 0:
            return None
        chunk = self._chunks[at]
        return chunk[bisect_right(chunk, number) - 1]

    def above(self, number: int) -> Iterator[int]:
        """The members above `number`, ascending; the collection does not change meanwhile."""
        at = max(0, bisect_right(self._firsts, number) - 1)
        for place in range(at, len(self._chunks)):
            chunk = self._chunks[place]
            first = bisect_right(chunk, number) if place == at else 0
            for inner in range(first, len(chunk)):
                yield chunk[inner]
