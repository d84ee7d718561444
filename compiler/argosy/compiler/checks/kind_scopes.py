"""Which kinds of Kubernetes itself live in a namespace, and which belong to the whole cluster.

Of any other kind only a cluster, or its definition, can say.
"""

from collections.abc import Mapping
from typing import Any

__all__ = ["is_namespaced"]

_NAMESPACED: Mapping[str, frozenset[str]] = {
    "": frozenset(
        (
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        )
    ),
    "apps": frozenset(("ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")),
    "autoscaling": frozenset(("HorizontalPodAutoscaler",)),
    "batch": frozenset(("CronJob", "Job")),
    "coordination.k8s.io": frozenset(("Lease",)),
    "discovery.k8s.io": frozenset(("EndpointSlice",)),
    "networking.k8s.io": frozenset(("Ingress", "NetworkPolicy")),
    "policy": frozenset(("PodDisruptionBudget",)),
    "rbac.authorization.k8s.io": frozenset(("Role", "RoleBinding")),
    "argoproj.io": frozenset(("Application", "ApplicationSet", "AppProject")),
}
_OF_THE_CLUSTER: Mapping[str, frozenset[str]] = {
    "": frozenset(("Namespace", "Node", "PersistentVolume")),
    "admissionregistration.k8s.io": frozenset(
        (
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        )
    ),
    "apiextensions.k8s.io": frozenset(("CustomResourceDefinition",)),
    "apiregistration.k8s.io": frozenset(("APIService",)),
    "certificates.k8s.io": frozenset(("CertificateSigningRequest",)),
    "flowcontrol.apiserver.k8s.io": frozenset(("FlowSchema", "PriorityLevelConfiguration")),
    "networking.k8s.io": frozenset(("IngressClass",)),
    "node.k8s.io": frozenset(("RuntimeClass",)),
    "rbac.authorization.k8s.io": frozenset(("ClusterRole", "ClusterRoleBinding")),
    "scheduling.k8s.io": frozenset(("PriorityClass",)),
    "storage.k8s.io": frozenset(("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment")),
}


def is_namespaced(manifest: Mapping[str, Any]) -> bool | None:
    """Whether an object lives in a namespace; None for kinds that Kubernetes does not have of itself."""
    group = str(manifest.get("apiVersion", "")).rpartition("/")[0]
    kind = str(manifest.get("kind", ""))
    if kind in _NAMESPACED.get(group, ()):
        return True
    return False if kind in _OF_THE_CLUSTER.get(group, ()) else None
