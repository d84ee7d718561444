"""Whether an Application's project permits where it comes from and where it goes."""

from collections.abc import Iterator, Mapping

from argosy.compiler.checks.source_paths import Locate
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.model.appproject import AppProject
from argosy.schemas.position import Position

__all__ = ["project_findings"]


def project_findings(
    application: Application, projects: Mapping[str, AppProject], locate: Locate
) -> Iterator[Finding]:
    """Forbidden sources and destinations. Projects that are not known here are not judged."""
    project = projects.get(application.project)
    if project is None:
        return
    for source in application.sources:
        if source.repo_url and not project.permits_source(source.repo_url):
            yield _forbidden(
                "forbidden-source",
                f"project `{project.name}` does not permit the repository {source.repo_url}",
                "add it to `spec.sourceRepos` of the project, or use a permitted one",
                application,
                locate(("spec", "source", "repoURL")),
            )
    destination = application.destination
    if not project.permits_destination(destination.server, destination.name, destination.namespace):
        yield _forbidden(
            "forbidden-destination",
            f"project `{project.name}` does not permit the destination {destination}",
            "add it to `spec.destinations` of the project, or choose a permitted one",
            application,
            locate(("spec", "destination")),
        )


def _forbidden(
    code: str, message: str, hint: str, application: Application, position: Position | None
) -> Finding:
    return Finding(
        code,
        Severity.ERROR,
        f"Application `{application.name}`: {message}",
        position,
        hint=hint,
        related=application.origin.chain,
    )
