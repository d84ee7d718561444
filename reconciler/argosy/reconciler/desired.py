"""Turns rendered manifests into the objects that are applied, each exactly as it goes to the server.

Comes after rendering and before planning. Knows the marks that say whose an object is; asks nobody: whether
a kind lives in a namespace is told by the caller. Pure.
"""

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from argosy.reconciler.kind_order import order_key
from argosy.reconciler.resource import (
    KubernetesObject,
    ResourceKey,
    annotations_of,
    digest_of,
    group_of,
    key_of,
    kind_of,
    metadata_of,
    name_of,
    namespace_of,
)
from argosy.reconciler.tracking import with_tracking
from argosy.schemas.model.annotations import HELM_HOOK, HOOK, SYNC_OPTIONS, SYNC_WAVE, parse_wave
from argosy.schemas.model.origin import Origin
from argosy.schemas.position import Position

__all__ = ["Desired", "DesiredObject", "Owner", "Problem", "Rendered", "prepare", "wave_of"]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose objects these are: the Application's name as tracking ids spell it, and the installation.

    `namespace` is the destination's: where objects go that name none.
    """

    application: str
    installation: str
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One manifest as a source rendered it, with the line that it came from."""

    value: Mapping[str, Any]
    origin: Origin = field(default=Origin(), compare=False)

    @property
    def position(self) -> Position | None:
        """The line, worked out when somebody asks: it costs a second reading of the file."""
        return self.origin.position


