"""Decides whose pass a change in a cluster calls for; most changes call for nobody's. Pure but for the
views' memory."""

from collections.abc import Mapping
from typing import Any

from argosy.reconciler.cluster_view import Change
from argosy.reconciler.drift import Verdict, examine_entries
from argosy.reconciler.health import assess
from argosy.reconciler.installation import ARGO_GROUP
from argosy.reconciler.resource import KubernetesObject, metadata_of
from argosy.reconciler.tracking import owner_of

__all__ = ["health_changed", "owner_application", "specification_changed", "state_changed"]

_METADATA = ("annotations", "labels", "finalizers", "deletionTimestamp", "ownerReferences")


def owner_application(change: Change) -> str | None:
    """The Application, as tracking ids spell it, whose object changed."""
    for obj in (change.after, change.before):
        if obj is not None and (owner := owner_of(obj)) is not None:
            return owner.app
    return None


def state_changed(change: Change) -> bool:
    """Whether a change of an object matters to the Application that it belongs to.

    It does when the object came, went or begins to go, when its health is another, or when it is not as we
    applied it.
    """
    before, after = change.before, change.after
    if before is None or after is None:
        return True
    if metadata_of(before).get("deletionTimestamp") != metadata_of(after).get("deletionTimestamp"):
        return True
    if health_changed(before, after):
        return True
    if change.key.group == ARGO_GROUP and not specification_changed(before, after):
        return False  # a status, which its own pass wrote
    memory = change.view.memory.get(change.key)
    if memory is None or memory.applied is None:
        return True
    return (
        examine_entries(memory.applied, before, after, change.view.installation.manager) is not Verdict.SAME
    )


def health_changed(before: KubernetesObject | None, after: KubernetesObject | None) -> bool:
    """Whether an object's health is another one now."""
    return (assess(before) if before else None) != (assess(after) if after else None)


def specification_changed(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    """Whether an Application or set wants something else now; its status aside."""
    if before is None:
        return True
    if before.get("spec") != after.get("spec") or before.get("operation") != after.get("operation"):
        return True
    return any(metadata_of(before).get(name) != metadata_of(after).get(name) for name in _METADATA)
