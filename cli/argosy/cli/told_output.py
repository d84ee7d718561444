"""Prints what a controller tells: one line a thing, with the seconds since the start."""

import time

import click

from argosy.reconciler.surroundings import Told

__all__ = ["TellLines"]


class TellLines:
    """Prints to stderr, so that a command's own output stays clean. `about` keeps only these names."""

    def __init__(self, about: frozenset[str] | None = None) -> None:
        self._start = time.monotonic()
        self._about = about
        self._last: dict[str, str] = {}

    def __call__(self, told: Told) -> None:
        """Print it, unless the same was the last thing told of the same node."""
        if self._about is not None and told.about.name not in self._about:
            return
        if self._last.get(told.about.name) == told.message:
            return
        self._last[told.about.name] = told.message
        mark = "! " if told.warning else "  "
        seconds = time.monotonic() - self._start
        click.echo(f"{mark}{seconds:7.1f}s  {told.about.name}: {told.message}", err=True)
