"""Pods and the pod templates of everything that makes pods.

Defaults: `k8s.io/kubernetes/pkg/apis/core/v1/defaults.go`; validation: the parts of
`pkg/apis/core/validation/validation.go` that manifests run into.
"""

import re
from collections.abc import Iterator
from typing import Any

from argosy.sandbox.decoding import TypeDefault
from argosy.sandbox.field_errors import Problems, at, is_set
from argosy.sandbox.kinds.rules import Allocation, KindRules
from argosy.sandbox.metadata import label_problem, validate_labels
from argosy.sandbox.quantity import canonical_quantity, quantity_value
from argosy.sandbox.schema import Object

__all__ = ["DEFAULTS", "RULES", "validate_pod_spec", "validate_pod_template"]

_CORE = "io.k8s.api.core.v1."


def _default(holder: Object, **values: Any) -> None:
    """Sets what is unset or, as Go cannot tell, empty."""
    for name, value in values.items():
        if holder.get(name) in (None, "", 0) and holder.get(name) is not False:
            holder[name] = value


def _image_tag(image: str) -> str:
    if "@" in image:
        return ""
    name = image.rsplit("/", 1)[-1]
    return name.partition(":")[2] or "latest"


def _pull_policy(image: str) -> str:
    return "Always" if _image_tag(image) == "latest" else "IfNotPresent"


def _default_container(container: Object) -> None:
    _default(
        container,
        imagePullPolicy=_pull_policy(container.get("image", "")),
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
    )


def _default_volume(volume: Object) -> None:
    if not any(name != "name" for name in volume):
        volume["emptyDir"] = {}
    image = volume.get("image")
    if image is not None:
        _default(image, pullPolicy=_pull_policy(image.get("reference", "")))


def _default_pod_spec(spec: Object) -> None:
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec["serviceAccountName"] = spec["serviceAccount"] = account
    _default(spec, dnsPolicy="ClusterFirst", restartPolicy="Always", schedulerName="default-scheduler")
    spec.setdefault("securityContext", {})
    spec.setdefault("terminationGracePeriodSeconds", 30)


def _default_pod(pod: Object) -> None:
    spec = pod["spec"]
    spec.setdefault("enableServiceLinks", True)
    for _, container in _containers(spec, ""):
        limits = container["resources"].get("limits")
        if limits:
            requests = container["resources"].setdefault("requests", {})
            for name, value in limits.items():
                requests.setdefault(name, value)
        if spec.get("hostNetwork"):
            for port in container.get("ports", ()):
                port.setdefault("hostPort", port.get("containerPort"))


def _default_probe(probe: Object) -> None:
    _default(probe, timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)


def _default_http_get(action: Object) -> None:
    _default(action, path="/", scheme="HTTP")


def _default_mode(source: Object) -> None:
    source.setdefault("defaultMode", 0o644)


def _default_resources(resources: Object) -> None:
    """Amounts are kept in thousandths at the finest (`SetDefaults_ResourceList`)."""
    for part in ("limits", "requests"):
        for name, value in resources.get(part, {}).items():
            amount = quantity_value(value)
            if amount is not None and amount.scaleb(3) != amount.scaleb(3).to_integral_value():
                rounded = amount.scaleb(3).to_integral_value(rounding="ROUND_CEILING")
                resources[part][name] = canonical_quantity(f"{rounded}m")


def _default_pod_status(status: Object) -> None:
    """One address and the list of them tell the same; the single one wins."""
    address, addresses = status.get("podIP"), status.get("podIPs") or []
    if address and (not addresses or addresses[0].get("ip") != address):
        status["podIPs"] = [{"ip": address}]
    elif addresses and not address:
        status["podIP"] = addresses[0].get("ip", "")


DEFAULTS: dict[str, TypeDefault] = {
    _CORE + "PodStatus": _default_pod_status,
    _CORE + "Container": _default_container,
    _CORE + "EphemeralContainer": _default_container,
    _CORE + "ContainerPort": lambda port: _default(port, protocol="TCP"),
    _CORE + "Volume": _default_volume,
    _CORE + "PodSpec": _default_pod_spec,
    _CORE + "Pod": _default_pod,
    _CORE + "Probe": _default_probe,
    _CORE + "HTTPGetAction": _default_http_get,
    _CORE + "GRPCAction": lambda action: action.setdefault("service", "") and None,
    _CORE + "SecretVolumeSource": _default_mode,
    _CORE + "ConfigMapVolumeSource": _default_mode,
    _CORE + "DownwardAPIVolumeSource": _default_mode,
    _CORE + "ProjectedVolumeSource": _default_mode,
    _CORE + "ServiceAccountTokenProjection": lambda it: it.setdefault("expirationSeconds", 3600) and None,
    _CORE + "HostPathVolumeSource": lambda source: source.setdefault("type", "") and None,
    _CORE + "ObjectFieldSelector": lambda selector: _default(selector, apiVersion="v1"),
    _CORE + "ResourceRequirements": _default_resources,
}


