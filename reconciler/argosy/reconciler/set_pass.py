"""One pass over one ApplicationSet: expand it, write its Applications, delete those that it lost.

Whatever of the expansion is unknown leaves every Application as it is. Generated Applications are objects
of the set by their ownerReference; what they deploy is the business of their own passes.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from argosy.compiler.expansion import Expansion, Phase, UnknownExpansion
from argosy.compiler.ignored_fields import IgnoredFields
from argosy.compiler.inputs import Input
from argosy.compiler.rollout import NodeKey
from argosy.generators.generator import Settings
from argosy.generators.questions import Question
from argosy.reconciler.explaining import words
from argosy.reconciler.gates import NodeState, Waits
from argosy.reconciler.gathering import gather_and_expand
from argosy.reconciler.generated_applications import GeneratedApplications
from argosy.reconciler.live_world import LiveWorld
from argosy.reconciler.node_keys import APPLICATION_SET
from argosy.reconciler.report import WAITING, Condition
from argosy.reconciler.resource import (
    KubernetesObject,
    digest_of,
    metadata_of,
    name_of,
    namespace_of,
)
from argosy.reconciler.rolling_status import application_status, invalid_rollout
from argosy.reconciler.set_deletion import delete_lost, ensure_finalizer
from argosy.reconciler.set_settings import SetSettings
from argosy.reconciler.set_status import Rolling, set_status
from argosy.reconciler.status_writer import write_status
from argosy.reconciler.surroundings import Surroundings, Told
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.model.applicationset import ApplicationSet

__all__ = ["SetPass"]


def _digest(answer: Answer[object]) -> str:
    return digest_of(repr(answer.value)) if isinstance(answer, Known) else "unknown"


def _keep(_state: NodeState) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class SetPass:
    """The work of one pass over a set. `gate` is what a new expansion waits for."""

    world: Surroundings
    manifest: KubernetesObject
    settings: Answer[SetSettings]
    make_world: Callable[[], LiveWorld]
    patient: bool = False
    """The gate may be closed for a moment only: then the status does not tell of it yet."""
    publish: Callable[[NodeState], None] = _keep
    """Tells the gates what was found, before the status is written that speaks of them."""
    target: str = ""
    inputs: tuple[Input, ...] = ()
    questions: frozenset[Question] = frozenset()
    """What it asked outside of Git and the watched objects."""
    gate: Waits | None = None
    problem: str = ""
    conditions: list[Condition] = field(default_factory=list)
    rolled: bool = False

    @property
    def key(self) -> NodeKey:
        """The set as a node of the rollout."""
        return NodeKey(APPLICATION_SET, namespace_of(self.manifest), name_of(self.manifest))

    async def run(self) -> None:
        """Expand, write, delete, say so."""
        self.world.expansions.pop(self.key, None)
        if isinstance(self.settings, Unknown):
            self._fail(self.settings.reason)
        else:
            await self._pass(self.settings.value)
        self.publish(self.state())
        if self.problem or not self._too_early():
            await self._report()

    async def _pass(self, settings: SetSettings) -> None:
        expansion = await self._expand(settings)
        if isinstance(expansion, UnknownExpansion):
            self._fail(_words(expansion.missing or expansion.findings) or expansion.reason)
        elif expansion.failed in (Phase.LOAD, Phase.GENERATE):
            self._fail(_words(expansion.findings))
        else:
            self.world.expansions[self.key] = self.target
            await self._write(expansion, settings)

    def state(self) -> NodeState:
        """What the gates need to know of the set."""
        return NodeState(self.target, self.rolled, problem=self.problem)

    def _too_early(self) -> bool:
        """Whether it is not worth telling, or not known yet, what the gate waits for."""
        return self.gate is not None and (self.patient or self.gate.unseen)

    async def _expand(self, own: SetSettings) -> Expansion | UnknownExpansion:
        applicationset = ApplicationSet(self.manifest)
        settings = Settings(
            self.world.installation.namespace,
            own.new_git_file_globbing,
            own.include_hidden_directories,
        )
        expansion, world = await gather_and_expand(
            applicationset, self.make_world, self.world.revisions, self.world.outside, settings
        )
        self.inputs = expansion.inputs
        self.questions = frozenset(world.asked)
        self.target = digest_of(
            [
                self.manifest.get("spec"),
                repr(settings),
                [str(item) for item in self.inputs],
                self._clusters(world),
                [[item.asked, _digest(world.asked[item])] for item in sorted(world.asked)],
            ]
        )
        return expansion

    def _clusters(self, world: LiveWorld) -> str:
        if not any(item.kind == "clusters" for item in self.inputs):
            return ""
        answer = world.clusters()
        return _digest(answer)

    def _fail(self, message: str) -> None:
        self.problem = f"its Applications are not known: {message}"
        self.conditions.append(Condition("ErrorOccurred", message))

    async def _write(self, expansion: Expansion, settings: SetSettings) -> None:
        if errors := [item for item in expansion.findings if item.severity is Severity.ERROR]:
            self.conditions.append(Condition("ErrorOccurred", _words(tuple(errors))))
        applicationset = ApplicationSet(self.manifest)
        ignored = IgnoredFields.of(applicationset, self.world.delete_fields)
        writer = GeneratedApplications(self.world, self.manifest, settings, ignored, self.conditions)
        generated = [application.manifest for application in expansion.applications]
        before = len(self.conditions)
        # A jq expression runs in a process that is waited for.
        due = await asyncio.to_thread(writer.due, generated) if ignored.need_jq else writer.due(generated)
        clean = len(self.conditions) == before and not errors
        self.gate = self.world.gates().may_roll(self.key) if due else None
        if self.gate is not None:
            # Gates hold back what is new. After a start nothing is remembered of what is there already.
            same = await asyncio.gather(*(writer.is_there(item) for item in due))
            due = [item for item, is_there in zip(due, same, strict=True) if not is_there]
            self.gate = self.gate if due else None
        if self.gate is not None:
            self.conditions.append(Condition(WAITING, str(self.gate)))
            return
        results = await asyncio.gather(*(writer.write(item) for item in due))
        # What failed validation is not created, but neither has the set lost it.
        names = {str(metadata_of(item.manifest).get("name")) for item in expansion.generated}
        policy = settings.policy_of(applicationset)
        gone = await delete_lost(self.world, self.manifest, policy, names, self.conditions)
        await ensure_finalizer(self.world, self.manifest)
        self.rolled = gone and all(results) and clean

    async def _report(self) -> None:
        before = self.manifest.get("status") or {}
        rolling = self._rolling(before)
        status = set_status(before, tuple(self.conditions), self.rolled, self.world.instant(), rolling)
        known = {(item.get("type"), item.get("message")) for item in before.get("conditions") or ()}
        for condition in self.conditions:
            if (condition.type, condition.message) not in known:
                warning = condition.type != WAITING
                self.world.tell(Told(self.key, condition.type, condition.message, warning=warning))
        kept = {name: value for name, value in before.items() if name != "applicationStatus"}
        await write_status(self.world, self.manifest, {**kept, **status})

    def _rolling(self, before: Mapping[str, Any]) -> Rolling | None:
        applicationset = ApplicationSet(self.manifest)
        if not applicationset.steps:
            return None
        members = {
            key: live
            for key in self.world.hierarchy.graph.children(self.key)
            if (live := self.world.manifest(key)) is not None
        }
        if not members.keys() <= self.world.looked_at:
            # After a start: what the status says of them is as good as anything until all are looked at.
            entries = list(before.get("applicationStatus") or ())
        else:
            entries = self._entries(before, members)
        return Rolling(entries, invalid_rollout(applicationset, members))

    def _entries(
        self, before: Mapping[str, Any], members: Mapping[NodeKey, KubernetesObject]
    ) -> list[dict[str, Any]]:
        graph, gates = self.world.hierarchy.graph, self.world.gates()
        return application_status(before, members, graph, gates, self.world.instant())


def _words(findings: tuple[Finding, ...]) -> str:
    return "; ".join(words(item) for item in findings)
