"""The columns that the API server prints for built-in kinds
(`k8s.io/kubernetes/pkg/printers/internalversion`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from argosy.sandbox.store import Object

__all__ = ["COLUMNS", "WITHOUT_AGE", "Column", "age", "human_duration"]

_NONE = "<none>"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `cell` gets the object and the present time."""

    name: str
    cell: Callable[[Object, datetime], object]
    type: str = "string"
    wide: bool = False
    after_age: bool = False


def human_duration(seconds: float) -> str:
    """A duration as kubectl writes it: two units while the larger one is small (`duration.HumanDuration`)."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 120:
        return f"{max(whole, 0)}s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if minutes < 10:
        return f"{minutes}m" + (f"{whole % 60}s" if whole % 60 else "")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return f"{hours}h" + (f"{minutes % 60}m" if minutes % 60 else "")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return f"{days}d" + (f"{hours % 24}h" if hours % 24 else "")
    if days < 730:
        return f"{days}d"
    years, rest = divmod(days, 365)
    return f"{years}y" + (f"{rest}d" if years < 8 and rest else "")


def age(timestamp: object, now: datetime) -> str:
    """The time since an API timestamp."""
    if not isinstance(timestamp, str):
        return "<unknown>"
    try:
        return human_duration((now - datetime.fromisoformat(timestamp)).total_seconds())
    except ValueError:
        return "<invalid>"


def _dig(obj: Any, path: str, default: Any = None) -> Any:
    for key in path.split("."):
        if not isinstance(obj, dict) or obj.get(key) is None:
            return default
        obj = obj[key]
    return obj


def _field(name: str, path: str, default: object = _NONE, kind: str = "string", wide: bool = False) -> Column:
    return Column(name, lambda obj, now: _dig(obj, path, default), kind, wide)


def _count(name: str, path: str) -> Column:
    return _field(name, path, 0, "integer")


def _size(name: str, *paths: str) -> Column:
    return Column(name, lambda obj, now: sum(len(_dig(obj, path, ())) for path in paths), "integer")


def _selector_text(selector: Any) -> str:
    if not isinstance(selector, dict):
        return _NONE
    labels = selector.get("matchLabels", {} if "matchExpressions" in selector else selector)
    terms = [f"{key}={value}" for key, value in sorted(labels.items())]
    for item in selector.get("matchExpressions") or ():
        values = ",".join(item.get("values") or ())
        operator = item["operator"]
        text = {"Exists": item["key"], "DoesNotExist": f"!{item['key']}"}.get(operator)
        terms.append(text or f"{item['key']} {operator.lower()} ({values})")
    return ",".join(terms) or _NONE


def _selector(path: str = "spec.selector", name: str = "Selector") -> Column:
    return Column(name, lambda obj, now: _selector_text(_dig(obj, path)), wide=True, after_age=True)


def _containers(path: str = "spec.template.spec.containers") -> tuple[Column, Column]:
    def listed(key: str) -> Callable[[Object, datetime], object]:
        return lambda obj, now: ",".join(item.get(key, "") for item in _dig(obj, path, ()))

    return (
        Column("Containers", listed("name"), wide=True, after_age=True),
        Column("Images", listed("image"), wide=True, after_age=True),
    )


def _ready(obj: Object, now: datetime) -> object:
    return f"{_dig(obj, 'status.readyReplicas', 0)}/{_dig(obj, 'spec.replicas', 0)}"


def _pod_ready(obj: Object, now: datetime) -> object:
    statuses = _dig(obj, "status.containerStatuses", ())
    ready = sum(bool(item.get("ready")) for item in statuses)
    return f"{ready}/{len(_dig(obj, 'spec.containers', ()))}"


def _pod_status(obj: Object, now: datetime) -> object:
    if "deletionTimestamp" in obj["metadata"]:
        return "Terminating"
    for status in _dig(obj, "status.containerStatuses", ()):
        state = status.get("state") or {}
        for phase in ("waiting", "terminated"):
            reason = (state.get(phase) or {}).get("reason")
            if reason:
                return reason
    return _dig(obj, "status.reason") or _dig(obj, "status.phase", "Unknown")


def _pod_restarts(obj: Object, now: datetime) -> object:
    return str(sum(item.get("restartCount", 0) for item in _dig(obj, "status.containerStatuses", ())))


def _job_condition(obj: Object, kind: str) -> Any:
    for item in _dig(obj, "status.conditions", ()):
        if item["type"] == kind and item["status"] == "True":
            return item
    return None


def _job_status(obj: Object, now: datetime) -> object:
    for kind in ("Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet"):
        if _job_condition(obj, kind):
            return kind
    return "Terminating" if "deletionTimestamp" in obj["metadata"] else "Running"


def _job_completions(obj: Object, now: datetime) -> object:
    succeeded, wanted = _dig(obj, "status.succeeded", 0), _dig(obj, "spec.completions")
    if wanted is not None:
        return f"{succeeded}/{wanted}"
    parallel = _dig(obj, "spec.parallelism", 0)
    return f"{succeeded}/1 of {parallel}" if parallel > 1 else f"{succeeded}/1"


def _job_duration(obj: Object, now: datetime) -> object:
    start, end = _dig(obj, "status.startTime"), _dig(obj, "status.completionTime")
    if start is None:
        return ""
    return age(start, now if end is None else datetime.fromisoformat(end))


def _external_address(obj: Object, now: datetime) -> object:
    spec = obj.get("spec") or {}
    fixed = spec.get("externalIPs") or []
    if spec.get("type") == "ExternalName":
        return spec.get("externalName", _NONE)
    if spec.get("type") == "LoadBalancer":
        given = [
            item.get("ip") or item.get("hostname", "")
            for item in _dig(obj, "status.loadBalancer.ingress", ())
        ]
        return ",".join([*given, *fixed]) or "<pending>"
    return ",".join(fixed) or _NONE


def _service_ports(obj: Object, now: datetime) -> object:
    ports = []
    for port in _dig(obj, "spec.ports", ()):
        node = f":{port['nodePort']}" if port.get("nodePort") else ""
        ports.append(f"{port['port']}{node}/{port.get('protocol', 'TCP')}")
    return ",".join(ports) or _NONE


def _ingress_hosts(obj: Object, now: datetime) -> object:
    hosts = [rule["host"] for rule in _dig(obj, "spec.rules", ()) if rule.get("host")]
    if len(hosts) > 3:
        return f"{','.join(hosts[:3])} + {len(hosts) - 3} more..."
    return ",".join(hosts) or "*"


def _ingress_address(obj: Object, now: datetime) -> object:
    return ",".join(
        item.get("ip") or item.get("hostname", "") for item in _dig(obj, "status.loadBalancer.ingress", ())
    )


def _claim_modes(path: str) -> Callable[[Object, datetime], object]:
    short = {
        "ReadWriteOnce": "RWO",
        "ReadOnlyMany": "ROX",
        "ReadWriteMany": "RWX",
        "ReadWriteOncePod": "RWOP",
    }
    return lambda obj, now: ",".join(short.get(mode, mode) for mode in _dig(obj, path, ()))


def _claim_status(obj: Object, now: datetime) -> object:
    return "Terminating" if "deletionTimestamp" in obj["metadata"] else _dig(obj, "status.phase", "")


def _autoscaler_reference(obj: Object, now: datetime) -> object:
    return f"{_dig(obj, 'spec.scaleTargetRef.kind', '')}/{_dig(obj, 'spec.scaleTargetRef.name', '')}"


def _autoscaler_targets(obj: Object, now: datetime) -> object:
    shown = []
    for metric in _dig(obj, "spec.metrics", ()):
        resource = metric.get("resource") or {}
        target = resource.get("target") or {}
        wanted = (
            f"{target['averageUtilization']}%"
            if "averageUtilization" in target
            else target.get("averageValue")
        )
        if wanted:
            shown.append(f"{resource.get('name')}: <unknown>/{wanted}")
    return ", ".join(shown) or "<unset>"


def _role_reference(obj: Object, now: datetime) -> object:
    return f"{_dig(obj, 'roleRef.kind', '')}/{_dig(obj, 'roleRef.name', '')}"


def _subjects(kind: str) -> Callable[[Object, datetime], object]:
    def cell(obj: Object, now: datetime) -> object:
        found = [item for item in obj.get("subjects") or () if item.get("kind") == kind]
        return ", ".join(
            f"{item['namespace']}/{item['name']}" if item.get("namespace") else item["name"] for item in found
        )

    return cell


def _event_object(obj: Object, now: datetime) -> object:
    found = obj.get("involvedObject") or obj.get("regarding") or {}
    kind, name = str(found.get("kind", "")).lower(), found.get("name", "")
    return f"{kind}/{name}" if kind else name


def _event_seen(obj: Object, now: datetime) -> object:
    series = obj.get("series") or {}
    for key in ("lastTimestamp", "deprecatedLastTimestamp", "eventTime"):
        if obj.get(key):
            return age(series.get("lastObservedTime") or obj[key], now)
    return age(obj["metadata"].get("creationTimestamp"), now)


def _node_status(obj: Object, now: datetime) -> object:
    ready = any(c["type"] == "Ready" and c["status"] == "True" for c in _dig(obj, "status.conditions", ()))
    state = "Ready" if ready else "NotReady"
    return f"{state},SchedulingDisabled" if _dig(obj, "spec.unschedulable") else state


def _node_roles(obj: Object, now: datetime) -> object:
    prefix = "node-role.kubernetes.io/"
    labels = obj["metadata"].get("labels") or {}
    return ",".join(sorted(key.removeprefix(prefix) for key in labels if key.startswith(prefix))) or _NONE


def _controller(obj: Object, now: datetime) -> object:
    for reference in obj["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            return (
                f"{reference['kind'].lower()}.{reference['apiVersion'].partition('/')[0]}/{reference['name']}"
            )
    return _NONE


_WORKLOAD_WIDE = (*_containers(), _selector())

COLUMNS: dict[tuple[str, str], tuple[Column, ...]] = {
    ("apps", "Deployment"): (
        Column("Ready", _ready),
        _count("Up-to-date", "status.updatedReplicas"),
        _count("Available", "status.availableReplicas"),
        *_WORKLOAD_WIDE,
    ),
    ("apps", "ReplicaSet"): (
        _count("Desired", "spec.replicas"),
        _count("Current", "status.replicas"),
        _count("Ready", "status.readyReplicas"),
        *_WORKLOAD_WIDE,
    ),
    ("apps", "StatefulSet"): (Column("Ready", _ready), *_containers()),
    ("apps", "DaemonSet"): (
        _count("Desired", "status.desiredNumberScheduled"),
        _count("Current", "status.currentNumberScheduled"),
        _count("Ready", "status.numberReady"),
        _count("Up-to-date", "status.updatedNumberScheduled"),
        _count("Available", "status.numberAvailable"),
        Column(
            "Node Selector", lambda obj, now: _selector_text(_dig(obj, "spec.template.spec.nodeSelector"))
        ),
        *_WORKLOAD_WIDE,
    ),
    ("apps", "ControllerRevision"): (Column("Controller", _controller), _count("Revision", "revision")),
    ("batch", "Job"): (
        Column("Status", _job_status),
        Column("Completions", _job_completions),
        Column("Duration", _job_duration),
        *_WORKLOAD_WIDE,
    ),
    ("batch", "CronJob"): (
        _field("Schedule", "spec.schedule"),
        _field("Timezone", "spec.timeZone"),
        Column("Suspend", lambda obj, now: str(bool(_dig(obj, "spec.suspend")))),
        Column("Active", lambda obj, now: len(_dig(obj, "status.active", ())), "integer"),
        Column(
            "Last Schedule",
            lambda obj, now: age(when, now) if (when := _dig(obj, "status.lastScheduleTime")) else _NONE,
        ),
        *_containers("spec.jobTemplate.spec.template.spec.containers"),
        _selector("spec.jobTemplate.spec.selector"),
    ),
    ("", "Pod"): (
        Column("Ready", _pod_ready),
        Column("Status", _pod_status),
        Column("Restarts", _pod_restarts),
        Column("IP", lambda obj, now: _dig(obj, "status.podIP", _NONE), wide=True, after_age=True),
        Column("Node", lambda obj, now: _dig(obj, "spec.nodeName", _NONE), wide=True, after_age=True),
        Column("Nominated Node", lambda obj, now: _NONE, wide=True, after_age=True),
        Column("Readiness Gates", lambda obj, now: _NONE, wide=True, after_age=True),
    ),
    ("", "Service"): (
        _field("Type", "spec.type"),
        _field("Cluster-IP", "spec.clusterIP"),
        Column("External-IP", _external_address),
        Column("Port(s)", _service_ports),
        _selector(),
    ),
    ("", "Namespace"): (_field("Status", "status.phase", ""),),
    ("", "ConfigMap"): (_size("Data", "data", "binaryData"),),
    ("", "Secret"): (_field("Type", "type", ""), _size("Data", "data")),
    ("", "ServiceAccount"): (_size("Secrets", "secrets"),),
    ("", "Node"): (
        Column("Status", _node_status),
        Column("Roles", _node_roles),
        Column("Version", lambda obj, now: _dig(obj, "status.nodeInfo.kubeletVersion", ""), after_age=True),
    ),
    ("", "Event"): (
        Column("Last Seen", _event_seen),
        _field("Type", "type", ""),
        _field("Reason", "reason", ""),
        Column("Object", _event_object),
        Column("Message", lambda obj, now: str(obj.get("message") or obj.get("note") or "").strip()),
    ),
    ("", "PersistentVolumeClaim"): (
        Column("Status", _claim_status),
        _field("Volume", "spec.volumeName", ""),
        _field("Capacity", "status.capacity.storage", ""),
        Column("Access Modes", _claim_modes("status.accessModes")),
        _field("StorageClass", "spec.storageClassName", ""),
        _field("VolumeAttributesClass", "spec.volumeAttributesClassName", "<unset>"),
        Column("VolumeMode", lambda obj, now: _dig(obj, "spec.volumeMode", ""), wide=True, after_age=True),
    ),
    ("", "PersistentVolume"): (
        _field("Capacity", "spec.capacity.storage", ""),
        Column("Access Modes", _claim_modes("spec.accessModes")),
        _field("Reclaim Policy", "spec.persistentVolumeReclaimPolicy", ""),
        Column("Status", _claim_status),
        Column(
            "Claim",
            lambda obj, now: "/".join(
                str(_dig(obj, f"spec.claimRef.{key}"))
                for key in ("namespace", "name")
                if _dig(obj, "spec.claimRef")
            ),
        ),
        _field("StorageClass", "spec.storageClassName", ""),
        _field("VolumeAttributesClass", "spec.volumeAttributesClassName", "<unset>"),
        _field("Reason", "status.reason", ""),
    ),
    ("networking.k8s.io", "Ingress"): (
        _field("Class", "spec.ingressClassName"),
        Column("Hosts", _ingress_hosts),
        Column("Address", _ingress_address),
        Column("Ports", lambda obj, now: "80, 443" if _dig(obj, "spec.tls") else "80"),
    ),
    ("networking.k8s.io", "IngressClass"): (
        _field("Controller", "spec.controller", ""),
        Column("Parameters", lambda obj, now: _dig(obj, "spec.parameters.name", _NONE)),
    ),
    ("networking.k8s.io", "NetworkPolicy"): (
        Column("Pod-Selector", lambda obj, now: _selector_text(_dig(obj, "spec.podSelector", {}))),
    ),
    ("autoscaling", "HorizontalPodAutoscaler"): (
        Column("Reference", _autoscaler_reference),
        Column("Targets", _autoscaler_targets),
        Column("MinPods", lambda obj, now: str(_dig(obj, "spec.minReplicas", "<unset>"))),
        _count("MaxPods", "spec.maxReplicas"),
        _count("Replicas", "status.currentReplicas"),
    ),
    ("policy", "PodDisruptionBudget"): (
        Column("Min Available", lambda obj, now: str(_dig(obj, "spec.minAvailable", "N/A"))),
        Column("Max Unavailable", lambda obj, now: str(_dig(obj, "spec.maxUnavailable", "N/A"))),
        _count("Allowed Disruptions", "status.disruptionsAllowed"),
    ),
    ("rbac.authorization.k8s.io", "RoleBinding"): (
        Column("Role", _role_reference),
        *(
            Column(f"{kind}s", _subjects(kind), wide=True, after_age=True)
            for kind in ("User", "Group", "ServiceAccount")
        ),
    ),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): (
        Column("Role", _role_reference),
        *(
            Column(f"{kind}s", _subjects(kind), wide=True, after_age=True)
            for kind in ("User", "Group", "ServiceAccount")
        ),
    ),
    ("rbac.authorization.k8s.io", "Role"): (
        Column("Created At", lambda obj, now: obj["metadata"].get("creationTimestamp", "<unknown>")),
    ),
    ("rbac.authorization.k8s.io", "ClusterRole"): (
        Column("Created At", lambda obj, now: obj["metadata"].get("creationTimestamp", "<unknown>")),
    ),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (
        Column("Created At", lambda obj, now: obj["metadata"].get("creationTimestamp", "<unknown>")),
    ),
    ("coordination.k8s.io", "Lease"): (_field("Holder", "spec.holderIdentity", ""),),
    ("storage.k8s.io", "StorageClass"): (
        _field("Provisioner", "provisioner", ""),
        _field("ReclaimPolicy", "reclaimPolicy", "Delete"),
        _field("VolumeBindingMode", "volumeBindingMode", "Immediate"),
        Column("AllowVolumeExpansion", lambda obj, now: bool(obj.get("allowVolumeExpansion")), "boolean"),
    ),
}
COLUMNS["events.k8s.io", "Event"] = COLUMNS["", "Event"]

WITHOUT_AGE = frozenset(
    key for key, columns in COLUMNS.items() if columns[0].name in {"Created At", "Last Seen"}
)
"""Kinds that print when they were created or seen in place of their age."""
