"""Recognises an Application that goes on under another name: a renamed directory or template is a move."""

from collections import Counter
from collections.abc import Mapping

from argosy.compiler.comparison.objects import Deployed, contents
from argosy.compiler.rollout import NodeKey

__all__ = ["find_moves"]

_ALIKE = 0.5
"""The share of objects that must be the same for two Applications to be one that moved."""


def find_moves(
    removed: Mapping[NodeKey, Deployed], added: Mapping[NodeKey, Deployed]
) -> Mapping[NodeKey, NodeKey]:
    """Added Applications, each with the removed one that it continues.

    Pairs are found by what both deploy (the same objects, or objects of the same content) and, where nothing
    is deployed, by the same source and destination; the most alike first, each Application once. Of equals
    those go together whose objects kept their names.
    """
    candidates = []
    for new, after in added.items():
        for old, before in removed.items():
            score = _likeness(before, after)
            if score >= _ALIKE:
                candidates.append((-score, -_unrenamed(before, after), old, new))
    found: dict[NodeKey, NodeKey] = {}
    taken: set[NodeKey] = set()
    for _, _, old, new in sorted(candidates):
        if new not in found and old not in taken:
            found[new] = old
            taken.add(old)
    return found


def _likeness(before: Deployed, after: Deployed) -> float:
    if not before.manifests or not after.manifests:
        return 1.0 if _same_place(before, after) else 0.0
    largest = max(len(before.manifests), len(after.manifests))
    same_objects = len(before.by_key.keys() & after.by_key.keys())
    same_contents = (Counter(contents(before)) & Counter(contents(after))).total()
    return max(same_objects, same_contents) / largest


def _unrenamed(before: Deployed, after: Deployed) -> int:
    """How many objects are the same but for their namespace."""
    old, new = ({(key.kind, key.name) for key in each.by_key} for each in (before, after))
    return len(old & new)


def _same_place(before: Deployed, after: Deployed) -> bool:
    return bool(
        before.application.sources
        and before.application.spec.get("sources") == after.application.spec.get("sources")
        and before.application.spec.get("source") == after.application.spec.get("source")
        and before.application.destination == after.application.destination
    )
