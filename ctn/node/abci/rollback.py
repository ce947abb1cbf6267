"""Going back exactly one block, for a node whose state runs ahead of its CometBFT."""

from ctn.node.home import Home, Opened
from ctn.node.stops import BadConfig
from ctn.node.store import Head


def rollback(home: Home) -> Head:
    """Undo the last block of a stopped node; raises BadConfig under the embedded engine."""
    opened = Opened(home)
    try:
        if opened.founding.maker:
            raise BadConfig("an embedded chain never goes back: its last block was acknowledged")
        return opened.store.roll_back()
    finally:
        opened.close()
