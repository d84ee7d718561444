"""Options that a source's own folder overrides, in `.argocd-source.yaml` and in the file of one Application.

Tools that write to Git, such as those that keep image tags current, leave them there. Reads a tree only.
"""

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from argosy.schemas.go_fields import spelled_as_known
from argosy.schemas.model.source import Source
from argosy.schemas.structure import refusals
from argosy.schemas.yaml_errors import YamlError
from argosy.schemas.yaml_reader import Document, read_documents
from argosy.sources.errors import INVALID_SOURCE, SourceError
from argosy.sources.tree import Tree

__all__ = ["override_files", "with_overrides"]

_IDENTITY = ("repoURL", "path", "targetRevision", "chart")
_SOURCE = ("spec", "source")


def override_files(tree: Tree, path: str, instance: str) -> tuple[str, ...]:
    """The files of a folder that override options, the later one over the earlier. `instance` is the
    Application's name, behind its namespace and `_` outside of Argo CD's own namespace."""
    names = (".argocd-source.yaml", f".argocd-source-{instance}.yaml")
    files = (posixpath.join(path, name) for name in names)
    return tuple(file for file in files if tree.has_file(file))


def with_overrides(source: Source, tree: Tree, path: str, instance: str) -> Source:
    """The source with the options that its folder overrides (Argo CD, reposerver/repository,
    mergeSourceParameters): mappings are merged, everything else is replaced, and where the source comes from
    stays. A null takes nothing away except within `valuesObject`.

    Raises `SourceError` (`invalid-source`) with the line of what cannot be read or has the wrong type.
    """
    for file in override_files(tree, path, instance):
        document = _document(tree, file)
        if document is None:
            continue
        written = spelled_as_known("source", document.value)
        merged = _merged(source.manifest, {k: v for k, v in written.items() if k not in _IDENTITY})
        for fault in _faults(merged, document):
            raise fault
        source = Source(merged)
    return source


def _document(tree: Tree, file: str) -> Document | None:
    """The first document of a file, `None` if it holds nothing."""
    try:
        document = next(iter(read_documents(tree.read(file), file)), None)
    except YamlError as error:
        raise SourceError(
            error.message, code=INVALID_SOURCE, position=error.position, hint=error.hint
        ) from error
    if document is None or document.value is None:
        return None
    if not isinstance(document.value, Mapping):
        raise SourceError(
            f"options of a source were expected, found {type(document.value).__name__}",
            code=INVALID_SOURCE,
            position=document.position(()),
            hint="write a mapping as in spec.source, such as `kustomize: {images: [web:v2]}`",
        )
    return document


def _merged(
    original: Mapping[str, Any], patch: Mapping[str, Any], *, deletes: bool = False
) -> dict[str, Any]:
    result = dict(original)
    for name, item in patch.items():
        if isinstance(item, Mapping):
            before = result.get(name)
            result[name] = _merged(
                before if isinstance(before, Mapping) else {}, item, deletes=deletes or name == "valuesObject"
            )
        elif item is not None:
            result[name] = item
        elif deletes:
            result.pop(name, None)
    return result


def _faults(merged: Mapping[str, Any], document: Document) -> Iterator[SourceError]:
    application = {
        "metadata": {"name": "any"},
        "spec": {"project": "default", "destination": {}, "source": merged},
    }
    for refusal in refusals("Application", application):
        if refusal.path[:2] == _SOURCE:
            yield SourceError(
                refusal.message,
                code=INVALID_SOURCE,
                position=document.position(refusal.path[2:]),
                hint=refusal.hint,
            )
