"""`argosy compile`: prints the Applications that a set generates, exactly as Argo CD would make them."""

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from argosy.cli.application_output import FORMATS, as_json, as_names, as_yaml
from argosy.cli.excepting import Excepting
from argosy.cli.failure import ExitStatus
from argosy.cli.manifest_world import ManifestWorld, read_manifests
from argosy.cli.offline_world import OfflineWorld, Services, read_answer
from argosy.cli.parameter_options import known_settings, parameter_options
from argosy.cli.path_options import clusters_option, name_and_path, namespace_option, repo_option
from argosy.cli.recorded import open_recorded, recorded_options
from argosy.cli.render_timeout import render_timeout_option
from argosy.cli.repositories import KnownRepositories, Standing
from argosy.compiler.checks.generator_entries import generator_entry_findings
from argosy.compiler.checks.generator_walk import generators_of
from argosy.compiler.expansion import Expansion, UnknownExpansion, expand
from argosy.compiler.loading import Loaded, load
from argosy.generators.controller_parameters import ControllerParameters
from argosy.generators.generator import Settings
from argosy.schemas.finding import ArgosyError, Finding, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.validation import kind_of, validate

if TYPE_CHECKING:
    from argosy.sources.tree import Tree

__all__ = ["command"]


@click.command("compile")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("-o", "--output", type=click.Choice(FORMATS), default="yaml", show_default=True)
@namespace_option
@clusters_option
@repo_option
@click.option(
    "--answers",
    multiple=True,
    metavar="KIND=FILE",
    callback=name_and_path,
    help="A recorded answer of an outside service: plugin, scm or pulls.",
)
@parameter_options
@click.option("--strict-destinations", type=bool, default=False, metavar="true|false")
@click.option("-r", "--recursive", is_flag=True, help="Follow Applications that deploy Applications.")
@click.option(
    "--fetch",
    is_flag=True,
    help="Allow the network: repositories, providers, plugins (with the tokens of --clusters' Secrets).",
)
@render_timeout_option
@recorded_options
def command(
    file: Path,
    output: str,
    namespace: str,
    clusters: Path | None,
    repo: dict[str, Path],
    answers: dict[str, Path],
    new_git_file_globbing: bool | None,
    include_hidden_directories: bool | None,
    strict_destinations: bool,
    recursive: bool,
    fetch: bool,
    render_timeout: float,
    world: Path | None,
    max_world_age: timedelta | None,
) -> None:
    """Print the Applications that the ApplicationSets in FILE generate.

    Findings go to stderr; the exit status is 1 where Argo CD would refuse, 3 where an answer is missing.
    With --recursive, FILE holds a root Application, and everything below it is followed.
    """
    manifests = ManifestWorld(read_manifests(clusters) if clusters else (), namespace, str(clusters))
    recorded = {kind: read_answer(kind, path) for kind, path in answers.items()}
    standing = Standing(Path.cwd())
    repositories = KnownRepositories(repo, standing, _fetcher(manifests) if fetch else None)
    kept = open_recorded(world, standing)
    asked = OfflineWorld(
        manifests,
        repositories.tree,
        recorded,
        manifests_given=clusters is not None,
        recorded=kept.world if kept else None,
        services=_services(manifests) if fetch else None,
    )
    excepting = Excepting(standing, Path.cwd())
    given = ControllerParameters(new_git_file_globbing, include_hidden_directories)
    known = known_settings(namespace, given, excepting, asked)
    settings = replace(known, strict_destinations=strict_destinations)
    # A short life without cycles worth collecting: with a thousand sets the collector takes a third of it.
    gc.disable()
    try:
        if recursive:
            # Imported here: following Applications needs the renderer.
            from argosy.cli.recursive_compile import compile_recursively

            status, findings = compile_recursively(
                file, asked, settings, repositories, output, render_timeout=render_timeout
            )
        else:
            status, findings = _compile(file, asked, settings, output)
    finally:
        gc.enable()
        repositories.close()
    if kept is not None:
        findings = [*findings, *kept.findings(excepting.max_world_age(max_world_age))]
    excepting.echo(findings)
    raise SystemExit(int(status))


