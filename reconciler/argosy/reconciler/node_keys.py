"""How Applications and sets are named: as objects, in the rollout, and in tracking ids. Pure."""

from argosy.compiler.rollout import NodeKey
from argosy.reconciler.installation import ARGO_GROUP
from argosy.reconciler.resource import ResourceKey

__all__ = ["APPLICATION", "APPLICATION_SET", "child_key", "tracked_key"]

APPLICATION = "Application"
APPLICATION_SET = "ApplicationSet"


def child_key(key: ResourceKey) -> NodeKey | None:
    """The node that an object is, `None` for one that is neither Application nor set."""
    if key.group == ARGO_GROUP and key.kind in (APPLICATION, APPLICATION_SET):
        return NodeKey(key.kind, key.namespace, key.name)
    return None


def tracked_key(application: str, control_plane: str) -> NodeKey:
    """The Application that tracking ids call by this name."""
    namespace, separate, name = application.partition("_")
    return (
        NodeKey(APPLICATION, namespace, name)
        if separate
        else NodeKey(APPLICATION, control_plane, application)
    )
