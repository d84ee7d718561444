"""Kustomization files: what they read, and the options of a source written into one.

Pure but for the tree.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from argosy.schemas.model.source import Kustomize
from argosy.schemas.user_info import without_user_info
from argosy.schemas.yaml_errors import YamlError
from argosy.schemas.yaml_reader import Document, read_documents
from argosy.sources.build_environment import BuildEnvironment
from argosy.sources.errors import (
    INVALID_SOURCE,
    MISSING_PATH,
    REFUSED_PATH,
    REFUSED_URL,
    RENDER_FAILED,
    SourceError,
    blaming,
)
from argosy.sources.git_url import clean_path
from argosy.sources.tree import Tree

__all__ = [
    "KUSTOMIZATION_FILES",
    "files_read",
    "folders_read",
    "is_kustomization",
    "read_kustomization",
    "with_options",
]

KUSTOMIZATION_FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")

_PATH_LISTS = (
    "resources",
    "bases",
    "components",
    "crds",
    "configurations",
    "generators",
    "transformers",
    "validators",
)
_PATH_FIELDS = ("patches", "patchesJson6902", "replacements", "configMapGenerator", "secretGenerator")
_REMOTE = re.compile(r"://|^git@|^github\.com[:/]|[?&]ref=|^git::|\.git(/|\?|$)")
_IMAGE = re.compile(r"(?:(?P<name>[^=]+)=)?(?P<new>[^@]*?)(?P<tag>:[^:/@]*)?(?P<digest>@[^@]*)?", re.DOTALL)


def is_kustomization(name: str) -> bool:
    """Whether a file name is one that kustomize looks for."""
    return name in KUSTOMIZATION_FILES


def read_kustomization(tree: Tree, folder: str) -> tuple[str, Document | None]:
    """The kustomization file of a folder and its document (None for an empty file).

    Raises `SourceError`: `missing-path` if there is none, `render-failed` if it does not parse.
    """
    for name in KUSTOMIZATION_FILES:
        path = posixpath.join(folder, name)
        if tree.has_file(path):
            try:
                documents = read_documents(tree.read(path), path)
            except YamlError as error:
                raise SourceError(
                    error.message, code=RENDER_FAILED, position=error.position, hint=error.hint
                ) from error
            return path, documents[0] if documents else None
    raise SourceError(
        f"{tree.name} has no kustomization.yaml in {folder!r}",
        code=MISSING_PATH,
        hint="add one, or fix the path",
    )


def folders_read(tree: Tree, folder: str, extra: tuple[str, ...], allow_remote: bool) -> tuple[str, ...]:
    """All folders that a build reads: its own and, through `resources` and the like, those of its bases.

    A kustomization may read files below its own folder only, so these folders are everything. Raises
    `SourceError` with a position for a remote base that is not allowed.
    """
    found: list[str] = []
    waiting = [clean_path(folder)]
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        found.append(current)
        _, document = read_kustomization(tree, current)
        for reference in _references(document, allow_remote):
            target = _inside(current, reference)
            if tree.has_directory(target):
                waiting.append(target)
        if current == clean_path(folder):
            waiting.extend(_inside(current, component) for component in extra)
    return tuple(sorted(found))


def files_read(tree: Tree, folder: str, extra: tuple[str, ...]) -> set[str]:
    """The kustomizations of a build and the files that they name, local ones only. Raises `SourceError`."""
    found: set[str] = set()
    for each in folders_read(tree, folder, extra, allow_remote=True):
        path, document = read_kustomization(tree, each)
        named = {_inside(each, reference) for reference in _references(document, allow_remote=True)}
        found |= {path, *(place for name in named for place in tree.places(name))}
    return found


def with_options(
    content: Mapping[str, Any], options: Kustomize, components: tuple[str, ...], environment: BuildEnvironment
) -> dict[str, Any]:
    """A kustomization with the options of a source written into it as `kustomize edit` would, which is how
    Argo CD does it (util/kustomize): they replace what stands there, or join it."""
    edited = dict(content)
    for field, value in (
        ("namePrefix", options.name_prefix),
        ("nameSuffix", options.name_suffix),
        ("namespace", options.namespace),
    ):
        if value:
            edited[field] = value
    if options.images:
        edited["images"] = _joined(edited.get("images"), _images(options, environment))
    if options.replicas:
        edited["replicas"] = _joined(edited.get("replicas"), _replicas(options))
    if options.common_labels:
        _add_labels(edited, options, environment)
    if options.common_annotations:
        substitute = environment.substitute if options.common_annotations_envsubst else str
        values = {name: substitute(value) for name, value in options.common_annotations.items()}
        present = edited.get("commonAnnotations") or {}
        edited["commonAnnotations"] = _merged(
            present, values, options.force_common_annotations, "commonAnnotations"
        )
    if options.patches:
        edited["patches"] = [*(edited.get("patches") or []), *map(dict, options.patches)]
    if components:
        edited["components"] = [*(edited.get("components") or []), *components]
    return edited


def _add_labels(edited: dict[str, Any], options: Kustomize, environment: BuildEnvironment) -> None:
    values = {name: environment.substitute(value) for name, value in options.common_labels.items()}
    if not options.label_without_selector:
        present = edited.get("commonLabels") or {}
        edited["commonLabels"] = _merged(present, values, options.force_common_labels, "commonLabels")
        return
    entry: dict[str, Any] = {"pairs": values, "includeSelectors": False}
    if options.label_include_templates:
        entry["includeTemplates"] = True
    edited["labels"] = [*(edited.get("labels") or []), entry]


def _merged(present: Mapping[str, Any], added: Mapping[str, str], force: bool, field: str) -> dict[str, Any]:
    clash = sorted(set(present) & set(added))
    if clash and not force:
        with blaming("kustomize", field, clash[0]):
            raise SourceError(
                f"{field} {', '.join(clash)} already stands in the kustomization",
                code=INVALID_SOURCE,
                hint=f"leave it out of the source, or set force{field[0].upper()}{field[1:]}",
            )
    return {**present, **added}


def _joined(present: object, added: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By name: what is added replaces what is there."""
    kept = [item for item in present if isinstance(item, Mapping)] if isinstance(present, list) else []
    by_name = {item.get("name"): dict(item) for item in kept} | {item["name"]: item for item in added}
    return list(by_name.values())


