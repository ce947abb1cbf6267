"""`ctn schema`: the three contracts, printed from the code."""

import typer

app = typer.Typer(no_args_is_help=True, help="The contracts: GraphQL, OpenAPI, operations.")


@app.callback()
def schema() -> None:
    """The contracts: GraphQL, OpenAPI, operations."""


@app.command()
def graphql() -> None:
    """The GraphQL schema, as in schema.graphql."""
    from ctn.api.graphql.schema import schema_text

    typer.echo(schema_text(), nl=False)


@app.command()
def openapi() -> None:
    """The OpenAPI 3.1 document of the REST interface."""
    import msgspec

    from ctn.api.app import contract_document

    typer.echo(msgspec.json.format(msgspec.json.encode(contract_document())).decode())


@app.command()
def ops() -> None:
    """Every operation with its fields, who may send it, its refusals and events."""
    import msgspec

    from ctn.api.declared import operations

    typer.echo(msgspec.json.format(msgspec.json.encode(operations())).decode())
