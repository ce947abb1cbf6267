"""`ctn keys`: keys in an encrypted keystore."""

from pathlib import Path
from typing import Annotated

import typer

from ctn.cli.terminal import Trouble, say, table

app = typer.Typer(no_args_is_help=True, help="Keys in an encrypted keystore.")

Name = Annotated[str, typer.Argument(help="Name, number or address of the key.")]
File = Annotated[Path, typer.Argument(help="A keystore file.")]


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What you call the key.")],
    scheme: Annotated[str, typer.Option(help="ed25519 or secp256k1.")] = "ed25519",
) -> None:
    """Make a random key; the first one makes the keystore."""
    from ctn.cli.keyring import add_key, new_file, password_of
    from ctn.crypto.errors import SchemeUnknown

    path = new_file()
    try:
        entry = add_key(path, name, password_of(path, is_new=not path.exists()), scheme)
    except SchemeUnknown:
        raise typer.BadParameter(f"no scheme {scheme!r}: ed25519, secp256k1") from None
    say(
        {"name": name, "address": entry.address, "scheme": scheme, "keystore": str(path)},
        f"{name} {entry.address}", f"in {path}",
    )  # fmt: skip


@app.command("list")
def list_keys() -> None:
    """Show every key, without a password."""
    from ctn.cli.keyring import entries

    found = entries()
    rows = [
        {"name": e.name, "address": e.address, "scheme": e.scheme, "keystore": str(e.file)}
        for e in found
    ]
    lines = table([(e.name, e.address, e.scheme, str(e.file)) for e in found])
    say({"keys": rows}, *lines or ["no keys: ctn keys new NAME"])


@app.command()
def show(
    name: Name,
    public: Annotated[bool, typer.Option(help="Open the keystore for the public key.")] = False,
) -> None:
    """Show address and scheme of a key; never its seed."""
    from ctn.cli.keyring import find, open_keys

    entry = find(name)
    result = {"name": entry.name, "address": entry.address, "scheme": entry.scheme}
    lines = [f"{label} {value}" for label, value in result.items()]
    if public:
        result["public"] = open_keys([name])[0].public.hex()
        lines.append("public " + result["public"])
    say(result, *lines)


@app.command("import")
def import_keystore(file: File) -> None:
    """Take a keystore in as that of this home, under the password that it has."""
    from ctn.cli.keyring import names_file, new_file, password_of, read_names, write_names
    from ctn.wallet import keystore

    path = new_file()
    if path.exists():
        raise Trouble(f"{path} exists; choose another by --keystore")
    text = file.read_bytes()
    keys = keystore.open_keystore(text, password_of(file))
    keystore.save(path, keystore.read_keystore(text))
    if names_file(file).exists():
        write_names(path, read_names(file))
    addresses = [key.address for key in keys]
    say({"keystore": str(path), "addresses": addresses}, f"{len(keys)} keys in {path}")


@app.command("export")
def export_keystore(file: File) -> None:
    """Copy the keystore, still encrypted, to a file; its password is tested first."""
    from ctn.cli.keyring import files, password_of, read_names, write_names
    from ctn.wallet import keystore

    found = files()
    if not found:
        raise Trouble("no keystore to export: ctn keys new NAME")
    if file.exists():
        raise Trouble(f"{file} exists")
    text = found[0].read_bytes()
    keys = keystore.open_keystore(text, password_of(found[0]))
    keystore.save(file, keystore.read_keystore(text))
    write_names(file, read_names(found[0]))
    say({"file": str(file), "keys": len(keys)}, f"{len(keys)} keys, encrypted, in {file}")
