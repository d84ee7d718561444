"""The one API client: verbs on objects of any kind of one cluster. Knows no GitOps.

Kinds are looked up in discovery, so custom resources need no code. All objects are plain data.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

import msgspec

from argosy.clusters.calls import Call, Calls, Limits
from argosy.clusters.discovery import (
    AGGREGATED,
    Discovery,
    ResourceType,
    read_aggregated,
    read_group_versions,
    read_resource_list,
)
from argosy.clusters.errors import Gone, Invalid, NotFound, UnknownKind
from argosy.clusters.masking import masker
from argosy.clusters.objects import GroupVersionKind, JsonObject, ObjectRef
from argosy.clusters.stream import WatchEvent, WatchSettings, watch_events
from argosy.clusters.transport import Transport

__all__ = ["Client", "ObjectList", "PatchType", "Propagation", "ServerVersion"]

_Items = list[JsonObject]
_Types = list[ResourceType]
_Names = list[str]
# Named here because the method `Client.list` hides the built-in inside the class.

_JSON = {"accept": "application/json"}
_decode = msgspec.json.decode
_encode = msgspec.json.encode


class PatchType(StrEnum):
    """How a patch body is to be read, by its media type."""

    JSON = "application/json-patch+json"
    MERGE = "application/merge-patch+json"
    STRATEGIC = "application/strategic-merge-patch+json"


class Propagation(StrEnum):
    """What a deletion does to the objects that the deleted one owns."""

    BACKGROUND = "Background"
    FOREGROUND = "Foreground"
    ORPHAN = "Orphan"


@dataclass(frozen=True, slots=True)
class ServerVersion:
    """What the server says it is."""

    major: int
    minor: int
    text: str


@dataclass(frozen=True, slots=True)
class ObjectList:
    """All objects of a list, read at one `resource_version`."""

    items: tuple[JsonObject, ...]
    resource_version: str


class Client:
    """Speaks with one cluster. Safe for many tasks of one event loop at once.

    Every method raises the errors of `argosy.clusters.errors`: `Unreachable` when there was no answer,
    `UnknownKind` when the cluster does not serve the kind, `NotFound`, `Conflict`, `Invalid`, `Forbidden`
    and so on.
    """

    def __init__(
        self, transport: Transport, name: str = "cluster", *, limits: Limits | None = None, page: int = 500
    ) -> None:
        self.name = name
        self._limits = limits or Limits()
        self._calls = Calls(transport, name, self._limits)
        self._page = page
        self._discovery: Discovery | None = None
        self._discovered_at = float("-inf")
        self._discovering = asyncio.Lock()
        self._etags: dict[str, tuple[str, JsonObject]] = {}
        self._version: ServerVersion | None = None

    def __repr__(self) -> str:
        return f"Client({self.name!r})"

    async def close(self) -> None:
        """Let go of the connections."""
        await self._calls.transport.close()

    # Reading

    async def get(self, ref: ObjectRef) -> JsonObject:
        """The object as it is now. Raises `NotFound`."""
        resource = await self.resource(ref.gvk)
        return await self._object(
            resource, Call("GET", resource.path(ref.namespace, ref.name), about=str(ref))
        )

    async def find(self, ref: ObjectRef) -> JsonObject | None:
        """The object as it is now, or `None` where there is none. An unknown kind is still an error."""
        try:
            return await self.get(ref)
        except NotFound:
            return None

    async def list(
        self,
        kind: GroupVersionKind,
        namespace: str = "",
        *,
        label_selector: str = "",
        field_selector: str = "",
        limit: int = 0,
    ) -> ObjectList:
        """All objects of a kind, page by page at one resourceVersion; at most `limit` of them if that is
        not 0.

        A token that expired on the way starts the list anew: half a list is never returned.
        """
        query = {"labelSelector": label_selector, "fieldSelector": field_selector}
        items, version = await self.list_pages(kind, namespace, query, limit)
        return ObjectList(tuple(items), version)

    async def list_pages(
        self, kind: GroupVersionKind, namespace: str, query: Mapping[str, str], limit: int = 0
    ) -> tuple[_Items, str]:
        """As `list`, with selectors as query parameters; the objects and their resourceVersion."""
        resource = await self.resource(kind)
        for _ in range(2):
            try:
                return await self._all_pages(resource, namespace, query, limit)
            except Gone:
                continue
        return await self._all_pages(resource, namespace, query, limit)

    async def _all_pages(
        self, resource: ResourceType, namespace: str, query: Mapping[str, str], limit: int
    ) -> tuple[_Items, str]:
        found: _Items = []
        token = ""
        while True:
            size = min(self._page, limit - len(found)) if limit else self._page
            wanted = {**query, "limit": str(size), "continue": token}
            target = _target(resource.path(namespace), wanted)
            answer = await self._object(resource, Call("GET", target, about=resource.gvk.group_kind))
            for item in answer.get("items") or ():
                # Servers leave these out of the items of built-in kinds.
                item.setdefault("apiVersion", resource.gvk.api_version)
                item.setdefault("kind", resource.gvk.kind)
                found.append(item)
            metadata = answer.get("metadata") or {}
            token = metadata.get("continue") or ""
            if not token or (limit and len(found) >= limit):
                return found, str(metadata.get("resourceVersion") or "")

    def watch(
        self,
        kind: GroupVersionKind,
        namespace: str = "",
        *,
        label_selector: str = "",
        field_selector: str = "",
        settings: WatchSettings | None = None,
    ) -> AsyncGenerator[WatchEvent, None]:
        """All objects of a kind and every change from then on, for ever; see `stream.watch_events`.

        Never raises for the cluster's sake: what goes wrong comes as an event.
        """
        query = {"labelSelector": label_selector, "fieldSelector": field_selector}
        return watch_events(self, self._calls, kind, namespace, query, settings or WatchSettings())

    # Writing

    async def apply(
        self,
        value: Mapping[str, Any],
        *,
        manager: str,
        force: bool,
        dry_run: bool = False,
        subresource: str = "",
    ) -> JsonObject:
        """Server-side apply: creates the object or makes the fields that it names ours. Returns the result.

        Raises `Conflict` with the other managers in its causes, unless `force`.
        """
        ref = ObjectRef.of(value)
        resource = await self.resource(ref.gvk)
        query = {
            "fieldManager": manager,
            "force": "true" if force else "false",
            "dryRun": "All" if dry_run else "",
        }
        # JSON is YAML; the server then has less to parse.
        return await self._write(
            resource, "PATCH", ref, value, query, subresource, "application/apply-patch+yaml"
        )

    async def create(
        self, value: Mapping[str, Any], *, manager: str = "", dry_run: bool = False, subresource: str = ""
    ) -> JsonObject:
        """Create the object (with a name of the server's for `generateName`). Raises `AlreadyExists`.

        Not tried again when the connection is lost: it may have been done.
        """
        ref = ObjectRef.of(value)
        resource = await self.resource(ref.gvk)
        query = {"fieldManager": manager, "dryRun": "All" if dry_run else ""}
        return await self._write(resource, "POST", ref, value, query, subresource, "application/json")

    async def replace(
        self, value: Mapping[str, Any], *, manager: str = "", dry_run: bool = False, subresource: str = ""
    ) -> JsonObject:
        """Replace the object; `Conflict` if its resourceVersion, where given, is no longer the current
        one.
        """
        ref = ObjectRef.of(value)
        resource = await self.resource(ref.gvk)
        query = {"fieldManager": manager, "dryRun": "All" if dry_run else ""}
        return await self._write(resource, "PUT", ref, value, query, subresource, "application/json")

    async def patch(
        self,
        ref: ObjectRef,
        body: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        patch_type: PatchType = PatchType.MERGE,
        *,
        manager: str = "",
        dry_run: bool = False,
        subresource: str = "",
    ) -> JsonObject:
        """Change parts of the object."""
        resource = await self.resource(ref.gvk)
        query = {"fieldManager": manager, "dryRun": "All" if dry_run else ""}
        return await self._write(resource, "PATCH", ref, body, query, subresource, patch_type.value)

    async def delete(
        self,
        ref: ObjectRef,
        *,
        propagation: Propagation = Propagation.BACKGROUND,
        uid: str = "",
        resource_version: str = "",
        dry_run: bool = False,
    ) -> JsonObject:
        """Delete the object, or begin to where it has finalizers; what the server answers (a Status or the
        object).

        With `uid` or `resource_version` only that very object: else `Conflict`. Raises `NotFound`.
        """
        resource = await self.resource(ref.gvk)
        asked = {"uid": uid, "resourceVersion": resource_version}
        preconditions = {key: value for key, value in asked.items() if value}
        options: JsonObject = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": propagation.value,
        }
        if preconditions:
            options["preconditions"] = preconditions
        if dry_run:
            options["dryRun"] = ["All"]
        headers = {**_JSON, "content-type": "application/json"}
        path = resource.path(ref.namespace, ref.name)
        call = Call("DELETE", path, _encode(options), headers, about=f"delete {ref}")
        return await self._object(resource, call)

    async def _write(
        self,
        resource: ResourceType,
        method: str,
        ref: ObjectRef,
        body: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        query: Mapping[str, str],
        subresource: str,
        media_type: str,
    ) -> JsonObject:
        if resource.namespaced and not ref.namespace:
            raise Invalid(
                f"cluster {self.name}: {ref} lives in a namespace and names none",
                cluster=self.name,
                hint="set metadata.namespace, or the destination's namespace",
            )
        if not ref.name and method != "POST":
            raise Invalid(f"cluster {self.name}: {ref.gvk} without metadata.name", cluster=self.name)
        named = ref.name if method != "POST" or subresource else ""
        call = Call(
            method,
            _target(resource.path(ref.namespace, named, subresource), query),
            _encode(body),
            {**_JSON, "content-type": media_type},
            idempotent=method != "POST" and media_type != PatchType.JSON,
            about=str(ref),
            mask=_mask(ref, body),
        )
        return await self._object(resource, call)

    async def _object(self, resource: ResourceType, call: Call) -> JsonObject:
        if not call.headers:
            call = Call(call.method, call.target, call.body, _JSON, call.idempotent, call.about, call.mask)
        try:
            _, body = await self._calls.send(call)
        except NotFound as error:
            if (
                error.reason == "NotFound"
                and "the server could not find the requested resource" not in error.message
            ):
                raise
            # The path itself is gone: the definition was deleted, or is served in other versions now.
            if self._discovery is not None:
                self._discovery = self._discovery.without(resource.gvk)
            raise self._unknown_kind(resource.gvk) from error
        answer = _decode(body)
        assert isinstance(answer, dict)
        return answer

    # What the cluster is

    async def version(self) -> ServerVersion:
        """The version of the API server, asked once."""
        if self._version is None:
            _, body = await self._calls.send(Call("GET", "/version", headers=_JSON, about="/version"))
            answer = _decode(body)
            minor = "".join(c for c in str(answer.get("minor") or "0") if c.isdigit())
            major = str(answer.get("major") or "0")
            self._version = ServerVersion(int(major), int(minor), str(answer.get("gitVersion") or ""))
        return self._version

    async def serves_since(self, version: tuple[int, int]) -> bool:
        """Whether the server is of this version (major, minor) or later."""
        served = await self.version()
        return (served.major, served.minor) >= version

    async def discover(self, *, newer_than: float = float("-inf")) -> Discovery:
        """What the cluster serves, from memory where that was read after the loop's time `newer_than`."""
        if self._discovery is not None and self._discovered_at > newer_than:
            return self._discovery
        async with self._discovering:
            if self._discovery is None or self._discovered_at <= newer_than:
                asked_at = asyncio.get_running_loop().time()
                self._discovery = await self._ask_discovery()
                self._discovered_at = asked_at
            return self._discovery

    async def resource(self, kind: GroupVersionKind) -> ResourceType:
        """How the kind is served; discovery is asked again where the kind is unknown. Raises
        `UnknownKind`.
        """
        now = asyncio.get_running_loop().time()
        found = (await self.discover()).find(kind)
        if found is None and self._discovered_at < now:
            # Many objects of one missing kind wait for one call, as all of them ask for an answer newer
            # than now.
            found = (await self.discover(newer_than=now)).find(kind)
        if found is None:
            raise self._unknown_kind(kind)
        return found

    async def _ask_discovery(self) -> Discovery:
        types: _Types = []
        stale: _Names = []
        for root in ("/api", "/apis"):
            answer = await self._conditional_get(root, AGGREGATED)
            if answer.get("kind") == "APIGroupDiscoveryList":
                more, missing = read_aggregated(answer)
                types += more
                stale += missing
                continue
            for group_version in read_group_versions(answer):
                try:
                    answer = await self._conditional_get(f"{root}/{group_version}", "application/json")
                    types += read_resource_list(group_version, answer)
                except NotFound:
                    stale.append(group_version)
        return Discovery.of(types, stale)

    async def _conditional_get(self, path: str, accept: str) -> JsonObject:
        known = self._etags.get(path)
        headers = {"accept": accept}
        if known:
            headers["if-none-match"] = known[0]
        answered, body = await self._calls.send(Call("GET", path, headers=headers, about=f"discovery {path}"))
        if known and not body:
            return known[1]
        answer = _decode(body)
        assert isinstance(answer, dict)
        if "etag" in answered:
            self._etags[path] = (answered["etag"], answer)
        return answer

    def _unknown_kind(self, kind: GroupVersionKind) -> UnknownKind:
        known = self._discovery
        other = known.find_kind(kind.group, kind.kind) if known else None
        hint = "apply its CustomResourceDefinition first, in an earlier wave"
        if other is not None:
            hint = f"it is served as {other.gvk.api_version}"
        elif known and any(item.rpartition("/")[0] == kind.group for item in known.stale):
            hint = f"the server that extends the API by {kind.group} does not answer now"
        return UnknownKind(
            f"cluster {self.name} does not serve {kind.kind} in {kind.api_version}",
            cluster=self.name,
            status=404,
            reason="NotFound",
            hint=hint,
        )


def _target(path: str, query: Mapping[str, str]) -> str:
    given = {key: value for key, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def _mask(ref: ObjectRef, body: object) -> Callable[[str], str]:
    if ref.kind != "Secret" or ref.group:
        return masker(body)
    if isinstance(body, Mapping):
        return masker({**body, "apiVersion": "v1", "kind": "Secret"})
    values = [item.get("value") for item in body] if isinstance(body, Sequence) else []
    return masker({"apiVersion": "v1", "kind": "Secret", "data": {"value": values}})
