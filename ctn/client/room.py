"""The signing room of an account that several keys sign for, and the login that opens it.

    room = Room(client, key, account)
    room.put_up(envelope)                  # with this key's signature
    room.items()                           # what waits, and who signed
    room.sign(identity, key); room.submit(identity)

A login lasts ten minutes; it authorises no transaction. What is signed is the body that was read:
`body` and `decoded` of an item come from the bytes that its id names, never from what the platform
says of them. `decoded` is None where this software cannot read the body, and that is not signed.
"""

import time
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from ctn.client.building import Signer
from ctn.client.building import sign as signed_envelope
from ctn.client.http import AsyncClient, Client
from ctn.client.reading import Unreadable, read_body
from ctn.client.talks import Answer, Ask, Outcome, Talk, answered, outcome_of
from ctn.kernel.account import key_address
from ctn.kernel.codec import decode_json, from_base64, to_base64
from ctn.kernel.refusal import Refusal
from ctn.kernel.tx import tx_id, unpack
from ctn.wallet.login import STATEMENT, Login, login_bytes, login_text

LIFE_MS: Final = 300_000


class WrongSite(ValueError):
    """The platform asks for a login at another site than the one that was called."""


class BodyDiffers(ValueError):
    """The platform gave a body that is not the one its id names."""


def log_in(url: str, key: Signer, account: str) -> Talk[Answer]:
    """A session for an account that the key signs for; raises WrongSite, RefusalError.

    The text names the site that was called, so one signed here can be used nowhere else.
    """
    challenge = yield from _post("/session/challenge", {}, "")
    site = urlsplit(url)
    if challenge["domain"] != site.netloc or challenge["uri"] != f"{site.scheme}://{site.netloc}":
        raise WrongSite(f"{url} asks for a login at {challenge['uri']}")
    now = time.time_ns() // 1_000_000
    text = login_text(
        Login(
            challenge["domain"], account, STATEMENT, challenge["uri"], challenge["chain_id"],
            challenge["nonce"], now, now + LIFE_MS,
        )
    )  # fmt: skip
    signature = key.sign(login_bytes(text)).hex()
    ask = {"message": text, "scheme": key.scheme, "key": key.public.hex(), "signature": signature}
    return (yield from _post("/session", ask, ""))


def put_up(envelope: bytes, token: str) -> Talk[Answer]:
    """Put a signed body up, or add signatures to one that is there; the item as it stands."""
    return _read_item((yield from _post("/pending", {"tx": to_base64(envelope)}, token)))


def items(token: str) -> Talk[list[Answer]]:
    """What waits for the account's signatures, by sequence; raises BodyDiffers, RefusalError."""
    found: list[Answer] = (yield from _get("/pending", token))["items"]
    return [_read_item(item) for item in found]


def envelope_of(identity: str, token: str) -> Talk[bytes]:
    """The envelope of what waits under an id (64 hex); raises BodyDiffers, RefusalError."""
    item = yield from _get(f"/pending/{identity}", token)
    envelope, _body = _named(identity, item["tx"])
    return envelope


def add_signature(identity: str, key: Signer, token: str) -> Talk[Answer]:
    """Sign what waits under an id and add the signature; the item as it stands then.

    Raises Unreadable for a body that this software cannot read, BodyDiffers, RefusalError.
    """
    body, _signatures = unpack((yield from envelope_of(identity, token)))
    read_body(body)
    return (yield from put_up(signed_envelope(body, (key,)), token))


def submit(identity: str, token: str, *, wait: bool) -> Talk[Outcome]:
    """Hand in what suffices; raises the refusal, such as ThresholdNotMet, or Unanswered."""
    envelope = yield from envelope_of(identity, token)
    body = {"wait": "commit" if wait else "none"}
    answer = yield from _post(f"/pending/{identity}/submit", body, token)
    return outcome_of(answer, envelope)


def withdraw(identity: str, token: str) -> Talk[Answer]:
    """Take back what this key put up."""
    return (yield from _post(f"/pending/{identity}/withdraw", {}, token))


