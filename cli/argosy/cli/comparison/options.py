"""What `diff` and `affected` take alike, and the readers that they work with."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import click

from argosy.cli.comparison.reading import StateReader
from argosy.cli.comparison.states import NoCommitYetError, State, States, choose_states
from argosy.cli.excepting import Excepting
from argosy.cli.failure import ExitStatus
from argosy.cli.fetching import CachedTrees
from argosy.cli.manifest_world import ManifestWorld, read_manifests
from argosy.cli.offline_world import OfflineWorld
from argosy.cli.parameter_options import known_parameters, parameter_options
from argosy.cli.path_options import clusters_option, namespace_option, repo_option
from argosy.cli.recorded import Recorded, open_recorded, recorded_options
from argosy.cli.render_timeout import render_timeout_option
from argosy.cli.repositories import KnownRepositories, Standing
from argosy.generators.controller_parameters import ControllerParameters
from argosy.generators.questions import Question
from argosy.sources.rendering import Renderer

__all__ = ["Comparison", "ComparisonOptions", "comparison_options", "open_comparison"]

_OPTIONS = (
    click.argument("revision", metavar="[REV]", default="", required=False),
    click.option("--against", metavar="REV", default="", help="The newer state, instead of the work tree."),
    click.option("--staged", is_flag=True, help="The newer state is what is staged."),
    namespace_option,
    clusters_option,
    repo_option,
    render_timeout_option,
    recorded_options,
    parameter_options,
)


@dataclass(frozen=True, slots=True)
class ComparisonOptions:
    """Which states are compared, and what is known beside them; the defaults are those of the commands."""

    revision: str = ""
    against: str = ""
    staged: bool = False
    namespace: str = "argocd"
    clusters: Path | None = None
    repo: Mapping[str, Path] = field(default_factory=dict)
    world: Path | None = None
    max_world_age: timedelta | None = None
    new_git_file_globbing: bool | None = None
    include_hidden_directories: bool | None = None
    render_timeout: float = 60.0


def comparison_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments of `ComparisonOptions`; the command gets them as one, before its own."""

    @wraps(command)
    def gathered(**given: Any) -> Any:
        asked = ComparisonOptions(**{each.name: given.pop(each.name) for each in fields(ComparisonOptions)})
        return command(asked, **given)

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two states, ready to be read."""

    states: States
    old: StateReader
    new: StateReader


@contextmanager
def open_comparison(asked: ComparisonOptions) -> Iterator[Comparison]:
    """The readers of both states; what they have started ends with the block."""
    if asked.staged and asked.against:
        raise click.UsageError("--staged and --against both name the newer state; give one of them")
    try:
        states = choose_states(asked.revision, asked.against, staged=asked.staged)
    except NoCommitYetError as error:
        # A hook runs before the first commit, too, and must let it pass.
        click.echo(error.message, err=True)
        raise SystemExit(int(ExitStatus.FINE)) from error
    clusters = asked.clusters
    manifests = ManifestWorld(read_manifests(clusters) if clusters else (), asked.namespace, str(clusters))
    given = ControllerParameters(asked.new_git_file_globbing, asked.include_hidden_directories)
    opened: list[KnownRepositories] = []
    cached = CachedTrees()

    def reader(state: State, standing: Standing, recorded: Recorded | None) -> StateReader:
        repositories = KnownRepositories(asked.repo, standing, cached=cached.tree)
        opened.append(repositories)
        offline = OfflineWorld(
            manifests,
            repositories.tree,
            {},
            manifests_given=clusters is not None,
            assume_no_clusters=False,
            recorded=recorded.world if recorded else None,
        )
        parameters = known_parameters(given, Excepting(standing, Path.cwd()), offline)
        return StateReader(
            states, state, standing, repositories, offline, parameters, asked.namespace, renderer
        )

    with Renderer(deadline=asked.render_timeout) as renderer:
        try:
            both = states.old, states.new
            standings = [Standing(states.repository.root, each.where, states.repository) for each in both]
            kept = [open_recorded(asked.world, each) for each in standings]
            states = states.with_answers(_differing(*kept))
            old, new = map(reader, both, standings, kept)
            yield Comparison(states, old, new)
            excepting = Excepting(new.standing, Path.cwd())
            last = kept[-1]
            excepting.echo(last.findings(excepting.max_world_age(asked.max_world_age)) if last else ())
        finally:
            for each in opened:
                each.close()
            cached.close()
            states.repository.close()


def _differing(old: Recorded | None, new: Recorded | None) -> frozenset[Question]:
    """The questions that the recorded worlds of two states answer differently."""
    was, will = (each.world.told if each else {} for each in (old, new))
    return frozenset(each for each in was.keys() | will.keys() if was.get(each) != will.get(each))
