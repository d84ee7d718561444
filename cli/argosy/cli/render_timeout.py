"""The option `--render-timeout`, for all commands that render."""

import click

from argosy.cli.durations import seconds

__all__ = ["render_timeout_option"]

render_timeout_option = click.option(
    "--render-timeout",
    default="60s",
    show_default=True,
    callback=seconds,
    help="How long the rendering of one source may take.",
)
