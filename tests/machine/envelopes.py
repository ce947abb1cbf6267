"""Envelopes that break chosen rules, built by hand from a body that breaks none."""

import json
from typing import Any

from ctn.kernel.account import Account, Signer, Thresholds
from ctn.kernel.refusal import Refusal
from ctn.kernel.tx import Signature, pack, sign_bytes, unpack
from tests.worlds import Person, World

NOTHING = "nothing"


class Attempt:
    """A transaction in the making: world, body, who signs, and what is done to the envelope."""

    def __init__(self, *, is_visitor: bool = False, is_closed: bool = False) -> None:
        self.world = World()
        world = self.world
        self.sender = world.stranger("alice") if is_visitor else world.person("alice")
        self.receiver = world.person("bob")
        person = world.people[self.sender]
        if is_closed:
            signers = (Signer(1, person.key.hex(), 1),)
            world.put(Account(signers, Thresholds(1, 1, 1), 0, 0, 1), self.sender)
        self.signer = person
        self.is_spaced = False
        self.body: dict[str, Any] = {
            "chain": world.machine.chain,
            "expires": 1_000,
            "fee": {"amount": 1_000, "payer": None},
            "memo": "",
            "ops": [transfer(self.receiver)],
            "sender": self.sender,
            "sequence": 0,
        }
        self.changes: list[Any] = []

    def envelope(self) -> bytes:
        """The signed envelope, then changed as asked."""
        data = canonical(self.body)
        if self.is_spaced:
            data = json.dumps(self.body, sort_keys=True, ensure_ascii=False).encode()
        envelope = pack(data, [self.signer.sign(data)])
        for change in self.changes:
            envelope = change(envelope)
        return envelope

    def answer(self) -> str:
        """The refusal of checks 1 to 15 in their order, or `nothing`."""
        return answer(self.world, self.envelope())


def transfer(receiver: str) -> dict[str, Any]:
    """The op of a small transfer."""
    return {"amount": 1, "asset": "cny", "op": "assets.transfer", "to": receiver}


def canonical(value: Any) -> bytes:
    """Canonical JSON as Python's own library writes it."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def answer(world: World, envelope: bytes) -> str:
    """The refusal of checks 1 to 15 in their order, or `nothing`."""
    machine = world.machine
    try:
        tx = machine.read(envelope)
        machine.verify(tx)
        machine.check(tx)
    except Refusal as refusal:
        return refusal.code
    return NOTHING


def with_scheme(envelope: bytes, scheme: int) -> bytes:
    """The envelope with its first signature under another scheme."""
    body, signatures = unpack(envelope)
    first = signatures[0]
    return pack(body, [Signature(scheme, first.key, first.signature), *signatures[1:]])


def with_flipped_signature(envelope: bytes) -> bytes:
    """The envelope with one bit of its last signature changed."""
    return envelope[:-1] + bytes((envelope[-1] ^ 1,))


def signature_of(person: Person, body: bytes) -> Signature:
    """A person's signature of a body, through the sign-bytes of engine.md 1."""
    assert sign_bytes(body) == b"ctn/tx/1\n" + body
    return person.sign(body)


def raw(body: bytes, signatures: list[Signature]) -> bytes:
    """An envelope whose signatures stand in the order given."""
    parts = [b"\x01", len(body).to_bytes(4, "big"), body, bytes((len(signatures),))]
    for scheme, key, signature in signatures:
        parts += [bytes((scheme, len(key))), key, len(signature).to_bytes(2, "big"), signature]
    return b"".join(parts)
