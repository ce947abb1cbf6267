"""`ctn demo seats` and `ctn demo faucet`: an account of a running demo world is endowed."""

import argparse
from pathlib import Path
from typing import Any

from ctn.cli.terminal import UNREACHABLE, Refused, Trouble, note, options, say, table
from ctn.demo.seats import FAUCET, SEATS, Ask, ask_at
from ctn.kernel.asset import GRAMS_PER_TONNE

CNY = 10_000
KINDS = [kind for kind in SEATS if kind != FAUCET]
# Of the doors of a folder; a platform says its own sentences.
SENTENCES = {
    "seat_taken": "This account has had its seat; one account gets one.",
    "seats_full": "The demo has nothing left for another seat of this kind.",
    "busy": "The demo has no time for this now; try again in a moment.",
}


def run_gift(folder: Path, words: list[str]) -> None:
    """List the seats, take one, or ask the faucet; of the platform at `--url`, else the folder."""
    said = _options(words[0]).parse_args(words[1:])
    if words[0] == FAUCET:
        _give(folder, Ask(FAUCET, _address(said.account)))
    elif said.kind is None:
        _list_seats()
    else:
        _give(folder, Ask(said.kind, _account(folder, said)))


def _options(command: str) -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(f"ctn demo {command}", allow_abbrev=False)
    if command == FAUCET:
        found.add_argument("account", help="address or @name; 10,000 CNY, once")
        return found
    found.add_argument("kind", nargs="?", choices=KINDS, help="without one they are listed")
    found.add_argument("--account", help="address or @name; else a new key of the world's folder")
    return found


def _list_seats() -> None:
    rows = [
        (kind, seat.kind, f"level {seat.level}", f"{seat.money // CNY:,} CNY", f"{seat.tonnes} t")
        for kind, seat in SEATS.items()
        if kind != FAUCET
    ]
    held = {
        kind: {"attested_as": seat.kind, "level": seat.level, "money": str(seat.money),
               "grams": str(seat.tonnes * GRAMS_PER_TONNE)}
        for kind, seat in SEATS.items() if kind != FAUCET
    }  # fmt: skip
    say({"seats": held}, *table(rows), "take one: ctn demo seats KIND, or on the page of the world")


def _account(folder: Path, said: argparse.Namespace) -> str:
    """The account that is named, or that of a fresh key in the folder's keystore of the demo."""
    from ctn.cli.keyring import DEV_FILE, DEV_PASSWORD, add_key, read_names

    if said.account is not None:
        return _address(said.account)
    path = folder / "keys" / DEV_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    known = read_names(path)
    number = next(n for n in range(1, len(known) + 2) if f"{said.kind}-{n}" not in known)
    entry = add_key(path, f"{said.kind}-{number}", DEV_PASSWORD)
    note(f"key {entry.name}  {entry.address}")
    return entry.address


def _address(text: str) -> str:
    """An address, or that of `@name`; refuses what is neither."""
    from ctn.cli.keyring import address_of
    from ctn.kernel.account import is_address
    from ctn.kernel.refusal import BadAddress

    address = address_of(text)
    if not is_address(address):
        raise BadAddress(field="account")
    return address


def _give(folder: Path, ask: Ask) -> None:
    url = options().url
    given = _ask_folder(folder, ask) if url is None else _ask_platform(url, ask)
    money, tonnes = int(given["money"]) // CNY, int(given["grams"]) // GRAMS_PER_TONNE
    stock = f" and {tonnes} t of {given['batch']}" if tonnes else ""
    result = given | {"kind": ask.kind, "account": ask.account}
    say(result, f"{ask.account} holds {money:,} CNY{stock}")


def _ask_folder(folder: Path, ask: Ask) -> dict[str, Any]:
    try:
        found = ask_at(folder, ask)
    except OSError:
        raise Trouble(f"no demo runs in {folder}: ctn demo starts it", UNREACHABLE) from None
    code = found.pop("refused", None)
    if code is not None:
        raise Refused(f"door.{code}", SENTENCES.get(code, SENTENCES["busy"]), found)
    return found


def _ask_platform(url: str, ask: Ask) -> dict[str, Any]:
    from ctn.client.http import Client

    with Client(url) as client:
        return client.endow(ask.kind, ask.account)
