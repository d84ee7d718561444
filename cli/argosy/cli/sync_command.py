"""`argosy sync`: one pass over Applications, by this process or by the controller that runs already."""

import asyncio
import sys

import click

from argosy.cli.failure import ExitStatus
from argosy.cli.management_options import management_options, writing_options
from argosy.cli.run_command import seconds

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
    applications: tuple[str, ...],
    context: str,
    kubeconfig: str,
    namespace: str,
    installation: str,
    take_over: bool,
    allow_file_repositories: bool,
    prune: bool,
    timeout: float,
) -> None:
    """Sync Applications (all without a name) to what Git says now, and follow them until they settle.

    Where a controller runs it is asked to; else this process does it. Exit status 1 if one of them failed.
    """
    from argosy.cli.controlling import Target
    from argosy.cli.syncing import sync

    target = Target(
        context=context,
        kubeconfig=kubeconfig,
        namespace=namespace,
        installation=installation,
        allow_file_repositories=allow_file_repositories,
        take_over=take_over,
        poll=0.0,
    )
    rows = asyncio.run(sync(target, applications, prune=prune, timeout=timeout))
    bad = [row for row in rows if not row.settled]
    for row in bad:
        click.echo(f"{row.name}: {row.sync}, {row.health}: {row.trouble}", err=True)
    click.echo(f"{len(rows) - len(bad)} of {len(rows)} Applications are synced and healthy")
    sys.exit(ExitStatus.FINDINGS if bad else ExitStatus.FINE)
