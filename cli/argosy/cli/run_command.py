"""`argosy run`: the controller, until it is told to end."""

import asyncio
import logging

import click

from argosy.cli.durations import seconds
from argosy.cli.management_options import management_options, writing_options

__all__ = ["command"]


@click.command("run")
@management_options
@writing_options
@click.option("--poll", default="60s", show_default=True, callback=seconds, help="How often Git is asked.")
def command(
    context: str,
    kubeconfig: str,
    namespace: str,
    installation: str,
    application_namespaces: tuple[str, ...],
    take_over: bool,
    allow_file_repositories: bool,
    render_timeout: float,
    poll: float,
) -> None:
    """Run the controller: keep clusters as Git says, until SIGTERM or Ctrl-C.

    A second one of the same installation waits until the first has ended.
    """
    from argosy.cli.controlling import Target

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    target = Target(
        context=context,
        kubeconfig=kubeconfig,
        namespace=namespace,
        installation=installation,
        application_namespaces=application_namespaces,
        allow_file_repositories=allow_file_repositories,
        take_over=take_over,
        render_timeout=render_timeout,
        poll=poll,
    )
    from argosy.cli.leading import run_controller

    asyncio.run(run_controller(target))
