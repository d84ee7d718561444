"""Says in the status of an Application that cannot mean anything why it is left alone."""

from argosy.reconciler.resource import KubernetesObject
from argosy.reconciler.specification import SpecificationError, node_key
from argosy.reconciler.status import at_rest
from argosy.reconciler.status_writer import write_status
from argosy.reconciler.surroundings import Surroundings, Told

__all__ = ["report_invalid"]


async def report_invalid(world: Surroundings, manifest: KubernetesObject, error: SpecificationError) -> None:
    """Write the condition; everything else in the status stays, for it still tells what was made."""
    now, before = world.instant(), manifest.get("status") or {}
    known = {(item.get("type"), item.get("message")): item for item in before.get("conditions") or ()}
    same = known.get((error.code, error.message))
    condition = {
        "type": error.code,
        "message": error.message,
        "lastTransitionTime": same["lastTransitionTime"] if same else now,
    }
    # `comparedTo` is not known of a specification that cannot be read, and Argo CD's definition asks for it.
    sync = {"status": "Unknown", "comparedTo": (before.get("sync") or {}).get("comparedTo", _nothing())}
    status = {key: value for key, value in before.items() if key != "reconciledAt"}
    status |= {"conditions": [condition], "sync": sync}
    if same is None:
        world.tell(Told(node_key(manifest), error.code, error.message, warning=True))
    await write_status(world, manifest, at_rest(before, status, now))


def _nothing() -> dict[str, object]:
    return {"destination": {}, "source": {"repoURL": ""}}
