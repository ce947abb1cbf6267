"""Folds a recorded feed block by block and tells each height once it is durable, until killed."""

import sys
from pathlib import Path

import msgspec

from ctn.kernel.genesis import Genesis
from ctn.views.build import head_of
from ctn.views.fold import Fold
from ctn.views.rows import Rows
from ctn.views.shelf import FileShelf
from tests.views.lives import LifeFeed


def main(folder: Path) -> None:
    """Go on where the edition stands."""
    genesis = msgspec.json.decode((folder / "genesis.json").read_bytes(), type=Genesis)
    feed = LifeFeed(genesis, (folder / "frames").read_bytes().split(b"\n"))
    shelf = FileShelf(folder / "views")
    connection = shelf.writing("2")
    head = head_of(connection)
    assert head is not None
    fold = Fold(Rows(connection), head)
    for height in range(head.height + 1, feed.head + 1):
        shelf.begin(connection)
        fold.block(feed.block(height))
        fold.flush()
        connection.commit()
        print(height, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
