"""The writer: follows an engine, survives what stops it, and changes editions while it serves."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ctn.kernel.codec import encode
from ctn.modules.assets.transfer import Transfer
from ctn.node.door_client import DoorClient
from ctn.views import tables
from ctn.views.build import build, check, rebuild
from ctn.views.condition import Condition
from ctn.views.feed import Feed
from ctn.views.queries import balance, balances, transaction
from ctn.views.refusals import ViewRefusal
from ctn.views.shelf import CURRENT, NEXT, FileShelf, shelf_of
from ctn.views.writer import start_views
from tests.api.chains import Chain, running
from tests.views.lives import LifeFeed, Recorded
from tests.views.test_build import hashes, never
from tests.worlds import Person

SECONDS = 20


def wait_for(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.01)


def submit(chain: Chain, sequence: int, amount: int = 10) -> dict[str, Any]:
    """Height and id of a transfer of alice to bob, once a block holds it."""

    async def ask() -> dict[str, Any]:
        door = DoorClient(chain.socket)
        to = Person("bob").address
        envelope = chain.envelope("alice", Transfer("cny", amount, to), sequence=sequence)
        answer = await door.call("submit", tx=envelope, wait=True)
        await door.close()
        receipt = answer["receipt"]
        assert receipt["status"] == "applied", receipt
        return {"height": receipt["height"], "tx": receipt["tx"]}

    return chain.run(ask())


def reached(condition: Condition, height: int) -> bool:
    return condition.served >= height


def test_the_tables_follow_the_engine_and_are_read_at_one_height(tmp_path: Path) -> None:
    told: list[int] = []
    with running(tmp_path) as chain:
        views = start_views(tmp_path, lambda block: told.append(block.header["height"]))
        try:
            found = submit(chain, 0, 7)
            wait_for(lambda: views.condition.height >= found["height"])
            with views.reader.view() as view:
                row = transaction(view, found["tx"])
                assert row is not None
                assert row["sender"] == Person("alice").address
                assert row["ops"][0]["op"] == "assets.transfer"
                genesis = balances(view, Person("bob").address, "0")[0]["amount"]
                assert balance(view, Person("bob").address, "cny") == genesis + 7
            assert told == list(range(1, views.condition.height + 1))
            checked = check(shelf_of(tmp_path), Feed(tmp_path, lambda: False), never)
            assert checked is not None
            assert checked.different == []
        finally:
            views.close()


def test_a_rebuild_beside_serves_without_a_pause(tmp_path: Path) -> None:
    heights: list[int] = []
    failures: list[ViewRefusal] = []
    done = threading.Event()
    with running(tmp_path) as chain:
        views = start_views(tmp_path)

        def read() -> None:
            try:
                while not done.is_set():
                    with views.reader.view() as view:
                        heights.append(view.height)
            except ViewRefusal as error:
                failures.append(error)

        try:
            submit(chain, 0)
            wait_for(lambda: views.condition.height >= 1)
            reader = threading.Thread(target=read)
            reader.start()
            shelf = shelf_of(tmp_path)
            for sequence in (1, 2):
                made = rebuild(shelf, Feed(tmp_path, lambda: False), never)
                found = submit(chain, sequence)
                wait_for(partial(reached, views.condition, found["height"]))
                assert shelf.named(CURRENT) == made.edition == views.condition.edition
            done.set()
            reader.join()
        finally:
            done.set()
            views.close()
        assert failures == []
        assert heights == sorted(heights)
        assert shelf.editions() == ["3"]


def test_tables_of_another_chain_or_version_are_built_again(tmp_path: Path) -> None:
    with running(tmp_path / "one") as chain:
        submit(chain, 0)
        shelf = shelf_of(tmp_path / "one")
        assert isinstance(shelf, FileShelf)
        made = rebuild(shelf, Feed(tmp_path / "one", lambda: False), never)
        connection = shelf.writing(made.edition)
        connection.exec_driver_sql("UPDATE meta SET block_hash = 'another'")
        connection.commit()
        connection.close()
        views = start_views(tmp_path / "one")
        wait_for(lambda: views.condition.edition == "2")
        views.close()
        connection = shelf.writing("2")
        connection.exec_driver_sql(f"UPDATE meta SET version = {tables.VERSION + 1}")
        connection.commit()
        connection.close()
        views = start_views(tmp_path / "one")
        wait_for(lambda: views.condition.edition == "3")
        views.close()
        assert shelf.editions() == ["3"]


def test_a_missing_file_is_built_again(tmp_path: Path) -> None:
    with running(tmp_path) as chain:
        submit(chain, 0)
        shelf = shelf_of(tmp_path)
        rebuild(shelf, Feed(tmp_path, lambda: False), never)
        shelf.drop("1")
        views = start_views(tmp_path)
        wait_for(lambda: views.condition.served >= 1)
        views.close()
        assert shelf.editions() == [shelf.named(CURRENT)]


def test_the_writer_waits_for_an_engine_that_is_away(tmp_path: Path) -> None:
    with running(tmp_path) as chain:
        views = start_views(tmp_path)
        submit(chain, 0)
        wait_for(lambda: views.condition.served >= 1)
        chain.reopen_door()
        found = submit(chain, 1)
        wait_for(lambda: views.condition.height >= found["height"])
        views.close()


def test_an_edition_that_stood_ready_is_taken_at_the_next_start(tmp_path: Path) -> None:
    with running(tmp_path) as chain:
        submit(chain, 0)
        shelf, feed = shelf_of(tmp_path), Feed(tmp_path, lambda: False)
        rebuild(shelf, feed, never)
        build(shelf, "2", feed, until=None, told=never)
        shelf.name(NEXT, "2")
        views = start_views(tmp_path)
        wait_for(lambda: shelf.named(CURRENT) == "2" and shelf.editions() == ["2"])
        views.close()


def test_a_kill_between_or_inside_blocks_leaves_whole_blocks(
    life: Recorded, feed: LifeFeed, tmp_path: Path
) -> None:
    shelf = FileShelf(tmp_path / "views")
    build(shelf, "1", feed, until=None, told=never)
    wanted = hashes(shelf, "1")
    genesis, frames = tmp_path / "genesis.json", tmp_path / "frames"
    genesis.write_bytes(encode(life.genesis()))
    frames.write_bytes(b"\n".join(life.frames))
    build(shelf, "2", feed, until=0, told=never)
    line = [sys.executable, "-m", "tests.views.folding", str(tmp_path)]
    reached = 0
    for kill_after in (3, 10, 25, 1, 10_000):
        process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=os.environ)
        assert process.stdout is not None
        told = [number for number, _ in zip(process.stdout, range(kill_after), strict=False)]
        process.send_signal(signal.SIGKILL)
        process.communicate()
        connection = shelf.reading("2", lambda: False)
        at = connection.exec_driver_sql("SELECT height FROM meta").scalar()
        newest = connection.exec_driver_sql("SELECT max(height) FROM blocks").scalar()
        connection.close()
        assert at == newest
        assert at is not None
        assert at >= int(told[-1]) > reached
        reached = at
    assert hashes(shelf, "2") == wanted
