"""Named keys: encrypted keystores, and beside each a legible list of names for its addresses.

A keystore has one format for page and command line and knows no names, so they stand in
`<keystore>.names.json`. Passwords come by prompt, from `--password-file` or from stdin, never from
arguments or the environment.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
import typer

from ctn.cli.terminal import Trouble, options
from ctn.wallet import keystore
from ctn.wallet.keystore import Key

DEV_FILE = "dev-keystore.json"
DEV_PASSWORD = "dev"  # noqa: S105  printed at init: keys of a dev chain guard nothing
STDIN = "-"


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The names of addresses, as the file beside a keystore holds them."""

    names: dict[str, str]


class Entry(NamedTuple):
    """An account in a keystore; legible without the password."""

    name: str
    address: str
    scheme: str
    file: Path


def new_file() -> Path:
    """The keystore that new keys go to."""
    return options().keystore or options().home / "keystore.json"


def files() -> list[Path]:
    """The keystores that there are: the named one, else those of the home."""
    chosen = options().keystore
    if chosen is not None:
        return [chosen]
    home = options().home
    found = [home / "keystore.json", home / "keys" / DEV_FILE]
    return [path for path in found if path.exists()]


def entries() -> list[Entry]:
    """Every account of every keystore, by file and index."""
    found: list[Entry] = []
    for path in files():
        names = {address: name for name, address in read_names(path).items()}
        for account in keystore.read_keystore(path.read_bytes()).accounts:
            name = names.get(account.address, str(account.index))
            found.append(Entry(name, account.address, account.scheme, path))
    return found


def find(name: str) -> Entry:
    """The account of a name or address; refuses usage that names none."""
    known = entries()
    for entry in known:
        if name in (entry.name, entry.address):
            return entry
    names = ", ".join([entry.name for entry in known]) or "none: ctn keys new NAME"
    raise typer.BadParameter(f"no key {name!r}; there are {names}")


def address_of(text: str) -> str:
    """The address that `@name` stands for; any other text is one already."""
    return find(text[1:]).address if text.startswith("@") else text


def open_keys(names: list[str]) -> list[Key]:
    """The keys of these names, each keystore opened once by its password."""
    found = [find(name) for name in names]
    keys: dict[str, Key] = {}
    for path in dict.fromkeys([entry.file for entry in found]):
        for key in keystore.open_keystore(path.read_bytes(), password_of(path)):
            keys[key.address] = key
    return [keys[entry.address] for entry in found]


def password_of(path: Path, *, is_new: bool = False) -> str:
    """The password of a keystore; asked twice for a new one."""
    source = options().password_file
    if source is not None and source != STDIN:
        lines = Path(source).read_text("utf-8").splitlines()
        return lines[0] if lines else ""
    if path.name == DEV_FILE and source is None:
        return DEV_PASSWORD
    if source == STDIN or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    answer: str = typer.prompt(
        f"password of {path.name}", hide_input=True, confirmation_prompt=is_new, err=True
    )
    return answer


def add_key(path: Path, name: str, password: str, scheme: str = "ed25519") -> Entry:
    """Make a random key, named, in a keystore that is made when there is none."""
    names = read_names(path)
    if name in names:
        raise Trouble(f"{path.name} has a key {name!r} already")
    if path.exists():
        known = keystore.read_keystore(path.read_bytes())
        changed = keystore.add_account(known, password, scheme)
    else:
        changed = keystore.create(password, scheme)
    address = changed.accounts[-1].address
    keystore.save(path, changed)
    write_names(path, names | {name: address})
    return Entry(name, address, scheme, path)


def read_names(path: Path) -> dict[str, str]:
    """The addresses of a keystore by name."""
    file = names_file(path)
    if not file.exists():
        return {}
    try:
        return msgspec.json.decode(file.read_bytes(), type=Names).names
    except msgspec.DecodeError as error:
        raise Trouble(f"{file}: {error}") from None


def write_names(path: Path, names: Mapping[str, str]) -> None:
    """Write the list of names beside a keystore."""
    from ctn.kernel.codec import encode
    from ctn.node.files import write_whole

    write_whole(names_file(path), encode(Names(dict(names))) + b"\n", 0o600)


def names_file(path: Path) -> Path:
    """Where the names of a keystore stand."""
    return path.with_name(path.stem + ".names.json")
