"""Writes a status to the management cluster, only what differs, under our status manager.

A merge patch and not an apply: a patch cannot bring a deleted Application back, and names just what changed.
"""

from collections.abc import Mapping
from typing import Any

from argosy.clusters.errors import NotFound
from argosy.clusters.objects import GroupVersionKind, ObjectRef
from argosy.reconciler.resource import KubernetesObject, metadata_of
from argosy.reconciler.surroundings import Surroundings

__all__ = ["merge_patch", "patch_object", "write_status"]


def merge_patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON merge patch (RFC 7386) that turns one mapping into the other; empty if they are equal."""
    patch: dict[str, Any] = {key: None for key in before if key not in after}
    for key, value in after.items():
        known = before.get(key)
        if isinstance(value, Mapping) and isinstance(known, Mapping):
            if difference := merge_patch(known, value):
                patch[key] = difference
        elif key not in before or known != value:
            patch[key] = value
    return patch


async def write_status(
    world: Surroundings, manifest: KubernetesObject, status: Mapping[str, Any]
) -> KubernetesObject | None:
    """Write the status if it differs; the object afterwards, `None` if it is gone."""
    difference = merge_patch(manifest.get("status") or {}, status)
    if not difference:
        return manifest
    kind = GroupVersionKind.of(manifest)
    resource = await world.management.client.resource(kind)
    subresource = "status" if "status" in resource.subresources else ""
    return await patch_object(world, manifest, {"status": difference}, subresource=subresource)


async def patch_object(
    world: Surroundings, manifest: KubernetesObject, body: dict[str, Any], *, subresource: str = ""
) -> KubernetesObject | None:
    """Merge a patch into just this object, not into a successor of its name; `None` if it is gone."""
    metadata = {**body.get("metadata", {}), "uid": metadata_of(manifest).get("uid")}
    try:
        answer = await world.management.client.patch(
            ObjectRef.of(manifest),
            {**body, "metadata": metadata},
            manager=world.installation.status_manager,
            subresource=subresource,
        )
    except NotFound:
        return None
    return world.management.put(answer)
