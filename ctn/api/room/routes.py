"""The doors of the signing room: put up, sign, look, submit, withdraw."""

from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import Path, Request
from msgspec import Meta
from starlette.responses import Response

from ctn.api import answers
from ctn.api.bodies import TRANSACTION_BYTES, read_body
from ctn.api.link import Link, answer, link_of
from ctn.api.login.routes import Nothing, logged_in, milliseconds
from ctn.api.login.sessions import Session
from ctn.api.refusals import NotFound
from ctn.api.room import shelf
from ctn.api.room.approval import Signing, need_of, signing_of
from ctn.api.room.refusals import NotYours, OneSigner, OtherSender
from ctn.api.room.shelf import Waiting
from ctn.api.routes import Route
from ctn.api.store import PlatformStore
from ctn.api.writes import hand_in
from ctn.crypto import schemes
from ctn.crypto.errors import CryptoError
from ctn.kernel import refusal
from ctn.kernel.codec import from_base64, to_base64
from ctn.kernel.op import Op
from ctn.kernel.refusal import Malformed
from ctn.kernel.tx import Reader, Signature, Tx, pack, sign_bytes
from ctn.modules import AnyBody
from ctn.modules.accounts.approval import barred_family

PendingId = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="Id of a transaction")]
Text = Annotated[str, Meta(max_length=TRANSACTION_BYTES)]


class PutUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An envelope in base64, with at least one signature."""

    tx: Text


class SubmitAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether to hold the answer until it is in a block."""

    wait: Literal["none", "commit"] = "none"


class SignerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A signer: whether it signed, and whether it counts for these operations."""

    scheme: int
    key: str
    weight: int
    signed: bool
    counts: bool


class PendingItem(msgspec.Struct, frozen=True, kw_only=True):
    """A body that waits: the exact text signed, and how far its signatures reach.

    `expires` is the last height at which it may enter a block, `created` in ms; it waits behind
    another one while `sequence` is above `next_sequence`.
    """

    id: str
    account: str
    body: str
    decoded: dict[str, Any]
    created: int
    put_up_by: str
    sequence: int
    next_sequence: int
    expires: int
    height: int
    signers: list[SignerAnswer]
    weight: int
    needed: int
    approvers: int
    approvers_needed: int
    is_ready: bool
    tx: str


class PendingItems(answers.Read, frozen=True, kw_only=True):
    """All that waits for the signatures of an account, by sequence."""

    items: list[PendingItem]


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """The body waits no more."""

    withdrawn: bool


async def put_up(request: Request) -> Response:
    """Put a signed body up for the others' signatures, or add signatures to one that is there."""
    session = await logged_in(request)
    asked = await read_body(request, PutUp, TRANSACTION_BYTES)
    link = link_of(request)
    tx = _read(request, asked.tx, (await link.head()).chain)
    signing = await _signing(link, session)
    if tx.body.sender != session.account:
        raise OtherSender(sender=tx.body.sender, account=session.account)
    if len(signing.account.signers) == 1:
        raise OneSigner()
    for signature in tx.signatures:
        if signing.signer_of(signature) is None:
            raise refusal.SignerUnknown(key=signature.key.hex())
    _check_place(tx, signing)
    waiting = Waiting(
        tx.id, session.account, tx.body_bytes.decode(), tx.body.sequence, tx.body.expires,
        f"{session.scheme}-{session.key}", milliseconds(), tx.signatures,
    )  # fmt: skip
    await _clear(request, session, signing)
    await _store(request).run(lambda connection: shelf.add(connection, waiting))
    return answer(await _item(request, session, signing, tx.id))


async def listed(request: Request) -> Response:
    """What waits for the signatures of the account that is logged in."""
    session = await logged_in(request)
    link = link_of(request)
    head = await link.head()
    signing = await _signing(link, session)
    await _clear(request, session, signing)
    found = await _store(request).run(lambda connection: shelf.every(connection, session.account))
    items = [await _told(request, signing, waiting, head.chain) for waiting in found]
    return answer(PendingItems(items=items, **head.fields))


async def shown(request: Request, identity: PendingId) -> Response:
    """One body that waits."""
    session = await logged_in(request)
    signing = await _signing(link_of(request), session)
    await _clear(request, session, signing)
    return answer(await _item(request, session, signing, identity))


async def submit(request: Request, identity: PendingId) -> Response:
    """Hand in what the signatures suffice for; below the threshold the ledger refuses, unpaid."""
    session = await logged_in(request)
    asked = await read_body(request, SubmitAsk)
    signing = await _signing(link_of(request), session)
    item = await _item(request, session, signing, identity)
    return await hand_in(link_of(request), item.tx, wait=asked.wait == "commit")


