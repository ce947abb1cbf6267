"""`ctn api`: the platform alone."""

from typing import Annotated

import typer

from ctn.cli.terminal import options

app = typer.Typer(no_args_is_help=True, help="The platform alone.")


@app.callback()
def api() -> None:
    """The platform alone."""


@app.command()
def start(
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 is the first free one of 8080-8099.")] = 0,
) -> None:
    """Serve the platform of a home; the engine may start before or after."""
    from ctn.api.process import run_api

    raise typer.Exit(run_api(options().home, host=host, port=port or None))
