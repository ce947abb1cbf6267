"""A scene: who reads what, at which step, when something besides the market is due."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from ctn.crypto.digest import sha256_hex
from ctn.demo.cast import Cast
from ctn.demo.ground import Reads
from ctn.demo.listing import LINES, batch_id
from ctn.demo.seen import Act
from ctn.demo.stream import Stream
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.codec import encode
from ctn.kernel.op import Carried, Op


class Scene(NamedTuple):
    """The chain before a block, the cast, and the height of the block."""

    reads: Reads
    cast: Cast
    step: int

    def draw(self, *names: object) -> Stream:
        """Chance of this step."""
        return Stream(self.cast.seed, self.step, *names)

    def proposal(self, title: str) -> int:
        """The number of the last proposal with a title, 0 when there is none."""
        numbers = [
            row["number"] for _id, row in self.reads.rows("proposal") if row["title"] == title
        ]
        return max(numbers, default=0)

    def most_held(self, name: str) -> tuple[str, int]:
        """The listed batch of which a part holds most on the market, and its whole tonnes of it."""
        account = self.cast.address(name)
        held = [
            (self._grams(account, batch) // GRAMS_PER_TONNE, batch)
            for batch in [batch_id(line.project, line.vintage) for line in LINES]
        ]
        tonnes, batch = max(held)
        return batch, tonnes

    def _grams(self, account: str, batch: str) -> int:
        return int(self.reads.value("balance", f"{account}/{batch}") or 0)


Cue = Callable[[Scene], list[Act]]


def carried(ops: list[Op]) -> tuple[Carried, ...]:
    """Operations as a proposal carries them."""
    return tuple([json.loads(encode(op)) for op in ops])


def document(text: str) -> str:
    """The hash of an invented document."""
    return sha256_hex(f"demo document: {text}".encode())


def found(reads: Reads, table: str, **fields: Any) -> list[dict[str, Any]]:
    """The records of a table whose fields are these, in the order of their ids."""
    return [
        row
        for _id, row in reads.rows(table)
        if all(row[name] == value for name, value in fields.items())
    ]
