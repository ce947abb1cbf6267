"""`ctn tx`: transactions as files, for accounts whose signers sit at different machines."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ctn.cli import tx_room
from ctn.cli.terminal import Trouble, say
from ctn.cli.tx_files import File, Out, body_lines, read_file, write_file

if TYPE_CHECKING:
    from ctn.kernel.tx import Signature

AND = "+"

app = typer.Typer(no_args_is_help=True, help="Transactions as files, and the signing room.")


@app.command()
def build(
    words: Annotated[
        list[str], typer.Argument(help="<module>.<verb> field=value ...; + before the next.")
    ],
    sender: Annotated[str, typer.Option(help="Account that sends; @name or address.")],
    out: Out,
    payer: Annotated[str, typer.Option(help="Sponsor that pays the fee.")] = "",
    memo: Annotated[str, typer.Option(help="Public text.")] = "",
) -> None:
    """Write an unsigned transaction of 1 to 16 operations, with the account's next sequence."""
    from ctn.cli.fields import read_op
    from ctn.cli.keyring import address_of
    from ctn.cli.link import linked
    from ctn.cli.sending import build as build_body
    from ctn.client.building import Terms

    groups: list[list[str]] = [[]]
    for word in words:
        if word == AND:
            groups.append([])
        else:
            groups[-1].append(word)
    if not all(groups):
        raise typer.BadParameter("an operation on both sides of +")
    ops = tuple([read_op(group) for group in groups])
    terms: Terms = {"memo": memo}
    if payer:
        terms["payer"] = address_of(payer)
    with linked() as link:
        body = build_body(link, address_of(sender), ops, terms)
    write_file(out, body, [])
    _say(body, [], out)


@app.command()
def sign(
    file: File,
    key: Annotated[list[str], typer.Option(help="Name of a key; may be repeated.")],
    out: Annotated[Path | None, typer.Option(help="File to write, else the same.")] = None,
) -> None:
    """Add the signatures of local keys."""
    from ctn.cli.keyring import open_keys
    from ctn.kernel.tx import Signature, sign_bytes

    body, signatures = read_file(file)
    message = sign_bytes(body)
    for found in open_keys(key):
        signatures.append(Signature(found.scheme, found.public, found.sign(message)))
    target = out or file
    _say(body, write_file(target, body, signatures), target)


@app.command()
def merge(
    files: Annotated[list[Path], typer.Argument(help="Files of one body.")], out: Out
) -> None:
    """Put the signatures of several files under their one body."""
    read = [read_file(file) for file in files]
    body = read[0][0]
    for file, (other, _signatures) in zip(files, read, strict=True):
        if other != body:
            raise Trouble(f"{file} holds another body than {files[0]}")
    found = [signature for _body, signatures in read for signature in signatures]
    _say(body, write_file(out, body, found), out)


@app.command()
def send(file: File) -> None:
    """Hand a signed transaction in and wait for its receipt; the same again is safe."""
    from ctn.cli.link import linked
    from ctn.cli.sending import applied, say_receipt
    from ctn.kernel.tx import pack

    body, signatures = read_file(file)
    if not signatures:
        raise Trouble(f"{file} has no signature: ctn tx sign")
    with linked() as link:
        say_receipt(applied(link.send(pack(body, signatures))))


@app.command()
def show(file: File) -> None:
    """Show what a transaction file says, and whether its signatures are good."""
    from ctn.crypto import schemes
    from ctn.crypto.errors import CryptoError
    from ctn.kernel.tx import sign_bytes

    body, signatures = read_file(file)
    message = sign_bytes(body)
    for signature in signatures:
        try:
            schemes.verify(signature.scheme, signature.key, message, signature.signature)
        except CryptoError:
            raise Trouble(f"the signature of key {signature.key.hex()} is bad") from None
    _say(body, signatures, file)


def _say(body: bytes, signatures: list["Signature"], file: Path) -> None:
    import json

    from ctn.kernel.account import key_address
    from ctn.kernel.tx import tx_id

    told = json.loads(body)
    signers = [key_address(each.scheme, each.key) for each in signatures]
    result = {"id": tx_id(body), "body": told, "signers": signers, "file": str(file)}
    signed = f"signed   {', '.join(signers) or 'by nobody yet'}"
    say(result, f"id       {tx_id(body)}", *body_lines(told), signed, f"file     {file}")


# Behind the commands on files, as help lists them.
tx_room.add_to(app)
