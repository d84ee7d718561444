"""`argosy sync`: one pass over Applications, by this process or by the controller that runs already."""

import asyncio
import sys
from dataclasses import replace

import click

from argosy.cli.durations import seconds
from argosy.cli.failure import ExitStatus
from argosy.cli.management_options import management_options, writing_options
from argosy.cli.target import Target

__all__ = ["command"]


@click.command("sync")
@click.argument("applications", nargs=-1, metavar="[APP]...")
@management_options
@writing_options
@click.option("--prune", is_flag=True, help="Also delete what Git no longer has.")
@click.option(
    "--timeout", default="10m", show_default=True, callback=seconds, help="How long it is followed."
)
def command(
    target: Target,
    applications: tuple[str, ...],
    prune: bool,
    timeout: float,
) -> None:
    """Sync Applications (all without a name) to what Git says now, and follow them until nothing moves.

    Where a controller runs it is asked to; else this process does it. Exit status 1 if one of them failed.
    """
    from argosy.cli.syncing import sync

    found = asyncio.run(sync(replace(target, poll=0.0), applications, prune=prune, timeout=timeout))
    bad = [row for row in found.rows if not row.settled]
    for row in bad:
        click.echo(": ".join(filter(None, (row.name, f"{row.sync}, {row.health}", row.trouble))), err=True)
    for name, problem in found.set_problems.items():
        click.echo(f"ApplicationSet {name}: {problem}", err=True)
    click.echo(f"{len(found.rows) - len(bad)} of {len(found.rows)} Applications are synced and healthy")
    sys.exit(ExitStatus.FINDINGS if bad or found.set_problems else ExitStatus.FINE)
