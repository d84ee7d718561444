"""What all simulated controllers share: a queue that wakes them, and their hands on the cluster."""

import hashlib
import math
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol

from argosy.sandbox.deletion import DeleteOptions, Deleter, Propagation
from argosy.sandbox.errors import ApiError
from argosy.sandbox.garbage import GarbageCollector
from argosy.sandbox.objects import FieldValidation, WriteOptions
from argosy.sandbox.outcomes import Fate, WorkloadSettings
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.selectors import selector_matches
from argosy.sandbox.state import ClusterState
from argosy.sandbox.store import Event, EventType, Key, Object, ResourceKey, encode, key_of
from argosy.sandbox.writing import Writer

__all__ = [
    "MANAGER",
    "Controller",
    "Queue",
    "Workshop",
    "condition",
    "conditions_of",
    "controller_reference",
    "count_or_share",
    "is_going",
    "is_ready",
    "template_hash",
]

MANAGER = "kube-controller-manager"
"""Field manager of everything that the controllers write."""


class Controller(Protocol):
    """Looks after the objects of some resources."""

    @property
    def resources(self) -> tuple[ResourceKey, ...]:
        """The resources whose objects it is woken for."""
        ...

    def reconcile(self, key: Key, obj: Object) -> None:
        """Does what is next for an object, which is as it is stored now."""
        ...


class Workshop:
    """Reading and writing as the controllers do it. Writes raise `ApiError` where the API refuses."""

    def __init__(
        self,
        state: ClusterState,
        writer: Writer,
        deleter: Deleter,
        garbage: GarbageCollector,
        settings: WorkloadSettings,
    ) -> None:
        self.state = state
        self.settings = settings
        self._writer = writer
        self._deleter = deleter
        self._garbage = garbage
        self.wake: Callable[[Key], None] = lambda key: None
        self.orphans: set[Key] = set()

    def find(self, key: Key) -> Object | None:
        """What is stored now."""
        stored = self.state.store.get(*key)
        return None if stored is None else stored.object

    def owned(self, owner: Object, resource: ResourceKey) -> list[Object]:
        """The objects of a resource that name `owner` as theirs and are not on their way out, by name."""
        keys = self._garbage.dependents(owner["metadata"]["uid"])
        found = [self.find(key) for key in keys if key[0] == resource]
        return [obj for obj in found if obj is not None and not is_going(obj)]

    def claimed(self, owner: Object, resource: ResourceKey) -> list[Object]:
        """As `owned`, after adopting what `owner` selects and nobody controls (`ControllerRefManager`)."""
        namespace, selector = owner["metadata"]["namespace"], owner["spec"].get("selector")
        for key in sorted(key for key in self.orphans if key[0] == resource and key[1][0] == namespace):
            obj = self.find(key)
            if obj is None or is_going(obj):
                continue
            if selector_matches(selector, obj["metadata"].get("labels") or {}):
                self.change(key, partial(_adopted, owner=owner))
        return self.owned(owner, resource)

    def controller_of(self, obj: Object) -> Object | None:
        """The object that controls this one."""
        for reference in obj["metadata"].get("ownerReferences") or ():
            if reference.get("controller"):
                key = self._garbage.located(reference["uid"])
                return None if key is None else self.find(key)
        return None

    def fate_of(self, obj: Object) -> Fate:
        """What is to become of an object's pods: the outermost controller's marks and image decide."""
        root = obj
        while (above := self.controller_of(root)) is not None:
            root = above
        if "template" not in root.get("spec", {}) and root["kind"] != "Pod":
            return self.settings.fate_of(obj)
        return self.settings.fate_of(root)

    def create(self, resource: ResourceKey, body: Object, owner: Object | None = None) -> Object | None:
        """Creates an object; None where one of that name exists already."""
        metadata = dict(body["metadata"])
        if owner is not None:
            metadata["ownerReferences"] = [controller_reference(owner)]
        kind = self._kind(resource)
        options = WriteOptions(MANAGER, field_validation=FieldValidation.IGNORE)
        whole = {**body, "apiVersion": kind.resource.api_version, "kind": kind.resource.kind}
        try:
            return self._writer.create(
                kind, metadata.get("namespace", ""), {**whole, "metadata": metadata}, options
            ).object
        except ApiError as error:
            if error.reason == "AlreadyExists":
                return None
            raise

    def delete(self, obj: Object, resource: ResourceKey) -> None:
        """Deletes an object with what it owns; nothing where it is gone already."""
        namespace, name = key_of(obj)
        options = DeleteOptions(Propagation.BACKGROUND, uid=obj["metadata"]["uid"])
        try:
            self._deleter.delete(self._kind(resource), namespace, name, options)
        except ApiError as error:
            if error.code not in {404, 409}:
                raise

    def set_status(self, key: Key, status: Object, annotations: dict[str, str] | None = None) -> None:
        """Writes a status where it differs, and annotations that go with it."""

        def change(live: Object) -> Object | None:
            metadata = live["metadata"]
            if annotations:
                metadata = {**metadata, "annotations": {**metadata.get("annotations", {}), **annotations}}
            if live.get("status") == status and metadata == live["metadata"]:
                return None
            return {**live, "metadata": metadata, "status": status}

        self._writer.change(self._kind(key[0]), key[1], change, manager=MANAGER, subresource="status")

    def change(self, key: Key, change: Callable[[Object], Object | None]) -> None:
        """Writes an object's main part."""
        self._writer.change(self._kind(key[0]), key[1], change, manager=MANAGER)

    def bind(self, key: Key, change: Callable[[Object], Object]) -> None:
        """Writes what no update may write, as the API's own bindings do (a pod's node, a claim's volume)."""
        live = self.find(key)
        if live is not None:
            self.state.store.put(key[0], change(live))

    def later(self, seconds: float, key: Key) -> None:
        """Looks at an object again after some time."""
        self.state.timers.later(seconds, partial(self.wake, key))

    def _kind(self, resource: ResourceKey) -> ObjectType:
        kind = self.state.registry.stored_as(resource)
        assert kind is not None, f"a built-in resource is missing: {resource}"
        return kind


