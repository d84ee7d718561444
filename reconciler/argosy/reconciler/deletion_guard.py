"""Stops a change that would delete most of what it governs until a person confirms exactly that deletion.

Used by passes over parents and sets. A plan is confirmed by its digest in the annotation
`argosy.dev/confirm-deletion`; another plan has another digest, so a confirmation cannot be used up by
something else.
"""

from collections.abc import Collection, Iterable

from argosy.compiler.rollout import NodeKey
from argosy.reconciler.desired import Desired
from argosy.reconciler.node_keys import APPLICATION, child_key
from argosy.reconciler.plan import Extra, deletion_digest
from argosy.reconciler.report import Condition
from argosy.reconciler.resource import ResourceKey, annotations_of
from argosy.reconciler.specification import ApplicationSpec
from argosy.reconciler.surroundings import Surroundings
from argosy.schemas.model.annotations import CONFIRM_DELETION

__all__ = ["guard", "guard_parent"]

_LEAST_LOSS = 3
_SHOWN = 20


def guard(
    what: str, kept: int, lost: Collection[str], deletions: Iterable[ResourceKey], confirmed: str
) -> str | None:
    """Why the deletions must wait, `None` if they may run.

    `lost` are the Applications that would go, `kept` is how many stay; `confirmed` is the annotation's value.
    """
    if not lost or (kept and (len(lost) < _LEAST_LOSS or len(lost) <= kept)):
        return None
    digest = deletion_digest(iter(deletions))
    if confirmed == digest:
        return None
    names = ", ".join(sorted(lost)[:_SHOWN]) + (
        f" and {len(lost) - _SHOWN} others" if len(lost) > _SHOWN else ""
    )
    total = len(lost) + kept
    return (
        f"{what} would delete {len(lost)} of {total} Applications: {names}. Nothing is deleted until you "
        f"confirm this plan with the annotation {CONFIRM_DELETION}: {digest}"
    )


def guard_parent(
    world: Surroundings, spec: ApplicationSpec, wanted: Desired, extras: Iterable[Extra]
) -> Condition | None:
    """The guard of an Application that renders Applications and sets."""
    deletions = [extra.key for extra in extras if not extra.deleting]
    lost = _applications(world, deletions)
    kept = _applications(world, wanted.by_key) - lost
    confirmed = str(annotations_of(spec.manifest).get(CONFIRM_DELETION, ""))
    reason = guard(f"the new revision of {spec.name}", len(kept), lost, deletions, confirmed)
    return Condition("DeletionUnconfirmed", reason) if reason else None


def _applications(world: Surroundings, keys: Iterable[ResourceKey]) -> set[str]:
    """The names of the Applications among objects, those that sets among them generate included."""
    graph, found = world.hierarchy.graph, set()
    for key in keys:
        node = child_key(key)
        if node is None:
            continue
        if node.kind == APPLICATION:
            found.add(node.name)
        else:
            found.update(child.name for child in _children(graph.children(node)))
    return found


def _children(keys: Iterable[NodeKey]) -> list[NodeKey]:
    return [key for key in keys if key.kind == APPLICATION]
