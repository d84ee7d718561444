"""`argosy run`: the controller, until it is told to end."""

import asyncio
import logging

import click

from argosy.cli.management_options import management_options, writing_options

__all__ = ["command", "seconds"]


def seconds(_context: click.Context, _parameter: click.Parameter, text: str) -> float:
    """A duration such as `60s`, `5m` or `1h` in seconds."""
    from argosy.schemas.model.durations import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r}; expected a duration such as 60s, 5m or 1h") from error


@click.command("run")
@management_options
@writing_options
@click.option("--poll", default="60s", show_default=True, callback=seconds, help="How often Git is asked.")
def command(
    context: str,
    kubeconfig: str,
    namespace: str,
    installation: str,
    take_over: bool,
    allow_file_repositories: bool,
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
        allow_file_repositories=allow_file_repositories,
        take_over=take_over,
        poll=poll,
    )
    from argosy.cli.leading import run_controller

    asyncio.run(run_controller(target))
