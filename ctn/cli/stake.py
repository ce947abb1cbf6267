"""`ctn stake`: who validates and why by how much, and what an operator does about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctn.cli.terminal import Trouble, say, table

if TYPE_CHECKING:
    from pathlib import Path

    from ctn.cli.link import Link
    from ctn.kernel.op import Op

KEY = typer.Option("--key", help="Name of a key that signs; may be repeated.")
SENDER = typer.Option("--sender", help="Account, when it is not the key's own; @name or address.")
KEY_FILE = typer.Option("--validator-key", help="CometBFT's key file, when not this home's.")
PARTS = 10_000

app = typer.Typer(no_args_is_help=True, help="Validators: list, show, prove, declare, bond.")


@app.command("list")
def list_validators() -> None:
    """List validators: power, weight, tonnes bonded, credit, state."""
    from ctn.cli.link import linked

    with linked() as link:
        powers = dict(link.rows("powers", ""))
        bonds = [row for _place, row in link.rows("bond", "")]
        rows = [
            _with_power(row, powers, [bond for bond in bonds if bond["operator"] == place])
            for place, row in link.rows("validator", "")
        ]
    head = ("operator", "name", "power", "weight", "bonded t", "credit", "state")
    names = ("operator", "moniker", "power", "weight", "bonded_t", "credit", "state")
    lines = [tuple([str(row[name]) for name in names]) for row in rows]
    say({"validators": rows}, *(table([head, *lines]) if lines else ["nobody has declared"]))


@app.command()
def show(operator: Annotated[str, typer.Argument(help="Address or @name.")]) -> None:
    """Show a validator: what its weight is made of, its lots, what is on its way out."""
    from ctn.cli.keyring import address_of
    from ctn.cli.link import linked

    address = address_of(operator)
    with linked() as link:
        found = _validator(link, address)
        counted = link.state("liveness", address)["value"] or {"blocks": 0, "signed": 0}
        lots = [row for _place, row in link.rows("bond", address + "/")]
        entries = [row for _place, row in link.rows("unbonding", address + "/")]
        powers = dict(link.rows("powers", ""))
    row = _with_power(found, powers, lots)
    result = row | {"lots": lots, "unbonding": entries, "signed": counted["signed"],
                    "blocks": counted["blocks"]}  # fmt: skip
    say(result, *_told(result))


@app.command()
def declare(
    key: Annotated[list[str], KEY],
    moniker: Annotated[str, typer.Option(help="Public name of the node.")],
    sender: Annotated[str, SENDER] = "",
    file: Annotated[str, KEY_FILE] = "",
) -> None:
    """Declare the consensus key of this home's node as the validator of an enterprise."""
    from ctn.cli.link import linked
    from ctn.modules.staking.declare import Declare

    with linked() as link:
        chain = link.status()["chain"]
    pubkey, proof = _proof(chain, _account(key, sender), file)
    _send(Declare(pubkey, proof, moniker), key, sender)


@app.command()
def prove(
    operator: Annotated[str, typer.Argument(help="Account that will declare; @name or address.")],
    chain: Annotated[str, typer.Option(help="Name of the chain, when none answers here.")] = "",
    file: Annotated[str, KEY_FILE] = "",
) -> None:
    """Print this node's consensus key and its proof, for whoever declares it elsewhere."""
    from ctn.cli.keyring import address_of
    from ctn.cli.link import linked

    if not chain:
        with linked() as link:
            chain = link.status()["chain"]
    pubkey, proof = _proof(chain, address_of(operator), file)
    say({"chain": chain, "pubkey": pubkey, "proof": proof}, pubkey, proof)


@app.command()
def bond(
    batch: str, tonnes: int, key: Annotated[list[str], KEY], sender: Annotated[str, SENDER] = ""
) -> None:
    """Bond whole tonnes of a batch: they weigh from the next epoch on."""
    from ctn.modules.staking.bond import Bond

    _send(Bond(batch, tonnes), key, sender)


