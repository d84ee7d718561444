"""Two Applications that would own the same thing: one name, one object, one source at one destination."""

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from argosy.compiler.app_of_apps import Member
from argosy.compiler.checks.repository_files import RepositoryFiles
from argosy.compiler.checks.subject import Subject
from argosy.compiler.comparison.identity import ObjectKey, object_key
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.model.source import Source

__all__ = ["check", "object_claims"]


def check(subject: Subject) -> Iterator[Finding]:
    """Everything that two Applications of the tree claim."""
    yield from object_claims(subject.hierarchy.members.values())
    yield from _path_claims(subject)


def object_claims(members: Iterable[Member]) -> Iterator[Finding]:
    """Objects that several Applications deploy to one cluster, as far as their manifests are known.

    One finding for each group of Applications, however many objects they share.
    """
    owners: dict[ObjectKey, list[Application]] = defaultdict(list)
    for member in members:
        application = member.resource
        if isinstance(application, Application):
            for key in dict.fromkeys(object_key(application, each.value) for each in member.manifests):
                owners[key].append(application)
    shared: dict[tuple[int, ...], list[str]] = defaultdict(list)
    claims: dict[tuple[int, ...], list[Application]] = {}
    for key, claimants in owners.items():
        # Files that hold no objects lie in folders of plain manifests, too.
        if len(claimants) > 1 and key.kind and key.name:
            group = tuple(map(id, claimants))
            claims[group] = claimants
            shared[group].append(_described(key))
    for group, objects in shared.items():
        more = f" and {len(objects) - 3} more objects" if len(objects) > 3 else ""
        yield _claim(", ".join(objects[:3]) + more, claims[group])


def _path_claims(subject: Subject) -> Iterator[Finding]:
    """Applications that deploy one path with the same options to one destination.

    Those whose objects are known are left to `object_claims`. A chart makes other objects for each release,
    which has the Application's name unless it is given one.
    """
    files = RepositoryFiles(subject.lookup)
    owners: dict[str, list[Application]] = defaultdict(list)
    severities: dict[str, Severity] = {}
    for member, application in subject.applications:
        if not member.manifests and application.sources:
            named = {_is_named_so(files, each) for each in application.sources}
            name = application.name if True in named else ""
            sources = [each.manifest for each in application.sources]
            key = repr((_canonical(sources), _canonical(application.spec.get("destination")), name))
            owners[key].append(application)
            severities[key] = Severity.WARNING if None in named else Severity.ERROR
    for key, claimants in owners.items():
        if len(claimants) > 1:
            source = claimants[0].sources[0]
            what = f"{source.path or source.chart or '.'} of {source.repo_url} at {claimants[0].destination}"
            yield _claim(f"everything in {what}", claimants, severities[key])


def _is_named_so(files: RepositoryFiles, source: Source) -> bool | None:
    """Whether what a source makes is named by the Application that deploys it; None is not known."""
    if source.helm is not None and source.helm.release_name:
        return False
    if source.chart or source.helm is not None:
        return True
    if source.ref and not source.path:
        return False
    return files.has_file(source, posixpath.normpath(posixpath.join(source.path or ".", "Chart.yaml")))


def _described(key: ObjectKey) -> str:
    return f"{key.kind} {key.name}{f' in namespace {key.namespace}' if key.namespace else ''}"


def _canonical(value: object) -> object:
    if isinstance(value, Mapping):
        return sorted((key, _canonical(item)) for key, item in value.items())
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    return str(value)


def _claim(what: str, claimants: Sequence[Application], severity: Severity = Severity.ERROR) -> Finding:
    names = " and ".join(f"`{each.name}`" for each in claimants[:3])
    more = f" and {len(claimants) - 3} more" if len(claimants) > 3 else ""
    last = claimants[-1]
    unless = "" if severity is Severity.ERROR else ", unless it is a chart, which names them by the release"
    return Finding(
        "shared-object",
        severity,
        f"{len(claimants)} Applications claim {what}: {names}{more}",
        last.origin.position,
        hint=f"let one of them own it: each would undo what the other does{unless}",
        related=tuple(_written(each) for each in claimants[:4]),
    )


def _written(application: Application) -> Related:
    """Where an Application comes from: the generator element of a generated one."""
    origin = application.origin
    position = next((each.position for each in origin.chain if each.position), origin.position)
    return Related(f"`{application.name}` comes from here", position)
