"""Which object of which cluster a manifest means, as far as that can be known without a cluster. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from argosy.schemas.model.application import Application

__all__ = ["ObjectKey", "object_key"]

_WITHOUT_NAMESPACE = frozenset(
    {
        "APIService",
        "CertificateSigningRequest",
        "ClusterIssuer",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    }
)
# Which kinds have no namespace only a cluster can say for certain; of these it is known.


@dataclass(frozen=True, slots=True, order=True)
class ObjectKey:
    """One object of one cluster; two Applications with the same key fight for the same object."""

    cluster: str
    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


def object_key(application: Application, manifest: Mapping[str, Any]) -> ObjectKey:
    """The object that a manifest becomes when the Application deploys it."""
    metadata = manifest.get("metadata")
    if not isinstance(metadata, Mapping):
        metadata = {}
    group = str(manifest.get("apiVersion", "")).rpartition("/")[0]
    kind = str(manifest.get("kind", ""))
    namespace = str(metadata.get("namespace") or application.destination.namespace)
    cluster = application.destination.cluster
    name = str(metadata.get("name", ""))
    return ObjectKey(cluster, group, kind, "" if kind in _WITHOUT_NAMESPACE else namespace, name)
