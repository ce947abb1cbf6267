"""The room itself: what the signers of an account may do with what waits there."""

from collections.abc import Sequence
from typing import Any

import msgspec

from ctn.api.link import Head, Link
from ctn.api.login.sessions import Session
from ctn.api.refusals import NotFound
from ctn.api.room import shelf
from ctn.api.room.approval import Need, Signing, need_of, signing_of
from ctn.api.room.refusals import NotYours, OneSigner, OtherSender
from ctn.api.room.shelf import WAITING_MAX, After, Waiting
from ctn.api.store import PlatformStore
from ctn.crypto import schemes
from ctn.crypto.errors import CryptoError
from ctn.kernel import refusal
from ctn.kernel.codec import from_base64, to_base64
from ctn.kernel.op import Op
from ctn.kernel.refusal import Malformed
from ctn.kernel.tx import EXPIRY_MAX, Reader, Signature, Tx, pack, sign_bytes
from ctn.modules import AnyBody
from ctn.modules.accounts.approval import barred_family


class PendingSigner(msgspec.Struct, frozen=True, kw_only=True):
    """A signer: whether it signed, and whether it counts for these operations."""

    scheme: int
    key: str
    weight: int
    signed: bool
    counts: bool


class PendingItem(msgspec.Struct, frozen=True, kw_only=True):
    """A body that waits: the exact text signed, and how far its signatures reach.

    `expires` is the last height at which it may enter a block, `created` in ms; it waits behind
    another one while `sequence` is above `next_sequence`. `tx` is its envelope in base64 with no
    more signatures than are needed, since each adds to the least fee.
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
    signers: list[PendingSigner]
    weight: int
    needed: int
    approvers: int
    approvers_needed: int
    is_ready: bool
    tx: str


class Room:
    """The rooms of all accounts, over the ledger and what the platform keeps."""

    def __init__(self, link: Link, store: PlatformStore) -> None:
        self._link = link
        self._store = store
        self._reader: Reader | None = None

    async def put_up(self, session: Session, envelope: str, now: int) -> PendingItem:
        """Keep a signed body, or add its signatures; refuses what can never be sent.

        `envelope` is base64, `now` in ms. Refuses as the ledger would, and by OtherSender,
        OneSigner, RoomFull.
        """
        tx = self._read(envelope, await self._chain())
        if tx.body.sender != session.account:
            raise OtherSender(sender=tx.body.sender, account=session.account)
        signing = await signing_of(self._link, session.account)
        if signing is None or len(signing.account.signers) == 1:
            raise OneSigner()
        for signature in tx.signatures:
            if signing.signer_of(signature) is None:
                raise refusal.SignerUnknown(key=signature.key.hex())
        _check_place(tx, signing)
        waiting = Waiting(
            tx.id, session.account, tx.body_bytes.decode(), tx.body.sequence, tx.body.expires,
            name_of(session), now, tx.signatures,
        )  # fmt: skip
        await self._clear(session, signing)
        keys = signing.keys
        await self._store.run(lambda connection: shelf.add(connection, waiting, keys))
        return await self._told(signing, *await self._waiting(session, tx.id))

    async def items(self, session: Session) -> tuple[Head, list[PendingItem]]:
        """All that waits for an account, by sequence, and the block that this stands on."""
        head = await self._link.head()
        account = session.account
        signing = await signing_of(self._link, account)
        if signing is None:
            return head, []
        await self._clear(session, signing)
        found = await self._store.run(lambda connection: shelf.every(connection, account))
        readable = await self._readable(found)
        return head, [await self._told(signing, waiting, ops) for waiting, ops in readable]

    async def item(self, session: Session, identity: str) -> PendingItem:
        """One that waits; refuses NotFound, also for another account's."""
        signing = await signing_of(self._link, session.account)
        if signing is None:
            raise NotFound()
        await self._clear(session, signing)
        return await self._told(signing, *await self._waiting(session, identity))

    async def withdraw(self, session: Session, identity: str) -> None:
        """Take back what this key put up; refuses NotFound, NotYours."""
        waiting, _ops = await self._waiting(session, identity)
        if waiting.put_up_by != name_of(session):
            raise NotYours()
        await self._store.run(lambda connection: shelf.drop(connection, identity))

    def _read(self, text: str, chain: str) -> Tx:
        """The transaction of an envelope: checks 1 to 9 of engine.md 4.2, before all else."""
        try:
            envelope = from_base64(text)
        except ValueError:
            raise Malformed(field="tx", rule="standard base64") from None
        tx = self._reader_of(chain).read(envelope)
        message = sign_bytes(tx.body_bytes)
        for scheme, key, signature in tx.signatures:
            try:
                schemes.verify(scheme, key, message, signature)
            except CryptoError:
                raise refusal.BadSignature(key=key.hex()) from None
        return tx

    def _reader_of(self, chain: str) -> Reader:
        if self._reader is None or self._reader.chain != chain:
            self._reader = Reader(AnyBody, chain)
        return self._reader

    async def _chain(self) -> str:
        return (await self._link.head()).chain

    async def _clear(self, session: Session, signing: Signing) -> None:
        account = session.account
        chain = await self._chain()
        after = After(signing.height, signing.account.sequence, signing.keys, chain)
        await self._store.run(lambda connection: shelf.clear(connection, account, after))

    async def _waiting(self, session: Session, identity: str) -> tuple[Waiting, tuple[Op, ...]]:
        """One that waits for an account, with its operations; refuses NotFound."""
        account = session.account
        found = await self._store.run(lambda connection: shelf.one(connection, account, identity))
        readable = [] if found is None else await self._readable([found])
        if not readable:
            raise NotFound()
        return readable[0]

    async def _readable(self, found: Sequence[Waiting]) -> list[tuple[Waiting, tuple[Op, ...]]]:
        """Bodies with their operations; those that this version cannot read are dropped.

        What a former chain or version left must not hide the rest, and no block takes it.
        """
        reader = self._reader_of(await self._chain())
        kept: list[tuple[Waiting, tuple[Op, ...]]] = []
        gone: list[str] = []
        for waiting in found:
            try:
                kept.append((waiting, reader.decode(waiting.body.encode()).ops))
            except refusal.Refusal:
                gone.append(waiting.id)
        if gone:
            await self._store.run(lambda connection: shelf.drop(connection, *gone))
        return kept

    async def _told(self, signing: Signing, waiting: Waiting, ops: tuple[Op, ...]) -> PendingItem:
        """A body with how far its signatures reach now."""
        body, signatures = waiting.body.encode(), waiting.signatures
        need = await need_of(self._link, signing, waiting.account, ops)
        approval = signing.approval(signatures, ops, need)
        enough = signing.enough(signatures, ops, need)
        return PendingItem(
            id=waiting.id, account=waiting.account, body=waiting.body,
            decoded=msgspec.json.decode(body, type=dict[str, Any]), created=waiting.created,
            put_up_by=waiting.put_up_by, sequence=waiting.sequence,
            next_sequence=signing.account.sequence, expires=waiting.expires,
            height=signing.height, signers=_signers(signing, signatures, ops, need),
            weight=approval.weight, needed=need.weight, approvers=approval.signers,
            approvers_needed=need.approvers, is_ready=need.is_met(approval),
            tx=to_base64(pack(body, list(enough))),
        )  # fmt: skip


