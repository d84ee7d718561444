"""What Argo CD and the API server check on the Applications of one set, each fault at its Application."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from argosy.compiler.checks.admission import metadata_problems
from argosy.compiler.checks.destinations import destination_problem
from argosy.compiler.data_lines import at_data_line
from argosy.generators.world import ClusterSecret
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.knowledge import Answer, Known
from argosy.schemas.model.application import Application
from argosy.schemas.position import Path
from argosy.schemas.structure import refusals
from argosy.schemas.wording import nearest

__all__ = ["admission_findings", "validation_findings"]

_SHOWN = 3
"""Of Applications that share a name so many are pointed at."""


def validation_findings(
    applications: Sequence[Application],
    *,
    set_name: str,
    projects: Answer[Mapping[str, Mapping[str, object]]],
    clusters: tuple[ClusterSecret, ...] | None,
) -> dict[int, Finding]:
    """Faults by the id of the Application: duplicate name, missing project, impossible destination.

    Of Applications that share a name none is created. Projects are only checked where they are known;
    clusters only where `clusters` is given.
    """
    faults: dict[int, Finding] = {}
    by_name: dict[str, list[Application]] = defaultdict(list)
    for application in applications:
        by_name[application.name].append(application)
    for name, sharing in by_name.items():
        if len(sharing) > 1:
            duplicate = _duplicate(name, sharing, set_name)
            faults.update((id(each), duplicate) for each in sharing)
    known = set(projects.value) if isinstance(projects, Known) else None
    for application in applications:
        if id(application) in faults:
            continue
        project = application.spec.get("project") or ""
        if not project or (known is not None and project not in known):
            faults[id(application)] = _missing_project(application, project, known or ())
            continue
        problem = destination_problem(application.spec.get("destination") or {}, clusters)
        if problem:
            message = f"Application `{application.name}`: {problem.message}"
            faults[id(application)] = _fault(
                "invalid-destination", message, application, problem.path, hint=problem.hint
            )
    return faults


def admission_findings(applications: Sequence[Application]) -> dict[int, Finding]:
    """Faults by the id of the Application: what the API server would refuse to store."""
    faults: dict[int, Finding] = {}
    for application in applications:
        refused = next(_refused(application), None)
        if refused is not None:
            code, path, problem = refused
            message = f"Application `{application.name}`: {problem}"
            hint = _how_to_name(application) if path == ("metadata", "name") else ""
            faults[id(application)] = _fault(code, message, application, path, hint=hint)
    return faults


def _how_to_name(application: Application) -> str:
    if "{{" in application.name or "<no value>" in application.name:
        return ""  # what is not resolved is another finding
    if "map[" in application.name:
        return "a map was printed: name a field of it, such as `{{.path.basename}}`"
    return "`{{.path.basenameNormalized}}`, `{{.nameNormalized}}` and the function `normalize` give names"


def _refused(application: Application) -> Iterator[tuple[str, Path, str]]:
    for path, problem in metadata_problems(application.metadata):
        yield "invalid-metadata", ("metadata", *path), f"metadata.{'.'.join(path)}: {problem}"
    # Of all that a template may fill in, only this has more than a type to keep.
    if "sourceHydrator" in application.spec:
        for refusal in refusals("Application", application.manifest):
            yield refusal.code, refusal.path, refusal.message


def _duplicate(name: str, sharing: Sequence[Application], set_name: str) -> Finding:
    also = tuple(
        Related(f"also generated here: {related.message}", related.position)
        for other in sharing[1:_SHOWN]
        for related in other.origin.chain[:1]
    )
    return _fault(
        "duplicate-name",
        f"ApplicationSet `{set_name}` generates {len(sharing)} Applications with the name `{name}`; "
        "none of them is created",
        sharing[0],
        ("metadata", "name"),
        also,
        "let the name tell what makes each of them different",
    )


def _missing_project(application: Application, project: str, known: Iterable[str]) -> Finding:
    what = f"is of the project `{project}`, which does not exist" if project else "names no project"
    near = nearest(project, known) if project else ""
    hint = f"did you mean `{near}`?" if near else "add an AppProject of this name, or name another"
    if not project:
        hint = "write `spec.project`; `default` is always there"
    message = f"Application `{application.name}` {what}"
    return _fault("missing-project", message, application, ("spec", "project"), hint=hint)


def _fault(
    code: str,
    message: str,
    application: Application,
    path: Path,
    related: tuple[Related, ...] = (),
    hint: str = "",
) -> Finding:
    origin = application.origin
    chain = (*origin.chain_at(path), *related)
    position = origin.position_of(path)
    return at_data_line(Finding(code, Severity.ERROR, message, position, hint=hint, related=chain))
