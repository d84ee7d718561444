"""A document becomes an ApplicationSet, Application or AppProject as the API server would store it.

What the API server refuses (Argo CD's phase `load`) are findings here; what it silently drops is dropped.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from argosy.compiler.checks.admission import metadata_problems
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.model.appproject import AppProject
from argosy.schemas.model.origin import Origin
from argosy.schemas.position import Path, Position
from argosy.schemas.structure import prune, refusals
from argosy.schemas.validation import kind_of, validate
from argosy.schemas.yaml_reader import Document

__all__ = ["Loaded", "load", "load_rendered", "reasons"]

_Locate = Callable[[Path, bool], Position | None]
"""Where the value at a path stands, or (`True`) the key that leads to it."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """An object, or `None` with the reasons why the API server would refuse it.

    `pruned` are the paths that it would drop without a word.
    """

    resource: ApplicationSet | Application | AppProject | None
    findings: tuple[Finding, ...] = ()
    pruned: tuple[Path, ...] = ()


def load(document: Document, namespace: str) -> Loaded:
    """The object of a document that `kind_of` knows; `namespace` where it names none."""
    assert isinstance(document.value, dict), "the caller asks kind_of first"
    return _load(document.value, namespace, document.position, document, None)


def reasons(document: Document, loaded: Loaded) -> tuple[Finding, ...]:
    """Why the object of a document was refused: what its schema says, for that is nearer, or else the API."""
    if not loaded.findings:
        return ()
    return tuple(each for each in validate(document) if each.severity is Severity.ERROR) or loaded.findings


def load_rendered(value: Mapping[str, Any], namespace: str, origin: Origin) -> Loaded:
    """The same for a manifest that some source rendered; findings stand where it came from."""
    return _load(dict(value), namespace, origin.position_of, None, origin)


def _load(
    value: dict[str, Any],
    namespace: str,
    locate: _Locate,
    document: Document | None,
    origin: Origin | None,
) -> Loaded:
    kind = kind_of(value)
    assert kind is not None, "the caller asks kind_of first"
    findings = tuple(_refusals(kind, value, locate))
    if findings:
        return Loaded(None, findings)
    manifest, pruned = prune(kind, value)
    metadata = {**manifest["metadata"], "namespace": manifest["metadata"].get("namespace") or namespace}
    manifest = {**manifest, "metadata": metadata}
    if kind == "ApplicationSet":
        return Loaded(ApplicationSet(manifest, document, origin or Origin()), (), tuple(pruned))
    if kind == "AppProject":
        return Loaded(AppProject(manifest), (), tuple(pruned))
    return Loaded(
        Application(manifest, origin or Origin(locate(("metadata", "name"), False))), (), tuple(pruned)
    )


def _refusals(kind: str, value: Mapping[str, Any], locate: _Locate) -> Iterator[Finding]:
    for refusal in refusals(kind, value):
        position = locate(refusal.path, True)
        yield Finding(refusal.code, Severity.ERROR, refusal.message, position, hint=refusal.hint)
    metadata = value.get("metadata")
    if not isinstance(metadata, Mapping):
        return
    for below, problem in metadata_problems(metadata):
        position = locate(("metadata", *below), False)
        yield Finding("invalid-metadata", Severity.ERROR, f"metadata.{'.'.join(below)}: {problem}", position)