def _containers(spec: Object, path: str) -> Iterator[tuple[str, Object]]:
    for part in ("initContainers", "containers"):
        for index, container in enumerate(spec.get(part) or ()):
            yield at(path, part, index), container


# ---------------------------------------------------------------- validation


def validate_pod_template(template: Object, path: str, problems: Problems) -> None:
    """`ValidatePodTemplateSpec`."""
    metadata = template.get("metadata") or {}
    validate_labels(metadata.get("labels"), at(path, "labels"), problems)
    validate_pod_spec(template.get("spec") or {}, at(path, "spec"), problems)


def validate_pod_spec(spec: Object, path: str, problems: Problems) -> None:
    """`ValidatePodSpec`: what hand-written manifests get wrong."""
    volumes = _validate_volumes(spec, at(path, "volumes"), problems)
    names: set[str] = set()
    if not spec.get("containers"):
        problems.required(at(path, "containers"))
    for where, container in _ordered_containers(spec, path):
        _validate_container(container, where, names, volumes, problems)
    _validate_choice(spec, "restartPolicy", ("Always", "OnFailure", "Never"), path, problems)
    dns = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
    _validate_choice(spec, "dnsPolicy", dns, path, problems)


def _ordered_containers(spec: Object, path: str) -> list[tuple[str, Object]]:
    """Containers are checked before init containers."""
    found = list(_containers(spec, path))
    first = at(path, "containers")
    return sorted(found, key=lambda item: not item[0].startswith(first))


def _validate_choice(
    holder: Object, name: str, allowed: tuple[str, ...], path: str, problems: Problems
) -> None:
    value = holder.get(name)
    if is_set(value) and value not in allowed:
        problems.unsupported(at(path, name), value, sorted(allowed))


def _validate_volumes(spec: Object, path: str, problems: Problems) -> set[str]:
    names: set[str] = set()
    for index, volume in enumerate(spec.get("volumes") or ()):
        where = at(path, index)
        sources = [name for name in volume if name != "name"]
        for extra in sources[1:]:
            problems.forbidden(at(where, extra), "may not specify more than 1 volume type")
        name = volume.get("name", "")
        if not name:
            problems.required(at(where, "name"))
            continue
        for text in label_problem(name):
            problems.invalid(at(where, "name"), name, text)
        if name in names:
            problems.duplicate(at(where, "name"), name)
        names.add(name)
    return names


def _validate_container(
    container: Object, path: str, names: set[str], volumes: set[str], problems: Problems
) -> None:
    name = container.get("name", "")
    if not name:
        problems.required(at(path, "name"))
    else:
        for text in label_problem(name):
            problems.invalid(at(path, "name"), name, text)
        if name in names:
            problems.duplicate(at(path, "name"), name)
        names.add(name)
    image = container.get("image", "")
    if not image:
        problems.required(at(path, "image"))
    elif image != image.strip():
        problems.invalid(at(path, "image"), image, "must not have leading or trailing whitespace")
    _validate_ports(container, at(path, "ports"), problems)
    _validate_environment(container, at(path, "env"), problems)
    _validate_mounts(container, at(path, "volumeMounts"), volumes, problems)
    _validate_probes(container, path, problems)
    _validate_choice(container, "imagePullPolicy", ("Always", "IfNotPresent", "Never"), path, problems)
    _validate_resources(container.get("resources") or {}, at(path, "resources"), problems)


def _validate_ports(container: Object, path: str, problems: Problems) -> None:
    names: set[str] = set()
    for index, port in enumerate(container.get("ports") or ()):
        where = at(path, index)
        name = port.get("name")
        if name:
            if name in names:
                problems.duplicate(at(where, "name"), name)
            names.add(name)
        number = port.get("containerPort", 0)
        if not number:
            problems.required(at(where, "containerPort"))
        elif not 0 < number < 65536:
            problems.invalid(at(where, "containerPort"), number, "must be between 1 and 65535, inclusive")
        _validate_choice(port, "protocol", ("SCTP", "TCP", "UDP"), where, problems)


_PORT_NAME_TEXTS = (
    (r"[-a-z0-9]+", "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"),
    (r".*[a-z].*", "must contain at least one letter (a-z)"),
    (r"(?!.*--).*", "must not contain consecutive hyphens"),
    (r"[^-](.*[^-])?", "must not begin or end with a hyphen"),
)


def _validate_port_reference(port: object, path: str, problems: Problems) -> None:
    """A number, or the name of a container's port."""
    if isinstance(port, int):
        if not 0 < port < 65536:
            problems.invalid(path, port, "must be between 1 and 65535, inclusive")
    elif isinstance(port, str):
        if len(port) > 15:
            problems.invalid(path, port, "must be no more than 15 characters")
        for pattern, text in _PORT_NAME_TEXTS:
            if not re.fullmatch(pattern, port):
                problems.invalid(path, port, text)


