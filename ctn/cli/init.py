"""`ctn init`: the home of a new chain."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from ctn.cli.terminal import Trouble, options, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctn.client.founding import Authority, Founding, Member
    from ctn.client.founding_signers import Signing
    from ctn.kernel.genesis import Genesis
    from ctn.kernel.record import Record

Profile = Literal["dev", "network"]
DEV: Final = "dev"
NETWORK: Final = "network"
PROFILES: Final[dict[str, Profile]] = {DEV: DEV, NETWORK: NETWORK}
DEV_DUTIES = (
    "registrar", "custodian", "operator", "regulator", "attestor", "payment_institution",
)  # fmt: skip
DEV_PEOPLE = ("alice", "bob")
DEV_COUNCIL = "council"
DEV_MONEY = 1_000_000 * 10_000
NOT_REAL = "dev profile: not for real value"
FILE: Final = ".json"

app = typer.Typer()


@app.command()
def init(
    profile: Annotated[str, typer.Option(help="dev or network.")] = DEV,
    chain_id: Annotated[str, typer.Option(help="Lower case, 3 to 40 characters.")] = "",
    authority: Annotated[
        list[str] | None, typer.Option(help="duty=ACCOUNT[:scope]; may be repeated.")
    ] = None,
    council: Annotated[
        list[str] | None, typer.Option(help="ACCOUNT of a member; may be repeated.")
    ] = None,
    fund: Annotated[
        list[str] | None, typer.Option(help="ACCOUNT=amount in 10^-4 CNY; may be repeated.")
    ] = None,
) -> None:
    """Make the home of a new chain: genesis, configuration, the block maker's key.

    A dev chain without authorities gets keys for all of them and for two people.

    ACCOUNT is an address, @name of a key here, or @FILE.json: the keys that sign for it.

    {"signers": [{"scheme": 1, "key": "<hex>", "weight": 1}, ...],
    "thresholds": {"low": 1, "medium": 2, "high": 2}}

    Its address is that of the first key. Authorities and council of a network are institutions:
    at least two keys must stand in the file of each, whichever option names it.
    """
    _check_asked(profile, authority, council)
    home = options().home
    if (home / "config" / "genesis.json").exists():
        raise Trouble(f"{home} already holds a chain", 78)
    named = Named()
    authorities = [_authority(text, named) for text in authority or ()]
    # Sorted, so that the order of options leaves no trace in the first state.
    members = sorted([named.account(text, f"--council {text}") for text in council or ()])
    money = _funds(fund or (), named)
    now, seed = time.time_ns() // 1_000_000, secrets.token_bytes(32)
    first: Founding = {
        "time": now, "maker": _public(seed), "profile": profile, "authorities": authorities,
        "people": _seated(members) if profile == NETWORK else [],
        "money": money, "records": _records(members, named, now),
    }  # fmt: skip
    chain_id = chain_id or f"ctn-{profile}"
    genesis, keys = _founded(chain_id, first, named), {}
    if not authorities:
        keys = _with_dev_keys(first, has_council=bool(members))
        genesis = _founded(chain_id, first, named)
    _create(genesis, seed, PROFILES[profile])
    _tell(genesis, profile, keys, named)


def _check_asked(profile: str, authority: list[str] | None, council: list[str] | None) -> None:
    """A network needs to be told its authorities and its council."""
    if profile not in PROFILES:
        raise typer.BadParameter(f"--profile {profile!r}: dev or network")
    if profile == NETWORK and not authority:
        raise typer.BadParameter("a network needs --authority duty=ACCOUNT")
    if profile == NETWORK and not council:
        raise typer.BadParameter("a network needs --council ACCOUNT, once for each member")


class Named:
    """The accounts that the options name: their keys where a file states them, and by which option.

    An address whose file one option names is that account in every other option.
    """

    def __init__(self) -> None:
        self.signing: dict[str, Signing] = {}
        self.options: dict[str, str] = {}

    def account(self, text: str, option: str) -> str:
        """The address of an account as an option names it; refuses usage that names none."""
        from ctn.cli.keyring import address_of
        from ctn.kernel.account import is_address

        is_file = text.startswith("@") and text.endswith(FILE)
        address = self._read(Path(text[1:]), option) if is_file else address_of(text)
        if not is_address(address):
            raise typer.BadParameter(f"{option}: {address!r} is no address")
        self.options.setdefault(address, option)
        return address

    def _read(self, path: Path, option: str) -> str:
        from ctn.client.founding_signers import read_signing

        try:
            signing = read_signing(path.read_bytes())
        except OSError as error:
            raise typer.BadParameter(f"{option}: {path}: {error.strerror}") from None
        except ValueError as error:
            raise typer.BadParameter(f"{option}: {path}: {error}") from None
        address = signing.address
        if self.signing.setdefault(address, signing) != signing:
            raise typer.BadParameter(f"{option}: {address} has other keys in another file")
        return address


def _authority(text: str, named: Named) -> Authority:
    from ctn.client.founding import Authority
    from ctn.kernel.account import DutyKind

    duty, _, rest = text.partition("=")
    account, _, scope = rest.partition(":")
    try:
        kind = DutyKind(duty)
    except ValueError:
        known = ", ".join([kind.value for kind in DutyKind])
        raise typer.BadParameter(f"--authority {text}: no duty {duty!r}; {known}") from None
    return Authority(named.account(account, f"--authority {text}"), kind, scope)


def _funds(texts: Sequence[str], named: Named) -> dict[str, int]:
    """The first money by address; refuses an address funded twice, and more than can be issued."""
    from ctn.kernel.codec import INT_MAX

    money: dict[str, int] = {}
    for text in texts:
        account, _, amount = text.partition("=")
        is_whole = amount.isascii() and amount.isdigit() and len(amount) <= len(str(INT_MAX))
        if not is_whole or int(amount) == 0:
            raise typer.BadParameter(f"--fund {text}: an amount above 0 in units of 10^-4 CNY")
        address = named.account(account, f"--fund {text}")
        if address in money:
            raise typer.BadParameter(f"--fund {text}: {address} is funded already")
        money[address] = int(amount)
        if sum(money.values()) > INT_MAX:
            raise typer.BadParameter(f"--fund {text}: more than {INT_MAX} in all")
    return money


def _seated(members: list[str]) -> list[Member]:
    """The council of a network: institutions, so that nobody decides in it by one key."""
    from ctn.client.founding import Member
    from ctn.modules.accounts.records import INSTITUTION

    return [Member(address, INSTITUTION) for address in members]


def _with_dev_keys(first: Founding, *, has_council: bool) -> dict[str, str]:
    """Make the keys of a dev chain, and add those who hold them to what it starts with."""
    from ctn.cli.keyring import DEV_FILE
    from ctn.client.founding import council_record

    keys = dev_keys(options().home / "keys" / DEV_FILE)
    first["authorities"] = dev_authorities(keys)
    first["people"] = dev_people(keys)
    first["money"] = dict.fromkeys(keys.values(), DEV_MONEY) | dict(first["money"])
    if not has_council:
        first["records"] = [*first.get("records", ()), council_record([keys[DEV_COUNCIL]])]
    return keys


def dev_keys(path: Path, *more: str) -> dict[str, str]:
    """A key for each duty, the council, people and more names of a dev chain, in a new keystore."""
    from ctn.cli.keyring import DEV_PASSWORD, add_key

    if path.exists():
        raise Trouble(f"{path} exists")
    names = (*DEV_DUTIES, DEV_COUNCIL, *DEV_PEOPLE, *more)
    return {name: add_key(path, name, DEV_PASSWORD).address for name in names}


def dev_authorities(keys: dict[str, str]) -> list[Authority]:
    """Each duty of a dev chain, held by the key of its name."""
    from ctn.client.founding import Authority
    from ctn.kernel.account import DutyKind

    return [Authority(keys[name], DutyKind(name)) for name in DEV_DUTIES]


def dev_people(keys: dict[str, str]) -> list[Member]:
    """The people of a dev chain."""
    from ctn.client.founding import Member

    return [Member(keys[name]) for name in DEV_PEOPLE]


def _records(members: list[str], named: Named, now: int) -> list[tuple[Record, str]]:
    """The classes of credits, the accounts whose keys are stated, and the council if it sits."""
    from ctn.client.founding import class_records, council_record
    from ctn.client.founding_signers import account_record

    found = class_records() + [account_record(keys, now) for keys in named.signing.values()]
    try:
        return found + ([council_record(members)] if members else [])
    except ValueError as error:
        raise typer.BadParameter(f"--{error}") from None


def _public(seed: bytes) -> str:
    from ctn.crypto import ed25519

    return ed25519.public_key(seed).hex()


def _founded(chain_id: str, first: Founding, named: Named) -> Genesis:
    """The genesis; refuses what could not act, and what a node could not read back."""
    import msgspec

    from ctn.client.founding import TooFewSigners, founding
    from ctn.kernel.codec import encode

    try:
        genesis = founding(chain_id, **first)
        msgspec.json.decode(encode(genesis), type=type(genesis))
    except TooFewSigners as few:
        asked = named.options[few.address]
        raise typer.BadParameter(f"{asked}: {few}; state its keys by @FILE{FILE}") from None
    except (msgspec.ValidationError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
    return genesis


def _create(genesis: Genesis, seed: bytes, profile: Profile) -> None:
    from ctn.node.config import Config
    from ctn.node.home import Home

    Home(options().home).create(genesis, seed, Config(profile=profile))


def _tell(genesis: Genesis, profile: str, keys: dict[str, str], named: Named) -> None:
    from ctn.kernel.genesis import chain_name

    home, chain = options().home, chain_name(genesis)
    accounts = [_account_row(address, keys) for address, keys in sorted(named.signing.items())]
    result = {
        "chain": chain, "home": str(home), "profile": profile, "keys": keys,
        "accounts": {row[1]: row[2] for row in accounts},
    }  # fmt: skip
    lines = [f"chain {chain}", f"home  {home}"]
    lines += ["accounts"] if accounts else []
    lines += table(accounts)
    if keys:
        lines += ["keys  password `dev`", *table([("", *row) for row in keys.items()])]
    if profile == DEV:
        result["note"] = NOT_REAL
        lines.append(NOT_REAL)
    say(result, *lines, f"ctn --home {home} run")


def _account_row(address: str, keys: Signing) -> tuple[str, str, str]:
    asked = keys.thresholds
    rule = f"{len(keys.signers)} keys, low {asked.low}, medium {asked.medium}, high {asked.high}"
    return "", address, rule