@app.command()
def unbond(
    batch: str, tonnes: int, key: Annotated[list[str], KEY], sender: Annotated[str, SENDER] = ""
) -> None:
    """Take whole tonnes out: free 21 days after their power ended, liable until then."""
    from ctn.modules.staking.unbond import Unbond

    _send(Unbond(batch, tonnes), key, sender)


def _send(op: Op, names: list[str], sender: str) -> None:
    from ctn.cli.keyring import open_keys
    from ctn.cli.link import linked
    from ctn.cli.sending import say_receipt, submit

    keys = open_keys(names)
    with linked() as link:
        say_receipt(submit(link, (op,), keys, _account(names, sender)))


def _account(names: list[str], sender: str) -> str:
    from ctn.cli.keyring import address_of

    return address_of(sender or "@" + names[0])


def _validator(link: Link, address: str) -> dict[str, Any]:
    found: dict[str, Any] | None = link.state("validator", address)["value"]
    if found is None:
        raise Trouble(f"{address} has declared no validator: ctn stake declare")
    return found


def _with_power(
    row: dict[str, Any], powers: dict[str, Any], lots: list[dict[str, Any]]
) -> dict[str, Any]:
    """A validator with its power, its tonnes, and the word for its state."""
    from ctn.modules.staking.rules import state_word

    power = powers.get(row["pubkey"], {"power": 0})["power"]
    total = sum(one["power"] for one in powers.values())
    state = state_word(
        row["status"], jailed_until=row["jailed_until"], suspended=row["suspended"], power=power,
        weight=row["weight"],
    )  # fmt: skip
    bonded = sum(lot["tonnes"] for lot in lots)
    return row | {"power": power, "power_total": total, "bonded_t": bonded, "state": state}


def _told(row: dict[str, Any]) -> list[str]:
    """Each number with what it is made of, in the order in which they follow from each other."""
    share = PARTS * row["power"] // max(1, row["power_total"])
    facts = [
        ("operator", f"{row['operator']} ({row['moniker']})"),
        ("key", row["pubkey"]),
        ("state", row["state"]),
        ("bonded", f"{row['bonded_t']} t in {len(row['lots'])} lots"),
        ("stake", f"{row['stake']} kg, weighed by quality and age at the last epoch"),
        ("bonus", f"{row['bonus_bp']} bp for proofs of reduction, at most 2,500"),
        ("credit", f"{row['credit']} of 10,000; {row['signed']} of {row['blocks']} heights signed"),
        ("weight", f"{row['weight']} kg = stake x (1 + bonus) x credit, 0 where it may not vote"),
        ("power", f"{row['power']} of {row['power_total']} ({share} bp), sent to consensus"),
    ]
    lots = [("lot", f"{lot['tonnes']} t of {lot['batch']}") for lot in row["lots"]]
    waiting = [
        ("leaving", f"{entry['tonnes']} t of {entry['batch']}, due {entry['due'] or 'not yet set'}")
        for entry in row["unbonding"]
    ]
    return table([*facts, *lots, *waiting])


def _proof(chain: str, operator: str, file: str) -> tuple[str, str]:
    """The node's public key, and that an operator of a chain holds it, both in hex."""
    from pathlib import Path

    from ctn.crypto import ed25519
    from ctn.modules.staking.declare import proof_bytes

    seed = _validator_seed(Path(file) if file else None)
    signature = ed25519.sign(seed, proof_bytes(chain, operator))
    return ed25519.public_key(seed).hex(), signature.hex()


def _validator_seed(path: Path | None) -> bytes:
    """The secret of a node's consensus key; it leaves the file for this one signature only."""
    import base64
    import json

    from ctn.cli.terminal import options
    from ctn.node.cometbft.files import Folder
    from ctn.node.home import Home

    found = path or Folder(Home(options().home)).validator_key
    try:
        secret = base64.b64decode(json.loads(found.read_bytes())["priv_key"]["value"])
    except FileNotFoundError:
        raise Trouble(f"{found} is missing: --validator-key FILE") from None
    except (ValueError, KeyError, TypeError) as error:
        raise Trouble(f"{found} is no key file of CometBFT: {error}") from None
    return secret[:32]