def _images(options: Kustomize, environment: BuildEnvironment) -> list[dict[str, Any]]:
    found = []
    for index, image in enumerate(options.images):
        with blaming("kustomize", "images", index):
            found.append(_image(environment.substitute(image)))
    return found


def _image(text: str) -> dict[str, Any]:
    """`[name=]new[:tag][@digest]`."""
    match = _IMAGE.fullmatch(text)
    new = match["new"] if match else ""
    if match is None or not (match["name"] or new) or text.startswith("="):
        raise SourceError(
            f"`{text}` is no image", code=INVALID_SOURCE, hint="expected [old=]new[:tag|@digest]"
        )
    entry: dict[str, Any] = {"name": match["name"] or new}
    if match["name"] and new and new != "*":
        entry["newName"] = new
    if match["tag"]:
        entry["newTag"] = match["tag"][1:]
    if match["digest"]:
        entry["digest"] = match["digest"][1:]
    return entry


def _replicas(options: Kustomize) -> list[dict[str, Any]]:
    found = []
    for index, (name, count) in enumerate(options.replicas):
        with blaming("kustomize", "replicas", index, "count"):
            found.append({"name": name, "count": _count(name, count)})
    return found


def _count(name: str, count: int | str) -> int:
    try:
        return int(count)
    except ValueError:
        raise SourceError(
            f"the replicas of `{name}` must be a number, but are `{count}`", code=INVALID_SOURCE
        ) from None


def _references(document: Document | None, allow_remote: bool) -> Iterator[str]:
    """Every path in a kustomization; a remote one is refused unless allowed, and then passed over."""
    content = document.value if document is not None else None
    if document is None or not isinstance(content, Mapping):
        return
    for path, reference in _paths(content):
        if not _REMOTE.search(reference):
            if reference.startswith("/"):
                raise SourceError(
                    f"the absolute path `{reference}` leads out of the repository",
                    code=REFUSED_PATH,
                    position=document.position(path),
                    hint="write it relative to the kustomization",
                )
            yield reference
        elif not allow_remote:
            raise SourceError(
                f"the remote base or file {without_user_info(reference)!r} is not allowed",
                code=REFUSED_URL,
                position=document.position(path),
                hint="commit it to the repository",
            )


def _paths(content: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for field in _PATH_LISTS:
        for index, value in enumerate(_list(content.get(field))):
            if isinstance(value, str) and "\n" not in value:
                yield (field, index), value
    for index, value in enumerate(_list(content.get("patchesStrategicMerge"))):
        if isinstance(value, str) and "\n" not in value:
            yield ("patchesStrategicMerge", index), value
    for field in _PATH_FIELDS:
        for index, item in enumerate(_list(content.get(field))):
            if not isinstance(item, Mapping):
                continue
            for key in ("path", "env"):
                if isinstance(item.get(key), str):
                    yield (field, index, key), item[key]
            for key in ("files", "envs"):
                for number, value in enumerate(_list(item.get(key))):
                    if isinstance(value, str):
                        yield (field, index, key, number), value.partition("=")[2] or value
    schema = content.get("openapi")
    if isinstance(schema, Mapping) and isinstance(schema.get("path"), str):
        yield ("openapi", "path"), schema["path"]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _inside(folder: str, reference: str) -> str:
    return clean_path(posixpath.join(folder, reference))
