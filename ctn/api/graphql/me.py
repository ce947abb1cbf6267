"""Who asks, and what is private to the account: the root field `me` (thallo.md 4.4)."""

from typing import Any, Final, NamedTuple

import msgspec
from fastapi import Request
from strawberry.types import Info

from ctn.api.graphql import scalars
from ctn.api.graphql.nodes import Field, Value, many, object_type, some
from ctn.api.graphql.reading import reading
from ctn.api.login.routes import logged_in
from ctn.api.login.sessions import Session
from ctn.api.room.routes import room_of
from ctn.api.room.shelf import WAITING_MAX
from ctn.kernel.account import SIGNERS_MAX
from ctn.kernel.tx import OPS_MAX


class Asker(NamedTuple):
    """A request that may carry a session's token."""

    request: Request

    async def session(self) -> Session:
        """Whose token it is; refuses LoginRequired."""
        return await logged_in(self.request)

    async def pending(self, session: Session) -> list[Value]:
        """What waits for the signatures of the account."""
        _head, items = await room_of(self.request).items(session)
        return [msgspec.structs.asdict(item) for item in items]


def me(info: Info) -> Any:
    """The session of the token that the request carries; refuses LoginRequired."""
    session: Session = reading(info).session()
    return session._asdict() | {"session": session}


def _pending(root: Value, info: Info, first: int) -> Any:
    return reading(info).pending(root["session"])[:first]


PendingSigner: Final = object_type(
    "PendingSigner",
    "A signer: whether it signed, and whether it counts for the operations.",
    {
        "scheme": Field(int), "key": Field(str), "weight": Field(int), "signed": Field(bool),
        "counts": Field(bool),
    },
)  # fmt: skip
PendingSignature: Final = object_type(
    "PendingSignature",
    "A transaction that waits in the signing room for signatures.",
    {
        "transaction_id": Field(scalars.Hash, "", lambda root: root["id"]),
        "body": Field(str, "The exact text that is signed."),
        "ops": Field(
            many(scalars.OpJson), "", lambda root: root["decoded"]["ops"], list_max=OPS_MAX
        ),
        "memo": Field(str, "", lambda root: root["decoded"]["memo"]),
        "created": Field(scalars.Time),
        "put_up_by": Field(str, "Scheme and key of who put it up."),
        "sequence": Field(scalars.Count), "next_sequence": Field(scalars.Count),
        "expires": Field(scalars.Height, "The last height at which it may enter a block."),
        "signers": Field(
            many(PendingSigner), "",
            lambda root: [msgspec.structs.asdict(one) for one in root["signers"]],
            list_max=SIGNERS_MAX,
        ),
        "weight": Field(int, "Of the signatures that count."), "needed": Field(int),
        "approvers": Field(int), "approvers_needed": Field(int),
        "is_ready": Field(bool, "Whether the signatures suffice."),
        "tx": Field(str, "The envelope in base64, with no more signatures than are needed."),
    },
)  # fmt: skip
Me: Final = object_type(
    "Me",
    "Who is logged in, and what is private to the account.",
    {
        "account": Field(scalars.Address), "scheme": Field(int), "signer_key": Field(
            str, "The key that logged in.", lambda root: root["key"]
        ),
        "since": Field(scalars.Time),
        "pending_signatures": Field(
            many(PendingSignature), "What waits in the signing room, by sequence.",
            some(_pending, WAITING_MAX), is_relation=True,
        ),
    },
)  # fmt: skip
