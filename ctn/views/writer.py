"""The one writer: folds each block as it is made, and puts a new edition forward when one is ready.

It runs as a thread of the platform. What stops it is told in its condition and tried again: an
engine that is away, a full disk, a chain that was begun anew. Tables that do not follow from the
engine's own blocks never serve; they are built again.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy.exc import DBAPIError

from ctn.node.door_client import EngineRefused
from ctn.views.build import Stopped, build, head_of
from ctn.views.condition import ENDED, Condition
from ctn.views.feed import Feed
from ctn.views.fold import Block, Fold, Head
from ctn.views.reader import Reader
from ctn.views.refusals import ViewsBroken, ViewsInUse
from ctn.views.rows import Rows
from ctn.views.shelf import CURRENT, NEXT, Shelf, number_after, shelf_of

AGAIN_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 1.0


class Views(NamedTuple):
    """The read model of a platform while it runs."""

    reader: Reader
    writer: "Writer"
    condition: Condition

    def close(self) -> None:
        """Commit what is in hand and let go of everything."""
        self.writer.stop()
        self.reader.close()


def start_views(home: Path, on_block: Callable[[Block], None] | None = None) -> Views:
    """Fold the blocks of a home's engine on a thread of their own, and read what is folded.

    `on_block` is called on that thread with each block of the feed, after its commit. Raises
    ViewsInUse when another process writes already.
    """
    shelf = shelf_of(home)
    condition = Condition(is_good=False)
    writer = Writer(home, shelf, condition, on_block)
    reader = Reader(shelf, condition, writer.feed.keep_from())
    writer.reader = reader
    writer.start()
    return Views(reader, writer, condition)


class Writer:
    """Folds the feed into the current edition on a thread of its own."""

    reader: Reader | None = None

    def __init__(
        self,
        home: Path,
        shelf: Shelf,
        condition: Condition,
        on_block: Callable[[Block], None] | None = None,
    ) -> None:
        self.shelf = shelf
        self.condition = condition
        self.on_block = on_block
        self._stop = threading.Event()
        self.feed = Feed(home, self._stop.is_set)
        self._lock = shelf.lock("write")
        self._thread = threading.Thread(target=self._run, name="views", daemon=True)

    def start(self) -> None:
        """Begin to fold."""
        self._thread.start()

    def stop(self) -> None:
        """End after the block in hand."""
        self._stop.set()
        self._thread.join()
        self._lock.release()

    def _run(self) -> None:
        try:
            self._go_on()
        finally:
            # Also when a bug ended this thread, which the interpreter then prints.
            self.condition.state = ENDED

    def _go_on(self) -> None:
        while not self._stop.is_set():
            try:
                self._clean()
                edition: str | None = self._good_edition()
                while edition is not None:
                    edition = self._serve(edition)
            except (OSError, DBAPIError, ViewsBroken, EngineRefused, Stopped) as error:
                # Left as it stands: a transaction that was not committed never was.
                self.condition.trouble = f"{type(error).__name__}: {error}".split("\n", 1)[0]
                self._stop.wait(AGAIN_SECONDS)

    # --- which edition

    def _good_edition(self) -> str:
        """The current edition when it follows from the engine's blocks, else one that is built."""
        height = self.feed.height()
        for which in (CURRENT, NEXT):
            edition = self.shelf.named(which)
            if edition is not None and self._follows(edition):
                return edition
        edition = number_after(self.shelf)
        self.condition.building(0, height)
        build(self.shelf, edition, self.feed, until=height, told=self.condition.building)
        self._put_forward(edition)
        return edition

    def _follows(self, edition: str) -> bool:
        """Whether an edition is ours, its block the engine's, and its past long enough."""
        try:
            connection = self.shelf.reading(edition, lambda: False)
        except ViewsBroken:
            return False
        try:
            head = head_of(connection)
        finally:
            connection.close()
        if head is None or self.feed.link(head.height) != head.block_hash:
            return False
        is_long_enough = head.keep_from <= self.feed.keep_from()
        # Without the older blocks none could be built that reaches back further.
        return is_long_enough or self.feed.first() > self.feed.genesis()[0].initial_height

    def _put_forward(self, edition: str) -> None:
        """From now on this edition is current; the old one goes with its last reader."""
        old = self.shelf.named(CURRENT)
        if old != edition:
            self.shelf.name(CURRENT, edition)
        if self.shelf.named(NEXT) == edition:
            self.shelf.name(NEXT, None)
        if old is None or old == edition:
            return
        if self.reader is None:
            self.shelf.drop(old)
        else:
            self.reader.leave(old, edition)

    def _clean(self) -> None:
        """Drop what no name points to, unless somebody builds."""
        try:
            lock = self.shelf.lock("build")
        except ViewsInUse:
            return
        named = (self.shelf.named(CURRENT), self.shelf.named(NEXT))
        for edition in self.shelf.editions():
            if edition not in named:
                self.shelf.drop(edition)
        lock.release()

    # --- folding

    def _serve(self, edition: str) -> str | None:
        """Follow the feed into an edition; gives the better one that stands ready, if one does."""
        connection = self.shelf.writing(edition)
        try:
            head = head_of(connection)
            assert head is not None
            fold = Fold(Rows(connection), head)
            self._show(edition, head)
            looked = time.monotonic()
            for blocks in self.feed.follow(head.height + 1):
                if blocks:
                    self._show(edition, self._fold(fold, blocks))
                if time.monotonic() - looked < LOOK_SECONDS:
                    continue
                looked = time.monotonic()
                ready = self.shelf.named(NEXT)
                if ready is not None and ready != edition and self._follows(ready):
                    return ready
        finally:
            connection.close()
        return None

    def _fold(self, fold: Fold, blocks: list[Block]) -> Head:
        """Blocks that arrived together, each whole, in one durable transaction."""
        connection = fold.rows.connection
        self.shelf.begin(connection)
        for block in blocks:
            fold.block(block)
        fold.flush()
        connection.commit()
        if self.on_block is not None:
            for block in blocks:
                self.on_block(block)
        assert fold.head is not None
        return fold.head

    def _show(self, edition: str, head: Head) -> None:
        """Let an edition serve; one that was built aside as soon as it is as far as the old one."""
        if self.condition.edition != edition and head.height < self.condition.served:
            return
        if self.condition.edition != edition:
            self._put_forward(edition)
        self.condition.serving(edition, head.height)
