"""`ctn account`: how an account is protected, and what waits to change that.

Tightening acts at once, loosening waits; whatever waits is listed by `pending` and taken back by
`pending --cancel`, with any one signer of the account.
"""

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from ctn.cli.terminal import say, table

if TYPE_CHECKING:
    from ctn.cli.link import Link
    from ctn.kernel.account import Signer
    from ctn.kernel.op import Op
    from ctn.modules.accounts.records import Limit

app = typer.Typer(no_args_is_help=True, help="How an account is protected.")

Key = Annotated[list[str] | None, typer.Option(help="Name of a key that signs; may be repeated.")]
Sender = Annotated[
    str, typer.Option(help="Account, when it is not the key's own; @name or address.")
]
GUARDIANS_SHAPE = "none, or how many of whom: 2 of @a,@b,@c"
SIGNER_SHAPE = "<scheme>-<public key in hex>, with =<weight> when that is not 1"


class Guardians(NamedTuple):
    """Who guards an account, and how many of them recover it."""

    addresses: tuple[str, ...]
    threshold: int


@app.command()
def guard(
    trusted_only: Annotated[
        bool | None,
        typer.Option("--trusted-only/--anyone", help="Whom value may reach."),
    ] = None,
    limit: Annotated[
        list[str] | None, typer.Option(help="asset=most a day in base units, or none; repeatable.")
    ] = None,
    guardians: Annotated[str, typer.Option(help=GUARDIANS_SHAPE)] = "",
    key: Key = None,
    sender: Sender = "",
) -> None:
    """Change the named parts of an account's guard; the others stay as they are."""
    from ctn.cli.link import linked
    from ctn.modules.accounts.records import Limit
    from ctn.modules.accounts.set_guard import SetGuard

    asked = None if limit is None else _limits(limit)
    others = _guardians(guardians) if guardians else None
    with linked() as link:
        known = link.state("guard", _account(key, sender))["value"] or {}
        kept = tuple([Limit(**one) for one in known.get("limits", [])])
        was = Guardians(tuple(known.get("guardians", [])), known.get("guardian_threshold", 0))
        whom = known.get("trusted_only", False) if trusted_only is None else trusted_only
        found = was if others is None else others
        op = SetGuard(whom, kept if asked is None else asked, found.addresses, found.threshold)
        _send(link, op, key, sender)


@app.command()
def limit(
    signer: Annotated[str, typer.Argument(help="<scheme>-<public key in hex>")],
    family: Annotated[
        list[str] | None, typer.Option(help="It counts for these; none frees it. Repeatable.")
    ] = None,
    key: Key = None,
    sender: Sender = "",
) -> None:
    """Let a signer count for some families of operations only, such as trade."""
    from ctn.cli.fields import make_op
    from ctn.cli.link import linked
    from ctn.modules.accounts.limit_signer import LimitSigner

    found = _signer(signer)
    fields = {"scheme": found.scheme, "key": found.key, "families": family or None}
    op = make_op(LimitSigner, fields)
    with linked() as link:
        _send(link, op, key, sender)


@app.command()
def trust(
    address: Annotated[str, typer.Argument(help="@name or address.")],
    remove: Annotated[bool, typer.Option("--remove", help="Trust it no more, at once.")] = False,
    key: Key = None,
    sender: Sender = "",
) -> None:
    """Trust an address after the delay."""
    from ctn.cli.keyring import address_of
    from ctn.cli.link import linked
    from ctn.modules.accounts.add_trusted import AddTrusted
    from ctn.modules.accounts.remove_trusted import RemoveTrusted

    target = address_of(address)
    op = RemoveTrusted(target) if remove else AddTrusted(target)
    with linked() as link:
        _send(link, op, key, sender)


@app.command()
def lock(
    account: Annotated[str, typer.Argument(help="Whom; the sender itself when not named.")] = "",
    key: Key = None,
    sender: Sender = "",
) -> None:
    """Lock one's own account, or one that names the sender as guardian, at once."""
    from ctn.cli.keyring import address_of
    from ctn.cli.link import linked
    from ctn.modules.accounts.lock import Lock

    target = address_of(account) if account else _account(key, sender)
    with linked() as link:
        _send(link, Lock(target), key, sender)


@app.command()
def unlock(key: Key = None, sender: Sender = "") -> None:
    """Unlock an account after the delay."""
    from ctn.cli.link import linked
    from ctn.modules.accounts.unlock import Unlock

    with linked() as link:
        _send(link, Unlock(), key, sender)


@app.command()
def recover(
    account: Annotated[str, typer.Argument(help="Whom to recover; @name or address.")],
    signer: Annotated[list[str], typer.Option(help=SIGNER_SHAPE)],
    thresholds: Annotated[str, typer.Option(help="low,medium,high")] = "1,1,1",
    key: Key = None,
    sender: Sender = "",
) -> None:
    """Approve, as guardian, that an account get new signers."""
    from ctn.cli.fields import make_op
    from ctn.cli.keyring import address_of
    from ctn.cli.link import linked
    from ctn.modules.accounts.recover import Recover

    numbers = thresholds.split(",")
    names = ("low", "medium", "high")
    if len(numbers) != len(names):
        raise typer.BadParameter(f"thresholds {thresholds!r}: low,medium,high")
    fields = {
        "account": address_of(account),
        "signers": [_signer(text) for text in signer],
        "thresholds": {name: _number(text) for name, text in zip(names, numbers, strict=True)},
    }
    op = make_op(Recover, fields)
    with linked() as link:
        _send(link, op, key, sender)


