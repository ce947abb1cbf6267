"""`ctn compliance`: what authorities froze, and how they freeze and lift."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctn.cli.terminal import say, table

if TYPE_CHECKING:
    from ctn.kernel.op import Op

HASH_LENGTH = 64
SERIALS = ("parts", "batch", "project", "class")
DEFAULTS = {"allow_retire": "false"}
SERIALS_DEFAULTS = DEFAULTS | {"parts": "[]", "until": "null"}

app = typer.Typer(no_args_is_help=True, help="Freezes: freeze, unfreeze, list.")

Keys = Annotated[list[str], typer.Option("--key", help="Name of a key that signs.")]
Reason = Annotated[str, typer.Option("--reason", help="Public reason.")]


@app.command("list")
def list_freezes(
    all_: Annotated[bool, typer.Option("--all", help="Those that ended, too.")] = False,
) -> None:
    """Everything that is frozen: serials, batches, projects, classes, accounts, pools, bridges."""
    from ctn.cli.link import linked

    with linked() as link:
        tables = ("freeze", "compliance_freeze")
        rows = [value for name in tables for _place, value in link.rows(name, "")]
    found = [row for row in rows if all_ or row["ended"] is None]
    found.sort(key=lambda row: (row["since"], row["id"]), reverse=True)
    lines = [
        (row["id"], row["scope"], _subject(row), row["duty"], str(row["height"]), row["reason"])
        for row in found
    ]
    head = ("freeze", "scope", "subject", "by", "height", "reason")
    say({"freezes": found}, *table([head, *lines]) if lines else ["nothing is frozen"])


@app.command()
def freeze(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="SCOPE SUBJECT [FIELD=VALUE]...",
            help="account, pool, bridge, parts, batch, project or class, and its id; allow_retire, "
            "and of serials until and parts.",
        ),
    ],
    key: Keys,
    reason: Reason,
    evidence: Annotated[str, typer.Option(help="A file, or its SHA-256 in hex.")],
) -> None:
    """Freeze something at once, with a public reason."""
    from ctn.cli.fields import read_op
    from ctn.cli.keyring import address_of

    if len(what) < 2:
        raise typer.BadParameter("SCOPE SUBJECT: what is frozen")
    scope, subject, *more = what
    given = {word.partition("=")[0] for word in more}
    paper = file_hash(evidence, "evidence")
    fields = [f"scope={scope}", f"reason={reason}", f"evidence={paper}", *more]
    if scope in SERIALS:
        tag, name, defaults = "registry.freeze", subject, SERIALS_DEFAULTS
        fields.append(f"subject={name}")
    else:
        name = address_of(subject) if scope == "account" else subject
        tag, defaults = "compliance.freeze", DEFAULTS
        fields.append(f"id={name}")
    fields += [f"{field}={value}" for field, value in defaults.items() if field not in given]
    _send(read_op([tag, *fields]), key)


@app.command()
def unfreeze(
    freeze_id: Annotated[str, typer.Argument(metavar="FREEZE", help="Id of the freeze: f-...")],
    key: Keys,
    reason: Reason = "",
) -> None:
    """Lift a freeze, 48 hours from now; one of serials needs no reason."""
    from ctn.cli.link import linked

    with linked() as link:
        is_serials = link.state("freeze", freeze_id)["value"] is not None
    if is_serials:
        _act("registry.lift_freeze", {"freeze": freeze_id}, key)
    else:
        _act("compliance.unfreeze", {"freeze": freeze_id, "reason": reason}, key)


def file_hash(text: str, what: str) -> str:
    """The hash of a document that is named by its file, or by that hash."""
    if len(text) == HASH_LENGTH and not Path(text).exists():
        return text
    try:
        return sha256(Path(text).read_bytes()).hexdigest()
    except OSError as error:
        raise typer.BadParameter(f"{what} {text!r}: {error.strerror}") from None


def _act(tag: str, fields: dict[str, Any], names: list[str]) -> None:
    from ctn.cli.fields import find_kind, make_op

    _send(make_op(find_kind(tag), fields), names)


def _send(op: Op, names: list[str]) -> None:
    from ctn.cli.keyring import open_keys
    from ctn.cli.link import linked
    from ctn.cli.sending import say_receipt, submit

    keys = open_keys(names)
    with linked() as link:
        say_receipt(submit(link, (op,), keys))


def _subject(row: dict[str, Any]) -> str:
    """What a freeze holds, with its serials where it names some."""
    parts = ", ".join([f"{first}-{last}" for first, last in row.get("parts", ())])
    return f"{row['subject']} {parts}" if parts else str(row["subject"])
