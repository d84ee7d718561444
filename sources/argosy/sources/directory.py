"""A folder of plain manifests. Reads a tree, writes nothing and starts nothing."""

from collections.abc import Sequence
from dataclasses import replace

from argosy.schemas.model.origin import DeferredOrigin, Origin
from argosy.schemas.model.source import Directory
from argosy.schemas.position import Path, Position
from argosy.schemas.yaml_errors import YamlError
from argosy.schemas.yaml_reader import Document, read_documents
from argosy.sources.errors import MISSING_PATH, RENDER_FAILED, UNSUPPORTED_SOURCE, SourceError
from argosy.sources.git_url import clean_path
from argosy.sources.manifest import Manifest, document_manifests, is_object
from argosy.sources.manifest_choice import SKIP_MARK, is_chosen
from argosy.sources.tree import Tree

__all__ = ["manifest_files", "read_manifests", "render_directory"]


def render_directory(tree: Tree, path: str, options: Directory) -> list[Manifest]:
    """The objects of all files, by path. An existing folder without any is known to be empty.

    Raises `SourceError`: `missing-path` if there is no such folder, `render-failed` with file:line:column
    if a file does not parse or holds something that is no object, `unsupported-source` for Jsonnet.
    """
    manifests: list[Manifest] = []
    for file in manifest_files(tree, path, options):
        if file.endswith(".jsonnet"):
            raise SourceError(
                f"{file} is Jsonnet, which is not supported",
                code=UNSUPPORTED_SOURCE,
                position=Position(file, 1, 1),
                hint="leave it out by directory.exclude, or commit what it renders to",
            )
        content = tree.read(file)
        if SKIP_MARK not in content:
            manifests.extend(read_manifests(content, file))
    return manifests


def manifest_files(tree: Tree, path: str, options: Directory) -> Sequence[str]:
    """The files that count.

    Extension, depth, `include` and `exclude`, whose globs see the path from the folder on.
    """
    base = clean_path(path)
    if not tree.has_directory(base):
        raise SourceError(
            f"{tree.name} has no folder {base!r}",
            code=MISSING_PATH,
            hint="check spec.source.path and the revision",
        )
    prefix = f"{base}/" if base else ""
    return [file for file in tree.files_under(base) if is_chosen(file.removeprefix(prefix), options)]


def read_manifests(content: bytes, file: str) -> list[Manifest]:
    """The objects of one file. A file of which no document looks like an object is none of Kubernetes' and is
    passed over, as in Argo CD; one that does not parse is always an error,
    for what it lacks would be pruned.
    """
    try:
        documents = read_documents(content, file)
    except YamlError as error:
        raise SourceError(
            error.message, code=RENDER_FAILED, position=error.position, hint=error.hint, related=error.related
        ) from error
    looks_like_one = all(word in content for word in (b"apiVersion:", b"kind:", b"metadata:"))
    if not looks_like_one and not any(is_object(document.value) for document in documents):
        return []
    return [manifest for document in documents for manifest in _manifests(document)]


def _manifests(document: Document) -> list[Manifest]:
    manifests = document_manifests(document, _origin)
    # The items of a List are no documents; their origins lead to their lines.
    return [replace(each, document=document) if each.value is document.value else each for each in manifests]


def _origin(document: Document, path: Path) -> Origin:
    return DeferredOrigin(lambda: Origin(document.position(path)))
