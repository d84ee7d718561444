"""Applications that are synced by hand only, and that others wait for."""

from collections.abc import Iterator

from argosy.compiler.checks.subject import Subject
from argosy.compiler.rollout import NodeKey, RolloutGraph
from argosy.schemas.finding import Finding, Related, Severity

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """A note for each: the rollout stands still there until somebody syncs it."""
    by_hand = {
        member.key for member, application in subject.applications if not application.sync_policy.is_automated
    }
    if not by_hand:
        return
    waiting = _waiting(subject, by_hand)
    seen: set[tuple[NodeKey, NodeKey]] = set()
    for member, application in subject.applications:
        other = waiting.get(member.key)
        # What can never roll out has an error of its own.
        if other is None or subject.rollout.blocked(member.key) or subject.rollout.blocked(other):
            continue
        owner = member.parent if member.parent and subject.is_generated(member) else member.key
        if (owner, other) not in seen:
            seen.add((owner, other))
            members = subject.hierarchy.members
            yield Finding(
                "manual-gate",
                Severity.NOTE,
                f"Application `{application.name}` is synced by hand only, and {other} waits for it",
                subject.locate(member)(("spec", "syncPolicy"), key=True),
                hint="add `syncPolicy.automated`, or leave it as a gate that a person opens",
                related=(Related("this one waits", members[other].position),),
            )


def _waiting(subject: Subject, by_hand: set[NodeKey]) -> dict[NodeKey, NodeKey]:
    """Of each Application in `by_hand` that is waited for: who waits first."""
    graph = subject.rollout
    found: dict[NodeKey, NodeKey] = {}
    for group in dict.fromkeys(graph.group(key) for key in by_hand):
        found |= _in_waves(graph, group, by_hand)
    for key, node in graph.nodes.items():
        if node.depends_on:
            for predecessor in sorted(graph.direct_predecessors(key) & by_hand):
                found.setdefault(predecessor, key)
    return found


def _in_waves(graph: RolloutGraph, group: NodeKey | None, by_hand: set[NodeKey]) -> dict[NodeKey, NodeKey]:
    waves = list(graph.waves(group).values())
    return {
        key: waves[number + 1][0] for number, keys in enumerate(waves[:-1]) for key in keys if key in by_hand
    }
