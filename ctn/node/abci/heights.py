"""Heights and times between CometBFT's count and ours.

CometBFT counts every chain from 1, whatever height an imported one goes on from: above 1 version
0.38.25 never starts again after a crash inside its first block (engine.md 12).
"""

from typing import NamedTuple

from google.protobuf.timestamp_pb2 import Timestamp

NS_PER_MS = 1_000_000


class Heights(NamedTuple):
    """The first height of our chain, which CometBFT calls 1."""

    first: int

    def ours(self, theirs: int) -> int:
        """A height of CometBFT in our count."""
        return theirs + self.first - 1

    def theirs(self, ours: int) -> int:
        """A height of ours in CometBFT's count."""
        return ours - self.first + 1


def ms_of(time: Timestamp) -> int:
    """A header's time in ms; the part below a ms is cut."""
    seconds: int = time.seconds
    nanos: int = time.nanos
    return seconds * 1_000 + nanos // NS_PER_MS
