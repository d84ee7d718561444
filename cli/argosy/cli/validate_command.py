"""`argosy validate`: proves specifications before they are committed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from argosy.cli.document_search import Search, search_paths, search_tree
from argosy.cli.excepting import Excepting
from argosy.cli.failure import ExitStatus
from argosy.cli.finding_output import line_reader, shown, sorted_findings, summary
from argosy.cli.manifest_world import ManifestWorld, read_manifests
from argosy.cli.offline_world import OfflineWorld
from argosy.cli.path_options import name_and_path
from argosy.cli.plain_directory import plain_documents
from argosy.cli.repositories import KnownRepositories, Standing
from argosy.compiler.exceptions.judgement import Judgement
from argosy.compiler.validation import Validated, validate_documents
from argosy.generators.generator import Settings
from argosy.generators.world import ClusterSecret
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.knowledge import Answer, Unknown
from argosy.schemas.printing import finding_as_json
from argosy.sources.uncommitted import Uncommitted

__all__ = ["command"]

OUTPUTS = ("text", "json", "sarif", "github", "gitlab")


@click.command("validate")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("-o", "--output", type=click.Choice(OUTPUTS), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="Warnings fail, too.")
@click.option("--staged", is_flag=True, help="Check what is staged for the next commit, not the work tree.")
@click.option("-n", "--namespace", default="argocd", show_default=True, help="Argo CD's namespace.")
@click.option(
    "--clusters",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Manifests of cluster Secrets, and of ConfigMaps, AppProjects and custom resources.",
)
@click.option(
    "--repo",
    multiple=True,
    metavar="URL=PATH",
    callback=name_and_path,
    help="A clone on this machine that stands for a repository URL.",
)
def command(
    paths: tuple[Path, ...],
    output: str,
    strict: bool,
    staged: bool,
    namespace: str,
    clusters: Path | None,
    repo: dict[str, Path],
) -> None:
    """Check the specifications in files and folders (here, if none is named).

    A folder is searched for documents of argoproj.io/v1alpha1. What needs a cluster or another repository
    is a note, never an error.
    """
    if staged and paths:
        raise click.UsageError("--staged checks the index as a whole; name no paths with it")
    here = Path.cwd()
    standing = Standing(here, Uncommitted.INDEX if staged else Uncommitted.WORK_TREE)
    if staged and standing.root is None:
        raise click.UsageError("--staged needs a Git repository around this folder")
    search = search_tree(standing.tree("")) if staged else search_paths(paths or (Path(),))
    repositories = KnownRepositories(repo, standing)
    world = _world(namespace, clusters, repositories)
    validated = validate_documents(
        search.documents,
        world,
        plain_documents(standing, standing.root if staged and standing.root else here),
        repositories,
        Settings(namespace=namespace),
    )
    texts = {document.file: document.text for document in search.documents}
    judgement = Excepting(standing, here, texts).judge(
        [*search.findings, *validated.findings],
        files=texts,
        complete=staged or (not paths and standing.root in (None, here)),
    )
    if staged:
        from argosy.cli.staged_change import concerning

        judgement = replace(judgement, findings=concerning(judgement.findings, validated, standing))
    _print(judgement, search, validated, output)
    raise SystemExit(int(_status(judgement.findings, strict)))


class _Clusterless(OfflineWorld):
    """Without `--clusters` validation does not know which clusters are registered."""

    def clusters(self) -> Answer[tuple[ClusterSecret, ...]]:
        return Unknown("which clusters are registered only the management cluster knows")


def _world(namespace: str, clusters: Path | None, repositories: KnownRepositories) -> OfflineWorld:
    manifests = ManifestWorld(read_manifests(clusters) if clusters else (), namespace, str(clusters))
    kind = OfflineWorld if clusters else _Clusterless
    return kind(manifests, repositories.tree, {})


def _status(findings: Sequence[Finding], strict: bool) -> ExitStatus:
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    fails = any(finding.severity in failing for finding in findings)
    return ExitStatus.FINDINGS if fails else ExitStatus.FINE


def _print(judgement: Judgement, search: Search, validated: Validated, output: str) -> None:
    ordered = sorted_findings(judgement.findings)
    applications = len(validated.hierarchy.applications)
    if output == "json":
        import json

        document = {
            "files": search.files,
            "applications": applications,
            "excepted": judgement.excepted,
            "findings": [finding_as_json(finding) for finding in ordered],
        }
        click.echo(json.dumps(document, indent=2))
        return
    read_line = line_reader()
    if output != "text":
        from argosy.cli.finding_formats import FORMATS

        click.echo(FORMATS[output](ordered, read_line), nl=False)
        return
    for finding in ordered:
        click.echo(shown(finding, read_line))
    found = summary(ordered) or "no findings"
    excepted = f" ({judgement.excepted} excepted)" if judgement.excepted else ""
    click.echo(f"{found}{excepted}; {_count(search.files, 'file')}, {_count(applications, 'Application')}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
