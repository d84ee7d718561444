"""`argosy validate`: proves specifications before they are committed."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import click

from argosy.cli.document_search import Search, search_paths, search_tree
from argosy.cli.excepting import Excepting
from argosy.cli.failure import ExitStatus
from argosy.cli.finding_output import line_reader, shown, sorted_findings, summary
from argosy.cli.manifest_world import ManifestWorld, read_manifests
from argosy.cli.offline_world import OfflineWorld
from argosy.cli.parameter_options import known_settings, parameter_options
from argosy.cli.path_options import clusters_option, namespace_option, repo_option
from argosy.cli.plain_directory import plain_documents
from argosy.cli.recorded import Recorded, open_recorded, recorded_options
from argosy.cli.render_timeout import render_timeout_option
from argosy.cli.repositories import KnownRepositories, Standing
from argosy.compiler.app_of_apps import Render
from argosy.compiler.exceptions.judgement import Judgement
from argosy.compiler.folding import fold
from argosy.compiler.installations import validate_each
from argosy.compiler.validation import Validated, validate_documents
from argosy.generators.controller_parameters import ControllerParameters
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.printing import finding_as_json
from argosy.schemas.yaml_reader import Document
from argosy.sources.uncommitted import Uncommitted

__all__ = ["command"]

_ROUNDS = 10
OUTPUTS = ("text", "json", "sarif", "github", "gitlab")


@click.command("validate")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("-o", "--output", type=click.Choice(OUTPUTS), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="Warnings fail, too.")
@click.option("--staged", is_flag=True, help="Check what is staged for the next commit, not the work tree.")
@click.option("--fix", is_flag=True, help="Mend in the files what has one safe answer.")
@click.option(
    "--diff", "--dry-run", "dry_run", is_flag=True, help="Show what --fix would change; write nothing."
)
@namespace_option
@clusters_option
@repo_option
@click.option("--render", is_flag=True, help="Render what Applications deploy, too: slower, finds more.")
@render_timeout_option
@recorded_options
@parameter_options
def command(
    paths: tuple[Path, ...],
    output: str,
    strict: bool,
    staged: bool,
    namespace: str,
    clusters: Path | None,
    repo: dict[str, Path],
    fix: bool,
    dry_run: bool,
    render: bool,
    render_timeout: float,
    world: Path | None,
    max_world_age: timedelta | None,
    new_git_file_globbing: bool | None,
    include_hidden_directories: bool | None,
) -> None:
    """Check the specifications in files and folders (here, if none is named).

    A folder is searched for documents of argoproj.io/v1alpha1. What needs a cluster or another repository
    is a note, never an error.
    """
    if staged and paths:
        raise click.UsageError("--staged checks the index as a whole; name no paths with it")
    if staged and (fix or dry_run):
        raise click.UsageError("--fix changes the work tree; it does not go with --staged")
    if staged and Standing(Path.cwd()).root is None:
        raise click.UsageError("--staged needs a Git repository around this folder")
    rendering = render_timeout if render else None
    parameters = ControllerParameters(new_git_file_globbing, include_hidden_directories)
    scope = _Scope(paths, staged, namespace, clusters, repo, rendering, world, max_world_age, parameters)
    run = _check(scope)
    if dry_run:
        from argosy.cli.file_fixing import echo_difference

        echo_difference(run.judgement.findings, run.texts)
        raise SystemExit(int(_status(run.judgement.findings, strict)))
    if fix:
        run = _fix(run, scope)
    _print(run, output)
    raise SystemExit(int(_status(run.judgement.findings, strict)))


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is to be checked, and what is known beside it; `rendering` is the limit a source in seconds, if
    sources are to be rendered at all."""

    paths: tuple[Path, ...]
    staged: bool
    namespace: str
    clusters: Path | None
    repo: Mapping[str, Path]
    rendering: float | None
    world: Path | None
    max_world_age: timedelta | None
    parameters: ControllerParameters


@dataclass(frozen=True, slots=True)
class _Run:
    """One check of everything, and what is left to say of it."""

    search: Search
    validated: Sequence[Validated]
    judgement: Judgement
    texts: Mapping[str, str]
    text_of: Callable[[str], str | None]


def _check(scope: _Scope) -> _Run:
    here = Path.cwd()
    standing = Standing(here, Uncommitted.INDEX if scope.staged else Uncommitted.WORK_TREE)
    with closing(KnownRepositories(scope.repo, standing)) as repositories:
        return _checked(scope, here, standing, repositories)


