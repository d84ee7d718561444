"""Columns of what is declared: configuration, volumes, sizes, budgets and roles."""

from collections.abc import Callable
from datetime import datetime

from argosy.sandbox.printer_columns.column import (
    AGE,
    CREATED_AT,
    NAME,
    Column,
    count,
    dig,
    field,
    wide,
)
from argosy.sandbox.store import Object

__all__ = ["CONFIGURATION_COLUMNS"]


def _size(name: str, *paths: str) -> Column:
    return Column(name, lambda obj, now: sum(len(dig(obj, path, ())) for path in paths))


def _claim_modes(path: str) -> Callable[[Object, datetime], object]:
    short = {
        "ReadWriteOnce": "RWO",
        "ReadOnlyMany": "ROX",
        "ReadWriteMany": "RWX",
        "ReadWriteOncePod": "RWOP",
    }
    return lambda obj, now: ",".join(short.get(mode, mode) for mode in dig(obj, path, ()))


def _claim_status(obj: Object, now: datetime) -> object:
    return "Terminating" if "deletionTimestamp" in obj["metadata"] else dig(obj, "status.phase", "")


def _claim_of(obj: Object, now: datetime) -> object:
    found = dig(obj, "spec.claimRef")
    return f"{found.get('namespace', '')}/{found.get('name', '')}" if found else ""


def _autoscaler_reference(obj: Object, now: datetime) -> object:
    return f"{dig(obj, 'spec.scaleTargetRef.kind', '')}/{dig(obj, 'spec.scaleTargetRef.name', '')}"


def _autoscaler_targets(obj: Object, now: datetime) -> object:
    """Two metrics and the number of the others; a sandbox measures nothing, so what is now is unknown."""
    metrics = list(dig(obj, "spec.metrics", ()))
    percentage = dig(obj, "spec.targetCPUUtilizationPercentage")
    if percentage is not None:  # autoscaling/v1
        target = {"averageUtilization": percentage}
        metrics.append({"type": "Resource", "resource": {"name": "cpu", "target": target}})
    if not metrics:
        return "<none>"
    text = ", ".join(_metric(metric) for metric in metrics[:2])
    return f"{text} + {len(metrics) - 2} more..." if len(metrics) > 2 else text


def _metric(metric: Object) -> str:
    kind = str(metric["type"])
    found = metric.get(kind[:1].lower() + kind[1:]) or {}
    target = found.get("target") or {}
    if kind in {"Resource", "ContainerResource"}:
        share = target.get("averageUtilization")
        wanted = f"{share}%" if share is not None else target.get("averageValue", "<auto>")
        return f"{found.get('name')}: <unknown>/{wanted}"
    if kind == "Pods":
        return f"<unknown>/{target.get('averageValue')}"
    if "averageValue" in target:
        return f"<unknown>/{target['averageValue']} (avg)"
    return f"<unknown>/{target.get('value')}"


def _quota(*, limits: bool) -> Callable[[Object, datetime], object]:
    def cell(obj: Object, now: datetime) -> object:
        hard, used = dig(obj, "status.hard", {}), dig(obj, "status.used", {})
        names = sorted(name for name in hard if name.startswith("limits.") == limits)
        return ", ".join(f"{name}: {used.get(name, '0')}/{hard[name]}" for name in names)

    return cell


def _role_reference(obj: Object, now: datetime) -> object:
    return f"{dig(obj, 'roleRef.kind', '')}/{dig(obj, 'roleRef.name', '')}"


def _subjects(kind: str) -> Callable[[Object, datetime], object]:
    def cell(obj: Object, now: datetime) -> object:
        found = [item for item in obj.get("subjects") or () if item.get("kind") == kind]
        return ", ".join(
            f"{item['namespace']}/{item['name']}" if item.get("namespace") else item["name"] for item in found
        )

    return cell


def _class_name(obj: Object, now: datetime) -> object:
    name = obj["metadata"]["name"]
    marks = obj["metadata"].get("annotations") or {}
    return f"{name} (default)" if marks.get("storageclass.kubernetes.io/is-default-class") == "true" else name


_BINDING = (
    NAME,
    Column("Role", _role_reference),
    AGE,
    *wide(
        Column("Users", _subjects("User")),
        Column("Groups", _subjects("Group")),
        Column("ServiceAccounts", _subjects("ServiceAccount")),
    ),
)

