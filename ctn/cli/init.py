"""`ctn init`: the home of a new chain."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from ctn.cli.terminal import Trouble, options, say, table

if TYPE_CHECKING:
    from pathlib import Path

    from ctn.client.founding import Authority, Founding, Member
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

app = typer.Typer()


@app.command()
def init(
    profile: Annotated[str, typer.Option(help="dev or network.")] = DEV,
    chain_id: Annotated[str, typer.Option(help="Lower case, 3 to 40 characters.")] = "",
    authority: Annotated[
        list[str] | None, typer.Option(help="duty=address[:scope]; may be repeated.")
    ] = None,
    council: Annotated[
        list[str] | None, typer.Option(help="address of a member; may be repeated.")
    ] = None,
    fund: Annotated[
        list[str] | None, typer.Option(help="address=amount in 10^-4 CNY; may be repeated.")
    ] = None,
) -> None:
    """Make the home of a new chain: genesis, configuration, the block maker's key.

    A dev chain without authorities gets keys for all of them and for two people.
    """
    if profile not in PROFILES:
        raise typer.BadParameter(f"profile {profile!r}: dev or network")
    authorities = [_authority(text) for text in authority or ()]
    money = dict([_fund(text) for text in fund or ()])
    if profile == NETWORK and not authorities:
        raise typer.BadParameter("a network needs --authority duty=address")
    from ctn.cli.keyring import DEV_FILE

    home = options().home
    if (home / "config" / "genesis.json").exists():
        raise Trouble(f"{home} already holds a chain", 78)
    keys: dict[str, str] = {}
    people: list[Member] = []
    members = [_address(text, text) for text in council or ()]
    if not authorities:
        keys = dev_keys(home / "keys" / DEV_FILE)
        authorities = dev_authorities(keys)
        people = dev_people(keys)
        members = members or [keys[DEV_COUNCIL]]
        money = dict.fromkeys(keys.values(), DEV_MONEY) | money
    first: Founding = {
        "time": time.time_ns() // 1_000_000, "maker": "", "profile": profile,
        "authorities": authorities, "people": people, "money": money,
        "records": _records(members),
    }  # fmt: skip
    chain = _create(chain_id or f"ctn-{profile}", PROFILES[profile], first)
    _tell(chain, profile, keys)


def _authority(text: str) -> Authority:
    from ctn.client.founding import Authority
    from ctn.kernel.account import DutyKind

    duty, _, rest = text.partition("=")
    address, _, scope = rest.partition(":")
    try:
        kind = DutyKind(duty)
    except ValueError:
        known = ", ".join([kind.value for kind in DutyKind])
        raise typer.BadParameter(f"authority {text!r}: no duty {duty!r}; {known}") from None
    return Authority(_address(address, text), kind, scope)


def _fund(text: str) -> tuple[str, int]:
    address, _, amount = text.partition("=")
    if not (amount.isascii() and amount.isdigit()) or int(amount) == 0:
        raise typer.BadParameter(f"fund {text!r}: an amount above 0 in units of 10^-4 CNY")
    return _address(address, text), int(amount)


def _address(address: str, text: str) -> str:
    from ctn.cli.keyring import address_of
    from ctn.kernel.account import is_address

    found = address_of(address)
    if not is_address(found):
        raise typer.BadParameter(f"{text!r}: {address!r} is no address")
    return found


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


def _records(members: list[str]) -> list[tuple[Record, str]]:
    """The classes of credits, and the council where it has members."""
    from ctn.client.founding import class_records, council_record

    try:
        return class_records() + ([council_record(members)] if members else [])
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _create(chain_id: str, profile: Profile, first: Founding) -> str:
    """Write the home, and give the name of its chain."""
    from ctn.client.founding import founding
    from ctn.crypto import ed25519
    from ctn.kernel.genesis import chain_name
    from ctn.node.config import Config
    from ctn.node.home import Home

    seed = secrets.token_bytes(32)
    first["maker"] = ed25519.public_key(seed).hex()
    try:
        genesis = founding(chain_id, **first)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    _check(genesis)
    Home(options().home).create(genesis, seed, Config(profile=profile))
    return chain_name(genesis)


def _check(genesis: Genesis) -> None:
    """Refuse what a node could not read back, such as a chain id of another form."""
    import msgspec

    from ctn.kernel.codec import encode

    try:
        msgspec.json.decode(encode(genesis), type=type(genesis))
    except msgspec.ValidationError as error:
        raise typer.BadParameter(str(error)) from None


def _tell(chain: str, profile: str, keys: dict[str, str]) -> None:
    home = options().home
    result = {"chain": chain, "home": str(home), "profile": profile, "keys": keys}
    lines = [f"chain {chain}", f"home  {home}"]
    if keys:
        lines += ["keys  password `dev`", *table([("", *row) for row in keys.items()])]
    if profile == DEV:
        result["note"] = NOT_REAL
        lines.append(NOT_REAL)
    say(result, *lines, f"ctn --home {home} run")
