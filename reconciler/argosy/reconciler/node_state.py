"""What a pass tells the gates of its node, and what a closed gate says, as values.

The gates and the rules of RollingSync stand on these; no rules here. What a status says of a wait is written
and read here, so that whoever follows a rollout knows of whom it speaks.
"""

import re
from dataclasses import dataclass

from argosy.compiler.rollout import NodeKey

__all__ = ["NodeState", "Unsettled", "Waits", "waited_for"]

_WAITING = "waiting for "
_MENTION = re.compile(r"(?P<step>step \d+ of )?(?<![\w.])(?P<kind>Application(?:Set)?) (?P<name>[^\s:;,()]+)")


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An object that holds back later waves: it is not applied at the target, or it is not healthy."""

    wave: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class NodeState:
    """What the last pass over an Application or a set found.

    `target` names what the pass compared with (specification and revisions); once the node's target is
    another one the state is out of date. `rolled`: an Application: every object is applied as the target
    says; a set: its generation is expanded and written. `unsettled` are plain objects only; children are
    nodes of their own. `applied` are those children whose own manifest is applied as the target says.
    `begun`: the roll to the target was begun, in its first wave at least.
    """

    target: str
    rolled: bool = False
    unsettled: tuple[Unsettled, ...] = ()
    applied: frozenset[NodeKey] = frozenset()
    problem: str = ""
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Waits:
    """A closed gate: what is waited for, and why that is not settled.

    `never`: no event can open it; `person`: only a sync by hand can. `unseen`: it is closed only because
    nodes were not looked at yet since the start; what is really waited for is known once they were.
    """

    on: str
    reason: str
    never: bool = False
    person: bool = False
    unseen: bool = False

    def __str__(self) -> str:
        return f"{_WAITING}{self.on}: {self.reason}"


def waited_for(text: str) -> tuple[str, str] | None:
    """Kind and name of the Application or set that a status waits for; `None` where it waits for no such one.

    Of a step it is who holds it up, if that is said. The name may bear a namespace: `argocd/web`.
    """
    found = list(_MENTION.finditer(text))
    if not found or not text.startswith(_WAITING):
        return None
    first = found[1] if found[0]["step"] and len(found) > 1 else found[0]
    return first["kind"], first["name"]
