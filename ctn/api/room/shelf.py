"""What waits in the signing room, as it is kept: bodies, and their signatures as they came."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, text

from ctn.api.room.refusals import RoomFull
from ctn.kernel.codec import encode
from ctn.kernel.tx import SIGNATURES_MAX, Signature

WAITING_MAX: Final = 64
# Of one key, so that a thief of one cannot fill the room for the others.
OF_ONE_KEY_MAX: Final = 32
_COLUMNS: Final = "id, account, body, sequence, expires, put_up_by, created"


class Waiting(NamedTuple):
    """A body that waits for signatures, with those that came, in the order in which they came."""

    id: str
    account: str
    body: str
    sequence: int
    expires: int
    put_up_by: str
    created: int
    signatures: tuple[Signature, ...] = ()


class After(NamedTuple):
    """Where an account stands: the last height, its next sequence, the keys of its signers."""

    height: int
    sequence: int
    keys: tuple[str, ...]
    chain: str


def add(connection: Connection, waiting: Waiting, keys: tuple[str, ...]) -> None:
    """Keep a body, unless it is there, and its new signatures; refuses RoomFull.

    `keys` are those of the account's signers: where no place is left, a signature of none of
    them gives way.
    """
    if one(connection, waiting.account, waiting.id) is None:
        _require_space(connection, waiting)
        values = ", ".join([f":{name.strip()}" for name in _COLUMNS.split(",")])
        put = text(f"INSERT INTO pending ({_COLUMNS}) VALUES ({values})")  # noqa: S608
        connection.execute(put, {**waiting._asdict(), "signatures": None})
    before = _signatures(connection, waiting.id)
    held = {(each.scheme, each.key): None for each in before}
    fresh = [each for each in waiting.signatures if (each.scheme, each.key) not in held]
    if len(before) + len(fresh) > SIGNATURES_MAX:
        before = _without_former(connection, waiting.id, before, keys)
    _sign(connection, waiting.id, fresh[: SIGNATURES_MAX - len(before)], len(before))


def clear(connection: Connection, account: str, after: After) -> None:
    """Drop what can enter no block any more, and what no present signer of the account put up.

    A store outlives a chain that is founded anew, so bodies of another chain go as well.
    """
    # Canonical: the keys of a body are sorted, and this is the first.
    begins = encode({"chain": after.chain})[:-1].decode() + ","
    names = {f"key{place}": key for place, key in enumerate(after.keys)}
    where = (
        "expires <= :height OR (account = :account AND (sequence < :sequence "
        "OR substr(body, 1, :length) <> :begins "
        f"OR put_up_by NOT IN ({', '.join([f':{name}' for name in names])})))"
    )
    facts = {"height": after.height, "account": account, "sequence": after.sequence, **names}
    facts |= {"begins": begins, "length": len(begins)}
    ids = f"SELECT id FROM pending WHERE {where}"  # noqa: S608
    signatures = f"DELETE FROM pending_signature WHERE id IN ({ids})"  # noqa: S608
    connection.execute(text(signatures), facts)
    connection.execute(text(f"DELETE FROM pending WHERE {where}"), facts)  # noqa: S608


def _require_space(connection: Connection, waiting: Waiting) -> None:
    counts = text(
        "SELECT put_up_by, count(*) FROM pending WHERE account = :account GROUP BY put_up_by"
    )
    rows = connection.execute(counts, {"account": waiting.account}).all()
    held = {row[0]: row[1] for row in rows}
    if sum(held.values()) >= WAITING_MAX:
        raise RoomFull(limit=WAITING_MAX)
    if held.get(waiting.put_up_by, 0) >= OF_ONE_KEY_MAX:
        raise RoomFull(limit=OF_ONE_KEY_MAX, key=waiting.put_up_by)


def every(connection: Connection, account: str) -> list[Waiting]:
    """All that waits for an account, by sequence."""
    wanted = text(
        f"SELECT {_COLUMNS} FROM pending WHERE account = :account "  # noqa: S608
        "ORDER BY sequence, created, id"
    )
    rows = connection.execute(wanted, {"account": account}).all()
    return [_whole(connection, row) for row in rows]


def one(connection: Connection, account: str, identity: str) -> Waiting | None:
    """One that waits for an account; None when there is none, or it is of another."""
    wanted = text(
        f"SELECT {_COLUMNS} FROM pending WHERE id = :id AND account = :account"  # noqa: S608
    )
    row = connection.execute(wanted, {"id": identity, "account": account}).first()
    return None if row is None else _whole(connection, row)


def drop(connection: Connection, *identities: str) -> None:
    """Withdraw bodies and their signatures."""
    for table in ("pending_signature", "pending"):
        gone = text(f"DELETE FROM {table} WHERE id = :id")  # noqa: S608
        connection.execute(gone, [{"id": identity} for identity in identities])


def _sign(
    connection: Connection, identity: str, signatures: Sequence[Signature], first: int
) -> None:
    sign = text("INSERT INTO pending_signature VALUES (:id, :place, :scheme, :key, :signature)")
    for place, each in enumerate(signatures, first):
        row = {"id": identity, "place": place, "scheme": each.scheme, "key": each.key.hex()}
        connection.execute(sign, row | {"signature": each.signature.hex()})


def _without_former(
    connection: Connection, identity: str, held: tuple[Signature, ...], keys: tuple[str, ...]
) -> tuple[Signature, ...]:
    """Drop the signatures of a body that are of none of these keys; those that stay."""
    kept = tuple([each for each in held if f"{each.scheme}-{each.key.hex()}" in keys])
    connection.execute(text("DELETE FROM pending_signature WHERE id = :id"), {"id": identity})
    _sign(connection, identity, kept, 0)
    return kept


def _whole(connection: Connection, row: Sequence[Any]) -> Waiting:
    found = Waiting(*row)
    return found._replace(signatures=_signatures(connection, found.id))


def _signatures(connection: Connection, identity: str) -> tuple[Signature, ...]:
    wanted = text(
        "SELECT scheme, signer_key, signature FROM pending_signature WHERE id = :id ORDER BY place"
    )
    rows = connection.execute(wanted, {"id": identity}).all()
    return tuple([Signature(row[0], bytes.fromhex(row[1]), bytes.fromhex(row[2])) for row in rows])