CONFIGURATION_COLUMNS: dict[tuple[str, str], tuple[Column, ...]] = {
    ("", "ConfigMap"): (NAME, _size("Data", "data", "binaryData"), AGE),
    ("", "Secret"): (NAME, field("Type", "type", ""), _size("Data", "data"), AGE),
    ("", "LimitRange"): (NAME, CREATED_AT),
    ("", "ResourceQuota"): (
        NAME,
        Column("Request", _quota(limits=False)),
        Column("Limit", _quota(limits=True)),
        AGE,
    ),
    ("", "PersistentVolumeClaim"): (
        NAME,
        Column("Status", _claim_status),
        field("Volume", "spec.volumeName", ""),
        field("Capacity", "status.capacity.storage", ""),
        Column("Access Modes", _claim_modes("status.accessModes")),
        field("StorageClass", "spec.storageClassName", ""),
        field("VolumeAttributesClass", "spec.volumeAttributesClassName", "<unset>"),
        AGE,
        *wide(field("VolumeMode", "spec.volumeMode", "")),
    ),
    ("", "PersistentVolume"): (
        NAME,
        field("Capacity", "spec.capacity.storage", ""),
        Column("Access Modes", _claim_modes("spec.accessModes")),
        field("Reclaim Policy", "spec.persistentVolumeReclaimPolicy", ""),
        Column("Status", _claim_status),
        Column("Claim", _claim_of),
        field("StorageClass", "spec.storageClassName", ""),
        field("VolumeAttributesClass", "spec.volumeAttributesClassName", "<unset>"),
        field("Reason", "status.reason", ""),
        AGE,
        *wide(field("VolumeMode", "spec.volumeMode", "")),
    ),
    ("storage.k8s.io", "StorageClass"): (
        Column("Name", _class_name, format="name"),
        field("Provisioner", "provisioner", ""),
        field("ReclaimPolicy", "reclaimPolicy", "Delete"),
        field("VolumeBindingMode", "volumeBindingMode", "Immediate"),
        Column("AllowVolumeExpansion", lambda obj, now: bool(obj.get("allowVolumeExpansion"))),
        AGE,
    ),
    ("storage.k8s.io", "VolumeAttributesClass"): (NAME, field("DriverName", "driverName", ""), AGE),
    ("autoscaling", "HorizontalPodAutoscaler"): (
        NAME,
        Column("Reference", _autoscaler_reference),
        Column("Targets", _autoscaler_targets),
        Column("MinPods", lambda obj, now: str(dig(obj, "spec.minReplicas", "<unset>"))),
        count("MaxPods", "spec.maxReplicas", "string"),
        count("Replicas", "status.currentReplicas", "string"),
        AGE,
    ),
    ("policy", "PodDisruptionBudget"): (
        NAME,
        Column("Min Available", lambda obj, now: str(dig(obj, "spec.minAvailable", "N/A"))),
        Column("Max Unavailable", lambda obj, now: str(dig(obj, "spec.maxUnavailable", "N/A"))),
        count("Allowed Disruptions", "status.disruptionsAllowed"),
        AGE,
    ),
    ("rbac.authorization.k8s.io", "RoleBinding"): _BINDING,
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): _BINDING,
    ("rbac.authorization.k8s.io", "Role"): (NAME, CREATED_AT),
    ("rbac.authorization.k8s.io", "ClusterRole"): (NAME, CREATED_AT),
    ("scheduling.k8s.io", "PriorityClass"): (
        NAME,
        count("Value", "value"),
        Column("Global-Default", lambda obj, now: bool(obj.get("globalDefault")), "boolean"),
        AGE,
        field("PreemptionPolicy", "preemptionPolicy", "PreemptLowerPriority"),
    ),
    ("node.k8s.io", "RuntimeClass"): (NAME, field("Handler", "handler", ""), AGE),
    **{
        ("admissionregistration.k8s.io", f"{kind}WebhookConfiguration"): (
            NAME,
            Column("Webhooks", lambda obj, now: len(obj.get("webhooks") or ()), "integer"),
            AGE,
        )
        for kind in ("Mutating", "Validating")
    },
}
