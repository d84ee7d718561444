"""What `diff` and `affected` take alike, and the readers that they work with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from argosy.cli.comparison.reading import StateReader
from argosy.cli.comparison.states import NoCommitYetError, State, States, choose_states
from argosy.cli.excepting import Excepting
from argosy.cli.failure import ExitStatus
from argosy.cli.manifest_world import ManifestWorld, read_manifests
from argosy.cli.offline_world import OfflineWorld
from argosy.cli.parameter_options import known_settings, parameter_options
from argosy.cli.path_options import name_and_path
from argosy.cli.recorded import Recorded, open_recorded, recorded_options
from argosy.cli.repositories import KnownRepositories, Standing
from argosy.generators.controller_parameters import ControllerParameters
from argosy.generators.questions import Question
from argosy.sources.rendering import Renderer

__all__ = ["Comparison", "comparison_options", "open_comparison"]

_OPTIONS = (
    click.argument("revision", metavar="[REV]", default="", required=False),
    click.option("--against", metavar="REV", default="", help="The newer state, instead of the work tree."),
    click.option("--staged", is_flag=True, help="The newer state is what is staged."),
    click.option("-n", "--namespace", default="argocd", show_default=True, help="Argo CD's namespace."),
    click.option(
        "--clusters",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="Manifests of cluster Secrets, and of ConfigMaps, AppProjects and custom resources.",
    ),
    click.option(
        "--repo",
        multiple=True,
        metavar="URL=PATH",
        callback=name_and_path,
        help="A clone on this machine that stands for a repository URL.",
    ),
    recorded_options,
    parameter_options,
)


def comparison_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments that say which states are compared, and what is known beside them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two states, ready to be read."""

    states: States
    old: StateReader
    new: StateReader


@contextmanager
def open_comparison(
    revision: str,
    against: str,
    staged: bool,
    namespace: str,
    clusters: Path | None,
    repo: dict[str, Path],
    world: Path | None,
    max_world_age: timedelta | None,
    new_git_file_globbing: bool | None,
    include_hidden_directories: bool | None,
) -> Iterator[Comparison]:
    """The readers of both states; what they have started ends with the block."""
    if staged and against:
        raise click.UsageError("--staged and --against both name the newer state; give one of them")
    try:
        states = choose_states(revision, against, staged=staged)
    except NoCommitYetError as error:
        # A hook runs before the first commit, too, and must let it pass.
        click.echo(error.message, err=True)
        raise SystemExit(int(ExitStatus.FINE)) from error
    manifests = ManifestWorld(read_manifests(clusters) if clusters else (), namespace, str(clusters))
    given = ControllerParameters(new_git_file_globbing, include_hidden_directories)
    opened: list[KnownRepositories] = []

    def reader(state: State, standing: Standing, recorded: Recorded | None) -> StateReader:
        repositories = KnownRepositories(repo, standing)
        opened.append(repositories)
        asked = OfflineWorld(
            manifests,
            repositories.tree,
            {},
            manifests_given=clusters is not None,
            assume_no_clusters=False,
            recorded=recorded.world if recorded else None,
        )
        settings = known_settings(namespace, given, Excepting(standing, Path.cwd()), asked)
        return StateReader(states, state, standing, repositories, asked, settings, renderer)

    with Renderer() as renderer:
        try:
            both = states.old, states.new
            standings = [Standing(states.repository.root, each.where, states.repository) for each in both]
            kept = [open_recorded(world, each) for each in standings]
            states = states.with_answers(_differing(*kept))
            old, new = map(reader, both, standings, kept)
            yield Comparison(states, old, new)
            excepting = Excepting(new.standing, Path.cwd())
            last = kept[-1]
            excepting.echo(last.findings(excepting.max_world_age(max_world_age)) if last else ())
        finally:
            for each in opened:
                each.close()
            states.repository.close()


def _differing(old: Recorded | None, new: Recorded | None) -> frozenset[Question]:
    """The questions that the recorded worlds of two states answer differently."""
    was, will = (each.world.told if each else {} for each in (old, new))
    return frozenset(each for each in was.keys() | will.keys() if was.get(each) != will.get(each))
