"""Options that name files and folders and that several commands take."""

from collections.abc import Sequence
from pathlib import Path

import click

from argosy.cli.offline_world import ANSWER_KINDS

__all__ = ["clusters_option", "name_and_path", "namespace_option", "repo_option"]


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


namespace_option = click.option(
    "-n", "--namespace", default="argocd", show_default=True, help="Argo CD's namespace."
)
clusters_option = click.option(
    "--clusters",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Manifests of cluster Secrets, and of ConfigMaps, AppProjects and custom resources.",
)
repo_option = click.option(
    "--repo",
    multiple=True,
    metavar="URL=PATH",
    callback=name_and_path,
    help="A clone on this machine that stands for a repository URL.",
)
