"""Building an edition from its beginning, beside the one that serves; and comparing two (I38)."""

import gc
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from ctn.kernel.codec import encode
from ctn.views import tables
from ctn.views.base import Flush, begin_past, begin_with_records, tell_earlier
from ctn.views.feed import Feed
from ctn.views.fold import META, Block, Fold, Head
from ctn.views.refusals import ViewsBroken, ViewsInUse
from ctn.views.rows import Rows
from ctn.views.shelf import CHECK, CURRENT, NEXT, Shelf, number_after

Progress = Callable[[int, int], None]
TOGETHER_BLOCKS: Final = 1_000
TOGETHER_ROWS: Final = 200_000
HASH_ROWS: Final = 5_000
GC_THRESHOLDS: Final = (200_000, 50, 50)
TAKEN_SECONDS: Final = 120.0
LOOK_SECONDS: Final = 0.1
_meta: Final = select(tables.meta).where(tables.meta.c.id == META)


class Stopped(Exception):
    """The builder was told to stop; its edition is unfinished."""


def head_of(connection: Connection) -> Head | None:
    """The block that the rows of an edition follow from; None when another version wrote them."""
    try:
        row = connection.execute(_meta).one_or_none()
    except (OperationalError, ProgrammingError):
        return None
    if row is None or row.version != tables.VERSION:
        return None
    return Head(row.chain, row.height, row.block_hash, row.time, row.keep_from)


def fold_all(
    shelf: Shelf, connection: Connection, blocks: Iterable[Block], *, fold: Fold, told: Progress
) -> None:
    """Fold blocks, up to 1,000 in a transaction."""
    rows = fold.rows
    together = 0
    shelf.begin(connection)
    for block in blocks:
        fold.block(block)
        together += 1
        if together >= TOGETHER_BLOCKS or rows.count >= TOGETHER_ROWS:
            fold.flush()
            connection.commit()
            shelf.begin(connection)
            together = 0
            assert fold.head is not None
            told(fold.head.height, 0)
    fold.flush()
    connection.commit()


def build(shelf: Shelf, edition: str, feed: Feed, *, until: int | None, told: Progress) -> Head:
    """Make an edition up to a height, else to the engine's head; it is whole and durable then.

    Its past begins where the feed says; where the engine holds no block of that time, at the
    engine's last block, which may be later than `until`.
    """
    height = feed.height() if until is None else until
    connection = shelf.make(edition)
    # Rows wait by the ten thousand and hold no cycles; looking for some costs a sixth of the time.
    thresholds = gc.get_threshold()
    gc.set_threshold(*GC_THRESHOLDS)
    try:
        fold = Fold(Rows(connection), None)
        wanted = feed.keep_from()

        def flush() -> None:
            shelf.begin(connection)
            fold.flush()
            connection.commit()

        def follow(last: int) -> None:
            assert fold.head is not None
            blocks = _blocks(feed, fold.head.height + 1, last)
            fold_all(
                shelf, connection, blocks, fold=fold, told=lambda done, _of: told(done, height)
            )

        if feed.first() > feed.genesis()[0].initial_height:
            _from_records(fold, feed, wanted, flush)
        else:
            _from_genesis(fold, feed, min(wanted, height + 1), (flush, follow))
        follow(height)
    except BaseException:
        connection.close()
        shelf.drop(edition)
        raise
    finally:
        gc.set_threshold(*thresholds)
    shelf.finish(edition, connection)
    assert fold.head is not None
    return fold.head


def _from_genesis(
    fold: Fold, feed: Feed, keep_from: int, writing: tuple[Flush, Callable[[int], None]]
) -> None:
    """Genesis, and where less is kept the blocks before the first that is."""
    flush, follow = writing
    genesis, link = feed.genesis()
    if keep_from <= genesis.initial_height:
        fold.genesis(genesis, link)
        return
    fold.keeps_past, fold.orders_aside = False, {}
    fold.genesis(genesis, link)
    follow(keep_from - 1)
    begin_past(fold, flush)


