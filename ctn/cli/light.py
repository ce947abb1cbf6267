"""`ctn light`: what a platform says, believed only as far as it follows from a trust root."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctn.cli.terminal import DEFAULT_URL, options, say

if TYPE_CHECKING:
    from ctn.client.http import Client

app = typer.Typer(help="Reads proved from a trust root: verify, or served on loopback.")
proofs = typer.Typer(no_args_is_help=True, help="Verify one read.")
app.add_typer(proofs, name="verify")

TrustText = Annotated[
    str | None,
    typer.Option(
        metavar="KEY|HEIGHT:HASH", envvar="CTN_TRUST",
        help="A block maker's key, or a block; else the maker in this home's genesis.",
    ),
]  # fmt: skip
Witnesses = Annotated[
    list[str] | None,
    typer.Option(help="Another platform of the chain; at least one under CometBFT."),
]
InitialHeight = Annotated[
    int, typer.Option(min=1, help="First height of a chain that continues another.")
]


@app.callback(invoke_without_command=True)
def light(
    line: typer.Context,
    port: Annotated[int, typer.Option(help="Port on loopback.")] = 8190,
    trust: TrustText = None,
    witness: Witnesses = None,
    initial_height: InitialHeight = 1,
) -> None:
    """Serve proved reads at 127.0.0.1 until Ctrl-C; with `verify`, do one read and end."""
    if line.invoked_subcommand is not None:
        return
    from ctn.client.light.serve import LightServer

    with _client(trust, witness, initial_height) as client, LightServer(client, port) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        say({"url": url}, f"light node at {url}: /state /balance /certificate /serial /transaction")
        server.serve_forever()


@proofs.command()
def balance(
    account: Annotated[str, typer.Argument(help="Address, @name, or a holding account.")],
    asset: Annotated[str, typer.Argument(help="Asset, such as cny.")],
    trust: TrustText = None,
    witness: Witnesses = None,
    initial_height: InitialHeight = 1,
) -> None:
    """What an account holds of an asset, in base units."""
    from ctn.cli.keyring import address_of

    place = f"{address_of(account)}/{asset}"
    with _client(trust, witness, initial_height) as client:
        found = client.state("balance", place)
        _tell(found, str(found["value"] or 0))


@proofs.command()
def record(
    table: Annotated[str, typer.Argument(help="Table, such as account, batch, instrument.")],
    place: Annotated[str, typer.Argument(metavar="ID", help="Id of the record.")],
    trust: TrustText = None,
    witness: Witnesses = None,
    initial_height: InitialHeight = 1,
) -> None:
    """A record of the state, or that there is none."""
    with _client(trust, witness, initial_height) as client:
        found = client.state(table, place)
        _tell(found, _shown(found["value"]))


@proofs.command()
def certificate(
    identity: Annotated[str, typer.Argument(metavar="ID", help="Id, such as r-5311...")],
    trust: TrustText = None,
    witness: Witnesses = None,
    initial_height: InitialHeight = 1,
) -> None:
    """A certificate, and that the tonnes of its first 16 parts ended for it."""
    with _client(trust, witness, initial_height) as client:
        found = client.certificate(identity)
        grams = f"proved {found['proved_g']} g, unproved {found['unproved_g']} g"
        _tell(found, _shown(found["value"]), grams)


@proofs.command()
def serial(
    text: Annotated[str, typer.Argument(help="CTN-<batch>-<start>-<end>")],
    trust: TrustText = None,
    witness: Witnesses = None,
    initial_height: InitialHeight = 1,
) -> None:
    """Status and owner of serials of this ledger."""
    from ctn.client.light.records import named_serial

    try:
        named_serial(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    with _client(trust, witness, initial_height) as client:
        found = client.serial(text)
        rows = found["value"]
        _tell(found, *[f"{r['start']}-{r['end']}  {r['status']}  {r['owner']}" for r in rows])


@proofs.command()
def transaction(
    identity: Annotated[str, typer.Argument(metavar="ID", help="Id, 64 hex digits.")],
    trust: TrustText = None,
    witness: Witnesses = None,
    initial_height: InitialHeight = 1,
) -> None:
    """What became of a transaction."""
    with _client(trust, witness, initial_height) as client:
        found = client.receipt(identity)
        _tell(found, _shown(found["receipt"]))


def _client(trust: str | None, witnesses: list[str] | None, initial_height: int) -> "Client":
    from ctn.client.http import Client
    from ctn.client.light.trust import trust_of

    try:
        stated = trust_of(trust or _own_maker())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    folder = options().home / "light"
    known = stated._replace(
        witnesses=tuple(witnesses or ()), folder=folder, initial_height=initial_height
    )
    return Client(options().url or DEFAULT_URL, known)


def _own_maker() -> str:
    """The maker in the genesis of this home, which is the operator's own word."""
    file: Path = options().home / "config" / "genesis.json"
    maker = json.loads(file.read_bytes()).get("maker") if file.exists() else None
    if maker is None:
        raise typer.BadParameter("--trust needs a maker's key, or HEIGHT:HASH of a block")
    return str(maker)


def _shown(value: Any) -> str:
    return "absent" if value is None else json.dumps(value, indent=2, ensure_ascii=False)


def _tell(found: dict[str, Any], *lines: str) -> None:
    proved = f"proved at height {found['height']} by block {found['block']} of {found['chain']}"
    say(found, *lines, proved)
