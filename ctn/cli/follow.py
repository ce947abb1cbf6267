"""`ctn follow`: blocks as they are made."""

from typing import Annotated

import typer

from ctn.cli.terminal import say

app = typer.Typer()


@app.command()
def follow(
    height: Annotated[int, typer.Option("--from", help="First height; else the next one.")] = 0,
    count: Annotated[int, typer.Option(help="Stop after so many blocks.")] = 0,
) -> None:
    """Print each block as it is made, until Ctrl-C."""
    from ctn.cli.link import linked

    with linked() as link:
        first = height or link.status()["height"] + 1
        for number, block in enumerate(link.follow(first), 1):
            header, receipts = block["header"], block["receipts"]
            lines = [
                f"  {receipt['status']} {receipt['tx']} {receipt['refusal'] or ''}".rstrip()
                for receipt in receipts
                if "tx" in receipt  # the receipt of the hooks names none
            ]
            what = f"block {header['height']} time {header['time']} txs {header['count']}"
            say({"header": header, "receipts": receipts}, what, *lines)
            if number == count:
                return
