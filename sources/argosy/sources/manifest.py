"""What goes into rendering a source and what comes out of it. Pure data."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from argosy.schemas.knowledge import Answer
from argosy.schemas.model.origin import Origin
from argosy.schemas.model.source import Source, SourceType
from argosy.schemas.position import Path
from argosy.schemas.yaml_reader import Document
from argosy.sources.capabilities import Capabilities
from argosy.sources.errors import RENDER_FAILED, SourceError
from argosy.sources.tree import Tree

__all__ = ["Input", "Manifest", "RenderRequest", "Rendering", "document_manifests", "is_object"]


_IN_A_FOLDER = "add apiVersion and kind, or leave the file out by directory.exclude"

TraceOf = Callable[[Mapping[str, Any], Path, Tree], Origin]
"""Finds the lines of the object at a path of a rendered document, in the tree that was rendered."""

OriginOf = Callable[[Document, Path], Origin]
"""Where the node at a path of a document came from."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One Kubernetes object as a source has it, and the lines that it came from.

    `document` is there where the object is a document of a file as it stands. Where it is not, `origin` is
    the file, and `trace` finds its lines in there.
    """

    value: Mapping[str, Any]
    origin: Origin = field(default=Origin(), compare=False)
    document: Document | None = field(default=None, compare=False, repr=False)
    trace: Callable[[Tree], Origin] | None = field(default=None, compare=False, repr=False)

    def origin_in(self, tree: Tree) -> Origin:
        """Where the object and each of its fields come from, in the tree that was rendered or one like it. It
        takes reading files, so a manifest itself neither knows nor holds that."""
        return self.trace(tree) if self.trace is not None else self.origin


@dataclass(frozen=True, slots=True)
class Input:
    """A part of a tree that a rendering has read. It renders alike as long as `content_id` stays the same.

    `reference` names the source that lends the file (`$values/…`), '' for the rendered source itself.
    """

    path: str
    content_id: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """One source of an Application at one revision.

    `name` is the Application's, `namespace` its destination's. `instance` is how Argo CD calls an Application
    outside of its own namespace (`NAMESPACE_NAME`), empty for `name`. `references` holds the trees of the
    other sources that have a `ref`. `cluster` is what is known of the destination, for charts that ask;
    without one they see what Helm assumes.
    """

    source: Source
    tree: Tree
    name: str
    namespace: str = ""
    project: str = "default"
    references: Mapping[str, Tree] = field(default_factory=dict)
    cluster: Answer[Capabilities] | None = None
    instance: str = ""


@dataclass(frozen=True, slots=True)
class Rendering:
    """The objects of a source, in the order in which it has them. No manifests means: known to be empty.

    `digest` is the same for the same objects in the same order; `inputs` is everything that was read.
    `cluster` is what the rendering was made for, `None` where it is the same on every cluster.
    """

    manifests: tuple[Manifest, ...]
    inputs: tuple[Input, ...]
    digest: str
    source_type: SourceType
    cluster: Capabilities | None = None

    @classmethod
    def of(cls, manifests: Sequence[Manifest], inputs: Sequence[Input], kind: SourceType) -> "Rendering":
        """Computes the digest."""
        text = json.dumps([manifest.value for manifest in manifests], sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return cls(tuple(manifests), tuple(inputs), digest, kind)


def is_object(value: object) -> bool:
    """Whether a document could be a Kubernetes object."""
    return isinstance(value, Mapping) and bool(value.get("kind")) and bool(value.get("apiVersion"))


def document_manifests(
    document: Document, origin_of: OriginOf, trace_of: TraceOf | None = None, hint: str = _IN_A_FOLDER
) -> list[Manifest]:
    """The objects of one document: itself, or the items if it is a `List`. `hint` says what to do if it is
    none.

    Raises `SourceError` (`render-failed`) with the position of what is not an object.
    """
    value = document.value
    if not is_object(value):
        raise _not_an_object(document, (), value, hint)
    assert isinstance(value, Mapping)

    def manifest(item: Mapping[str, Any], path: Path) -> Manifest:
        trace = partial(trace_of, value, path) if trace_of is not None else None
        return Manifest(item, origin_of(document, path), trace=trace)

    items = value.get("items")
    if not (str(value["kind"]).endswith("List") and isinstance(items, list)):
        return [manifest(value, ())]
    manifests = []
    for index, item in enumerate(items):
        if not is_object(item):
            raise _not_an_object(document, ("items", index), item, hint)
        manifests.append(manifest(item, ("items", index)))
    return manifests


def _not_an_object(document: Document, path: Path, value: object, hint: str) -> SourceError:
    if isinstance(value, Mapping):
        missing = [key for key in ("apiVersion", "kind") if not value.get(key)]
        message = f"this document is not a Kubernetes object: {' and '.join(missing)} missing"
    else:
        message = (
            f"this document is not a Kubernetes object: found {type(value).__name__}, expected a mapping"
        )
    return SourceError(
        message,
        code=RENDER_FAILED,
        position=document.position(path),
        hint=hint,
    )