@app.command()
def pending(
    account: Annotated[str, typer.Argument(help="Whose; the sender's when not named.")] = "",
    cancel: Annotated[int, typer.Option(help="Take back the change of this number.")] = 0,
    key: Key = None,
    sender: Sender = "",
) -> None:
    """Show guard, lock, trusted addresses and every change that waits; or cancel one."""
    from ctn.cli.keyring import address_of
    from ctn.cli.link import linked
    from ctn.modules.accounts.cancel_pending import CancelPending

    with linked() as link:
        if cancel:
            _send(link, CancelPending(cancel), key, sender)
            return
        address = address_of(account) if account else _account(key, sender)
        found = _protection(link, address)
    say({"account": address} | found, *_lines(found))


@app.command()
def close(
    sweep_to: Annotated[str, typer.Option(help="Where its money goes; @name or address.")] = "",
    key: Key = None,
    sender: Sender = "",
) -> None:
    """Close an account for ever; whatever is no money must be gone."""
    from ctn.cli.keyring import address_of
    from ctn.cli.link import linked
    from ctn.modules.accounts.close import Close

    op = Close(address_of(sweep_to) if sweep_to else None)
    with linked() as link:
        _send(link, op, key, sender)


# --- what the commands share


def _account(key: list[str] | None, sender: str) -> str:
    """The account that a command is about: the stated sender, or that of the first key."""
    from ctn.cli.keyring import address_of, find

    if sender:
        return address_of(sender)
    if not key:
        raise typer.BadParameter("--key NAME: which key signs")
    return find(key[0]).address


def _send(link: "Link", op: "Op", key: list[str] | None, sender: str) -> None:
    from ctn.cli.keyring import open_keys
    from ctn.cli.sending import say_receipt, submit

    account = _account(key, sender)
    if not key:
        raise typer.BadParameter("--key NAME: which key signs")
    say_receipt(submit(link, (op,), open_keys(key), account))


def _limits(words: list[str]) -> "tuple[Limit, ...]":
    from ctn.modules.accounts.records import Limit

    if words == ["none"]:
        return ()
    pairs = [word.partition("=") for word in words]
    return tuple([Limit(asset, _number(amount)) for asset, _, amount in pairs])


def _guardians(text: str) -> Guardians:
    from ctn.cli.keyring import address_of

    if text == "none":
        return Guardians((), 0)
    count, is_whole, names = text.partition(" of ")
    if not is_whole:
        raise typer.BadParameter(f"guardians {text!r}: {GUARDIANS_SHAPE}")
    return Guardians(tuple([address_of(name) for name in names.split(",")]), _number(count))


def _signer(text: str) -> "Signer":
    from ctn.kernel.account import Signer

    name, _, weight = text.partition("=")
    scheme, is_whole, public = name.partition("-")
    if not is_whole:
        raise typer.BadParameter(f"signer {text!r}: {SIGNER_SHAPE}")
    return Signer(_number(scheme), public, _number(weight) if weight else 1)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or str(int(text)) != text:
        raise typer.BadParameter(f"{text!r} is no whole number")
    return int(text)


def _protection(link: "Link", address: str) -> dict[str, Any]:
    """What the state says of an account's protection."""
    mine = address + "/"
    trusted, limited = link.rows("trusted", mine), link.rows("signer_limit", mine)
    return {
        "guard": link.state("guard", address)["value"],
        "lock": link.state("lock", address)["value"],
        "trusted": {place.partition("/")[2]: row["since"] for place, row in trusted},
        "limited": {place.partition("/")[2]: row["families"] for place, row in limited},
        "pending": [row for _place, row in link.rows("pending", mine)],
    }


def _lines(found: dict[str, Any]) -> list[str]:
    guard_now, locked = found["guard"] or {}, found["lock"]
    limits = [f"{one['asset']} {one['per_day']} a day" for one in guard_now.get("limits", [])]
    guardians = guard_now.get("guardians", [])
    rows = [
        ("locked", "no" if locked is None else f"by {locked['by']}"),
        ("value reaches", "trusted only" if guard_now.get("trusted_only") else "anyone"),
        ("limits", ", ".join(limits) or "none"),
        ("guardians", f"{guard_now.get('guardian_threshold', 0)} of {len(guardians)}"),
    ]
    rows += [("trusted", address) for address in found["trusted"]]
    rows += [("limited", f"{key}: {', '.join(names)}") for key, names in found["limited"].items()]
    rows += [
        ("waits", f"{one['number']} {one['change']['op']} until {one['effective']}")
        for one in found["pending"]
    ]
    return table(rows)
