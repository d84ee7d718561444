"""Writes to a cluster's store: existence, namespaces and numbering around the pure functions of `objects`.

Every change of an object goes through here, the sandbox's own controllers' included; deletion is next door.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from argosy.sandbox import objects
from argosy.sandbox.errors import ApiError, Cause, already_exists, not_found, resource_details
from argosy.sandbox.objects import Outcome, WriteOptions
from argosy.sandbox.registry import storage_key
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.state import ClusterState
from argosy.sandbox.store import Object, ObjectKey, Stored, encode
from argosy.sandbox.versions import in_version

__all__ = ["Writer", "Written"]

_CREATED_BY_PUT = {
    ("", "endpoints"),
    ("", "events"),
    ("", "limitranges"),
    ("", "services"),
    ("coordination.k8s.io", "leases"),
    ("node.k8s.io", "runtimeclasses"),
    ("rbac.authorization.k8s.io", "clusterrolebindings"),
    ("rbac.authorization.k8s.io", "clusterroles"),
    ("rbac.authorization.k8s.io", "rolebindings"),
    ("rbac.authorization.k8s.io", "roles"),
}
"""Resources whose strategy has `AllowCreateOnUpdate` (k8s.io/kubernetes 1.37, pkg/registry)."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a write left: the object in the version asked for, and its bytes."""

    object: Object
    encoded: bytes
    created: bool = False
    changed: bool = True
    warnings: tuple[str, ...] = ()


class Writer:
    """The four writes against what is stored. All raise `ApiError`."""

    def __init__(self, state: ClusterState) -> None:
        self._state = state

    def live(self, kind: ObjectType, namespace: str, name: str) -> Stored:
        """What is stored. Raises `ApiError` 404."""
        key = (namespace if kind.resource.namespaced else "", name)
        found = self._state.store.get(storage_key(kind), key)
        if found is None:
            raise not_found(kind.resource.group, kind.resource.plural, name)
        return found

    def create(
        self, kind: ObjectType, namespace: str, body: Object, options: WriteOptions, *, dry_run: bool = False
    ) -> Written:
        self._admit(kind, namespace, body)
        outcome = objects.create(kind, namespace, body, options, self._state.environment())
        return self._commit(kind, None, outcome, dry_run=dry_run)

    def update(
        self,
        kind: ObjectType,
        namespace: str,
        name: str,
        body: Object,
        options: WriteOptions,
        *,
        dry_run: bool = False,
    ) -> Written:
        """PUT; creates where the resource allows it."""
        resource = kind.resource
        key = (namespace if resource.namespaced else "", name)
        missing = self._state.store.get(storage_key(kind), key) is None
        if missing and (resource.group, resource.plural) in _CREATED_BY_PUT and not options.subresource:
            return self.create(kind, namespace, body, options, dry_run=dry_run)
        live = self.live(kind, namespace, name)
        shown = in_version(live.object, kind)
        outcome = objects.update(kind, shown, body, options, self._state.environment())
        return self._commit(kind, live, outcome, dry_run=dry_run)

    def patch(
        self,
        kind: ObjectType,
        namespace: str,
        name: str,
        body: bytes,
        content_type: str,
        options: WriteOptions,
        *,
        dry_run: bool = False,
    ) -> Written:
        """A JSON, merge or strategic merge patch of something that exists."""
        live = self.live(kind, namespace, name)
        shown = in_version(live.object, kind)
        outcome = objects.patch(kind, shown, body, content_type, options, self._state.environment())
        return self._commit(kind, live, outcome, dry_run=dry_run)

    def apply(
        self,
        kind: ObjectType,
        namespace: str,
        name: str,
        configuration: Mapping[str, object],
        options: WriteOptions,
        *,
        dry_run: bool = False,
    ) -> Written:
        """Server-side apply."""
        key = (namespace if kind.resource.namespaced else "", name)
        live = self._state.store.get(storage_key(kind), key)
        if live is None:
            if options.subresource:
                raise not_found(kind.resource.group, kind.resource.plural, name)
            self._admit(kind, namespace, {"metadata": {"name": name}})
        shown = None if live is None else in_version(live.object, kind)
        environment = self._state.environment()
        outcome = objects.apply(kind, namespace, name, shown, configuration, options, environment)
        return self._commit(kind, live, outcome, dry_run=dry_run)

    def change(
        self,
        kind: ObjectType,
        key: ObjectKey,
        change: Callable[[Object], Object | None],
        *,
        manager: str,
        subresource: str = "",
    ) -> bool:
        """A controller's update of what is stored now; nothing where the object is gone or `change`
        gives None.
        """
        live = self._state.store.get(storage_key(kind), key)
        if live is None:
            return False
        body = change(in_version(live.object, kind))
        if body is None:
            return False
        options = WriteOptions(manager, subresource, field_validation=objects.FieldValidation.IGNORE)
        return self.update(kind, key[0], key[1], body, options).changed

    def _admit(self, kind: ObjectType, namespace: str, body: Mapping[str, object]) -> None:
        """The NamespaceLifecycle admission: new content needs a namespace that exists and stays."""
        resource = kind.resource
        if not resource.namespaced:
            return
        found = self._state.store.get(("", "namespaces"), ("", namespace))
        if found is None:
            raise not_found("", "namespaces", namespace)
        if "deletionTimestamp" in found.object["metadata"]:
            metadata = body.get("metadata")
            name = str(metadata.get("name", "")) if isinstance(metadata, dict) else ""
            reason = f"namespace {namespace} is being terminated"
            cause = Cause("NamespaceTerminating", reason, "metadata.namespace")
            raise ApiError(
                403,
                "Forbidden",
                f'{resource.group_resource} "{name}" is forbidden: unable to create new content in namespace '
                f"{namespace} because it is being terminated",
                {**resource_details(resource.group, resource.plural, name), "causes": [cause.to_dict()]},
            )

    def _commit(self, kind: ObjectType, live: Stored | None, outcome: Outcome, *, dry_run: bool) -> Written:
        obj = outcome.object
        resource = kind.resource
        metadata = obj["metadata"]
        assert isinstance(metadata, dict)
        key = (metadata.get("namespace", ""), metadata["name"])
        store, place = self._state.store, storage_key(kind)
        if live is None and store.get(place, key) is not None:
            raise already_exists(resource.group, resource.plural, key[1])
        if live is not None and not outcome.changed:
            if live.object.get("apiVersion") == resource.api_version:
                return Written(live.object, live.encoded, changed=False, warnings=outcome.warnings)
            return Written(obj, encode(obj), changed=False, warnings=outcome.warnings)
        created = live is None
        if dry_run:
            return Written(obj, encode(obj), created, warnings=outcome.warnings)
        if live is not None and _finished(obj):
            stored = store.remove(place, key, obj)
        else:
            stored = store.put(place, obj)
        return Written(stored.object, stored.encoded, created, warnings=outcome.warnings)


def _finished(obj: Object) -> bool:
    """Whether an object only waited for its last finalizer, which is gone."""
    metadata = obj["metadata"]
    if "deletionTimestamp" not in metadata or metadata.get("finalizers"):
        return False
    if obj.get("kind") == "Namespace" and obj.get("apiVersion") == "v1":
        return not (obj.get("spec") or {}).get("finalizers")
    return True
