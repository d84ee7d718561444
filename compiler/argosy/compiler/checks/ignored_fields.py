"""Fields that are written and have no effect: another one is in force, or they are of an older version."""

from collections.abc import Iterator, Mapping
from typing import Any

from argosy.compiler.checks.faults import Fault, application_findings
from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.fixes import remove_entry
from argosy.schemas.model.application import Application
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.model.fields import mapping, mappings
from argosy.schemas.position import Path

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """The fields of all Applications and sets."""
    yield from application_findings(subject, _application_faults)
    for _, applicationset in subject.sets:
        for fault in _set_faults(applicationset):
            position = applicationset.position(fault.path, key=True)
            message = f"ApplicationSet `{applicationset.name}`: {fault.message}"
            fix = None
            if fault.code == "deprecated-field" and applicationset.document and position:
                fix = remove_entry(applicationset.document, position, fault.path)
            yield Finding(fault.code, fault.severity, message, position, hint=fault.hint, fix=fix)


def _application_faults(application: Application) -> Iterator[Fault]:
    spec = application.spec
    if application.has_several_sources and spec.get("source"):
        yield _ignored(("spec", "source"), "`source` is ignored, because `sources` is written")
    if spec.get("sourceHydrator"):
        for name in ("source", "sources"):
            if spec.get(name):
                message = f"`{name}` is ignored, because `sourceHydrator` is written"
                yield _ignored(("spec", name), message)
        return
    sources: list[tuple[Path, Mapping[str, Any]]] = [
        (("spec", "sources", index), source) for index, source in enumerate(mappings(spec, "sources"))
    ] or [(("spec", "source"), mapping(spec, "source"))]
    for path, source in sources:
        yield from _source_faults(path, source)


def _source_faults(path: Path, source: Mapping[str, Any]) -> Iterator[Fault]:
    helm = mapping(source, "helm")
    if helm.get("valuesObject") and helm.get("values"):
        message = "`values` is ignored, because `valuesObject` is written"
        yield _ignored((*path, "helm", "values"), message)
    if helm.get("version"):
        yield Fault(
            "deprecated-field",
            Severity.WARNING,
            (*path, "helm", "version"),
            "`helm.version` has no effect: Argo CD has Helm 3 only",
            hint="remove it",
            at_key=True,
        )
    if source.get("chart") and source.get("path"):
        message = "`path` is ignored, because `chart` is written: the source is a chart repository"
        yield _ignored((*path, "path"), message)


def _set_faults(applicationset: ApplicationSet) -> Iterator[Fault]:
    spec = applicationset.spec
    if spec.get("goTemplateOptions") and not applicationset.go_template:
        message = "`goTemplateOptions` is ignored without `goTemplate: true`"
        yield _ignored(("spec", "goTemplateOptions"), message)
    if "applyNestedSelectors" in spec:
        yield Fault(
            "deprecated-field",
            Severity.NOTE,
            ("spec", "applyNestedSelectors"),
            "`applyNestedSelectors` has no effect: selectors of nested generators always count",
            hint="remove it",
        )


def _ignored(path: Path, message: str) -> Fault:
    return Fault("ignored-field", Severity.WARNING, path, message, hint="remove one of the two", at_key=True)
