"""`ctn balance`: what an account holds."""

from typing import Annotated

import typer

from ctn.cli.terminal import say, table

app = typer.Typer()


@app.command()
def balance(
    account: Annotated[str, typer.Argument(help="Address, @name, or a holding account.")],
) -> None:
    """Show every balance of an account, in base units."""
    from ctn.cli.keyring import address_of
    from ctn.cli.link import linked

    address = address_of(account)
    with linked() as link:
        rows = list(link.rows("balance", address + "/"))
    held = {place.partition("/")[2]: amount for place, amount in rows}
    lines = table([(asset, str(amount)) for asset, amount in held.items()])
    say({"account": address, "balances": held}, *lines or ["nothing"])
