"""All commands: which file holds which, and the options that may stand anywhere in a line."""

from importlib import import_module
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_command

from ctn.cli.failures import guarded
from ctn.cli.terminal import OPTIONS, Options

FLAGS = ("--json",)
VALUED = ("--home", "--url", "--keystore", "--password-file")


class Page(NamedTuple):
    """A command or group of commands: its file, and its line in the list."""

    file: str
    line: str


PAGES = {
    "init": Page("init", "Make the home of a new chain."),
    "run": Page("run", "Run engine and platform of a home until Ctrl-C."),
    "demo": Page("demo", "Make and run the demo world."),
    "node": Page("node", "The engine alone: start, status, replay, scrub, doctor ..."),
    "testnet": Page("testnet", "A network of validators on this machine."),
    "api": Page("api", "The platform alone."),
    "schema": Page("schema", "The contracts: GraphQL, OpenAPI, operations."),
    "store": Page("store", "The store of a home."),
    "keys": Page("keys", "Keys in an encrypted keystore."),
    "account": Page("account", "An account's protection: guard, trust, lock, recover ..."),
    "op": Page("op", "Any operation: ctn op --list."),
    "tx": Page("tx", "Transactions as files, and the signing room."),
    "query": Page("query", "A record of the state, or a table of them."),
    "balance": Page("balance", "What an account holds."),
    "stake": Page("stake", "Validators: list, show, declare, bond, unbond."),
    "light": Page("light", "Reads proved from a trust root: verify, or served on loopback."),
    "views": Page("views", "The read model: status, rebuild, check."),
    "follow": Page("follow", "Blocks as they are made."),
    "gov": Page("gov", "Proposals, votes, council, freezes."),
    "compliance": Page("compliance", "What is frozen: list, freeze, unfreeze."),
    "registry": Page("registry", "Files and serials of carbon registries."),
    "certificate": Page("certificate", "Certificates of retirement, and their proofs."),
    "export": Page("export", "Write the chain or its state as one file."),
    "import": Page("continuing", "Make a chain that goes on from an exported state."),
    "abci-sim": Page("abci_sim", "Play CometBFT against the application, in Python."),
    "verify-export": Page("export", "Run an export again, every signature checked."),
}


class Pages(TyperGroup):
    """The commands, each imported when it is asked for."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """The names, as help lists them."""
        return list(PAGES)

    def get_command(self, ctx: typer.Context, name: str):  # type: ignore[no-untyped-def,override]
        """The command of a name, from its file, with its line for the list."""
        page = PAGES.get(name)
        if page is None:
            return None
        app: typer.Typer = import_module(f"ctn.cli.{page.file}").app
        command = get_command(app)
        found = getattr(command, "commands", {}).get(name, command)
        found.name, found.short_help = name, page.line
        return found


app = typer.Typer(cls=Pages, no_args_is_help=True, add_completion=False)


@app.callback()
def options(
    home: Annotated[
        Path, typer.Option(envvar="CTN_HOME", help="Folder of the node.")
    ] = Path(".ctn"),
    url: Annotated[
        str | None, typer.Option(envvar="CTN_URL", help="Platform to ask, not the home's engine.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
    keystore: Annotated[Path | None, typer.Option(help="Keystore other than the home's.")] = None,
    password_file: Annotated[
        str | None, typer.Option(help="File with the keystore's password; - is stdin.")
    ] = None,
) -> None:
    """CTN: a ledger for carbon credits that many parties share.

    The options below may stand anywhere in the line.
    """
    OPTIONS.set(Options(home, url, json, keystore, password_file))


def run(words: list[str]) -> int:
    """The exit code of a command line."""
    def work() -> int:
        result = app(hoisted(words), prog_name="ctn", standalone_mode=False)
        return result if isinstance(result, int) else 0

    return guarded(work)


def hoisted(words: list[str]) -> list[str]:
    """The words with the options of every command first."""
    first: list[str] = []
    rest: list[str] = []
    waiting = iter(words)
    for word in waiting:
        if word == "--":
            rest.append(word)
            break
        if word in FLAGS or word.startswith(tuple([name + "=" for name in VALUED])):
            first.append(word)
        elif word in VALUED:
            first += [word, *[value for value in [next(waiting, None)] if value is not None]]
        else:
            rest.append(word)
    return [*first, *rest, *waiting]
