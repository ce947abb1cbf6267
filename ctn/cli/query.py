"""`ctn query`: records of the state, proved against the block maker's seal when asked."""

import json
from itertools import islice
from typing import Annotated, Any

import typer

from ctn.cli.terminal import Trouble, say

app = typer.Typer()

ROWS_MAX = 10_000
EMBEDDED = "embedded"


@app.command()
def query(
    table: Annotated[str, typer.Argument(help="Table, such as account, balance, asset, duty.")],
    place: Annotated[str | None, typer.Argument(metavar="ID", help="Id of a record.")] = None,
    prefix: Annotated[str, typer.Option(help="All records whose id starts so.")] = "",
    prove: Annotated[bool, typer.Option(help="Prove the record against its header.")] = False,
    at: Annotated[int | None, typer.Option(min=0, help="After this height; of an archive.")] = None,
) -> None:
    """Show a record, or those of a table; with --prove checked here against the seal."""
    from ctn.cli.link import linked

    if prove and place is None:
        raise typer.BadParameter("--prove needs an id")
    if at is not None and (prove or place is None):
        raise typer.BadParameter("--at needs an id, and goes without --prove")
    with linked() as link:
        if place is None:
            _say_rows(table, list(islice(link.rows(table, prefix), ROWS_MAX)))
        elif prove:
            if link.status()["engine"] != EMBEDDED:
                raise Trouble(f"validators order this chain: ctn light verify record {table} ID")
            _say_proved(link.proofs([(table, place)]))
        else:
            answer = link.state(table, place, at=at)
            result = {"table": table, "id": place, "value": answer["value"]}
            say(result | {"height": answer["height"]}, json.dumps(answer["value"], indent=2))


def _say_rows(table: str, rows: list[tuple[str, Any]]) -> None:
    items = [{"id": place, "value": value} for place, value in rows]
    lines = [f"{place}  {json.dumps(value)}" for place, value in rows]
    say({"table": table, "items": items}, *lines or ["no records"])


def _say_proved(answer: dict[str, Any]) -> None:
    from ctn.cli.proofs import verify_answer
    from ctn.kernel.proof import ProofInvalid

    try:
        maker = verify_answer(answer)
    except ProofInvalid as error:
        raise Trouble(f"ProofInvalid: {error}") from None
    row = answer["records"][0]
    value = None if row["value"] is None else json.loads(row["value"])
    result = {
        "table": row["table"], "id": row["id"], "value": value, "height": answer["height"],
        "root": answer["root"], "maker": maker, "proved": True,
    }  # fmt: skip
    what = "absent" if value is None else json.dumps(value, indent=2)
    say(result, what, f"proved at height {answer['height']} under the seal of {maker}")