async def withdraw(request: Request, identity: PendingId) -> Response:
    """Take back what this key put up."""
    session = await logged_in(request)
    await read_body(request, Nothing)
    waiting = await _waiting(request, session, identity)
    if waiting.put_up_by != f"{session.scheme}-{session.key}":
        raise NotYours()
    await _store(request).run(lambda connection: shelf.drop(connection, identity))
    return answer(Withdrawn(withdrawn=True))


def _read(request: Request, text: str, chain: str) -> Tx:
    """The transaction of an envelope: checks 1 to 9 of engine.md 4.2, before anything is kept."""
    try:
        envelope = from_base64(text)
    except ValueError:
        raise Malformed(field="tx", rule="standard base64") from None
    tx = _reader(request, chain).read(envelope)
    message = sign_bytes(tx.body_bytes)
    for scheme, key, signature in tx.signatures:
        try:
            schemes.verify(scheme, key, message, signature)
        except CryptoError:
            raise refusal.BadSignature(key=key.hex()) from None
    return tx


def _reader(request: Request, chain: str) -> Reader:
    held: Reader | None = request.app.state.reader
    if held is None or held.chain != chain:
        held = request.app.state.reader = Reader(AnyBody, chain)
    return held


def _check_place(tx: Tx, signing: Signing) -> None:
    """Refuse what can enter no block: expired, or its sequence spent."""
    if tx.body.expires <= signing.height:
        raise refusal.Expired(expires=tx.body.expires, height=signing.height + 1)
    if tx.body.sequence < signing.account.sequence:
        raise refusal.SequenceUsed(sequence=tx.body.sequence, next=signing.account.sequence)


async def _signing(link: Link, session: Session) -> Signing:
    """Who signs for the session's account; OneSigner while that has no record."""
    found = await signing_of(link, session.account)
    if found is None:
        raise OneSigner()
    return found


async def _clear(request: Request, session: Session, signing: Signing) -> None:
    height, sequence = signing.height, signing.account.sequence
    await _store(request).run(
        lambda connection: shelf.clear(
            connection, session.account, height=height, sequence=sequence
        )
    )


async def _waiting(request: Request, session: Session, identity: str) -> Waiting:
    found = await _store(request).run(
        lambda connection: shelf.one(connection, session.account, identity)
    )
    if found is None:
        raise NotFound()
    return found


async def _item(
    request: Request, session: Session, signing: Signing, identity: str
) -> PendingItem:
    waiting = await _waiting(request, session, identity)
    chain = (await link_of(request).head()).chain
    return await _told(request, signing, waiting, chain)


async def _told(
    request: Request, signing: Signing, waiting: Waiting, chain: str
) -> PendingItem:
    """A body with how far its signatures reach now."""
    body = waiting.body.encode()
    ops = _reader(request, chain).decode(body).ops
    need = await need_of(link_of(request), signing, waiting.account, ops)
    approval = signing.approval(waiting.signatures, ops)
    enough = next(
        (
            chosen
            for count in range(1, len(waiting.signatures) + 1)
            if need.is_met(signing.approval(chosen := waiting.signatures[:count], ops))
        ),
        waiting.signatures,
    )
    return PendingItem(
        id=waiting.id, account=waiting.account, body=waiting.body,
        decoded=msgspec.json.decode(body, type=dict[str, Any]), created=waiting.created,
        put_up_by=waiting.put_up_by, sequence=waiting.sequence,
        next_sequence=signing.account.sequence, expires=waiting.expires, height=signing.height,
        signers=_signers(signing, waiting.signatures, ops), weight=approval.weight,
        needed=need.weight, approvers=approval.signers, approvers_needed=need.approvers,
        # No more signatures than are needed: each adds to the least fee.
        is_ready=need.is_met(approval), tx=to_base64(pack(body, list(enough))),
    )  # fmt: skip


def _signers(
    signing: Signing, signatures: tuple[Signature, ...], ops: tuple[Op, ...]
) -> list[SignerAnswer]:
    signed = {(each.scheme, each.key.hex()): None for each in signatures}
    return [
        SignerAnswer(
            scheme=signer.scheme, key=signer.key, weight=signer.weight,
            signed=(signer.scheme, signer.key) in signed,
            counts=not barred_family(signing.limited, signer, ops),
        )
        for signer in signing.account.signers
    ]  # fmt: skip


def _store(request: Request) -> PlatformStore:
    found: PlatformStore = request.app.state.store
    return found


ROUTES: Final = (
    Route("/pending/{identity}/submit", submit, answers.TransactionAnswer, SubmitAsk, login=True),
    Route("/pending/{identity}/withdraw", withdraw, Withdrawn, Nothing, login=True),
    Route("/pending/{identity}", shown, PendingItem, login=True),
    Route("/pending", put_up, PendingItem, PutUp, login=True),
    Route("/pending", listed, PendingItems, login=True),
)
