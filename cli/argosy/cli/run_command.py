"""`argosy run`: the controller, until it is told to end."""

import asyncio
import logging

import click

from argosy.cli.durations import seconds
from argosy.cli.management_options import management_options, writing_options
from argosy.cli.target import Target

__all__ = ["command"]


@click.command("run")
@management_options
@writing_options
@click.option("--poll", default="60s", show_default=True, callback=seconds, help="How often Git is asked.")
def command(target: Target) -> None:
    """Run the controller: keep clusters as Git says, until SIGTERM or Ctrl-C.

    A second one of the same installation waits until the first has ended.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    from argosy.cli.leading import run_controller

    asyncio.run(run_controller(target))
