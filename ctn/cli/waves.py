"""Many transactions of one sender, a wave at a time, so that a block takes more than one of them.

The engine keeps the order in which they arrive, so their sequences follow each other. A platform
over HTTP is asked one by one.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ctn.cli.link import NOT_YET, Answer, DoorLink, Link
from ctn.cli.sending import EXPIRES_AFTER
from ctn.cli.terminal import Refused, Trouble, options
from ctn.client import building
from ctn.client.building import Place
from ctn.kernel.codec import to_base64
from ctn.kernel.op import Op
from ctn.node.door_client import DoorClient, EngineRefused
from ctn.wallet.keystore import Key

WAVE = 48  # below the 64 that a sender may have pending, so that others of it still pass

Progress = Callable[[int, int], None]


def send_each(link: Link, ops: Sequence[Op], key: Key, told: Progress) -> Iterator[Answer]:
    """The receipts of operations, each a transaction of its own, in order.

    A receipt may tell of a refusal; what the door refused, or no block took, raises.
    """
    for start in range(0, len(ops), WAVE):
        envelopes = _signed(link, ops[start : start + WAVE], key)
        if isinstance(link, DoorLink):
            path = str(options().home / "run" / "node.sock")
            yield from asyncio.run(_wave(path, envelopes))
        else:
            yield from (link.send(envelope) for envelope in envelopes)
        told(start + len(envelopes), len(ops))


def _signed(link: Link, ops: Sequence[Op], key: Key) -> list[bytes]:
    """The envelopes of operations with the sender's next sequences."""
    status = link.status()
    account = link.state("account", key.address)["value"]
    first = account["sequence"] if account else 0
    expires = status["height"] + EXPIRES_AFTER
    return [
        building.sign(
            building.build(
                (op,), Place(status["chain"], key.address, first + number, expires),
                {"schemes": [key.scheme]},
            ),
            [key],
        )
        for number, op in enumerate(ops)
    ]


async def _wave(path: str, envelopes: list[bytes]) -> list[Answer]:
    door = DoorClient(path)
    try:
        await door.open()
        answers: list[Any] = await asyncio.gather(
            *[door.call("submit", tx=to_base64(each), wait=True) for each in envelopes],
            return_exceptions=True,
        )
    finally:
        await door.close()
    return [_receipt(answer) for answer in answers]


def _receipt(answer: Any) -> Answer:
    if isinstance(answer, EngineRefused):
        raise Refused(answer.code, answer.sentence, answer.facts)
    if isinstance(answer, BaseException):
        raise answer
    if "refusal" in answer:
        found = answer["refusal"]
        raise Refused(found["code"], found["sentence"], found["facts"])
    if "receipt" not in answer:
        raise Trouble(f"pending {answer['id']}: in no block after 30 seconds", NOT_YET)
    receipt: Answer = answer["receipt"]
    return receipt
