"""Who is whose parent: the Applications and sets of the management cluster as a rollout graph.

Reads nothing but the objects: the tracking id on an Application or set names the Application that renders
it, the ownerReference names the set that generates it. Keeps the graph until something about the order
changes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from argosy.compiler.rollout import NodeKey, RolloutGraph, RolloutNode, build
from argosy.reconciler.desired import wave_of
from argosy.reconciler.node_keys import APPLICATION_SET, tracked_key
from argosy.reconciler.resource import labels_of, metadata_of, namespace_of
from argosy.reconciler.specification import depends_on, node_key
from argosy.reconciler.tracking import owner_of
from argosy.schemas.model.applicationset import ApplicationSet

__all__ = ["Hierarchy", "parent_of", "set_of"]


class Hierarchy:
    """The nodes and their order, kept up to date object by object."""

    def __init__(self, control_plane: str) -> None:
        self._control_plane = control_plane
        self._nodes: dict[NodeKey, RolloutNode] = {}
        self._graph: RolloutGraph | None = None
        self._announced: dict[NodeKey, tuple[RolloutNode, ...]] = {}
        self._coming: RolloutGraph | None = None

    @property
    def graph(self) -> RolloutGraph:
        """The order at this moment."""
        if self._graph is None:
            self._graph = build(self._nodes.values())
        return self._graph

    @property
    def coming(self) -> RolloutGraph:
        """The order with those that do not exist yet, but that a parent wants at its target."""
        if self._coming is None:
            wanted = (node for nodes in self._announced.values() for node in nodes)
            self._coming = build(({node.key: node for node in wanted} | self._nodes).values())
        return self._coming

    @property
    def keys(self) -> Iterable[NodeKey]:
        """All Applications and sets."""
        return self._nodes.keys()

    def put(self, manifest: Mapping[str, Any]) -> bool:
        """Take in an object; whether the order may be another one now."""
        node = self._node(manifest)
        if self._nodes.get(node.key) == node:
            return False
        fresh = node.key not in self._nodes
        self._nodes[node.key] = node
        self._coming = None
        # Hundreds of children come one by one, and each is looked at at once.
        self._graph = self._graph.with_leaf(node) if fresh and self._graph is not None else None
        return True

    def remove(self, key: NodeKey) -> None:
        """The object is gone."""
        self._announced.pop(key, None)
        if self._nodes.pop(key, None) is not None:
            self._graph = self._coming = None

    def announce(self, parent: NodeKey, manifests: Iterable[Mapping[str, Any]]) -> None:
        """What a parent wants at its target: its children, whether they exist already or not."""
        nodes = tuple(map(self._node, manifests))
        if self._announced.get(parent, ()) != nodes:
            self._announced[parent] = nodes
            self._coming = None

    def _node(self, manifest: Mapping[str, Any]) -> RolloutNode:
        return RolloutNode(
            key=node_key(manifest),
            parent=parent_of(manifest, self._control_plane),
            wave=wave_of(manifest) or 0,
            depends_on=depends_on(manifest),
            labels=labels_of(manifest),
            steps=ApplicationSet(manifest).steps if manifest.get("kind") == APPLICATION_SET else (),
        )


def parent_of(manifest: Mapping[str, Any], control_plane: str) -> NodeKey | None:
    """The Application that renders an object, or the set that generates it; `None` for a root."""
    generator = set_of(manifest)
    if generator is not None:
        return NodeKey(APPLICATION_SET, namespace_of(manifest), generator)
    owner = owner_of(manifest)
    return tracked_key(owner.app, control_plane) if owner is not None else None


def set_of(manifest: Mapping[str, Any]) -> str | None:
    """The name of the ApplicationSet that owns an Application."""
    for reference in metadata_of(manifest).get("ownerReferences") or ():
        if reference.get("kind") == APPLICATION_SET and reference.get("controller"):
            return str(reference.get("name"))
    return None
