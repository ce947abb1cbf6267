"""`ctn op`: any operation, from the classes that declare them."""

from typing import Annotated

import typer

from ctn.cli.terminal import say, table

app = typer.Typer()

WORDS = {"ignore_unknown_options": True, "allow_extra_args": True}


@app.command(context_settings=WORDS, add_help_option=False)
def op(
    words: Annotated[
        list[str] | None,
        typer.Argument(help="<module>.<verb> field=value ...; alone with --help its fields."),
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option(help="Name of a key that signs; may be repeated.")
    ] = None,
    sender: Annotated[
        str, typer.Option(help="Account, when it is not the key's own; @name or address.")
    ] = "",
    memo: Annotated[str, typer.Option(help="Public text of the transaction.")] = "",
    dry_run: Annotated[bool, typer.Option(help="Try it on a draft; nothing is sent.")] = False,
) -> None:
    """Send an operation: ctn op assets.transfer asset=cny amount=10 to=@bob --key alice.

    --list names all operations; <module>.<verb> --help shows fields, who may send it, refusals.
    """
    said = list(words or ())
    if "--list" in said:
        _say_list()
        return
    if not said or "--help" in said:
        _say_help([word for word in said if word != "--help"])
        return
    _send(said, key or [], (sender, memo, dry_run))


def _send(words: list[str], names: list[str], how: tuple[str, str, bool]) -> None:
    from ctn.cli.fields import read_op
    from ctn.cli.keyring import address_of, open_keys
    from ctn.cli.link import linked
    from ctn.cli.sending import applied, build, say_receipt
    from ctn.client.building import Terms, sign

    sender, memo, is_trial = how
    made = read_op(words)
    if not names:
        raise typer.BadParameter("--key NAME: which key signs")
    keys = open_keys(names)
    account = address_of(sender) if sender else keys[0].address
    terms: Terms = {"memo": memo, "schemes": [found.scheme for found in keys]}
    with linked() as link:
        envelope = sign(build(link, account, (made,), terms), keys)
        if not is_trial:
            say_receipt(applied(link.send(envelope)))
            return
        receipt = applied(link.simulate(envelope))
        say({"simulated": receipt}, "would be applied; nothing was sent")


def _say_list() -> None:
    from ctn.cli.fields import sentence
    from ctn.modules import op_kinds

    rows = [(tag, sentence(kind)) for tag, kind in op_kinds().items()]
    say({"ops": [{"op": tag, "doc": text} for tag, text in rows]}, *table(rows))


def _say_help(words: list[str]) -> None:
    if not words:
        say(
            {"usage": "ctn op <module>.<verb> field=value ... --key NAME"},
            "ctn op <module>.<verb> field=value ... --key NAME [--key NAME] [--sender ADDRESS]",
            "       [--memo TEXT] [--dry-run]",
            "ctn op --list                    all operations",
            "ctn op <module>.<verb> --help    its fields, who may send it, how it is refused",
        )
        return
    from ctn.cli.fields import describe, description, find_kind

    kind = find_kind(words[0])
    say(describe(kind), *description(kind))
