"""The namespace controller: empties namespaces that are being deleted, gives new ones what all have."""

from argosy.sandbox.deletion import DeleteOptions, Deleter, Propagation
from argosy.sandbox.errors import ApiError
from argosy.sandbox.objects import WriteOptions
from argosy.sandbox.state import ClusterState
from argosy.sandbox.store import Event, EventType, Object
from argosy.sandbox.writing import Writer

__all__ = ["NamespaceController"]

_NAMESPACES = ("", "namespaces")
_INITIAL = ("default", "kube-node-lease", "kube-public", "kube-system")


class NamespaceController:
    """Ends namespaces when nothing is left in them; a finalizer on their content holds them."""

    def __init__(self, state: ClusterState, writer: Writer, deleter: Deleter) -> None:
        self._state = state
        self._writer = writer
        self._deleter = deleter
        self._ending: set[str] = set()
        state.store.observe(self._on_event)

    def create_initial(self) -> None:
        """The namespaces that every cluster has from its start."""
        kind = self._state.builtin("", "v1", "namespaces")
        for name in _INITIAL:
            body: Object = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            self._writer.create(kind, "", body, WriteOptions("kube-apiserver"))

    def _on_event(self, event: Event) -> None:
        if event.resource != _NAMESPACES:
            if event.type is EventType.DELETED and event.key[0] in self._ending:
                self._state.timers.later(0.0, lambda: self._drain(event.key[0]))
            return
        name = event.key[1]
        if event.type is EventType.DELETED:
            self._ending.discard(name)
        elif "deletionTimestamp" in event.stored.object["metadata"] and name not in self._ending:
            self._ending.add(name)
            self._state.timers.later(self._state.settings.namespace_delay, lambda: self._drain(name))
        elif event.type is EventType.ADDED and self._state.settings.workloads is not None:
            self._state.timers.later(0.0, lambda: self._create_service_account(name))

    def _create_service_account(self, namespace: str) -> None:
        kind = self._state.builtin("", "v1", "serviceaccounts")
        body: Object = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": namespace},
        }
        try:
            self._writer.create(kind, namespace, body, WriteOptions("kube-controller-manager"))
        except ApiError as error:
            if error.code not in {403, 404, 409}:  # the namespace is going, gone, or somebody was quicker
                raise

    def _drain(self, name: str) -> None:
        """Deletes the content; ends the namespace when there is none. Runs again for each object that
        goes.
        """
        store = self._state.store
        namespace = store.get(_NAMESPACES, ("", name))
        if namespace is None or name not in self._ending:
            return
        options = DeleteOptions(Propagation.BACKGROUND)
        left = 0
        for resource in store.resources():
            kind = self._state.registry.stored_as(resource)
            if kind is None or not kind.resource.namespaced:
                continue
            for stored in store.items(resource, name):
                if (
                    "deletionTimestamp" in stored.object["metadata"]
                    or not self._deleter.delete(kind, name, stored.object["metadata"]["name"], options).gone
                ):
                    left += 1
        if left:
            return
        live = store.get(_NAMESPACES, ("", name))
        if live is not None and not live.object["metadata"].get("finalizers"):
            store.remove(_NAMESPACES, ("", name))
        elif live is not None:  # what a person put there; the write that removes it ends the namespace
            store.put(_NAMESPACES, {**live.object, "spec": {}})