def _checked(scope: _Scope, here: Path, standing: Standing, repositories: KnownRepositories) -> _Run:
    search = search_tree(standing.tree("")) if scope.staged else search_paths(scope.paths or (Path(),))
    recorded = open_recorded(scope.world, standing)
    world = _world(scope.namespace, scope.clusters, repositories, recorded)
    deciding = Excepting(standing, here)
    with _rendering(repositories, scope) as render:
        files = plain_documents(standing, standing.root if scope.staged and standing.root else here)
        settings = known_settings(scope.namespace, scope.parameters, deciding, world)

        def validate(group: Sequence[Document]) -> Validated:
            return validate_documents(group, world, files, repositories, settings, deciding.asked(), render)

        installations, validated = validate_each(search.documents, files, scope.namespace, validate)
    deployed = (document for each in validated for document in each.deployed)
    texts = {document.file: document.text for document in (*search.documents, *deployed)}
    complete = scope.staged or (not scope.paths and standing.root in (None, here))
    if complete and scope.rendering is not None:
        from argosy.cli.rendered_comments import commented_files

        texts = {**commented_files([each.hierarchy for each in validated], repositories), **texts}
    excepting = Excepting(standing, here, texts)
    findings = [*search.findings, *installations.findings]
    findings += fold(finding for each in validated for finding in each.findings)
    if recorded is not None:
        findings += recorded.findings(excepting.max_world_age(scope.max_world_age))
    if scope.rendering is not None:
        from argosy.cli.render_check import render_findings

        for each in validated:
            findings += render_findings(each.hierarchy, each.locate, each.findings)
    if complete and "undeployed-manifest" in deciding.asked() and standing.root is not None:
        from argosy.cli.undeployed import undeployed_findings

        findings += undeployed_findings([each.hierarchy for each in validated], standing)
    judgement = excepting.judge(
        findings,
        files=texts,
        complete=complete,
        unchecked=any(each.hierarchy.unknown for each in validated),
    )
    if scope.staged:
        from argosy.cli.staged_change import concerning

        judgement = replace(judgement, findings=concerning(judgement.findings, validated, standing))
    return _Run(search, validated, judgement, texts, excepting.text_of)


def _rendering(repositories: KnownRepositories, scope: _Scope) -> AbstractContextManager[Render | None]:
    """What renders sources, if they are to be rendered at all."""
    if scope.rendering is None:
        return nullcontext()
    # Imported here: most validations render nothing.
    from argosy.cli.rendered_sources import rendering

    return rendering(repositories, scope.rendering, scope.namespace)


def _fix(run: _Run, scope: _Scope) -> _Run:
    """Fixes until nothing is left to fix: one answer may make room for the next."""
    from argosy.cli.file_fixing import fix_files

    for _ in range(_ROUNDS):
        if not fix_files(run.judgement.findings, run.texts):
            break
        run = _check(scope)
    return run


def _world(
    namespace: str, clusters: Path | None, repositories: KnownRepositories, recorded: Recorded | None
) -> OfflineWorld:
    manifests = ManifestWorld(read_manifests(clusters) if clusters else (), namespace, str(clusters))
    return OfflineWorld(
        manifests,
        repositories.tree,
        {},
        manifests_given=clusters is not None,
        assume_no_clusters=False,
        recorded=recorded.world if recorded else None,
    )


def _status(findings: Sequence[Finding], strict: bool) -> ExitStatus:
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    fails = any(finding.severity in failing for finding in findings)
    return ExitStatus.FINDINGS if fails else ExitStatus.FINE


def _print(run: _Run, output: str) -> None:
    judgement, search = run.judgement, run.search
    ordered = sorted_findings(judgement.findings)
    applications = _count_applications(run.validated)
    if output == "json":
        import json

        from argosy.schemas.fixing import with_safe_fix

        ordered = [with_safe_fix(each, run.texts) for each in ordered]
        document = {
            "files": search.files,
            "applications": applications,
            "excepted": judgement.excepted,
            "findings": [finding_as_json(finding) for finding in ordered],
        }
        click.echo(json.dumps(document, indent=2))
        return
    read_line = line_reader(run.text_of)
    if output != "text":
        from argosy.cli.finding_formats import FORMATS

        click.echo(FORMATS[output](ordered, read_line), nl=False)
        return
    for finding in ordered:
        click.echo(shown(finding, read_line))
    if not search.files and not ordered:
        click.echo("nothing to check: no file has a document of argoproj.io/v1alpha1")
        return
    found = summary(ordered) or "no findings"
    excepted = f" ({judgement.excepted} excepted)" if judgement.excepted else ""
    click.echo(f"{found}{excepted}; {_count(search.files, 'file')}, {_count(applications, 'Application')}")


def _count_applications(validated: Sequence[Validated]) -> int:
    if len(validated) == 1:
        return len(validated[0].hierarchy.applications)
    # One that belongs to no Argo CD in particular is looked at for each.
    made = (application for each in validated for application in each.hierarchy.applications)
    return len({(each.namespace, each.name, each.origin.position) for each in made})


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
