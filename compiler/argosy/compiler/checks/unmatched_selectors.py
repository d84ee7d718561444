"""Selectors that let nothing of their generator through, in sets that generate something all the same."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from argosy.compiler.checks.subject import Subject
from argosy.compiler.expansion import Expansion, expand
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.model.fields import mapping, mappings
from argosy.schemas.position import Path

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Every entry of `generators` that gives nothing, and would without its selectors."""
    for member, applicationset in subject.sets:
        if member.expansion is None or member.expansion.failed or not member.expansion.generated:
            continue
        for index, entry in enumerate(mappings(applicationset.spec, "generators")):
            place = next(_selectors(entry, ("spec", "generators", index)), None)
            if place and _holds_all_back(subject, applicationset, entry):
                yield Finding(
                    "unmatched-selector",
                    Severity.WARNING,
                    "the selector lets nothing through that this generator gives",
                    applicationset.position(place, key=True),
                    hint="compare its keys and values with the parameters, or remove the generator",
                )


def _holds_all_back(subject: Subject, applicationset: ApplicationSet, entry: Mapping[str, Any]) -> bool:
    if _gives(subject, applicationset, entry) is not False:
        return False
    return bool(_gives(subject, applicationset, _without_selectors(entry)))


def _selectors(entry: Mapping[str, Any], path: Path) -> Iterator[Path]:
    """The selectors of an entry and of the generators in it that ask for anything."""
    selector = mapping(entry, "selector")
    if selector.get("matchLabels") or selector.get("matchExpressions"):
        yield (*path, "selector")
    for name in ("matrix", "merge"):
        for index, child in enumerate(mappings(mapping(entry, name), "generators")):
            yield from _selectors(child, (*path, name, "generators", index))


def _without_selectors(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    found = {key: value for key, value in entry.items() if key != "selector"}
    for name in ("matrix", "merge"):
        if inner := mapping(found, name):
            children = [_without_selectors(child) for child in mappings(inner, "generators")]
            found[name] = {**inner, "generators": children}
    return found


def _gives(subject: Subject, applicationset: ApplicationSet, entry: Mapping[str, Any]) -> bool | None:
    """Whether one generator alone gives anything; `None` where that is not known."""
    spec = {**applicationset.spec, "generators": [entry]}
    alone = replace(applicationset, manifest={**applicationset.manifest, "spec": spec})
    expansion = expand(alone, subject.world, subject.settings)
    known = isinstance(expansion, Expansion) and not expansion.failed
    return bool(expansion.generated) if known and isinstance(expansion, Expansion) else None
