"""API versions that no supported Kubernetes serves any more (its deprecation guide, up to 1.32)."""

from collections.abc import Iterator, Mapping

from argosy.compiler.checks.object_faults import ObjectFault, object_findings
from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Severity

__all__ = ["check"]

_EXTENSIONS = {
    "DaemonSet": ("1.16", "apps/v1"),
    "Deployment": ("1.16", "apps/v1"),
    "Ingress": ("1.22", "networking.k8s.io/v1"),
    "NetworkPolicy": ("1.16", "networking.k8s.io/v1"),
    "PodSecurityPolicy": ("1.16", ""),
    "ReplicaSet": ("1.16", "apps/v1"),
}
_APPS = dict.fromkeys(
    ("ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"), ("1.16", "apps/v1")
)
_ACCESS = dict.fromkeys(
    ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"), ("1.22", "rbac.authorization.k8s.io/v1")
)
_FLOW = ("FlowSchema", "PriorityLevelConfiguration")
_REMOVED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "admissionregistration.k8s.io/v1beta1": dict.fromkeys(
        ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
        ("1.22", "admissionregistration.k8s.io/v1"),
    ),
    "apiextensions.k8s.io/v1beta1": {"CustomResourceDefinition": ("1.22", "apiextensions.k8s.io/v1")},
    "apiregistration.k8s.io/v1beta1": {"APIService": ("1.22", "apiregistration.k8s.io/v1")},
    "apps/v1beta1": _APPS,
    "apps/v1beta2": _APPS,
    "autoscaling/v2beta1": {"HorizontalPodAutoscaler": ("1.25", "autoscaling/v2")},
    "autoscaling/v2beta2": {"HorizontalPodAutoscaler": ("1.26", "autoscaling/v2")},
    "batch/v1beta1": {"CronJob": ("1.25", "batch/v1")},
    "certificates.k8s.io/v1beta1": {"CertificateSigningRequest": ("1.22", "certificates.k8s.io/v1")},
    "coordination.k8s.io/v1beta1": {"Lease": ("1.22", "coordination.k8s.io/v1")},
    "discovery.k8s.io/v1beta1": {"EndpointSlice": ("1.25", "discovery.k8s.io/v1")},
    "events.k8s.io/v1beta1": {"Event": ("1.25", "events.k8s.io/v1")},
    "extensions/v1beta1": _EXTENSIONS,
    "flowcontrol.apiserver.k8s.io/v1beta1": dict.fromkeys(_FLOW, ("1.26", "flowcontrol.apiserver.k8s.io/v1")),
    "flowcontrol.apiserver.k8s.io/v1beta2": dict.fromkeys(_FLOW, ("1.29", "flowcontrol.apiserver.k8s.io/v1")),
    "flowcontrol.apiserver.k8s.io/v1beta3": dict.fromkeys(_FLOW, ("1.32", "flowcontrol.apiserver.k8s.io/v1")),
    "networking.k8s.io/v1beta1": dict.fromkeys(("Ingress", "IngressClass"), ("1.22", "networking.k8s.io/v1")),
    "node.k8s.io/v1beta1": {"RuntimeClass": ("1.25", "node.k8s.io/v1")},
    "policy/v1beta1": {
        "PodDisruptionBudget": ("1.25", "policy/v1"),
        "PodSecurityPolicy": ("1.25", ""),
    },
    "rbac.authorization.k8s.io/v1alpha1": _ACCESS,
    "rbac.authorization.k8s.io/v1beta1": _ACCESS,
    "scheduling.k8s.io/v1beta1": {"PriorityClass": ("1.22", "scheduling.k8s.io/v1")},
    "storage.k8s.io/v1beta1": {
        "CSIDriver": ("1.22", "storage.k8s.io/v1"),
        "CSINode": ("1.22", "storage.k8s.io/v1"),
        "CSIStorageCapacity": ("1.27", "storage.k8s.io/v1"),
        "StorageClass": ("1.22", "storage.k8s.io/v1"),
        "VolumeAttachment": ("1.22", "storage.k8s.io/v1"),
    },
}


def check(subject: Subject) -> Iterator[Finding]:
    """Every object of such a version."""
    return object_findings(_faults(subject))


def _faults(subject: Subject) -> Iterator[ObjectFault]:
    for each in subject.objects:
        version = str(each.value.get("apiVersion", ""))
        removed = _REMOVED.get(version, {}).get(each.kind)
        if removed is not None:
            since, instead = removed
            yield ObjectFault(
                each,
                "removed-api",
                Severity.ERROR,
                f": Kubernetes has not served {version} for {each.kind} since {since}",
                each.position(("apiVersion",)),
                hint=f"write {instead}, and adapt its fields" if instead else "the kind is gone; remove it",
            )