@dataclass(frozen=True, slots=True)
class DesiredObject:
    """One object as it is applied. `digest` is the fingerprint of `value`."""

    key: ResourceKey
    value: KubernetesObject
    wave: int
    digest: str
    options: frozenset[str] = frozenset()
    origin: Origin = field(default=Origin(), compare=False)

    @property
    def order(self) -> tuple[int, int, str, str, str, str]:
        """Its place in the total order of the sync."""
        return order_key(self.wave, self.key)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one manifest that keeps it from being applied, or that a person should know."""

    condition: str
    message: str
    position: Position | None = None

    def __str__(self) -> str:
        return f"{self.position}: {self.message}" if self.position else self.message


@dataclass(frozen=True, slots=True)
class Desired:
    """All that an Application wants, in the order of the sync, and what is wrong with the rest."""

    objects: tuple[DesiredObject, ...] = ()
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    by_key: Mapping[ResourceKey, DesiredObject] = field(default_factory=dict)


def prepare(
    manifests: Iterable[Rendered],
    owner: Owner,
    namespaced: Callable[[str, str], bool | None],
) -> Desired:
    """The objects to apply.

    `namespaced(group, kind)` says whether objects of a kind live in a namespace, `None` where the server
    does not know the kind; then a definition among the manifests decides, else the manifest's own namespace
    does.
    """
    rendered = tuple(manifests)
    scopes = _scopes(rendered)
    found: dict[ResourceKey, DesiredObject] = {}
    errors: list[Problem] = []
    warnings: list[Problem] = []
    for manifest in rendered:
        if problem := _malformed(manifest):
            errors.append(problem)
            continue
        value = manifest.value
        annotations = annotations_of(value)
        if HOOK in annotations or HELM_HOOK in annotations:
            warnings.append(_left_out(manifest))
            continue
        group, kind = group_of(value), kind_of(value)
        scope = namespaced(group, kind)
        scope = scopes.get((group, kind)) if scope is None else scope
        desired = _object(manifest, owner, scope)
        if isinstance(desired, Problem):
            errors.append(desired)
            continue
        if desired.key in found:
            # As Argo CD: the last one wins.
            text = f"{desired.key} appears more than once in what was rendered; the last one is applied"
            warnings.append(Problem("RepeatedResourceWarning", text, desired.origin.position))
        found[desired.key] = desired
    objects = tuple(sorted(found.values(), key=lambda item: item.order))
    return Desired(objects, tuple(errors), tuple(warnings), found)


def wave_of(obj: Mapping[str, Any]) -> int | None:
    """The sync wave that an object states, 0 without one, `None` where it is not a whole number."""
    text = annotations_of(obj).get(SYNC_WAVE)
    if text is None or text == "":
        return 0
    return parse_wave(text)


def _malformed(manifest: Rendered) -> Problem | None:
    value = manifest.value
    missing = next(
        (
            what
            for what, found in (("apiVersion", value.get("apiVersion")), ("kind", kind_of(value)))
            if not found
        ),
        None,
    )
    name = metadata_of(value).get("name")
    if name is not None and not isinstance(name, str):
        text = f"{kind_of(value)}: metadata.name is {name!r}; expected text: put it in quotes"
        return Problem("ComparisonError", text, manifest.position)
    if missing is None and not name:
        missing = "metadata.name"
    if missing is None:
        return None
    text = (
        f"a manifest without {missing}: every object that is applied needs apiVersion, kind and metadata.name"
    )
    return Problem("ComparisonError", text, manifest.position)


def _left_out(manifest: Rendered) -> Problem:
    text = f"{key_of(manifest.value)} is a hook; hooks are not run, so it was left out"
    return Problem("ExcludedResourceWarning", text, manifest.position)


def _object(manifest: Rendered, owner: Owner, scope: bool | None) -> DesiredObject | Problem:
    value = manifest.value
    wave = wave_of(value)
    if wave is None:
        found = annotations_of(value)[SYNC_WAVE]
        text = f"{key_of(value)}: the sync wave is {found!r}; expected a whole number"
        return Problem("ComparisonError", text, manifest.position)
    namespace = namespace_of(value)
    if scope is False:
        namespace = ""
    elif scope is True and not namespace:
        if not owner.namespace:
            text = f"neither {key_of(value)} nor the destination names a namespace; set one of the two"
            return Problem("InvalidSpecError", text, manifest.position)
        namespace = owner.namespace
    key = ResourceKey(group_of(value), kind_of(value), namespace, name_of(value))
    applied = _marked(value, key, owner)
    options = frozenset(
        part.strip() for part in annotations_of(value).get(SYNC_OPTIONS, "").split(",") if part.strip()
    )
    return DesiredObject(key, applied, wave, digest_of(applied), options, manifest.origin)


def _marked(value: Mapping[str, Any], key: ResourceKey, owner: Owner) -> KubernetesObject:
    """The manifest with the marks of its owner, on its own metadata only, and without what the server
    writes."""
    metadata = {
        name: item
        for name, item in value["metadata"].items()
        # Go's encoders write `creationTimestamp: null`; the rest may only be written by the server.
        if name
        not in ("creationTimestamp", "managedFields", "resourceVersion", "uid", "generation", "selfLink")
    }
    if key.namespace:
        metadata["namespace"] = key.namespace
    else:
        metadata.pop("namespace", None)
    applied = with_tracking(
        {**value, "metadata": metadata}, owner.application, owner.installation, owner.namespace
    )
    applied.pop("status", None)
    if not key.group and key.kind == "Secret":
        applied = _with_encoded_data(applied)
    return applied


def _with_encoded_data(secret: KubernetesObject) -> KubernetesObject:
    """A Secret whose `stringData` stands in `data`: the server never stores `stringData`, so edits of what
    it became would not be seen as edits of something that we applied."""
    plain = secret.get("stringData")
    if not isinstance(plain, Mapping):
        return secret
    encoded = {str(name): base64.b64encode(str(text).encode()).decode() for name, text in plain.items()}
    rest = {name: item for name, item in secret.items() if name != "stringData"}
    return rest | {"data": {**(secret.get("data") or {}), **encoded}}


def _scopes(manifests: tuple[Rendered, ...]) -> dict[tuple[str, str], bool]:
    """What the CustomResourceDefinitions among the manifests say of their kinds' scope."""
    found = {}
    for manifest in manifests:
        if kind_of(manifest.value) == "CustomResourceDefinition":
            spec = manifest.value.get("spec") or {}
            kind = (spec.get("names") or {}).get("kind", "")
            found[spec.get("group", ""), kind] = spec.get("scope") != "Cluster"
    return found
