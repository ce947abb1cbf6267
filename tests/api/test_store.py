"""What the platform keeps: durable, whole or not at all, and the same in both databases."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, create_engine, text

from ctn.api.room import shelf
from ctn.api.room.refusals import RoomFull
from ctn.api.room.shelf import WAITING_MAX, After, Waiting
from ctn.api.store import PlatformStore, PlatformStoreBroken, platform_store
from ctn.kernel.tx import Signature
from ctn.views.schemas import driver_url
from tests.views.databases import BOTH, POSTGRESQL, postgresql

T = TypeVar("T")
TABLES = ("migration", "session", "pending", "pending_signature")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL server, or the test is skipped."""
    with postgresql() as url:
        yield url


@pytest.fixture(params=BOTH)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], PlatformStore]:
    """Opens one store of each database, empty at first."""
    url = ""
    if request.param == POSTGRESQL:
        url = request.getfixturevalue("server")
        with create_engine(driver_url(url)).begin() as connection:
            for table in TABLES:
                connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
    return lambda: platform_store(tmp_path, url)


def run(store: PlatformStore, work: Callable[[Connection], T]) -> T:
    return asyncio.run(store.run(work))


def waiting(number: int, account: str = "a", **changes: object) -> Waiting:
    signature = Signature(1, number.to_bytes(32, "big"), bytes(64))
    made = Waiting(f"{number:064x}", account, "{}", number, 1_000, "1-ab", 5, (signature,))
    return made._replace(**changes)  # type: ignore[arg-type]


def test_what_was_kept_is_there_after_a_restart(opened: Callable[[], PlatformStore]) -> None:
    first = opened()
    run(first, lambda connection: shelf.add(connection, waiting(7)))
    first.close()
    again = opened()
    assert run(again, lambda connection: shelf.every(connection, "a")) == [waiting(7)]
    again.close()


def test_work_that_raises_leaves_nothing(opened: Callable[[], PlatformStore]) -> None:
    store = opened()

    def half(connection: Connection) -> None:
        shelf.add(connection, waiting(7))
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
    run(store, lambda connection: shelf.add(connection, waiting(7)))
    both = (late, *waiting(7).signatures)
    for _ in range(2):
        run(store, lambda connection: shelf.add(connection, waiting(7, signatures=both)))
    found = run(store, lambda connection: shelf.one(connection, "a", waiting(7).id))
    assert found is not None
    assert found.signatures == (*waiting(7).signatures, late)
    assert run(store, lambda connection: shelf.one(connection, "b", waiting(7).id)) is None
    store.close()


def test_each_account_has_room_for_sixty_four(opened: Callable[[], PlatformStore]) -> None:
    store = opened()
    for number in range(WAITING_MAX):
        one = waiting(number, put_up_by=f"1-{number % 2}")
        run(store, lambda connection, one=one: shelf.add(connection, one))  # type: ignore[misc]
    with pytest.raises(RoomFull):
        run(store, lambda connection: shelf.add(connection, waiting(99)))
    run(store, lambda connection: shelf.add(connection, waiting(100, account="b")))
    store.close()


def test_clears_what_expired_and_what_is_spent(opened: Callable[[], PlatformStore]) -> None:
    store = opened()
    kept = [
        waiting(3), waiting(4), waiting(6, put_up_by="1-gone"), waiting(5, account="b"),
        waiting(2, account="c", expires=9),
    ]  # fmt: skip
    for one in kept:
        run(store, lambda connection, one=one: shelf.add(connection, one))  # type: ignore[misc]
    run(store, lambda connection: shelf.clear(connection, "a", After(9, 4, ("1-ab",))))
    left = [
        one.sequence
        for account in ("a", "b", "c")
        for one in run(store, lambda connection, name=account: shelf.every(connection, name))  # type: ignore[misc]
    ]
    assert left == [4, 5]
    count = text("SELECT count(*) FROM pending_signature")
    assert run(store, lambda connection: connection.execute(count).scalar_one()) == 2
    store.close()


def test_a_file_that_is_no_database_stops_the_platform_by_name(tmp_path: Path) -> None:
    (tmp_path / "platform.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(PlatformStoreBroken, match=r"platform\.sqlite: file is not a database"):
        platform_store(tmp_path, "")


def test_a_server_that_is_away_is_named_by_its_key(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    with pytest.raises(PlatformStoreBroken, match=r"platform\.url: "):
        platform_store(tmp_path, "postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")
