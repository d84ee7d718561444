"""Sources that Argo CD refuses for their form: nothing to render, two tools at once, unknown references."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from argosy.compiler.checks.faults import Fault, application_findings
from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.model.fields import mapping
from argosy.schemas.model.source import Source
from argosy.schemas.position import Path

__all__ = ["check"]

_NEEDED = (("drySource", "repoURL"), ("syncSource", "targetBranch"), ("hydrateTo", "targetBranch"))
_REFERENCE = re.compile("[a-zA-Z0-9_-]+")


def check(subject: Subject) -> Iterator[Finding]:
    """The form of every source (Argo CD, util/argo: ValidateRepo)."""
    return application_findings(subject, _faults)


def _faults(application: Application) -> Iterator[Fault]:
    if hydrator := mapping(application.spec, "sourceHydrator"):
        yield from _hydrator(hydrator)
        return
    if not application.sources:
        message = "it has no source: write `spec.source` or `spec.sources`"
        yield Fault("incomplete-source", Severity.ERROR, ("spec",), message, at_key=True)
    several = application.has_several_sources
    yield from _reference_names(application.sources if several else ())
    references = {source.ref: source for source in application.sources if source.ref}
    for index, source in enumerate(application.sources):
        path: Path = ("spec", "sources", index) if several else ("spec", "source")
        yield from _form(source, path, several)
        for number, file in enumerate(source.helm.value_files if source.helm else ()):
            # Argo CD's own variables stand in paths, too.
            if file.startswith("$") and not file.startswith(("$ARGOCD_", "${")):
                place = (*path, "helm", "valueFiles", number)
                yield from _reference(file, references, place)


def _hydrator(hydrator: Mapping[str, Any]) -> Iterator[Fault]:
    """Empty texts; that a field is missing the schema says."""
    for name, field in _NEEDED:
        fields = hydrator.get(name)
        if isinstance(fields, Mapping) and fields.get(field) == "":
            path: Path = ("spec", "sourceHydrator", name, field)
            yield Fault("incomplete-source", Severity.ERROR, path, f"a hydrator needs `{name}.{field}`")


def _form(source: Source, path: Path, several: bool) -> Iterator[Fault]:
    if not source.repo_url:
        yield Fault("incomplete-source", Severity.ERROR, path, "a source needs `repoURL`", at_key=True)
    elif not source.path and not source.chart and not (source.ref and several):
        message = "a source needs `path`" + (", `chart` or `ref`" if several else " or `chart`")
        yield Fault("incomplete-source", Severity.ERROR, path, message, at_key=True)
    if source.chart and not source.target_revision:
        message = f"the chart {source.chart} needs a version"
        hint = "write it as `targetRevision`"
        yield Fault("incomplete-source", Severity.ERROR, (*path, "chart"), message, hint=hint)
    types = source.explicit_types
    if len(types) > 1:
        named = " and ".join(f"`{each.value.lower()}`" for each in types)
        yield Fault(
            "several-source-types",
            Severity.ERROR,
            (*path, types[1].value.lower()),
            f"a source has the options of one tool only, but {named} are written",
            hint="keep the one that renders the folder",
            at_key=True,
        )


def _reference_names(sources: Sequence[Source]) -> Iterator[Fault]:
    """Names that no values file could mean, or that two sources have (Argo CD, util/argo: GetRefSources)."""
    seen: set[str] = set()
    for index, source in enumerate(sources):
        path: Path = ("spec", "sources", index, "ref")
        if source.ref and not _REFERENCE.fullmatch(source.ref):
            message = f"`{source.ref}` cannot be a `ref`"
            hint = "write letters, digits, `-` and `_`"
            yield Fault("invalid-source", Severity.ERROR, path, message, hint=hint)
        elif source.ref in seen:
            message = f"two sources have `ref: {source.ref}`"
            hint = "give each another name: it would be open which one a values file is taken from"
            yield Fault("invalid-source", Severity.ERROR, path, message, hint=hint)
        if source.ref:
            seen.add(source.ref)


def _reference(file: str, references: dict[str, Source], path: Path) -> Iterator[Fault]:
    name = file[1:].partition("/")[0]
    if name not in references:
        known = ", ".join(f"`{each}`" for each in references) or "no source has a `ref`"
        yield Fault(
            "unknown-ref",
            Severity.ERROR,
            path,
            f"`{file}`: no source has `ref: {name}`",
            hint=f"known here: {known}" if references else known,
        )
    elif references[name].chart:
        message = f"`{file}`: the source `{name}` is a chart; values files are only taken from Git"
        yield Fault("unknown-ref", Severity.ERROR, path, message)
