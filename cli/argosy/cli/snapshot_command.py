"""`argosy snapshot`: writes down what generators ask of clusters and services, for compiling offline."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from os import path
from pathlib import Path
from typing import TYPE_CHECKING

import click

from argosy.cli.document_search import search_paths
from argosy.cli.excepting import Excepting
from argosy.cli.failure import ExitStatus
from argosy.cli.parameter_options import parameter_options, settings_of
from argosy.cli.path_options import namespace_option, repo_option
from argosy.cli.recorded import WORLD_FILE
from argosy.cli.repositories import KnownRepositories, Standing
from argosy.cli.target import Target
from argosy.compiler.loading import load
from argosy.generators.controller_parameters import ControllerParameters
from argosy.generators.generator import Settings
from argosy.schemas.finding import ArgosyError, Finding, Severity
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.validation import kind_of

if TYPE_CHECKING:
    from argosy.cli.snapshotting import Snapshot

__all__ = ["command"]


@click.command("snapshot")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="",
    help=f"Where to write ({WORLD_FILE} in the repository's root without; - for stdout).",
)
@click.option("--context", default="", help="The kubeconfig's context; its current one without.")
@click.option("--kubeconfig", default="", metavar="FILE", help="Instead of KUBECONFIG and ~/.kube/config.")
@namespace_option
@repo_option
@click.option("--allow-file-repositories", is_flag=True, help="Allow repositories on this machine's disks.")
@parameter_options
@click.option("--strict-destinations", type=bool, default=False, metavar="true|false")
def command(
    paths: tuple[Path, ...],
    output: str,
    context: str,
    kubeconfig: str,
    namespace: str,
    repo: dict[str, Path],
    allow_file_repositories: bool,
    new_git_file_globbing: bool | None,
    include_hidden_directories: bool | None,
    strict_destinations: bool,
) -> None:
    """Write what the generators of the ApplicationSets in PATH (of those in the cluster, without) ask.

    The file holds answers of clusters, providers, plugins and other repositories, and no secrets; `validate`,
    `compile` and `diff` then work offline. Exit status 3 if something was not answered: that is written, too.
    """
    # Imported here: it speaks with clusters.
    from argosy.cli.snapshotting import take_snapshot
    from argosy.generators.recorded.world_file import write_world

    standing = Standing(Path.cwd())
    excepting = Excepting(standing, Path.cwd())
    given = ControllerParameters(new_git_file_globbing, include_hidden_directories)
    given = given.over(excepting.controller_parameters())

    def settings_with(installed: ControllerParameters) -> Settings:
        settings = settings_of(namespace, given.over(installed))
        return replace(settings, strict_destinations=strict_destinations)

    sets, findings = _sets(paths, namespace) if paths else (None, ())
    if sets == []:
        excepting.echo(findings)
        raise click.UsageError("no ApplicationSet in these paths")
    place = _place(output, standing)
    target = Target(
        context=context,
        kubeconfig=kubeconfig,
        namespace=namespace,
        allow_file_repositories=allow_file_repositories,
    )
    local = KnownRepositories(repo, standing)
    try:
        taken = asyncio.run(take_snapshot(target, sets, local, settings_with))
    finally:
        local.close()
    _write(write_world(taken.answers), place)
    excepting.echo([*findings, *_unanswered(taken)])
    click.echo(
        f"{_count(len(taken.answers), 'answer')} for {_count(taken.sets, 'ApplicationSet')}, "
        f"{len(taken.unknown)} of them unknown, in {path.relpath(place) if place else 'stdout'}",
        err=True,
    )
    raise SystemExit(int(ExitStatus.WORLD_FAILED if taken.unknown else ExitStatus.FINE))


def _unanswered(taken: "Snapshot") -> Iterator[Finding]:
    """Where the questions stand that were not answered; what no generator asked has no place."""
    yield from (replace(each, severity=Severity.ERROR) for each in taken.missing)
    told = {(each.code, each.message) for each in taken.missing}
    for each in taken.unknown:
        if (each.code, each.reason) not in told:
            yield Finding(each.code, Severity.ERROR, each.reason, hint=each.hint)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _sets(paths: Sequence[Path], namespace: str) -> tuple[list[ApplicationSet], Sequence[Finding]]:
    search = search_paths(paths)
    loaded = [load(each, namespace) for each in search.documents if kind_of(each.value) == "ApplicationSet"]
    findings = [*search.findings, *(finding for each in loaded for finding in each.findings)]
    return [each.resource for each in loaded if isinstance(each.resource, ApplicationSet)], findings


def _place(output: str, standing: Standing) -> Path | None:
    if output == "-":
        return None
    if output:
        return Path(output)
    if standing.root is None:
        raise click.UsageError("outside of a Git repository name a file: --output FILE, or - for stdout")
    return standing.root / WORLD_FILE


def _write(text: str, place: Path | None) -> None:
    content = text.encode("utf-8", errors="replace")
    if place is None:
        click.echo(content, nl=False)
        return
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        # Beside it and then moved: whoever reads it meanwhile sees one of the two, whole.
        beside = place.with_name(f".{place.name}.new")
        beside.write_bytes(content)
        beside.replace(place)
    except OSError as error:
        raise ArgosyError(
            f"cannot write {place}: {(error.strerror or str(error)).lower()}",
            code="unreadable-file",
            hint="check the path and its permissions, or name another by --output",
        ) from error
