"""The one API client: verbs on objects of any kind of one cluster. Knows no GitOps.

Kinds are looked up in discovery, so custom resources need no code. All objects are plain data.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

import msgspec

from argosy.clusters.calls import Call, Calls, Limits
from argosy.clusters.discovery import Discovery, ResourceType
from argosy.clusters.errors import Gone, Invalid, NotFound
from argosy.clusters.masking import masker
from argosy.clusters.objects import GroupVersionKind, JsonObject, ObjectRef
from argosy.clusters.served import Served, ServerVersion
from argosy.clusters.stream import WatchEvent, WatchSettings, watch_events
from argosy.clusters.transport import Transport

__all__ = ["Client", "ObjectList", "PatchType", "Propagation", "ServerVersion"]

_Items = list[JsonObject]
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
        self._served = Served(self._calls)

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
            raise self._served.is_gone(resource.gvk) from error
        answer = _decode(body)
        assert isinstance(answer, dict)
        return answer

    # What the cluster is

    async def version(self, *, newer_than: float = float("-inf")) -> ServerVersion:
        """The version of the API server, from memory where that was asked after the loop's time
        `newer_than`."""
        return await self._served.version(newer_than=newer_than)

    async def serves_since(self, version: tuple[int, int]) -> bool:
        """Whether the server is of this version (major, minor) or later."""
        served = await self.version()
        return (served.major, served.minor) >= version

    async def discover(self, *, newer_than: float = float("-inf")) -> Discovery:
        """What the cluster serves, from memory where that was read after the loop's time `newer_than`."""
        return await self._served.discover(newer_than=newer_than)

    async def openapi(self, kind: GroupVersionKind) -> JsonObject:
        """The OpenAPI v3 document that describes a kind."""
        return await self._served.openapi(kind)

    async def resource(self, kind: GroupVersionKind) -> ResourceType:
        """How the kind is served; discovery is asked again where it is unknown. Raises `UnknownKind`."""
        return await self._served.resource(kind)


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
