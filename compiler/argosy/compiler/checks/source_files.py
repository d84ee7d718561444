"""Files that a source needs and that are not there: values files, Chart.yaml, a kustomization, components.

Only what lies in a repository that can be asked here, and what is written without variables, is judged.
"""

import posixpath
import re
from collections.abc import Iterator
from functools import partial

from argosy.compiler.checks.faults import Fault, application_findings
from argosy.compiler.checks.kustomizations import KUSTOMIZATION_FILES
from argosy.compiler.checks.repository_files import RepositoryFiles
from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.model.source import Source
from argosy.schemas.position import Path

__all__ = ["check"]

_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_GLOB = re.compile(r"[*?\[]")


def check(subject: Subject) -> Iterator[Finding]:
    """The files of every source."""
    return application_findings(subject, partial(_faults, RepositoryFiles(subject.lookup)))


def _faults(files: RepositoryFiles, application: Application) -> Iterator[Fault]:
    several = application.has_several_sources
    for index, source in enumerate(application.sources):
        path: Path = ("spec", "sources", index) if several else ("spec", "source")
        yield from _values_files(files, application, source, path)
        # A missing folder, and options of several tools, are other checks'.
        if len(source.explicit_types) > 1 or source.chart:
            continue
        if source.path and files.has_folder(source, source.path):
            yield from _tool_files(files, source, path)


def _tool_files(files: RepositoryFiles, source: Source, path: Path) -> Iterator[Fault]:
    if source.helm is not None and files.has_file(source, _below(source, "Chart.yaml")) is False:
        yield Fault(
            "missing-chart",
            Severity.ERROR,
            (*path, "path"),
            f"`{source.path}` holds no Chart.yaml, but the source has options of Helm",
            hint="fix the path, or remove `helm`",
        )
    if source.kustomize is None:
        return
    if all(files.has_file(source, _below(source, name)) is False for name in KUSTOMIZATION_FILES):
        yield Fault(
            "missing-kustomization",
            Severity.ERROR,
            (*path, "path"),
            f"`{source.path}` holds no kustomization.yaml, but the source has options of Kustomize",
            hint="fix the path, or remove `kustomize`",
        )
    for number, component in enumerate(source.kustomize.components):
        if source.kustomize.ignore_missing_components or _is_elsewhere(component):
            continue
        if files.has_folder(source, _below(source, component)) is False:
            yield Fault(
                "missing-resource",
                Severity.ERROR,
                (*path, "kustomize", "components", number),
                f"{source.repo_url} has no folder `{_below(source, component)}` at {source.revision}",
                hint="fix the path, or set ignoreMissingComponents",
            )


def _values_files(
    files: RepositoryFiles, application: Application, source: Source, path: Path
) -> Iterator[Fault]:
    helm = source.helm
    if helm is None:
        return
    wanted: list[tuple[Path, str]] = [
        ((*path, "helm", "fileParameters", number, "path"), file)
        for number, (_, file) in enumerate(helm.file_parameters)
    ]
    if not helm.ignore_missing_value_files:
        wanted += [
            ((*path, "helm", "valueFiles", number), file) for number, file in enumerate(helm.value_files)
        ]
    references = {each.ref: each for each in application.sources if each.ref}
    for place, file in wanted:
        owner, found = _located(file, source, references)
        if owner is not None and files.has_file(owner, found) is False:
            yield Fault(
                "missing-values-file",
                Severity.ERROR,
                place,
                f"{owner.repo_url} has no file `{found}` at {owner.revision}",
                hint="fix the path" + (", or set ignoreMissingValueFiles" if "valueFiles" in place else ""),
            )


def _located(file: str, source: Source, references: dict[str, Source]) -> tuple[Source | None, str]:
    """The source whose repository a values file lies in, and its path there; None where that is not known."""
    name, _, rest = file.removeprefix("$").partition("/")
    if file.startswith("$") and name in references:
        return (None, "") if _is_elsewhere(rest) else (references[name], posixpath.normpath(rest))
    if source.chart or _is_elsewhere(file):
        return None, ""
    return source, file.lstrip("/") if file.startswith("/") else _below(source, file)


def _is_elsewhere(file: str) -> bool:
    """Whether a path is a URL, or depends on variables or patterns that are only known later."""
    return "$" in file or _URL.match(file) is not None or _GLOB.search(file) is not None


def _below(source: Source, file: str) -> str:
    return posixpath.normpath(posixpath.join(source.path.strip("/"), file))
