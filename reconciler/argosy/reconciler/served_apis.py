"""What a cluster is and serves, for charts that ask: discovery, and the definitions that came or went since.

Definitions are watched, ours or not, so that nothing has to be asked when one comes. Keeps the kinds that
they define and nothing else of them. Knows nothing of Applications.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from argosy.clusters.client import Client, ServerVersion
from argosy.clusters.discovery import Discovery
from argosy.clusters.errors import ApiError
from argosy.clusters.objects import GroupVersionKind
from argosy.clusters.stream import EventType, WatchEvent
from argosy.reconciler.resource import ResourceKey, name_of, resource_version_of
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.sources.capabilities import Capabilities

__all__ = ["ServedApis", "is_definition"]

_DEFINITION = GroupVersionKind("apiextensions.k8s.io", "v1", "CustomResourceDefinition")
_LISTED = frozenset({"list", "watch"})
"""Argo CD tells charts of kinds that can be listed and watched."""
_PATIENCE = 20.0
"""Seconds until a server that did not answer is asked again: the cluster's own, or one that extends it."""


def is_definition(key: ResourceKey) -> bool:
    """Whether an object is a CustomResourceDefinition."""
    return key.kind == _DEFINITION.kind and key.group == _DEFINITION.group


@dataclass(frozen=True, slots=True)
class _Definition:
    """What a definition serves, as of a resourceVersion; nothing once it is deleted."""

    version: int = -1
    kinds: frozenset[GroupVersionKind] = frozenset()


class ServedApis:
    """The capabilities of one cluster. `changed` is called when they are others than were told last."""

    def __init__(self, client: Client, changed: Callable[[], None]) -> None:
        self.followed = False
        """Whether `follow` is a task of somebody."""
        self._client = client
        self._changed = changed
        self._definitions: dict[str, _Definition] = {}
        self._gone: set[GroupVersionKind] = set()
        """Kinds whose definition is gone, though discovery may have them still."""
        self._revision = 0
        self._outdated_at = float("-inf")
        """What was asked before that may not be true any more."""
        self._asking = asyncio.Lock()
        self._asked: tuple[ServerVersion, Discovery] | None = None
        self._known: tuple[tuple[ServerVersion, Discovery, int], Known[Capabilities]] | None = None
        self._told: Answer[Capabilities] | None = None
        self._again_at = float("-inf")
        """Until then a cluster that did not answer is not asked again."""

    async def now(self) -> Answer[Capabilities]:
        """What the cluster is and serves, `Unknown` where it does not answer.

        Asks only for what the cluster has not told since it was last away.
        """
        async with self._asking:
            if isinstance(self._told, Unknown) and asyncio.get_running_loop().time() < self._again_at:
                return self._told
            return self._tell(await self._ask())

    def note(self, definition: Mapping[str, Any], *, gone: bool = False) -> None:
        """A definition is seen as it is now, or as it was when it was deleted. What is older than is known
        already counts for nothing."""
        if self._note(definition, gone=gone) and isinstance(self._told, Known) and self._asked is not None:
            self._tell(self._put_together(*self._asked))

    async def follow(self) -> None:
        """Watch the definitions until cancelled."""
        listed: set[str] | None = None
        async with aclosing(self._client.watch(_DEFINITION)) as events:
            async for event in events:
                match event.type:
                    case EventType.RELIST:
                        listed = set()
                    case EventType.LOST:
                        self._outdated_at = asyncio.get_running_loop().time()
                    case EventType.SYNCED | EventType.RESUMED:
                        if event.type is EventType.SYNCED and listed is not None:
                            self._forget_all_but(listed)
                            listed = None
                        # The definitions are known from here on, so what is served now is not missed.
                        self._outdated_at, self._again_at = asyncio.get_running_loop().time(), float("-inf")
                        await self.now()
                    case _:
                        self._take(event, listed)

    def _take(self, event: WatchEvent, listed: set[str] | None) -> None:
        gone = event.type is EventType.DELETED
        if listed is None:
            self.note(event.object, gone=gone)
            return
        # What a list has counts as a whole, at its end.
        self._note(event.object, gone=gone)
        listed.add(name_of(event.object))

    async def _ask(self) -> Answer[Capabilities]:
        now, newer_than = asyncio.get_running_loop().time(), self._outdated_at
        if isinstance(self._told, Known) and self._told.value.silent:
            newer_than = max(newer_than, now - _PATIENCE)
        try:
            version = await self._client.version(newer_than=self._outdated_at)
            discovery = await self._client.discover(newer_than=newer_than)
        except ApiError as error:
            self._again_at = now + _PATIENCE
            return Unknown(error.message, error.hint, error.code)
        self._asked = version, discovery
        return self._put_together(version, discovery)

    def _tell(self, answer: Answer[Capabilities]) -> Answer[Capabilities]:
        before, self._told = self._told, answer
        if before is not None and answer != before:
            self._changed()
        return answer

    def _forget_all_but(self, listed: set[str]) -> None:
        for name in self._definitions.keys() - listed:
            self._replace(name, _Definition(self._definitions[name].version))

    def _note(self, definition: Mapping[str, Any], *, gone: bool) -> bool:
        """Whether it defines something else than before."""
        version, name = resource_version_of(definition), name_of(definition)
        if version < self._definitions.get(name, _Definition()).version:
            return False
        return self._replace(name, _Definition(version, frozenset() if gone else _kinds(definition)))

    def _replace(self, name: str, now: _Definition) -> bool:
        before = self._definitions.get(name, _Definition())
        self._definitions[name] = now
        if before.kinds == now.kinds:
            return False
        self._gone = (self._gone | before.kinds) - now.kinds
        self._revision += 1
        return True

    def _put_together(self, version: ServerVersion, discovery: Discovery) -> Known[Capabilities]:
        parts = (version, discovery, self._revision)
        if self._known is None or self._known[0] != parts:
            self._known = parts, Known(self._make(version, discovery), f"cluster {self._client.name}")
        return self._known[1]

    def _make(self, version: ServerVersion, discovery: Discovery) -> Capabilities:
        kinds = {gvk for gvk, served in discovery.types.items() if served.verbs >= _LISTED} - self._gone
        kinds = kinds.union(*(definition.kinds for definition in self._definitions.values()))
        texts = {gvk.api_version for gvk in kinds} | {f"{gvk.api_version}/{gvk.kind}" for gvk in kinds}
        known = {gvk.api_version for gvk in discovery.types}
        # Of a silent server the API server tells what it served last, if it ever heard of it.
        silent = tuple(group_version for group_version in discovery.stale if group_version not in known)
        return Capabilities(version.text, tuple(sorted(texts)), silent)


def _kinds(definition: Mapping[str, Any]) -> frozenset[GroupVersionKind]:
    """The kinds that a definition serves once it is established, in each of its versions."""
    spec, conditions = definition.get("spec") or {}, (definition.get("status") or {}).get("conditions") or ()
    if not any(item.get("type") == "Established" and item.get("status") == "True" for item in conditions):
        return frozenset()
    group, kind = str(spec.get("group")), str((spec.get("names") or {}).get("kind"))
    versions = (item for item in spec.get("versions") or () if item.get("served"))
    return frozenset(GroupVersionKind(group, str(item.get("name")), kind) for item in versions)