def _from_records(fold: Fold, feed: Feed, keep_from: int, flush: Flush) -> None:
    """The engine's own records, then of the blocks before them the ones that it holds."""
    base, lists = feed.snapshot()
    begin_with_records(fold, feed.genesis()[0], base, lists, flush)
    earlier = _blocks(feed, max(feed.first(), keep_from), base.height)
    tell_earlier(fold, base, earlier, flush)


def _blocks(feed: Feed, first: int, height: int) -> Iterator[Block]:
    if height < first:
        return
    for arrived in feed.follow(first):
        for block in arrived:
            yield block
            if block.header["height"] == height:
                return
    raise Stopped()


class Rebuilt(NamedTuple):
    """An edition that was built beside the one that served, and how far it was then."""

    edition: str
    height: int
    replaced: str | None


def rebuild(shelf: Shelf, feed: Feed, told: Progress) -> Rebuilt:
    """Build the next edition while the current one serves, and see it put forward.

    The writer of a running platform does that between two blocks; without one it is done here.
    Raises ViewsInUse when another builds, ViewsBroken when the writer does not take it.
    """
    building = shelf.lock("build")
    try:
        old, edition = shelf.named(CURRENT), number_after(shelf)
        head = build(shelf, edition, feed, until=None, told=told)
        # Named before the lock goes: what has no name and no builder may be cleaned away.
        shelf.name(NEXT, edition)
    finally:
        building.release()
    end = time.monotonic() + TAKEN_SECONDS
    while shelf.named(CURRENT) != edition:
        if time.monotonic() > end:
            raise ViewsBroken(f"edition {edition} is ready, but the platform does not take it")
        if not _put_forward_alone(shelf, edition, old):
            time.sleep(LOOK_SECONDS)
    return Rebuilt(edition, head.height, old)


def _put_forward_alone(shelf: Shelf, edition: str, old: str | None) -> bool:
    """Put an edition forward when no writer runs, and drop the old one."""
    try:
        writing = shelf.lock("write")
    except ViewsInUse:
        return False
    try:
        shelf.name(CURRENT, edition)
        shelf.name(NEXT, None)
        if old is not None:
            shelf.drop(old)
    finally:
        writing.release()
    return True


class Checked(NamedTuple):
    """Rows and hash of each table as it is served and as it was built anew."""

    height: int
    served: dict[str, tuple[int, str]]
    built: dict[str, tuple[int, str]]

    @property
    def different(self) -> list[str]:
        """The tables that are not equal."""
        return [name for name, found in self.served.items() if self.built[name] != found]


def check(shelf: Shelf, feed: Feed, told: Progress) -> Checked | None:
    """Build aside to exactly the height that is served, and compare; None when none serves."""
    edition = shelf.named(CURRENT)
    if edition is None:
        return None
    if feed.first() > feed.genesis()[0].initial_height:
        raise ViewsBroken("the engine holds no longer all blocks, so nothing can be compared")
    lock = shelf.lock("build")
    serving = shelf.reading(edition, lambda: False)
    try:
        shelf.begin(serving)
        head = head_of(serving)
        if head is None:
            return None
        build(shelf, CHECK, feed.keeping(head.keep_from), until=head.height, told=told)
        built = shelf.reading(CHECK, lambda: False)
        try:
            return Checked(head.height, table_hashes(serving), table_hashes(built))
        finally:
            built.close()
    finally:
        serving.close()
        shelf.drop(CHECK)
        lock.release()


def table_hashes(connection: Connection) -> dict[str, tuple[int, str]]:
    """Rows of each table, and the SHA-256 over them as canonical JSON in key order."""
    return {
        table.name: _table_hash(connection, table) for table in tables.metadata.sorted_tables
    }


def _table_hash(connection: Connection, table: Table) -> tuple[int, str]:
    digest = hashlib.sha256()
    count = 0
    wanted = select(table).order_by(*table.primary_key)
    found = connection.execute(wanted, execution_options={"yield_per": HASH_ROWS})
    for rows in found.mappings().partitions(HASH_ROWS):
        count += len(rows)
        for row in rows:
            digest.update(encode(dict(row)))
    return count, digest.hexdigest()
