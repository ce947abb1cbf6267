"""`ctn tx share|pending|take|submit|withdraw`: the signing room of an account with several signers.

A key logs in at the platform for the account, which sees what waits there; the room alters nothing.
What waits is told from the bytes that are signed, never from what the platform says of them.
"""

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctn.cli.terminal import DEFAULT_URL, Trouble, note, options, say
from ctn.cli.tx_files import File, Out, body_lines, read_file, write_file

if TYPE_CHECKING:
    from ctn.client.room import Room
    from ctn.wallet.keystore import Key

KeyName = Annotated[str, typer.Option(help="Name of the key that logs in.")]
Account = Annotated[str, typer.Option(help="Account it signs for; @name or address.")]
Identity = Annotated[str, typer.Argument(help="Id of the transaction, 64 hex.")]
Yes = Annotated[bool, typer.Option("--yes", help="Sign without being asked.")]


def share(file: File, key: KeyName) -> None:
    """Put a file with its signatures up for the account's other signers."""
    from ctn.kernel.tx import pack

    body, signatures = read_file(file)
    if not signatures:
        raise Trouble(f"{file} has no signature: ctn tx sign")
    with _entered(key, json.loads(body)["sender"]) as (room, _key):
        _say_item(room.put_up(pack(body, signatures)))


def pending(key: KeyName, account: Account) -> None:
    """What waits for the account's signatures, and who has signed."""
    with _entered(key, account) as (room, _key):
        items = room.items()
    lines = [line for item in items for line in ["", *_lines(item)]][1:]
    say({"items": items}, *(lines or ["nothing waits"]))


def take(identity: Identity, key: KeyName, account: Account, out: Out) -> None:
    """Write what waits to a file, to be read and signed as any other."""
    from ctn.kernel.tx import unpack

    with _entered(key, account) as (room, _key):
        body, signatures = unpack(room.envelope(identity))
    write_file(out, body, list(signatures))
    say({"id": identity, "file": str(out)}, f"{out}: read it by ctn tx show, then ctn tx sign")


def sign(identity: Identity, key: KeyName, account: Account, *, yes: Yes = False) -> None:
    """Sign what waits; it is printed first, and signed after a yes."""
    with _entered(key, account) as (room, signer):
        item = next((each for each in room.items() if each["id"] == identity), None)
        if item is None:
            raise Trouble(f"nothing waits under {identity}")
        if item["decoded"] is None:
            raise Trouble(f"{identity} cannot be read by this software, so it is not signed")
        tell = note if options().is_json else print
        for line in _lines(item):
            tell(line)
        if not yes:
            typer.confirm("sign this?", abort=True, err=True)
        _say_item(room.sign(identity, signer))


def submit(identity: Identity, key: KeyName, account: Account) -> None:
    """Hand in what the signatures suffice for, and wait for its receipt."""
    import msgspec

    from ctn.cli.link import NOT_YET
    from ctn.cli.sending import say_receipt

    with _entered(key, account) as (room, _key):
        outcome = room.submit(identity)
    if outcome.receipt is None:
        raise Trouble(f"pending {outcome.id}: in no block after 30 seconds", NOT_YET)
    say_receipt(msgspec.to_builtins(outcome.receipt))


def withdraw(identity: Identity, key: KeyName, account: Account) -> None:
    """Take back what this key put up."""
    with _entered(key, account) as (room, _key):
        room.withdraw(identity)
    say({"id": identity, "withdrawn": True}, f"withdrawn {identity}")


@contextlib.contextmanager
def _entered(name: str, account: str) -> "Iterator[tuple[Room, Key]]":
    """The room of an account, by a login of a local key that ends with the command."""
    from ctn.cli.keyring import address_of, open_keys
    from ctn.client.http import Client
    from ctn.client.reading import Unreadable
    from ctn.client.room import BodyDiffers, Room, WrongSite

    key = open_keys([name])[0]
    with Client(options().url or DEFAULT_URL) as client:
        try:
            room = Room(client, key, address_of(account))
            yield room, key
            room.leave()
        except (WrongSite, BodyDiffers, Unreadable) as error:
            raise Trouble(f"{type(error).__name__}: {error}") from None


def _say_item(item: dict[str, Any]) -> None:
    say(item, *_lines(item))


def _lines(item: dict[str, Any]) -> list[str]:
    """A waiting transaction: what it does, who signed, what is missing."""
    told = item["decoded"]
    lines = [f"id       {item['id']}"]
    lines += ["body     cannot be read by this software"] if told is None else body_lines(told)
    if told is not None and told["sequence"] > item["next_sequence"]:
        lines.append(f"place    behind {told['sequence'] - item['next_sequence']} before it")
    lines.append(f"height   {item['height']} now")
    for signer in item["signers"]:
        mark = "signed " if signer["signed"] else "       "
        counts = "" if signer["counts"] else ", does not count for these operations"
        lines.append(f"{mark}  {signer['key']} weight {signer['weight']}{counts}")
    state = "ready: ctn tx submit" if item["is_ready"] else "waits for signatures"
    need = f"weight {item['weight']} of {item['needed']}"
    if item["approvers_needed"] > 1:
        need += f", approvers {item['approvers']} of {item['approvers_needed']}"
    return [*lines, f"{need}; {state}"]


def add_to(app: typer.Typer) -> None:
    """Put these commands among those of `ctn tx`."""
    for command in (share, pending, take, submit, withdraw):
        app.command()(command)
    app.command("approve")(sign)
