"""A running platform by its public doors: what the live agents read, and where they send."""

from collections.abc import Iterator
from typing import Any

from ctn.client.http import Client
from ctn.client.talks import Unanswered
from ctn.demo.cast import Cast
from ctn.demo.ground import Head
from ctn.demo.seen import Act
from ctn.kernel.refusal import Refusal


class Platform:
    """A client of the platform, as something to read."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def head(self) -> Head:
        """The last block."""
        found = self._client.status()
        return Head(found["chain"], found["height"], found["root"], found["time"])

    def block(self, height: int) -> Head:
        """A block, which must have been made."""
        header = self._client.block(height)["header"]
        return Head(header["chain"], header["height"], header["state"], header["time"])

    def value(self, table: str, place: str) -> Any:
        """The value of a record, None when there is none."""
        return self._client.state(table, place)["value"]

    def rows(self, table: str, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """Ids and values of the records whose ids begin so, in byte order."""
        for row in self._client.records(table, prefix):
            yield row.id, row.value

    def receipts(self, height: int) -> list[dict[str, Any]]:
        """The receipts of a block's transactions, in their order."""
        names = self._client.block(height)["transactions"]
        return [self._client.transaction(name)["receipt"] for name in names]

    def send(self, cast: Cast, act: Act) -> bool:
        """Sign and send; whether it was taken. Refusals are answers: the agents look anew."""
        try:
            self._submit(cast, act, wait=False)
        except (Refusal, Unanswered):
            return False
        return True

    def settle(self, cast: Cast, act: Act) -> None:
        """Sign, send and wait for the block; raises the ledger's refusal, or Unanswered."""
        self._submit(cast, act, wait=True)

    def _submit(self, cast: Cast, act: Act, *, wait: bool) -> None:
        keys, sender = cast.signers(act.actor, act.ops), cast.address(act.actor)
        self._client.submit(act.ops, keys, wait=wait, sender=sender)
