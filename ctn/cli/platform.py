"""A platform by HTTP, answering as the engine's own door does (`link.py`)."""

from collections.abc import Iterator
from typing import Any

import msgspec

from ctn.cli.link import NOT_YET, Answer
from ctn.cli.terminal import Trouble
from ctn.client.http import Client

TRIES = 5


class PlatformLink:
    """A platform, by its public doors."""

    def __init__(self, url: str) -> None:
        self._client = Client(url)

    def status(self) -> Answer:
        """Chain, height, root and condition of the node."""
        return self._client.status()

    def state(self, table: str, place: str, *, at: int | None = None) -> Answer:
        """`value` of a record, None when there is none, with its height."""
        return self._client.state(table, place, at=at)

    def rows(self, table: str, prefix: str) -> Iterator[tuple[str, Any]]:
        """Ids and values of the records whose ids begin so, in byte order."""
        for row in self._client.records(table, prefix):
            yield row.id, row.value

    def proofs(self, keys: list[tuple[str, str]]) -> Answer:
        """Records of one height: asked one by one, again while a block came between."""
        for _ in range(TRIES):
            rows = [self._client.state(table, place, prove=True) for table, place in keys]
            if len({row["height"] for row in rows}) == 1:
                first = rows[0]
                names = ("chain", "height", "root", "header", "seal")
                return {name: first[name] for name in names} | {"records": rows}
        raise Trouble("blocks came between the records; try again", NOT_YET)

    def send(self, envelope: bytes) -> Answer:
        """The receipt of an envelope, once a block holds it."""
        outcome = self._client.send(envelope)
        if outcome.receipt is None:
            raise Trouble(f"pending {outcome.id}: in no block after 30 seconds", NOT_YET)
        receipt: Answer = msgspec.to_builtins(outcome.receipt)
        return receipt

    def simulate(self, envelope: bytes) -> Answer:
        """The receipt that an envelope would get in the next block."""
        receipt: Answer = msgspec.to_builtins(self._client.simulate(envelope))
        return receipt

    def changes(self, _height: int) -> list[tuple[str, str, Any]]:
        """The public doors give hashes of changes only, so nothing is known of old values."""
        return []

    def follow(self, height: int) -> Iterator[Answer]:
        """Header and receipts of each block from a height on, as it is made."""
        for block in self._client.follow(height):
            found = [self._client.transaction(name) for name in block["transactions"]]
            receipts = [answer["receipt"] for answer in found]
            yield {"header": block["header"], "seal": block["seal"], "receipts": receipts}

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def changed_keys(url: str, height: int) -> dict[str, str | None]:
    """What a block changed at another node: `table/id` and the new leaf hash, None when gone."""
    client = Client(url)
    try:
        rows = client.changes(height)["changes"]
    finally:
        client.close()
    return {f"{row['table']}/{row['id']}": row["leaf"] for row in rows}
