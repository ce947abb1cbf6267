"""Past states for commands: the tables of the home's read model, at one height."""

import contextlib
from collections.abc import Iterator

from ctn.cli.homes import chain_home
from ctn.cli.terminal import Refused, Trouble
from ctn.views.condition import Condition
from ctn.views.feed import Feed
from ctn.views.heights import At, resolve
from ctn.views.reader import Reader, View
from ctn.views.refusals import ViewRefusal
from ctn.views.shelf import CURRENT, shelf_of

SECONDS = 3_600.0


@contextlib.contextmanager
def viewed(at: str) -> Iterator[tuple[View, At]]:
    """One state of the tables of this home, and the block that `at` names."""
    folder = chain_home().folder
    shelf = shelf_of(folder)
    if shelf.named(CURRENT) is None:
        raise Trouble("no tables are kept here: ctn run or ctn views rebuild makes them")
    reader = Reader(shelf, Condition(), Feed(folder, lambda: False).keep_from())
    try:
        with reader.view(SECONDS) as view:
            yield view, resolve(view, at)
    except ViewRefusal as refusal:
        sentence = (type(refusal).__doc__ or "").strip().split("\n", 1)[0]
        raise Refused(refusal.code, sentence, refusal.facts) from None
    finally:
        reader.close()