class Room:
    """The room of an account, by a blocking client; logs in at once."""

    def __init__(self, client: Client, key: Signer, account: str = "") -> None:
        """`account` that the key signs for, by default the key's own address."""
        self._client = client
        self.account = account or key_address(key.scheme, key.public)
        self._token: str = client.run(log_in(client.url, key, self.account))["token"]

    def put_up(self, envelope: bytes) -> Answer:
        """Put a signed body up, or add signatures to one that is there; the item as it stands."""
        return self._client.run(put_up(envelope, self._token))

    def items(self) -> list[Answer]:
        """What waits for the account's signatures, by sequence."""
        return self._client.run(items(self._token))

    def envelope(self, identity: str) -> bytes:
        """The envelope of what waits under an id (64 hex); raises BodyDiffers, RefusalError."""
        return self._client.run(envelope_of(identity, self._token))

    def sign(self, identity: str, key: Signer) -> Answer:
        """Sign what waits under an id and add the signature; the item as it stands then."""
        return self._client.run(add_signature(identity, key, self._token))

    def submit(self, identity: str, *, wait: bool = True) -> Outcome:
        """Hand in what suffices; raises the ledger's refusal, or Unanswered."""
        return self._client.run(submit(identity, self._token, wait=wait))

    def withdraw(self, identity: str) -> None:
        """Take back what this key put up."""
        self._client.run(withdraw(identity, self._token))

    def leave(self) -> None:
        """Log out."""
        self._client.run(_post("/session/end", {}, self._token))


class AsyncRoom:
    """The same for asyncio: `await AsyncRoom.enter(client, key, account)`."""

    def __init__(self, client: AsyncClient, account: str, token: str) -> None:
        self._client = client
        self.account = account
        self._token = token

    @classmethod
    async def enter(cls, client: AsyncClient, key: Signer, account: str = "") -> "AsyncRoom":
        """The room of an account that the key signs for, by default the key's own address."""
        whose = account or key_address(key.scheme, key.public)
        found = await client.run(log_in(client.url, key, whose))
        return cls(client, whose, found["token"])

    async def put_up(self, envelope: bytes) -> Answer:
        """As `Room.put_up`."""
        return await self._client.run(put_up(envelope, self._token))

    async def items(self) -> list[Answer]:
        """As `Room.items`."""
        return await self._client.run(items(self._token))

    async def envelope(self, identity: str) -> bytes:
        """As `Room.envelope`."""
        return await self._client.run(envelope_of(identity, self._token))

    async def sign(self, identity: str, key: Signer) -> Answer:
        """As `Room.sign`."""
        return await self._client.run(add_signature(identity, key, self._token))

    async def submit(self, identity: str, *, wait: bool = True) -> Outcome:
        """As `Room.submit`."""
        return await self._client.run(submit(identity, self._token, wait=wait))

    async def withdraw(self, identity: str) -> None:
        """As `Room.withdraw`."""
        await self._client.run(withdraw(identity, self._token))

    async def leave(self) -> None:
        """Log out."""
        await self._client.run(_post("/session/end", {}, self._token))


def _read_item(item: Answer) -> Answer:
    """What the platform says of a body, with the body itself from its own bytes."""
    _envelope, body = _named(item["id"], item["tx"])
    try:
        read_body(body)
        decoded: Any = decode_json(body)
    except Unreadable:
        decoded = None
    return {**item, "body": body.decode("utf-8", "replace"), "decoded": decoded}


def _named(identity: str, text: str) -> tuple[bytes, bytes]:
    """An envelope in base64 and its body, which must be the one that an id names."""
    try:
        envelope = from_base64(text)
        body, _signatures = unpack(envelope)
    except (ValueError, Refusal):
        raise BodyDiffers(identity) from None
    if tx_id(body) != identity:
        raise BodyDiffers(identity)
    return envelope, body


def _get(path: str, token: str) -> Talk[Answer]:
    return (yield from answered(Ask("GET", path, token=token)))


def _post(path: str, body: Any, token: str) -> Talk[Answer]:
    return (yield from answered(Ask("POST", path, msgspec.json.encode(body), token=token)))
