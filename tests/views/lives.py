"""A random life of a chain as a feed: what an engine would deliver of it, kept in memory."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from ctn.kernel.block import Header, block_hash
from ctn.kernel.codec import encode, to_base64
from ctn.kernel.genesis import Genesis
from ctn.kernel.tx import Tx
from ctn.machine import Outcome
from ctn.views.feed import Feed
from ctn.views.fold import Block, genesis_link, header_link
from tests.properties.flow import HOUR, Flow
from tests.properties.wishes import wish
from tests.worlds import START

Value = dict[str, Any]
NOBODY = "00" * 32


class Recorded(Flow):
    """A chain under way that writes down each block as its feed would tell it."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.frames: list[bytes] = []
        self.previous = ""

    def live(self, blocks: int, wishes: int = 12) -> "Recorded":
        """Begin, and go on for some blocks."""
        self.begin()
        for _ in range(blocks):
            self.later(self.chance.choice((0, 0, 0, 0, HOUR, 5 * HOUR)))
            self.together([wish(self) for _ in range(self.chance.randrange(wishes + 1))])
        return self

    def genesis(self) -> Genesis:
        """What the chain began with."""
        rows: list[tuple[str, str, Any]] = [
            (table, place, msgspec.to_builtins(value))
            for (table, place), value in self._records.items()
        ]
        rows += [("balance", place, value) for place, value in self._balances.items()]
        rows.sort(key=lambda row: (row[0], row[1]))
        return Genesis("ctn-world", START - 1, 1, 1, None, self.params, rows, None, {})

    def outcome(self, txs: list[Tx]) -> Outcome:
        """A block as always, written down."""
        outcome = super().outcome(txs)
        self.frames.append(self._frame(outcome))
        return outcome

    def _frame(self, outcome: Outcome) -> bytes:
        self.previous = self.previous or genesis_link(encode(self.genesis()))
        header = Header(
            1, self.machine.chain, outcome.height, outcome.time, self.previous, NOBODY,
            len(outcome.included), NOBODY, NOBODY, outcome.root.hex(),
        )  # fmt: skip
        self.previous = block_hash(encode(header)).hex()
        changes = [
            (*item.key.decode().split("\0"), msgspec.Raw(item.value or b"null"))
            for item in outcome.changes
        ]
        return encode(
            {
                "header": header,
                "seal": NOBODY * 2,
                "envelopes": [to_base64(tx.envelope) for tx in outcome.included],
                "receipts": [msgspec.Raw(data) for data in outcome.receipts],
                "changes": changes,
            }
        )


class LifeFeed(Feed):
    """The feed of a recorded life, as far as `head`; nothing of it comes through a socket."""

    def __init__(self, genesis: Genesis, frames: list[bytes]) -> None:
        super().__init__(Path("nowhere"), lambda: False)
        self.founding = genesis
        self.frames = frames
        self.head = len(frames)

    def genesis(self) -> tuple[Genesis, str]:
        """The genesis and its hash."""
        return self.founding, genesis_link(encode(self.founding))

    def keep_from(self) -> int:
        """From genesis on, unless asked otherwise."""
        return self.kept or 0

    def first(self) -> int:
        """The first block that is told."""
        return 1

    def height(self) -> int:
        """As far as it is told."""
        return self.head

    def link(self, height: int) -> str | None:
        """The hash of a block."""
        if height == 0:
            return self.genesis()[1]
        return header_link(self.block(height).header) if height <= self.head else None

    def block(self, height: int) -> Block:
        """One block, as it is folded."""
        return msgspec.json.decode(self.frames[height - 1], type=Block)

    def told(self, height: int) -> Value:
        """One block with everything decoded."""
        block: Value = json.loads(self.frames[height - 1])
        return block

    def follow(self, height: int) -> Iterator[list[Block]]:
        """The blocks that there are, one by one, then nothing for ever."""
        for number in range(height, self.head + 1):
            yield [self.block(number)]
        while not self.stopped():
            yield []


def feed_of(life: Recorded) -> LifeFeed:
    """The feed of all that was recorded."""
    return LifeFeed(life.genesis(), life.frames)
