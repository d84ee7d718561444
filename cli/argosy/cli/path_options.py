"""Options of the form NAME=PATH, which several commands take."""

from collections.abc import Sequence
from pathlib import Path

import click

from argosy.cli.offline_world import ANSWER_KINDS

__all__ = ["name_and_path"]


def name_and_path(_: click.Context, parameter: click.Parameter, values: Sequence[str]) -> dict[str, Path]:
    """The callback of such an option: a path by name. Raises `BadParameter`, as click wants it."""
    found = {}
    for value in values:
        name, separator, path = value.partition("=")
        if parameter.name == "repo":
            # URLs may hold `=`; paths given here hold none.
            name, separator, path = value.rpartition("=")
        if not separator or not name or not path:
            raise click.BadParameter(f"`{value}` must have the form {parameter.metavar}")
        if parameter.name == "answers" and name not in ANSWER_KINDS:
            raise click.BadParameter(f"`{name}` is not one of {', '.join(ANSWER_KINDS)}")
        found[name] = Path(path)
    return found
