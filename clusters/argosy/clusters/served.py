"""What one cluster is and serves, remembered: its version and its kinds. Makes the calls for `discovery`."""

import asyncio
from dataclasses import dataclass

import msgspec

from argosy.clusters.calls import Call, Calls
from argosy.clusters.discovery import (
    AGGREGATED,
    Discovery,
    ResourceType,
    read_aggregated,
    read_group_versions,
    read_resource_list,
)
from argosy.clusters.errors import NotFound, UnknownKind
from argosy.clusters.objects import GroupVersionKind, JsonObject

__all__ = ["Served", "ServerVersion"]

_JSON = {"accept": "application/json"}
_decode = msgspec.json.decode


@dataclass(frozen=True, slots=True)
class ServerVersion:
    """What the server says it is."""

    major: int
    minor: int
    text: str


class Served:
    """The kinds and the version of one cluster, asked when they are needed."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._cluster = calls.cluster
        self._discovery: Discovery | None = None
        self._discovered_at = float("-inf")
        self._discovering = asyncio.Lock()
        self._etags: dict[str, tuple[str, JsonObject]] = {}
        self._version: ServerVersion | None = None
        self._version_at = float("-inf")

    async def version(self, *, newer_than: float = float("-inf")) -> ServerVersion:
        """The version of the API server, from memory where that was asked after the loop's time
        `newer_than`."""
        if self._version is None or self._version_at <= newer_than:
            asked_at = asyncio.get_running_loop().time()
            _, body = await self._calls.send(Call("GET", "/version", headers=_JSON, about="/version"))
            answer = _decode(body)
            minor = "".join(c for c in str(answer.get("minor") or "0") if c.isdigit())
            major = str(answer.get("major") or "0")
            self._version = ServerVersion(int(major), int(minor), str(answer.get("gitVersion") or ""))
            self._version_at = asked_at
        return self._version

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

    async def openapi(self, kind: GroupVersionKind) -> JsonObject:
        """The OpenAPI v3 document of a kind's group and version, asked anew each time."""
        path = f"/openapi/v3/{'apis' if kind.group else 'api'}/{kind.api_version}"
        _, body = await self._calls.send(Call("GET", path, headers=_JSON, about=path))
        answer = _decode(body)
        assert isinstance(answer, dict)
        return answer

    async def _ask_discovery(self) -> Discovery:
        types: list[ResourceType] = []
        stale: list[str] = []
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

    def is_gone(self, kind: GroupVersionKind) -> UnknownKind:
        """The path of a kind turned out to be gone: it is asked for anew at the next use."""
        if self._discovery is not None:
            self._discovery = self._discovery.without(kind)
        return self._unknown_kind(kind)

    def _unknown_kind(self, kind: GroupVersionKind) -> UnknownKind:
        known = self._discovery
        other = known.find_kind(kind.group, kind.kind) if known else None
        hint = "apply its CustomResourceDefinition first, in an earlier wave"
        if other is not None:
            hint = f"it is served as {other.gvk.api_version}"
        elif known and any(item.rpartition("/")[0] == kind.group for item in known.stale):
            hint = f"the server that extends the API by {kind.group} does not answer now"
        return UnknownKind(
            f"cluster {self._cluster} does not serve {kind.kind} in {kind.api_version}",
            cluster=self._cluster,
            status=404,
            reason="NotFound",
            hint=hint,
        )
