"""Columns of the cluster itself: namespaces, nodes, events, leases and definitions."""

from collections.abc import Callable
from datetime import datetime

from argosy.sandbox.printer_columns.column import (
    AGE,
    CREATED_AT,
    NAME,
    NONE,
    UNKNOWN,
    Column,
    age,
    dig,
    field,
    wide,
)
from argosy.sandbox.store import Object

__all__ = ["CLUSTER_COLUMNS"]


def _event_object(obj: Object, now: datetime) -> object:
    found = obj.get("involvedObject") or obj.get("regarding") or {}
    kind, name = str(found.get("kind", "")).lower(), found.get("name", "")
    return f"{kind}/{name}" if kind else name


def _event_part(obj: Object, now: datetime) -> object:
    return (obj.get("involvedObject") or obj.get("regarding") or {}).get("fieldPath", "")


def _event_source(obj: Object, now: datetime) -> object:
    found = obj.get("source") or obj.get("deprecatedSource") or {}
    component = found.get("component") or obj.get("reportingComponent") or obj.get("reportingController")
    host = found.get("host") or obj.get("reportingInstance")
    return ", ".join(part for part in (component, host) if part)


def _event_count(obj: Object, now: datetime) -> object:
    return (obj.get("series") or {}).get("count") or obj.get("count") or obj.get("deprecatedCount") or 1


def _event_seen(*fields: str) -> Callable[[Object, datetime], object]:
    def cell(obj: Object, now: datetime) -> object:
        when = next((obj[name] for name in fields if obj.get(name)), obj.get("eventTime"))
        return age(when, now)

    return cell


def _event_last_seen(obj: Object, now: datetime) -> object:
    last = (obj.get("series") or {}).get("lastObservedTime")
    return age(last, now) if last else _event_seen("lastTimestamp", "deprecatedLastTimestamp")(obj, now)


def _node_status(obj: Object, now: datetime) -> object:
    ready = {item["type"]: item["status"] for item in dig(obj, "status.conditions", ())}.get("Ready")
    state = "Unknown" if ready is None else "Ready" if ready == "True" else "NotReady"
    return f"{state},SchedulingDisabled" if dig(obj, "spec.unschedulable") else state


def _node_roles(obj: Object, now: datetime) -> object:
    prefix = "node-role.kubernetes.io/"
    labels = obj["metadata"].get("labels") or {}
    return ",".join(sorted(key.removeprefix(prefix) for key in labels if key.startswith(prefix))) or NONE


def _node_address(kind: str) -> Callable[[Object, datetime], object]:
    def cell(obj: Object, now: datetime) -> object:
        found = (item["address"] for item in dig(obj, "status.addresses", ()) if item["type"] == kind)
        return next(found, NONE)

    return cell


def _node_info(name: str, key: str) -> Column:
    return Column(name, lambda obj, now: dig(obj, f"status.nodeInfo.{key}") or UNKNOWN)


def _versions(obj: Object, now: datetime) -> object:
    listed = [
        f"{item['name']}(storage)" if item.get("storage") else item["name"]
        for item in sorted(dig(obj, "spec.versions", ()), key=lambda item: not item.get("storage"))
        if item.get("served")
    ]
    return ",".join(listed)


def _established(obj: Object, now: datetime) -> object:
    return any(
        item["type"] == "Established" and item["status"] == "True"
        for item in dig(obj, "status.conditions", ())
    )


def _service(obj: Object, now: datetime) -> object:
    found = dig(obj, "spec.service")
    return f"{found['namespace']}/{found['name']}" if found else "Local"


def _available(obj: Object, now: datetime) -> object:
    for item in dig(obj, "status.conditions", ()):
        if item["type"] == "Available":
            return "True" if item["status"] == "True" else f"{item['status']} ({item['reason']})"
    return "Unknown"


_EVENT = (
    Column("Last Seen", _event_last_seen),
    field("Type", "type", ""),
    field("Reason", "reason", ""),
    Column("Object", _event_object),
    *wide(Column("Subobject", _event_part), Column("Source", _event_source)),
    Column("Message", lambda obj, now: str(obj.get("message") or obj.get("note") or "").strip()),
    *wide(
        Column("First Seen", _event_seen("firstTimestamp", "deprecatedFirstTimestamp")),
        Column("Count", _event_count),
        NAME,
    ),
)

CLUSTER_COLUMNS: dict[tuple[str, str], tuple[Column, ...]] = {
    ("", "Namespace"): (NAME, field("Status", "status.phase", ""), AGE),
    ("", "Node"): (
        NAME,
        Column("Status", _node_status),
        Column("Roles", _node_roles),
        AGE,
        field("Version", "status.nodeInfo.kubeletVersion", ""),
        *wide(
            Column("Internal-IP", _node_address("InternalIP")),
            Column("External-IP", _node_address("ExternalIP")),
            _node_info("OS-Image", "osImage"),
            _node_info("Kernel-Version", "kernelVersion"),
            _node_info("Container-Runtime", "containerRuntimeVersion"),
        ),
    ),
    ("", "Event"): _EVENT,
    ("events.k8s.io", "Event"): _EVENT,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (
        NAME,
        field("Scope", "spec.scope", ""),
        Column("Versions", _versions),
        CREATED_AT,
        *wide(
            field("Group", "spec.group", ""),
            field("Kind", "spec.names.kind", ""),
            Column("ShortNames", lambda obj, now: ",".join(dig(obj, "spec.names.shortNames", ()))),
            Column("Established", _established, "boolean"),
        ),
    ),
    ("apiregistration.k8s.io", "APIService"): (
        NAME,
        Column("Service", _service),
        Column("Available", _available),
        AGE,
    ),
    ("coordination.k8s.io", "Lease"): (NAME, field("Holder", "spec.holderIdentity", ""), AGE),
}