class Queue:
    """Wakes controllers: once for an object however often it changed, and for the owners of what changed."""

    def __init__(self, workshop: Workshop, controllers: Sequence[Controller]) -> None:
        self._workshop = workshop
        self._by_resource = {
            resource: controller for controller in controllers for resource in controller.resources
        }
        self._pending: set[Key] = set()
        workshop.wake = self.wake
        workshop.state.store.observe(self._on_event)

    def wake(self, key: Key) -> None:
        """Has the object's controller look at it soon."""
        if key[0] in self._by_resource and key not in self._pending:
            self._pending.add(key)
            timers = self._workshop.state.timers
            timers.later(self._workshop.settings.react_after, partial(self._work, key))

    def _on_event(self, event: Event) -> None:
        if event.resource not in self._by_resource:
            return
        if event.resource in _ADOPTED:
            self._note_orphan(event)
        if event.type is not EventType.DELETED:
            self.wake((event.resource, event.key))
        for reference in event.stored.object["metadata"].get("ownerReferences") or ():
            resource = _RESOURCES.get(reference["kind"])
            if resource is not None:
                self.wake((resource, (event.key[0], reference["name"])))

    def _note_orphan(self, event: Event) -> None:
        key: Key = (event.resource, event.key)
        references = event.stored.object["metadata"].get("ownerReferences") or ()
        if event.type is EventType.DELETED or any(item.get("controller") for item in references):
            self._workshop.orphans.discard(key)
        else:
            self._workshop.orphans.add(key)

    def _work(self, key: Key) -> None:
        self._pending.discard(key)
        obj = self._workshop.find(key)
        if obj is None or is_going(obj):
            return
        try:
            self._by_resource[key[0]].reconcile(key, obj)
        except ApiError as error:
            # Refused by the API (a namespace that ends, an invalid pod): a real controller tries again, too.
            if error.reason != "NotFound":
                self._workshop.later(_RETRY_AFTER, key)


_RETRY_AFTER = 5.0

_RESOURCES: dict[str, ResourceKey] = {
    "DaemonSet": ("apps", "daemonsets"),
    "Deployment": ("apps", "deployments"),
    "Job": ("batch", "jobs"),
    "ReplicaSet": ("apps", "replicasets"),
    "StatefulSet": ("apps", "statefulsets"),
}
"""Where the controllers of other objects are kept."""


_ADOPTED: frozenset[ResourceKey] = frozenset({("", "pods"), ("apps", "replicasets")})
"""Resources whose objects a controller takes over where nobody controls them."""


def _adopted(live: Object, owner: Object) -> Object:
    metadata = live["metadata"]
    references = [*(metadata.get("ownerReferences") or ()), controller_reference(owner)]
    return {**live, "metadata": {**metadata, "ownerReferences": references}}


def controller_reference(owner: Object) -> dict[str, Any]:
    """The ownerReference of what a controller makes."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def is_going(obj: Object) -> bool:
    """Whether an object is being deleted."""
    return "deletionTimestamp" in obj["metadata"]


def is_ready(pod: Object) -> bool:
    """Whether a pod serves."""
    found = conditions_of(pod).get("Ready")
    return found is not None and found["status"] == "True" and not is_going(pod)


def conditions_of(obj: Object) -> dict[str, dict[str, Any]]:
    """An object's conditions by their type."""
    return {item["type"]: item for item in _listed_conditions(obj)}


def _listed_conditions(obj: Object) -> Iterator[dict[str, Any]]:
    yield from (obj.get("status") or {}).get("conditions") or ()


def condition(
    obj: Object, now: str, kind: str, status: bool, reason: str, message: str = "", *, stamp: str = ""
) -> dict[str, Any]:
    """A condition as it is to be now. Its transition time stays while its status does.

    `stamp` names a further time (`lastUpdateTime`) that stays while nothing at all changes.
    """
    before = conditions_of(obj).get(kind, {})
    word = "True" if status else "False"
    kept = before.get("lastTransitionTime", now) if before.get("status") == word else now
    found = {"type": kind, "status": word, "lastTransitionTime": kept, "reason": reason, "message": message}
    if stamp:
        same = all(before.get(part) == found[part] for part in ("status", "reason", "message"))
        found[stamp] = before.get(stamp, now) if same else now
    return found


def count_or_share(value: object, whole: int, rounded: Callable[[float], int] = math.ceil) -> int:
    """What an IntOrString says: a count, or a percentage of the whole; 0 where it is neither."""
    if isinstance(value, int):
        return value
    match = re.fullmatch(r"([0-9]+)%", value) if isinstance(value, str) else None
    return 0 if match is None else rounded(int(match[1]) * whole / 100)


def template_hash(template: Object) -> str:
    """Ten letters that name the content of a pod template, as `pod-template-hash` does."""
    digest = hashlib.sha256(encode(_sorted(template))).digest()
    return "".join(_SAFE[byte % len(_SAFE)] for byte in digest[:10])


_SAFE = "bcdfghjklmnpqrstvwxz2456789"


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value
