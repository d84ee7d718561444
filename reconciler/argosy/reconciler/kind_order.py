"""The order of kinds within one wave: what others stand on comes first, workloads and custom resources last.

The table is that of Argo CD (gitops-engine, `pkg/sync/sync_tasks.go`), which has it from Helm.
"""

from argosy.reconciler.resource import ResourceKey

__all__ = ["KIND_ORDER", "kind_rank", "order_key"]

KIND_ORDER = (
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
)
"""Kinds that are not named here come after all that are."""

_RANKS = {kind: rank for rank, kind in enumerate(KIND_ORDER)}


def kind_rank(kind: str) -> int:
    """Where a kind stands in the order; equal for all kinds that the table does not name."""
    return _RANKS.get(kind, len(KIND_ORDER))


def order_key(wave: int, key: ResourceKey) -> tuple[int, int, str, str, str, str]:
    """The total order of objects: wave, kind, group, namespace, name."""
    return wave, kind_rank(key.kind), key.kind, key.group, key.namespace, key.name