def name_of(session: Session) -> str:
    """The key of a session, as the room names who put something up."""
    return f"{session.scheme}-{session.key}"


def _check_place(tx: Tx, signing: Signing) -> None:
    """Refuse what can enter no block now or behind what may wait here: as the ledger would."""
    if tx.body.expires <= signing.height:
        raise refusal.Expired(expires=tx.body.expires, height=signing.height + 1)
    if tx.body.sequence < signing.account.sequence:
        raise refusal.SequenceUsed(sequence=tx.body.sequence, next=signing.account.sequence)
    latest = signing.height + 1 + EXPIRY_MAX
    if tx.body.expires > latest:
        raise refusal.ExpiryTooFar(expires=tx.body.expires, latest=latest)
    if tx.body.sequence > signing.account.sequence + WAITING_MAX:
        raise refusal.SequenceGap(sequence=tx.body.sequence, next=signing.account.sequence)


def _signers(
    signing: Signing, signatures: tuple[Signature, ...], ops: tuple[Op, ...], need: Need
) -> list[PendingSigner]:
    signed = {(each.scheme, each.key.hex()): None for each in signatures}
    return [
        PendingSigner(
            scheme=signer.scheme, key=signer.key, weight=signer.weight,
            signed=(signer.scheme, signer.key) in signed,
            counts=not barred_family(
                signing.limited, signer, ops, stops_recovery=need.stops_recovery
            ),
        )
        for signer in signing.account.signers
    ]  # fmt: skip
