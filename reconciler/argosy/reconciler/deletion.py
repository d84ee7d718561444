"""Deletes what a deleted Application made, in reverse wave order, and then lets it go.

Only objects whose tracking id names the Application and themselves, and that stand in its inventory. While
its cluster does not answer nothing is known of them, so the Application stays.
"""

from argosy.clusters.errors import ApiError, UnknownKind
from argosy.reconciler.cluster_view import ClusterView
from argosy.reconciler.desired import Desired
from argosy.reconciler.observe import Observer
from argosy.reconciler.pass_state import PassState
from argosy.reconciler.plan import Extra, PlanRequest, make_plan
from argosy.reconciler.report import Condition, Report
from argosy.reconciler.resource import metadata_of
from argosy.reconciler.runner import Runner
from argosy.reconciler.status import build_status
from argosy.reconciler.status_memory import inventory_kinds, inventory_of
from argosy.reconciler.status_writer import patch_object, write_status
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.annotations import FINALIZERS

__all__ = ["delete_application"]


async def delete_application(state: PassState) -> bool:
    """Do the next possible step of a deletion; whether the Application has been let go."""
    spec = state.spec
    if spec.finalizer:
        try:
            view = await state.world.view_of(spec.destination)
            remaining = await _delete_objects(state, view)
        except ArgosyError as error:
            state.conditions.append(
                Condition("DeletionError", f"nothing more is deleted for now: {error.message}")
            )
            await _say(state)
            return False
        if remaining:
            return False
        state.view = view
    if state.view is not None:
        for claims in state.view.claims.values():
            claims.discard(state.application)
    if spec.finalizer:
        finalizers = [item for item in metadata_of(spec.manifest)["finalizers"] if item not in FINALIZERS]
        metadata = {
            "finalizers": finalizers or None,
            "resourceVersion": metadata_of(spec.manifest).get("resourceVersion"),
        }
        await patch_object(state.world, spec.manifest, {"metadata": metadata})
    return True


async def _delete_objects(state: PassState, view: ClusterView) -> list[Extra]:
    """Begin the deletion of what may go now; what is still there."""
    for kind in sorted(inventory_kinds(state.spec)):
        if not view.watches(kind.group, kind.kind):
            try:
                await view.watch([kind])
            except UnknownKind:
                continue  # the kind is gone, and its objects with it
    if view.lost is not None:
        raise view.lost
    observer = Observer(view, state.application, state.world.loop_time)
    runner = Runner(view, state.application, state.world.loop_time, state.world.chance)
    while True:
        known, _ = observer.extras(Desired().by_key, inventory_of(state.spec))
        extras = tuple(extra for extra in known if "Delete=false" not in extra.options)
        plan = make_plan(PlanRequest((), {}, {}, extras, prune=True))
        if not plan.calls:
            return list(extras)
        ran = await runner.run(plan.calls)
        if failed := next((item.error for item in ran if item.error is not None), None):
            raise failed


async def _say(state: PassState) -> None:
    before = state.spec.status
    report = Report(
        revisions=tuple(_revisions(before.get("sync") or {})),
        sync=str((before.get("sync") or {}).get("status") or "Unknown"),
        health=str((before.get("health") or {}).get("status") or "Unknown"),
        conditions=tuple(state.conditions),
    )
    try:
        world = state.world
        status = build_status(state.spec, report, world.instant(), world.installation.namespace)
        await write_status(world, state.spec.manifest, status)
    except ApiError:
        return  # the management cluster does not answer either; the next pass says it


def _revisions(sync: dict[str, object]) -> list[str]:
    several = sync.get("revisions")
    if isinstance(several, list):
        return [str(item) for item in several]
    return [str(sync["revision"])] if sync.get("revision") else []
