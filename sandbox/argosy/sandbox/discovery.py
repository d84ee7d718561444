"""What clients ask first: versions, groups and resources, in the aggregated form and in the old one."""

import hashlib
import re
from typing import Any

from argosy.sandbox.errors import ApiError
from argosy.sandbox.messages import JSON, Request, Response, json_response
from argosy.sandbox.registry import ResourceRegistry
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.store import Object, encode

__all__ = ["Discovery", "version_priority"]

_AGGREGATED = f"{JSON};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class Discovery:
    """Discovery of one cluster; answers are kept until what is served changes."""

    def __init__(self, registry: ResourceRegistry) -> None:
        self._registry = registry
        self._kept: dict[str, bytes] = {}
        self._generation = -1

    def version(self) -> Object:
        """`/version`."""
        minor = self._registry.catalog.version.partition(".")[2]
        return {
            "major": "1",
            "minor": minor,
            "gitVersion": f"v1.{minor}.0+sandbox",
            "gitCommit": "",
            "gitTreeState": "clean",
            "buildDate": "2026-01-01T00:00:00Z",
            "goVersion": "go1.26",
            "compiler": "gc",
            "platform": "linux/amd64",
        }

    def answer(self, request: Request) -> Response | None:
        """The answer where the path is one of discovery's. Raises `ApiError` 404 for an unknown group."""
        segments = request.segments
        if len(segments) > (2 if segments[0] == "api" else 3):
            return None
        if self._generation != self._registry.generation:
            self._kept.clear()
            self._generation = self._registry.generation
        aggregated = len(segments) == 1 and _wants_aggregated(request.accept)
        key = ("aggregated " if aggregated else "") + "/".join(segments)
        body = self._kept.get(key)
        if body is None:
            body = self._kept[key] = encode(self._document(segments, aggregated))
        etag = f'"{hashlib.sha256(body).hexdigest()[:32].upper()}"'
        if aggregated and request.headers.get("if-none-match") == etag:
            return Response(304, {"etag": etag, "content-length": "0"})
        response = json_response(body, content_type=_AGGREGATED if aggregated else JSON)
        if aggregated:
            response.headers.update({"etag": etag, "vary": "Accept"})
        return response

    def _document(self, segments: tuple[str, ...], aggregated: bool) -> Object:
        core = segments[0] == "api"
        if aggregated:
            groups = [item for item in self._groups() if bool(item["metadata"].get("name")) != core]
            return {
                "kind": "APIGroupDiscoveryList",
                "apiVersion": "apidiscovery.k8s.io/v2",
                "metadata": {},
                "items": groups,
            }
        if segments == ("api",):
            address = {"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"}
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [address]}
        if segments == ("apis",):
            named = [_api_group(item) for item in self._groups() if item["metadata"].get("name")]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": named}
        group = "" if core else segments[1]
        found = next((item for item in self._groups() if item["metadata"].get("name", "") == group), None)
        if found is None:
            raise _no_such_path()
        if not core and len(segments) == 2:
            return {"kind": "APIGroup", "apiVersion": "v1", **_api_group(found)}
        version = segments[-1]
        for item in found["versions"]:
            if item["version"] == version:
                return _resource_list(f"{group}/{version}" if group else version, item["resources"])
        raise _no_such_path()

    def _groups(self) -> list[Object]:
        """`APIGroupDiscovery` of every group, the core group under the empty name."""
        groups: list[Object] = list(self._registry.catalog.discovery["items"])
        custom: dict[str, dict[str, list[Object]]] = {}
        for kind in self._registry.custom_types():
            versions = custom.setdefault(kind.resource.group, {})
            versions.setdefault(kind.resource.version, []).append(_resource_discovery(kind))
        for name, versions in custom.items():
            ordered = sorted(versions, key=version_priority)
            listed = [
                {"version": version, "resources": versions[version], "freshness": "Current"}
                for version in ordered
            ]
            groups.append({"metadata": {"name": name, "creationTimestamp": None}, "versions": listed})
        return groups


def version_priority(version: str) -> tuple[Any, ...]:
    """Sort key: stable before beta before alpha, higher numbers first (`apimachinery/pkg/version`)."""
    match = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version)
    if match is None:
        return 3, version
    stage = {None: 0, "beta": 1, "alpha": 2}[match[2]]
    return stage, -int(match[1]), -int(match[3] or 0)


def _wants_aggregated(accept: str) -> bool:
    """Whether the aggregated form in a version that is served stands before plain JSON."""
    for accepted in accept.split(","):
        if "as=APIGroupDiscoveryList" in accepted:
            if "v=v2" in accepted.replace("v=v2beta1", ""):
                return True
        elif accepted.strip().startswith((JSON, "*/*")):
            return False
    return False


def _resource_discovery(kind: ObjectType) -> Object:
    resource = kind.resource
    entry: Object = {
        "resource": resource.plural,
        "responseKind": {"group": resource.group, "version": resource.version, "kind": resource.kind},
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        entry["shortNames"] = list(resource.short_names)
    if resource.categories:
        entry["categories"] = list(resource.categories)
    if resource.subresources:
        entry["subresources"] = [
            {
                "subresource": item.name,
                "responseKind": {"group": item.group, "version": item.version, "kind": item.kind},
                "verbs": list(item.verbs),
            }
            for item in resource.subresources
        ]
    return entry


def _api_group(group: Object) -> Object:
    name = group["metadata"]["name"]
    versions = [
        {"groupVersion": f"{name}/{item['version']}", "version": item["version"]}
        for item in group["versions"]
    ]
    return {"name": name, "versions": versions, "preferredVersion": versions[0]}


def _resource_list(group_version: str, resources: list[Object]) -> Object:
    listed: list[Object] = []
    for item in resources:
        namespaced = item["scope"] == "Namespaced"
        entry = {
            "name": item["resource"],
            "singularName": item.get("singularResource", ""),
            "namespaced": namespaced,
            "kind": item["responseKind"]["kind"],
            "verbs": item["verbs"],
        }
        for optional in ("shortNames", "categories"):
            if optional in item:
                entry[optional] = item[optional]
        listed.append(entry)
        for sub in item.get("subresources", ()):
            kind = sub["responseKind"]
            entry = {
                "name": f"{item['resource']}/{sub['subresource']}",
                "singularName": "",
                "namespaced": namespaced,
                "kind": kind["kind"],
                "verbs": sub["verbs"],
            }
            listed.append({**{key: kind[key] for key in ("group", "version") if kind.get(key)}, **entry})
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": listed}


def _no_such_path() -> ApiError:
    return ApiError(404, "NotFound", "the server could not find the requested resource", {})
