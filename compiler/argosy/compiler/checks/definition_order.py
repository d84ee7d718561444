"""Custom resources that are applied before the definition of their kind."""

from collections import defaultdict
from collections.abc import Iterator

from argosy.compiler.checks.object_faults import ObjectFault, object_findings
from argosy.compiler.checks.subject import Deployed, Subject
from argosy.compiler.checks.sync_order import is_applied_before, shown_place
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.model.fields import mapping, text

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Each kind once for each Application that uses it too early."""
    return object_findings(_faults(subject))


def _faults(subject: Subject) -> Iterator[ObjectFault]:
    definitions: dict[tuple[str, str, str], list[Deployed]] = defaultdict(list)
    for each in subject.deployed:
        if each.kind == "CustomResourceDefinition":
            spec = mapping(each.value, "spec")
            key = (each.cluster, text(spec, "group"), text(mapping(spec, "names"), "kind"))
            definitions[key].append(each)
    if not definitions:
        return
    seen: set[tuple[object, object]] = set()
    for each in subject.deployed:
        key = (each.cluster, each.group, each.kind)
        made = definitions.get(key, ())
        if not made or not all(is_applied_before(subject, each, one) for one in made):
            continue
        if (each.member.key, key) not in seen:
            seen.add((each.member.key, key))
            yield _too_early(each, made[0])


def _too_early(each: Deployed, definition: Deployed) -> ObjectFault:
    return ObjectFault(
        each,
        "resource-before-definition",
        Severity.ERROR,
        f" is applied {shown_place(each)}, before the definition of its kind "
        f"({shown_place(definition)}): the cluster does not know it then",
        each.position(("metadata", "name")),
        hint="give the definition the lower wave",
        related=(Related("defined here", definition.position(("metadata", "name"))),),
    )
