"""CustomResourceDefinitions come and go: Established after a while, served, and cleaned up when deleted."""

from argosy.sandbox.custom_resources import types_of
from argosy.sandbox.deletion import DeleteOptions, Deleter, Propagation
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.state import ClusterState
from argosy.sandbox.store import Event, EventType, Object, ResourceKey
from argosy.sandbox.writing import Writer

__all__ = ["DefinitionController"]

_DEFINITIONS = ("apiextensions.k8s.io", "customresourcedefinitions")
_CLEANUP = "customresourcecleanup.apiextensions.k8s.io"
"""Finalizer by which a definition waits until its objects are gone."""

_MANAGER = "kube-apiserver"


class DefinitionController:
    """What kube-apiserver does about definitions, with the delay that makes clients wait for
    `Established`.
    """

    def __init__(self, state: ClusterState, writer: Writer, deleter: Deleter) -> None:
        self._state = state
        self._writer = writer
        self._deleter = deleter
        self._kind: ObjectType = state.builtin("apiextensions.k8s.io", "v1", "customresourcedefinitions")
        self._ending: dict[ResourceKey, str] = {}
        state.store.observe(self._on_event)

    def _on_event(self, event: Event) -> None:
        if event.resource != _DEFINITIONS:
            if event.type is EventType.DELETED and event.resource in self._ending:
                name = self._ending[event.resource]
                self._state.timers.later(0.0, lambda: self._clean_up(name))
            return
        name, definition = event.key[1], event.stored.object
        spec = definition["spec"]
        served: ResourceKey = (spec["group"], spec["names"]["plural"])
        if event.type is EventType.DELETED:
            self._ending.pop(served, None)
            self._state.registry.withdraw(name)
        elif "deletionTimestamp" in definition["metadata"]:
            if served not in self._ending:
                self._ending[served] = name
                self._state.timers.later(self._state.settings.namespace_delay, lambda: self._clean_up(name))
        elif event.type is EventType.ADDED:
            self._state.timers.later(0.0, lambda: self._accept(name))
        elif _is_established(definition) and event.previous and spec != event.previous.object["spec"]:
            self._state.registry.serve(name, types_of(definition, self._state.registry.catalog.schemas))

    def _accept(self, name: str) -> None:
        self._tell(name, established=False)
        # Only now: two timers of a loop that was held up do not fire in their order everywhere.
        self._state.timers.later(self._state.settings.definition_delay, lambda: self._establish(name))

    def _establish(self, name: str) -> None:
        def with_finalizer(live: Object) -> Object | None:
            finalizers = live["metadata"].get("finalizers") or []
            if _CLEANUP in finalizers or "deletionTimestamp" in live["metadata"]:
                return None
            return {**live, "metadata": {**live["metadata"], "finalizers": [*finalizers, _CLEANUP]}}

        key = ("", name)
        self._writer.change(self._kind, key, with_finalizer, manager=_MANAGER)
        stored = self._state.store.get(_DEFINITIONS, key)
        if stored is None or "deletionTimestamp" in stored.object["metadata"]:
            return
        kinds = types_of(stored.object, self._state.registry.catalog.schemas)
        self._state.registry.serve(name, kinds)
        self._tell(name, established=True)

    def _tell(self, name: str, *, established: bool) -> None:
        """Writes how far a definition is: first its names are accepted, later it is served."""
        now = self._state.now()
        self._writer.change(
            self._kind,
            ("", name),
            lambda live: {**live, "status": _status(live["spec"], now, established=established)},
            manager=_MANAGER,
            subresource="status",
        )

    def _clean_up(self, name: str) -> None:
        """Deletes the custom resources, then lets the definition go."""
        stored = self._state.store.get(_DEFINITIONS, ("", name))
        if stored is None:
            return
        spec = stored.object["spec"]
        resource: ResourceKey = (spec["group"], spec["names"]["plural"])
        kind = self._state.registry.stored_as(resource)
        left = False
        for item in self._state.store.items(resource):
            metadata = item.object["metadata"]
            if kind is None or "deletionTimestamp" in metadata:
                left = left or kind is not None
                continue
            options = DeleteOptions(Propagation.BACKGROUND)
            gone = self._deleter.delete(kind, metadata.get("namespace", ""), metadata["name"], options).gone
            left = left or not gone
        if not left:
            self._writer.change(self._kind, ("", name), _without_cleanup, manager=_MANAGER)


def _without_cleanup(live: Object) -> Object:
    metadata = dict(live["metadata"])
    kept = [item for item in metadata.pop("finalizers", ()) if item != _CLEANUP]
    if kept:
        metadata["finalizers"] = kept
    return {**live, "metadata": metadata}


def _is_established(definition: Object) -> bool:
    conditions = (definition.get("status") or {}).get("conditions") or ()
    return any(item["type"] == "Established" and item["status"] == "True" for item in conditions)


def _status(spec: Object, now: str, *, established: bool) -> Object:
    names = spec["names"]
    accepted = {
        **names,
        "listKind": names.get("listKind") or f"{names['kind']}List",
        "singular": names.get("singular") or names["kind"].lower(),
    }
    conditions = (
        ("NamesAccepted", "True", "NoConflicts", "no conflicts found"),
        (
            "Established",
            "True" if established else "False",
            "InitialNamesAccepted" if established else "Installing",
            "the initial names have been accepted",
        ),
    )
    return {
        "acceptedNames": accepted,
        "conditions": [
            {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": now}
            for kind, status, reason, message in conditions
        ],
        "storedVersions": [version["name"] for version in spec["versions"] if version.get("storage")],
    }
