"""`ctn gov`: proposals, approvals, votes, and who may decide what."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctn.cli.compliance import file_hash, list_freezes
from ctn.cli.terminal import Trouble, say, table

if TYPE_CHECKING:
    from ctn.kernel.op import Op

ROWS_MAX = 200

app = typer.Typer(no_args_is_help=True)
app.command("freezes")(list_freezes)

Keys = Annotated[list[str], typer.Option("--key", help="Name of a key that signs.")]
Number = Annotated[int, typer.Argument(help="Number of the proposal.", min=1)]


@app.command("list")
def list_proposals(
    state: Annotated[str, typer.Option(help="Only these: open, passed, executed ...")] = "",
) -> None:
    """Proposals, the newest first."""
    from ctn.cli.link import linked

    with linked() as link:
        rows = [value for _place, value in link.rows("proposal", "")]
    found = [row for row in reversed(rows) if not state or row["state"] == state][:ROWS_MAX]
    lines = [(str(row["number"]), row["state"], row["track"], row["title"]) for row in found]
    say({"proposals": found}, *table(lines) if lines else ["no proposals"])


@app.command()
def show(number: Number) -> None:
    """A proposal: what it would do, who is for it and against it, and what happens when."""
    row = _proposal(number)
    votes = [
        f"  {name:<8} {row[name]['owners']} owners, {row[name]['tonnes']} t, weight "
        f"{row[name]['weight']}"
        for name in ("yes", "no", "abstain")
    ]
    times = [
        f"{name} {_time(row[name])}"
        for name in ("opened", "closes", "runs", "ended")
        if row[name] is not None
    ]
    failure = row["failure"]
    ops = [json.dumps(op, ensure_ascii=False) for op in row["ops"]]
    say(
        {"proposal": row},
        f"no. {number}, {row['track']}, {row['state']}: {row['title']}",
        f"by {row['proposer']}, document {row['document']}",
        *[f"  {place}) {op}" for place, op in enumerate(ops)],
        *(votes if row["track"] == "public" else []),
        *[f"approved by {member}" for member in row["approvals"]],
        *[f"objected to by {member}" for member in row["objections"]],
        *([] if failure is None else [f"failed: {failure['refusal']} in op {failure['op']}"]),
        *times,
    )


@app.command()
def council() -> None:
    """Who sits on the council, and whether everything is stopped."""
    from ctn.cli.link import linked

    with linked() as link:
        found = link.state("council", "council")["value"]
        stop = link.state("stop", "all")["value"]
    if found is None:
        raise Trouble("this chain has no council")
    numbers = f"{found['threshold']} approve, {found['emergency']} stop everything"
    lines = [*found["members"], numbers]
    if stop is not None:
        lines.append(f"STOPPED since {_time(stop['since'])}, until {_time(stop['until'])} at most")
    say({"council": found, "stop": stop}, *lines)


@app.command()
def propose(
    ops: Annotated[
        list[str] | None,
        typer.Argument(help="Each one operation: 'governance.set_param name=taker_ppm value=400'."),
    ] = None,
    key: Keys = [],  # noqa: B006  typer reads the default and never changes it
    track: Annotated[str, typer.Option(help="council or public.")] = "council",
    title: Annotated[str, typer.Option(help="What it is, in a line.")] = "",
    document: Annotated[str, typer.Option(help="A file, or its SHA-256 in hex.")] = "",
) -> None:
    """Lay operations before the council or the public; without any, a pure decision."""
    from ctn.cli.fields import find_kind, make_op, read_op
    from ctn.kernel.codec import encode

    carried = [json.loads(encode(read_op(shlex.split(text)))) for text in ops or ()]
    paper = file_hash(document, "document")
    fields = {"track": track, "title": title, "document": paper, "ops": carried}
    _send(make_op(find_kind("governance.propose"), fields), key)


@app.command()
def approve(number: Number, key: Keys) -> None:
    """Approve a proposal to the council, as one of its members."""
    _act("governance.approve", {"proposal": number}, key)


@app.command("object")
def object_to(number: Number, key: Keys) -> None:
    """Object to a public proposal that passed, as a member of the council."""
    _act("governance.object", {"proposal": number}, key)


@app.command()
def cancel(number: Number, key: Keys) -> None:
    """Take back one's own open proposal."""
    _act("governance.cancel", {"proposal": number}, key)


@app.command()
def vote(
    number: Number,
    choice: Annotated[str, typer.Argument(help="yes, no or abstain.")],
    lots: Annotated[list[str], typer.Argument(help="BATCH=TONNES, locked until the close.")],
    key: Keys,
) -> None:
    """Vote with whole tonnes; they come back when the vote closes."""
    found = [_lot(text) for text in lots]
    _act("governance.vote", {"proposal": number, "choice": choice, "lots": found}, key)


@app.command()
def stop(reason: Annotated[str, typer.Argument(help="Public reason.")], key: Keys) -> None:
    """Call for an emergency stop of everything, as a member of the council."""
    _act("governance.stop", {"reason": reason}, key)


def _act(tag: str, fields: dict[str, Any], names: list[str]) -> None:
    from ctn.cli.fields import find_kind, make_op

    _send(make_op(find_kind(tag), fields), names)


def _send(op: Op, names: list[str]) -> None:
    from ctn.cli.keyring import open_keys
    from ctn.cli.link import linked
    from ctn.cli.sending import say_receipt, submit

    if not names:
        raise typer.BadParameter("--key NAME: which key signs")
    keys = open_keys(names)
    with linked() as link:
        say_receipt(submit(link, (op,), keys))


def _proposal(number: int) -> dict[str, Any]:
    from ctn.cli.link import linked

    with linked() as link:
        row: dict[str, Any] | None = link.state("proposal", f"{number:020d}")["value"]
    if row is None:
        raise Trouble(f"no proposal {number}")
    return row


def _lot(text: str) -> dict[str, Any]:
    batch, _, tonnes = text.partition("=")
    if not (tonnes.isascii() and tonnes.isdigit()):
        raise typer.BadParameter(f"{text!r} is not BATCH=TONNES, in whole tonnes")
    return {"batch": batch, "tonnes": int(tonnes)}


def _time(ms: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(ms // 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