def _validate_probes(container: Object, path: str, problems: Problems) -> None:
    lifecycle = container.get("lifecycle") or {}
    handlers = [
        ("lifecycle.postStart", lifecycle.get("postStart")),
        ("lifecycle.preStop", lifecycle.get("preStop")),
    ]
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe = container.get(name)
        if probe is None:
            continue
        handlers.append((name, probe))
        if name != "readinessProbe" and probe.get("successThreshold") != 1:
            problems.invalid(at(path, name, "successThreshold"), probe.get("successThreshold"), "must be 1")
    for name, handler in handlers:
        if handler is None:
            continue
        where = at(path, name)
        if not any(kind in handler for kind in ("exec", "httpGet", "tcpSocket", "grpc", "sleep")):
            problems.required(where, "must specify a handler type")
        for kind in ("httpGet", "tcpSocket"):
            if kind in handler:
                _validate_port_reference(handler[kind].get("port", 0), at(where, kind, "port"), problems)


def _validate_environment(container: Object, path: str, problems: Problems) -> None:
    for index, variable in enumerate(container.get("env") or ()):
        where = at(path, index)
        if not variable.get("name"):
            problems.required(at(where, "name"))
        source = variable.get("valueFrom")
        if source is not None and variable.get("value"):
            problems.invalid(at(where, "valueFrom"), "", "may not be specified when `value` is not empty")


def _validate_mounts(container: Object, path: str, volumes: set[str], problems: Problems) -> None:
    paths: set[str] = set()
    for index, mount in enumerate(container.get("volumeMounts") or ()):
        where = at(path, index)
        name, target = mount.get("name", ""), mount.get("mountPath", "")
        if not name:
            problems.required(at(where, "name"))
        elif name not in volumes:
            problems.not_found(at(where, "name"), name)
        if not target:
            problems.required(at(where, "mountPath"))
        elif target in paths:
            problems.invalid(at(where, "mountPath"), target, "must be unique")
        paths.add(target)


def _validate_resources(resources: Object, path: str, problems: Problems) -> None:
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for part, amounts in (("limits", limits), ("requests", requests)):
        for name, value in amounts.items():
            amount = quantity_value(value)
            if amount is not None and amount < 0:
                where = at(path, part) + f"[{name}]"
                problems.invalid(where, value, "must be greater than or equal to 0")
    for name, value in requests.items():
        wanted, limit = quantity_value(value), quantity_value(limits.get(name))
        if wanted is not None and limit is not None and wanted > limit:
            text = f"must be less than or equal to {name} limit of {limits[name]}"
            problems.invalid(at(path, "requests"), value, text)


# ---------------------------------------------------------------- the Pod itself


def _quality_of_service(spec: Object) -> str:
    """`qos.ComputePodQOS`."""
    requests: set[tuple[str, object]] = set()
    limits: set[tuple[str, object]] = set()
    guaranteed = True
    for _, container in _containers(spec, ""):
        resources = container.get("resources") or {}
        mine = dict(resources.get("requests") or {})
        bounds = dict(resources.get("limits") or {})
        relevant = ("cpu", "memory")
        requests.update((name, mine[name]) for name in relevant if is_set(mine.get(name)))
        limits.update((name, bounds[name]) for name in relevant if is_set(bounds.get(name)))
        if any(name not in bounds or mine.get(name, bounds[name]) != bounds[name] for name in relevant):
            guaranteed = False
    if not requests and not limits:
        return "BestEffort"
    return "Guaranteed" if guaranteed else "Burstable"


def _prepare_create(pod: Object, _: Allocation) -> None:
    pod["status"] = {"phase": "Pending", "qosClass": _quality_of_service(pod["spec"])}
    spec = pod["spec"]
    spec.setdefault("tolerations", [])
    for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"):
        known = {(found.get("key"), found.get("effect", "NoExecute")) for found in spec["tolerations"]}
        if not known & {(key, "NoExecute"), (None, "NoExecute"), (key, "")}:
            spec["tolerations"].append(
                {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
            )
    spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
    spec.setdefault("priority", 0)


def _validate(pod: Object, problems: Problems) -> None:
    validate_pod_spec(pod.get("spec") or {}, "spec", problems)


def _frozen(spec: Object) -> Object:
    """The spec without the few fields that an update may change."""
    rest = {
        name: value
        for name, value in spec.items()
        if name not in ("activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "nodeName")
    }
    for part in ("containers", "initContainers"):
        if part in rest:
            rest[part] = [
                {name: value for name, value in container.items() if name != "image"}
                for container in rest[part] or ()
            ]
    return rest


def _validate_update(new: Object, old: Object, problems: Problems) -> None:
    if _frozen(new["spec"]) != _frozen(old["spec"]):
        problems.forbidden(
            "spec",
            "pod updates may not change fields other than `spec.containers[*].image`,"
            "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
            "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set "
            "to 1 if it was previously negative)",
        )


RULES = KindRules(
    has_generation=True,
    prepare_create=_prepare_create,
    validate=_validate,
    validate_update=_validate_update,
)
