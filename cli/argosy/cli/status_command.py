"""`argosy status`: what the Applications' status says, as a table, a tree or JSON."""

import asyncio
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from argosy.cli.management_options import management_options
from argosy.schemas.finding import ArgosyError

if TYPE_CHECKING:
    from argosy.cli.following import Row

__all__ = ["command"]


@click.command("status")
@management_options
@click.option(
    "-o", "--output", type=click.Choice(["text", "wide", "tree", "json"]), default="text", show_default=True
)
def command(
    context: str,
    kubeconfig: str,
    namespace: str,
    installation: str,
    application_namespaces: tuple[str, ...],
    output: str,
) -> None:
    """Show Applications with their sync, their health and what they wait for."""
    from argosy.cli.controlling import Target, management_client
    from argosy.cli.following import list_rows
    from argosy.clusters.errors import UnknownKind

    target = Target(
        context=context,
        kubeconfig=kubeconfig,
        namespace=namespace,
        installation=installation,
        application_namespaces=application_namespaces,
    )

    async def read() -> "list[Row]":
        client = management_client(target)
        try:
            return await list_rows(client, target.names)
        except UnknownKind as error:
            raise ArgosyError(
                f"{error.message}: Argosy is not installed there",
                hint="`argosy bootstrap ROOT.yaml` installs the CustomResourceDefinitions; "
                "or choose another cluster with --context",
                code=error.code,
            ) from error
        finally:
            await client.close()

    rows = asyncio.run(read())
    if output == "json":
        click.echo(json.dumps([asdict(row) for row in rows], indent=2))
    elif sys.stdout.isatty():
        from rich.console import Console

        from argosy.cli.status_screen import screen_table, screen_tree

        Console().print(screen_tree(rows) if output == "tree" else screen_table(rows, wide=output == "wide"))
    else:
        from argosy.cli.status_screen import plain_table, plain_tree

        lines = plain_tree(rows) if output == "tree" else plain_table(rows, wide=output == "wide")
        click.echo("".join(f"{line}\n" for line in lines), nl=False)
