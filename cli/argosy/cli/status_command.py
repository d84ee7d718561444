"""`argosy status`: what the Applications' status says, as a table, a tree or JSON."""

import asyncio
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from argosy.cli.management_options import management_options
from argosy.cli.target import Target
from argosy.schemas.finding import ArgosyError

if TYPE_CHECKING:
    from argosy.cli.live_state import LiveState

__all__ = ["command"]


@click.command("status")
@management_options
@click.option(
    "-o", "--output", type=click.Choice(["text", "wide", "tree", "json"]), default="text", show_default=True
)
def command(
    target: Target,
    output: str,
) -> None:
    """Show Applications with their sync, their health and what they wait for, and sets in trouble."""
    from argosy.cli.controlling import management_client
    from argosy.cli.live_state import read_live_state
    from argosy.clusters.errors import UnknownKind

    async def read() -> "LiveState":
        client = management_client(target)
        try:
            return await read_live_state(client, target.names)
        except UnknownKind as error:
            raise ArgosyError(
                f"{error.message}: Argosy is not installed there",
                hint="`argosy bootstrap ROOT.yaml` installs the CustomResourceDefinitions; "
                "or choose another cluster with --context",
                code=error.code,
            ) from error
        finally:
            await client.close()

    state = asyncio.run(read())
    wide = output == "wide"
    if output == "json":
        click.echo(json.dumps([asdict(row) for row in state.rows], indent=2))
        for name, problem in state.set_problems.items():
            click.echo(f"ApplicationSet {name}: {problem}", err=True)
    elif sys.stdout.isatty():
        from rich.console import Console

        from argosy.cli.status_screen import screen_table, screen_tree

        Console().print(
            screen_tree(state) if output == "tree" else screen_table(state, wide=output == "wide")
        )
    else:
        from argosy.cli.status_screen import plain_table, plain_tree

        lines = plain_tree(state) if output == "tree" else plain_table(state, wide=wide)
        click.echo("".join(f"{line}\n" for line in lines), nl=False)