def _fetcher(manifests: ManifestWorld) -> "Callable[[str, str], Tree]":
    from argosy.cli.fetching import fetcher

    return fetcher(manifests.secrets())


def _services(manifests: ManifestWorld) -> "Services":
    from argosy.cli.asking import AskedServices

    return AskedServices(manifests)


def _compile(
    file: Path, world: OfflineWorld, settings: Settings, output: str
) -> tuple[ExitStatus, Sequence[Finding]]:
    try:
        documents = read_manifests(file)
    except ArgosyError as error:
        return ExitStatus.FINDINGS, [error.finding()]
    sets = [load(each, settings.namespace) for each in documents if kind_of(each.value) == "ApplicationSet"]
    if not sets:
        raise click.UsageError(f"{file} holds no ApplicationSet; for a root Application use --recursive")
    return _print(sets, world, settings, output)


def _print(
    sets: Sequence[Loaded], world: OfflineWorld, settings: Settings, output: str
) -> tuple[ExitStatus, Sequence[Finding]]:
    status = ExitStatus.FINE
    findings: list[Finding] = []
    applications: list[Application] = []
    lines: list[str] = []
    for loaded in sets:
        findings += loaded.findings
        if not isinstance(loaded.resource, ApplicationSet):
            status = max(status, ExitStatus.FINDINGS)
            continue
        expansion = expand(loaded.resource, world, settings)
        findings += [*_warnings(loaded), *_assumptions(loaded.resource, world), *expansion.findings]
        if isinstance(expansion, UnknownExpansion):
            findings += (replace(each, severity=Severity.ERROR) for each in expansion.missing)
            status = ExitStatus.WORLD_FAILED
            continue
        if expansion.failed:
            status = max(status, ExitStatus.FINDINGS)
        applications += expansion.applications
        lines += _tree_lines(loaded.resource, expansion)
    if lines or status is not ExitStatus.WORLD_FAILED:  # an empty list would say that there are none
        _emit(applications, lines, output)
    return status, findings


def _warnings(loaded: Loaded) -> Iterator[Finding]:
    """What Argo CD takes without a word: fields that it drops, entries that no generator recognises."""
    assert isinstance(loaded.resource, ApplicationSet)
    entries = list(generator_entry_findings(loaded.resource))
    named = {each.position for each in entries}
    dropped = validate(loaded.resource.document) if loaded.pruned and loaded.resource.document else ()
    for each in [*entries, *(each for each in dropped if each.position not in named)]:
        yield replace(each, severity=Severity.WARNING)


def _assumptions(applicationset: ApplicationSet, world: OfflineWorld) -> Iterator[Finding]:
    """Where a generator asks for clusters and nobody told of any: Argo CD knows one at least."""
    if world.knows_clusters:
        return
    for name, _, path in generators_of(applicationset):
        if name == "clusters":
            yield Finding(
                "not-checked",
                Severity.NOTE,
                "no cluster was given, so that only Argo CD's own one counts",
                applicationset.position(path, key=True),
                hint="give the clusters' Secrets (--clusters FILE), or a recorded world (--world FILE)",
            )


def _tree_lines(applicationset: ApplicationSet, expansion: Expansion) -> list[str]:
    return [
        f"ApplicationSet {applicationset.name}",
        *(f"  Application {each.name} -> {each.destination}" for each in expansion.applications),
    ]


def _emit(applications: Sequence[Application], lines: Sequence[str], output: str) -> None:
    manifests = [application.manifest for application in applications]
    if output == "json":
        click.echo(as_json(manifests))
    elif output == "yaml":
        click.echo(as_yaml(manifests), nl=False)
    elif output == "name":
        click.echo(as_names(applications), nl=False)
    else:
        click.echo("\n".join(lines))
