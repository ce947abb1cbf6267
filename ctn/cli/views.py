"""`ctn views`: how the read model stands, building it anew, and the proof that it is right."""

import typer

from ctn.cli.terminal import Trouble, progress, say, table

app = typer.Typer(no_args_is_help=True, help="The read model of a home.")

DIFFERENT = 65


@app.command()
def status() -> None:
    """Show which edition serves, how far it is, and how far the engine is."""
    from ctn.cli.homes import chain_home
    from ctn.node.door_client import EngineGone
    from ctn.views.build import head_of
    from ctn.views.feed import Feed
    from ctn.views.shelf import CURRENT, NEXT, shelf_of

    folder = chain_home().folder
    shelf = shelf_of(folder)
    edition = shelf.named(CURRENT)
    head = None
    if edition is not None:
        connection = shelf.reading(edition, lambda: False)
        head = head_of(connection)
        connection.close()
    feed = Feed(folder, lambda: False)
    try:
        engine: int | None = feed.height()
        follows = head is not None and feed.link(head.height) == head.block_hash
    except EngineGone:
        engine, follows = None, None
    found = {
        "edition": edition, "height": None if head is None else head.height, "engine": engine,
        "follows": follows, "next": shelf.named(NEXT), "editions": shelf.editions(),
    }  # fmt: skip
    say(found, *table([(name, str(value)) for name, value in found.items()]))


@app.command()
def rebuild() -> None:
    """Build the tables anew beside those that serve, then let the new ones serve."""
    from ctn.cli.homes import chain_home
    from ctn.views.build import rebuild as build_beside
    from ctn.views.feed import Feed
    from ctn.views.shelf import shelf_of

    folder = chain_home().folder
    with progress("folding") as told:
        made = build_beside(shelf_of(folder), Feed(folder, lambda: False), told)
    before = "the first" if made.replaced is None else f"in place of {made.replaced}"
    say(made._asdict(), f"edition {made.edition} serves, {before}, built to height {made.height}")


@app.command()
def check() -> None:
    """Build the tables aside to the height that is served, and compare every one."""
    from ctn.cli.homes import chain_home
    from ctn.views.build import check as compare
    from ctn.views.feed import Feed
    from ctn.views.shelf import shelf_of

    folder = chain_home().folder
    with progress("folding") as told:
        checked = compare(shelf_of(folder), Feed(folder, lambda: False), told)
    if checked is None:
        raise Trouble("no tables serve here: ctn views rebuild makes them")
    if checked.different:
        names = ", ".join(checked.different)
        raise Trouble(f"different at height {checked.height}: {names}; ctn views rebuild",
                      DIFFERENT)  # fmt: skip
    rows = sum([count for count, _digest in checked.served.values()])
    tables = {name: digest for name, (_count, digest) in checked.served.items()}
    say(
        {"equal": True, "height": checked.height, "rows": rows, "tables": tables},
        f"{len(tables)} tables with {rows} rows are equal at height {checked.height}",
    )
