"""Deletes Applications that a set has lost, and lets a deleted set go.

With `deletionOrder: Reverse` the last step goes first, and an earlier one only once all of it is gone. A set
whose policy forbids deletion leaves its Applications behind when it goes, if its finalizer gives the time.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from argosy.clusters.client import Propagation
from argosy.clusters.errors import ApiError, NotFound
from argosy.clusters.objects import ObjectRef
from argosy.compiler.rollout import NodeKey
from argosy.compiler.rollout_steps import step_of
from argosy.reconciler.deletion_guard import guard
from argosy.reconciler.installation import ARGO_GROUP
from argosy.reconciler.node_keys import APPLICATION
from argosy.reconciler.report import Condition
from argosy.reconciler.resource import (
    KubernetesObject,
    annotations_of,
    key_of,
    labels_of,
    metadata_of,
    name_of,
    namespace_of,
)
from argosy.reconciler.set_settings import SetSettings
from argosy.reconciler.specification import node_key
from argosy.reconciler.status_writer import patch_object
from argosy.reconciler.surroundings import Surroundings, Told
from argosy.schemas.knowledge import Answer, Unknown
from argosy.schemas.model.annotations import CONFIRM_DELETION, FINALIZER, FINALIZERS
from argosy.schemas.model.applicationset import ApplicationSet, ApplicationsSync

__all__ = ["delete_lost", "ensure_finalizer", "let_go", "owned_by"]


def owned_by(world: Surroundings, manifest: KubernetesObject) -> list[KubernetesObject]:
    """The Applications that a set generated, by name."""
    uid = metadata_of(manifest).get("uid")
    return [
        live
        for live in world.management.all(ARGO_GROUP, APPLICATION)
        if namespace_of(live) == namespace_of(manifest) and _generated_by(live, uid)
    ]


async def delete_lost(
    world: Surroundings,
    manifest: KubernetesObject,
    policy: ApplicationsSync,
    names: set[str],
    conditions: list[Condition],
) -> bool:
    """Delete what is not generated any more, `names` is all that is; whether nothing of that is left."""
    lost = [live for live in owned_by(world, manifest) if name_of(live) not in names]
    if not lost or not policy.allows_delete:
        return True
    going = [live for live in lost if not metadata_of(live).get("deletionTimestamp")]
    confirmed = str(annotations_of(manifest).get(CONFIRM_DELETION, ""))
    losing = {name_of(live) for live in going}
    keys = [key_of(live) for live in going]
    reason = guard(f"the expansion of {name_of(manifest)}", len(names), losing, keys, confirmed)
    if reason is not None:
        conditions.append(Condition("DeletionUnconfirmed", reason))
        return False
    await _delete(world, manifest, _next_to_go(ApplicationSet(manifest), lost), conditions)
    return False


async def ensure_finalizer(world: Surroundings, manifest: KubernetesObject) -> None:
    """A set that is deleted in reverse order has to be there until that is done."""
    finalizers = metadata_of(manifest).get("finalizers") or []
    if ApplicationSet(manifest).deletes_in_reverse and not any(item in FINALIZERS for item in finalizers):
        await patch_object(world, manifest, {"metadata": {"finalizers": [*finalizers, FINALIZER]}})


async def let_go(
    world: Surroundings, manifest: KubernetesObject, settings: Answer[SetSettings]
) -> list[Condition]:
    """Do the next possible step of a set's deletion; what was in the way."""
    finalizers = metadata_of(manifest).get("finalizers") or []
    if not any(item in FINALIZERS for item in finalizers):
        return []  # the garbage collector does the rest
    conditions: list[Condition] = []
    applicationset, owned = ApplicationSet(manifest), owned_by(world, manifest)
    if isinstance(settings, Unknown):
        return [Condition("ErrorOccurred", f"its Applications are not let go yet: {settings.reason}")]
    if not settings.value.policy_of(applicationset).allows_delete:
        for live in owned:
            await _disown(world, manifest, live)
    elif applicationset.deletes_in_reverse and owned:
        await _delete(world, manifest, _next_to_go(applicationset, owned), conditions)
        return conditions
    kept = [item for item in finalizers if item not in FINALIZERS]
    body = {"finalizers": kept or None, "resourceVersion": metadata_of(manifest).get("resourceVersion")}
    await patch_object(world, manifest, {"metadata": body})
    return conditions


def _next_to_go(applicationset: ApplicationSet, lost: Sequence[KubernetesObject]) -> list[KubernetesObject]:
    """Those of the last step that is left; what is in no step goes before all steps."""
    if not applicationset.deletes_in_reverse:
        return list(lost)
    steps = applicationset.steps
    places = [step_of(labels_of(live), steps) for live in lost]
    ranks = [len(steps) if place is None else place for place in places]
    return [live for live, rank in zip(lost, ranks, strict=True) if rank == max(ranks)]


async def _delete(
    world: Surroundings,
    manifest: KubernetesObject,
    going: Iterable[KubernetesObject],
    conditions: list[Condition],
) -> None:
    begun = [live for live in going if not metadata_of(live).get("deletionTimestamp")]
    about = node_key(manifest)
    await asyncio.gather(*(_delete_one(world, about, live, conditions) for live in begun))


async def _delete_one(
    world: Surroundings, about: NodeKey, live: KubernetesObject, conditions: list[Condition]
) -> None:
    client, uid = world.management.client, str(metadata_of(live).get("uid"))
    try:
        await client.delete(ObjectRef.of(live), propagation=Propagation.BACKGROUND, uid=uid)
    except NotFound:
        return
    except ApiError as error:
        conditions.append(Condition("ErrorOccurred", f"Application {name_of(live)}: {error.message}"))
        return
    world.tell(Told(about, "Deleted", f"deleted Application {name_of(live)}, which is no longer generated"))


async def _disown(world: Surroundings, manifest: KubernetesObject, live: KubernetesObject) -> None:
    uid = metadata_of(manifest).get("uid")
    kept: list[Any] = [
        item for item in metadata_of(live).get("ownerReferences") or () if item.get("uid") != uid
    ]
    await patch_object(world, live, {"metadata": {"ownerReferences": kept}})


def _generated_by(live: KubernetesObject, uid: object) -> bool:
    return any(
        reference.get("uid") == uid and reference.get("controller")
        for reference in metadata_of(live).get("ownerReferences") or ()
    )
