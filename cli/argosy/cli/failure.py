"""Turns errors that Argosy raises on purpose into a line on stderr and an exit status."""

import sys
from enum import IntEnum
from typing import Any

import click

from argosy.schemas.finding import ArgosyError

__all__ = ["ExitStatus", "reporting_failures"]


class ExitStatus(IntEnum):
    """What a command's exit status means; the same for every command."""

    FINE = 0
    FINDINGS = 1
    WRONG_USE = 2
    WORLD_FAILED = 3


def reporting_failures(group: click.Group) -> Any:
    """The group as a plain function whose `ArgosyError`s end in a message and exit status 3."""

    def run(*args: Any, **kwargs: Any) -> None:
        try:
            group(*args, **kwargs)
        except ArgosyError as error:
            place = f"{error.position}: " if error.position else ""
            click.echo(f"argosy: {place}{error.message}", err=True)
            if error.hint:
                click.echo(f"  hint: {error.hint}", err=True)
            sys.exit(ExitStatus.WORLD_FAILED)

    return run
