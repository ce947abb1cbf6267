"""Validator updates: what a block changed in the record `powers` (engine.md 12).

Staking alone writes the table `powers`: id = consensus key in hex, field `power`. CometBFT gets
only what differs, each key once, in order of the keys; it puts an update of height h in force at
h + 2, and it stops at an empty set or at a removal of a key that it does not know.
"""

import msgspec

from ctn.machine import Outcome
from ctn.node.abci.pb.abci_pb2 import PublicKey, ValidatorUpdate
from ctn.node.stops import Halted
from ctn.node.store import Store

PREFIX = b"powers\0"
# Admitted operators, and twice that while keys are exchanged.
POWERS_MAX = 1_000

Powers = dict[str, int]


class _Power(msgspec.Struct, frozen=True):
    """What is read of a record of `powers`."""

    power: int


def stored_powers(store: Store) -> Powers:
    """The set that the records say was sent last: power above 0 by key in hex."""
    rows = store.scan(PREFIX, b"", POWERS_MAX)
    found = {_key(place): _power(value) for place, value in rows}
    return {key: power for key, power in found.items() if power}


def changed_powers(outcome: Outcome, before: Powers) -> Powers:
    """New powers by key, 0 for a key that leaves; raises Halted when nobody would be left."""
    found: Powers = {}
    for row in outcome.changes:
        if row.key.startswith(PREFIX):
            power = 0 if row.value is None else _power(row.value)
            if power != before.get(_key(row.key), 0):
                found[_key(row.key)] = power
    if found and not any((before | found).values()):
        raise Halted(f"block {outcome.height} leaves no validator")
    return dict(sorted(found.items()))


def after(before: Powers, changes: Powers) -> Powers:
    """The set after an update."""
    return {key: power for key, power in (before | changes).items() if power}


def update_rows(powers: Powers) -> list[ValidatorUpdate]:
    """Powers as CometBFT takes them, in order of the keys."""
    return [
        ValidatorUpdate(pub_key=PublicKey(ed25519=bytes.fromhex(key)), power=power)
        for key, power in sorted(powers.items())
    ]


def powers_of(rows: list[ValidatorUpdate]) -> Powers:
    """Power by key in hex, of a set that CometBFT named."""
    return {row.pub_key.ed25519.hex(): row.power for row in rows}


def _key(row: bytes) -> str:
    return row[len(PREFIX) :].decode()


def _power(value: bytes) -> int:
    return msgspec.json.decode(value, type=_Power).power
