"""Two Applications that would own the same thing: one name, one object, one source at one destination."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from argosy.compiler.app_of_apps import Member
from argosy.compiler.checks.subject import Subject
from argosy.compiler.comparison.identity import ObjectKey, object_key
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.model.application import Application

__all__ = ["check", "object_claims"]


def check(subject: Subject) -> Iterator[Finding]:
    """Everything that two Applications of the tree claim."""
    yield from object_claims(subject.hierarchy.members.values())
    yield from _path_claims(subject.hierarchy.members.values())


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


def _path_claims(members: Iterable[Member]) -> Iterator[Finding]:
    """Applications that deploy one path with the same options to one destination.

    Those whose objects are known are left to `object_claims`.
    """
    owners: dict[str, list[Application]] = defaultdict(list)
    for member in members:
        application = member.resource
        if isinstance(application, Application) and not member.manifests:
            spec = application.spec
            sources = spec.get("sources") or [spec.get("source")]
            owners[repr((_canonical(sources), _canonical(spec.get("destination"))))].append(application)
    for claimants in owners.values():
        if len(claimants) > 1 and claimants[0].sources:
            source = claimants[0].sources[0]
            what = f"{source.path or source.chart or '.'} of {source.repo_url} at {claimants[0].destination}"
            yield _claim(f"everything in {what}", claimants)


def _described(key: ObjectKey) -> str:
    return f"{key.kind} {key.name}{f' in namespace {key.namespace}' if key.namespace else ''}"


def _canonical(value: object) -> object:
    if isinstance(value, Mapping):
        return sorted((key, _canonical(item)) for key, item in value.items())
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    return str(value)


def _claim(what: str, claimants: Sequence[Application]) -> Finding:
    names = " and ".join(f"`{each.name}`" for each in claimants[:3])
    more = f" and {len(claimants) - 3} more" if len(claimants) > 3 else ""
    last = claimants[-1]
    return Finding(
        "shared-object",
        Severity.ERROR,
        f"{len(claimants)} Applications claim {what}: {names}{more}",
        last.origin.position,
        hint="let one of them own it: each would undo what the other does",
        related=tuple(_written(each) for each in claimants[:4]),
    )


def _written(application: Application) -> Related:
    """Where an Application comes from: the generator element of a generated one."""
    origin = application.origin
    position = next((each.position for each in origin.chain if each.position), origin.position)
    return Related(f"`{application.name}` comes from here", position)
