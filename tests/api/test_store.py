"""What the platform keeps: durable, whole or not at all, and the same in both databases."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, text

from ctn.api.room import shelf
from ctn.api.room.refusals import RoomFull
from ctn.api.room.shelf import WAITING_MAX, After, Waiting
from ctn.api.store import PlatformStore, PlatformStoreBroken, platform_store
from ctn.kernel.tx import SIGNATURES_MAX, Signature
from ctn.views.schemas import driver_url

T = TypeVar("T")
HERE = '{"chain":"here","expires":1}'


def run(store: PlatformStore, work: Callable[[Connection], T]) -> T:
    return asyncio.run(store.run(work))


def waiting(number: int, account: str = "a", **changes: object) -> Waiting:
    signature = Signature(1, number.to_bytes(32, "big"), bytes(64))
    made = Waiting(f"{number:064x}", account, HERE, number, 1_000, "1-ab", 5, (signature,))
    return made._replace(**changes)  # type: ignore[arg-type]


def test_what_was_kept_is_there_after_a_restart(opened: Callable[[], PlatformStore]) -> None:
    first = opened()
    run(first, lambda connection: shelf.add(connection, waiting(7), ()))
    first.close()
    again = opened()
    assert run(again, lambda connection: shelf.every(connection, "a")) == [waiting(7)]
    again.close()


def test_work_that_raises_leaves_nothing(opened: Callable[[], PlatformStore]) -> None:
    store = opened()

    def half(connection: Connection) -> None:
        shelf.add(connection, waiting(7), ())
        raise LookupError

    with pytest.raises(LookupError):
        run(store, half)
    assert run(store, lambda connection: shelf.every(connection, "a")) == []
    store.close()


def test_signatures_are_kept_once_and_in_the_order_they_came(
    opened: Callable[[], PlatformStore],
) -> None:
    store = opened()
    late = Signature(1, bytes(32), b"\x01" * 64)
    run(store, lambda connection: shelf.add(connection, waiting(7), ()))
    both = (late, *waiting(7).signatures)
    for _ in range(2):
        run(store, lambda connection: shelf.add(connection, waiting(7, signatures=both), ()))
    found = run(store, lambda connection: shelf.one(connection, "a", waiting(7).id))
    assert found is not None
    assert found.signatures == (*waiting(7).signatures, late)
    assert run(store, lambda connection: shelf.one(connection, "b", waiting(7).id)) is None
    store.close()


def test_each_account_has_room_for_sixty_four(opened: Callable[[], PlatformStore]) -> None:
    store = opened()
    for number in range(WAITING_MAX):
        one = waiting(number, put_up_by=f"1-{number % 2}")
        run(store, lambda connection, one=one: shelf.add(connection, one, ()))  # type: ignore[misc]
    with pytest.raises(RoomFull):
        run(store, lambda connection: shelf.add(connection, waiting(99), ()))
    run(store, lambda connection: shelf.add(connection, waiting(100, account="b"), ()))
    store.close()


def test_clears_what_expired_and_what_is_spent(opened: Callable[[], PlatformStore]) -> None:
    store = opened()
    kept = [
        waiting(3), waiting(4), waiting(6, put_up_by="1-gone"), waiting(5, account="b"),
        waiting(2, account="c", expires=9),
    ]  # fmt: skip
    for one in kept:
        run(store, lambda connection, one=one: shelf.add(connection, one, ()))  # type: ignore[misc]
    run(store, lambda connection: shelf.clear(connection, "a", After(9, 4, ("1-ab",), "here")))
    left = [
        one.sequence
        for account in ("a", "b", "c")
        for one in run(store, lambda connection, name=account: shelf.every(connection, name))  # type: ignore[misc]
    ]
    assert left == [4, 5]
    count = text("SELECT count(*) FROM pending_signature")
    assert run(store, lambda connection: connection.execute(count).scalar_one()) == 2
    store.close()


def test_clears_what_is_of_another_chain(opened: Callable[[], PlatformStore]) -> None:
    store = opened()
    other = waiting(5, body='{"chain":"there","expires":1}')
    longer = waiting(6, body='{"chain":"here2","expires":1}')
    for one in (waiting(4), other, longer):
        run(store, lambda connection, one=one: shelf.add(connection, one, ()))  # type: ignore[misc]
    run(store, lambda connection: shelf.clear(connection, "a", After(9, 4, ("1-ab",), "here")))
    left = run(store, lambda connection: shelf.every(connection, "a"))
    assert [one.sequence for one in left] == [4]
    store.close()


def test_signatures_of_former_signers_give_way(opened: Callable[[], PlatformStore]) -> None:
    store = opened()
    former = tuple(Signature(1, bytes([n]) * 32, bytes(64)) for n in range(SIGNATURES_MAX))
    present = (former[3], Signature(1, b"n" * 32, bytes(64)))
    keys = tuple(f"1-{one.key.hex()}" for one in present)
    first = waiting(7, signatures=former)
    run(store, lambda connection: shelf.add(connection, first, ()))
    again = waiting(7, signatures=present[1:])
    run(store, lambda connection: shelf.add(connection, again, keys))
    found = run(store, lambda connection: shelf.one(connection, "a", first.id))
    assert found is not None
    assert found.signatures == present
    store.close()


def test_a_connection_that_the_server_ended_is_made_anew(server: str) -> None:
    psycopg = pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    store = PlatformStore(driver_url(server))
    count = text("SELECT count(*) FROM pending")
    run(store, lambda connection: connection.execute(count).scalar_one())
    with psycopg.connect(server, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )
    assert run(store, lambda connection: connection.execute(count).scalar_one()) >= 0
    store.close()


def test_a_file_that_is_no_database_stops_the_platform_by_name(tmp_path: Path) -> None:
    (tmp_path / "platform.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(PlatformStoreBroken, match=r"platform\.sqlite: file is not a database"):
        platform_store(tmp_path, "")


def test_a_server_that_is_away_is_named_by_its_key(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    with pytest.raises(PlatformStoreBroken, match=r"platform\.url: "):
        platform_store(tmp_path, "postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")
