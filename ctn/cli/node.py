"""`ctn node`: the engine alone, and what repairs and inspects its home."""

from pathlib import Path
from typing import Annotated

import typer

from ctn.cli.repair import ban, diff, resync, rollback, submit_evidence
from ctn.cli.terminal import Trouble, options, progress, say, table

app = typer.Typer(no_args_is_help=True, help="The engine alone, and care for its home.")

OK, WARN, FAIL = "ok", "warn", "fail"

for command in (rollback, resync, ban, diff):
    app.command()(command)
app.command("submit-evidence")(submit_evidence)


@app.command()
def start(
    follow: Annotated[
        str, typer.Option(metavar="URL", help="Platform of an embedded chain, whose blocks to run.")
    ] = "",
    genesis: Annotated[
        Path | None, typer.Option(help="Of the chain to follow, for a home that holds none yet.")
    ] = None,
) -> None:
    """Run the engine of a home until SIGTERM or Ctrl-C."""
    from ctn.cli.homes import chain_home
    from ctn.node.config import Config, read_config
    from ctn.node.home import Home

    if genesis is not None:
        if not follow:
            raise typer.BadParameter("--genesis goes with --follow")
        Home(options().home).join(genesis.read_bytes(), Config())
    home = chain_home()
    if follow:
        from ctn.node.follower import run_follower

        raise typer.Exit(run_follower(home.folder, follow))
    if read_config(home.config).engine.kind == "abci":
        from ctn.node.cometbft.supervisor import run_supervised

        raise typer.Exit(run_supervised(home.folder))
    from ctn.node.process import run_node

    raise typer.Exit(run_node(home.folder))


@app.command("app")
def application() -> None:
    """Run the application of a node alone, for whoever starts CometBFT beside it."""
    from ctn.cli.homes import chain_home
    from ctn.node.abci.process import run_app

    raise typer.Exit(run_app(chain_home().folder))


@app.command()
def status() -> None:
    """Show chain, height, root and condition of the node that the options name."""
    from ctn.cli.link import linked

    with linked() as link:
        answer = link.status()
    say(answer, *table([(name, str(value)) for name, value in answer.items()]))


@app.command("accept-rollback")
def accept_rollback() -> None:
    """Take the state as the newest, after an old copy was put back on purpose."""
    from ctn.cli.homes import chain_home
    from ctn.node.home import accept_rollback as accept

    head = accept(chain_home())
    say(
        {"height": head.height, "block": head.block},
        f"the state at height {head.height} counts as the newest",
    )


@app.command()
def replay(
    dry_run: bool = typer.Option(False, help="Compare with the records; change nothing."),
) -> None:
    """Run all blocks again from genesis and write the records anew; the node must be stopped."""
    from ctn.cli.homes import chain_home
    from ctn.node.replay import rebuild
    from ctn.node.replay import replay as compare

    with progress("running again") as told:
        replayed = (compare if dry_run else rebuild)(chain_home(), told)
    what = "equal to" if dry_run else "written from"
    say(
        {"written": not dry_run} | replayed._asdict(),
        f"{replayed.records} records {what} {replayed.blocks} blocks with "
        f"{replayed.transactions} transactions, height {replayed.height}",
        f"root {replayed.root}",
    )


@app.command()
def scrub() -> None:
    """Read and check every stored value and transaction place; the engine may run."""
    from ctn.cli.export import source

    sizes: dict[str, int] = {}
    with source() as opened, progress("reading") as told:
        for name, size in opened.store.check_all():
            sizes[name] = sizes.get(name, 0) + size
            told(sum(sizes.values()), 0)
        for _size in opened.store.check_places():
            told(sum(sizes.values()), 0)
    say(
        {"bytes": sum(sizes.values()), "databases": sizes},
        *table([(name, f"{size} bytes good") for name, size in sizes.items()]),
    )


@app.command()
def recount() -> None:
    """Test every invariant over the whole state; the node must be stopped."""
    from ctn.cli.homes import chain_home
    from ctn.kernel.invariant import Breach
    from ctn.node.home import Opened

    opened = Opened(chain_home())
    try:
        rows = opened.store.range(b"balance\0", b"")
        balances = {key[8:].decode(): int(value) for key, value in rows}
        opened.machine.recount(balances)
    except Breach as breach:
        raise Trouble(f"Breach: {breach}", 70) from None
    finally:
        opened.close()
    height = opened.machine.height
    say(
        {"height": height, "balances": len(balances)},
        f"every invariant holds at height {height}, over {len(balances)} balances",
    )


@app.command()
def doctor() -> None:
    """Look for what would stop a start or weaken a home, without changing it."""
    from ctn.cli.doctor import examine

    found = examine(options().home)
    say(
        {"checks": [row._asdict() for row in found]},
        *table([(row.state, row.what, row.found) for row in found]),
    )
    if any(row.state == FAIL for row in found):
        raise typer.Exit(1)
