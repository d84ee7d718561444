"""Turns errors that Argosy raises on purpose into a line on stderr and an exit status."""

import errno
import os
import sys
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import click

from argosy.schemas.finding import ArgosyError

__all__ = ["ExitStatus", "reporting_failures"]


_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


class ExitStatus(IntEnum):
    """What a command's exit status means; the same for every command."""

    FINE = 0
    FINDINGS = 1
    WRONG_USE = 2
    WORLD_FAILED = 3


def reporting_failures(group: click.Group) -> Any:
    """The group as a plain function whose `ArgosyError`s end in a message and exit status 3.

    Tasks that failed together come as one group of errors; where one of them is a fault of our own, all of it
    is raised.
    """

    def run(*args: Any, **kwargs: Any) -> None:
        try:
            group(*args, **kwargs)
        except ArgosyError as error:
            _echo(error)
            sys.exit(ExitStatus.WORLD_FAILED)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            # What is left in the buffer would fail once more at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            reason = (error.strerror or "").lower()
            _echo(ArgosyError(f"the output cannot be written: {reason}", code="unreadable-file"))
            sys.exit(ExitStatus.WORLD_FAILED)
        except ExceptionGroup as several:
            errors = list(_leaves(several))
            if not all(isinstance(each, ArgosyError) for each in errors):
                raise
            for each in {str(each): each for each in errors if isinstance(each, ArgosyError)}.values():
                _echo(each)
            sys.exit(ExitStatus.WORLD_FAILED)

    return run


def _leaves(group: ExceptionGroup[Exception]) -> Iterator[Exception]:
    for each in group.exceptions:
        if isinstance(each, ExceptionGroup):
            yield from _leaves(each)
        else:
            yield each


def _echo(error: ArgosyError) -> None:
    """Like any other finding; one without a place says which program speaks."""
    # Imported here: hardly any call fails.
    from argosy.cli.finding_output import line_reader, shown

    who = "" if error.position else "argosy: "
    click.echo(who + shown(error.finding(), line_reader()), err=True)
