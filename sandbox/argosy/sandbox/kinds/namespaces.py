"""Namespaces (`k8s.io/kubernetes/pkg/registry/core/namespace`)."""

from argosy.sandbox.decoding import TypeDefault
from argosy.sandbox.kinds.rules import Allocation, KindRules
from argosy.sandbox.metadata import NameRule
from argosy.sandbox.schema import Object

__all__ = ["DEFAULTS", "RULES"]

_FINALIZER = "kubernetes"


def _default_namespace(namespace: Object) -> None:
    name = namespace["metadata"].get("name")
    if name:
        namespace["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = name


def _default_status(status: Object) -> None:
    status.setdefault("phase", "Active")


DEFAULTS: dict[str, TypeDefault] = {
    "io.k8s.api.core.v1.Namespace": _default_namespace,
    "io.k8s.api.core.v1.NamespaceStatus": _default_status,
}


def _prepare_create(namespace: Object, _: Allocation) -> None:
    namespace["status"] = {"phase": "Active"}
    finalizers = namespace["spec"].setdefault("finalizers", [])
    if _FINALIZER not in finalizers:
        finalizers.append(_FINALIZER)


def _prepare_update(new: Object, old: Object, _: Allocation) -> None:
    """Only the endpoint `finalize` changes the finalizers of the spec."""
    new["spec"].pop("finalizers", None)
    if "finalizers" in old["spec"]:
        new["spec"]["finalizers"] = old["spec"]["finalizers"]


RULES = {
    ("", "Namespace"): KindRules(
        name=NameRule.LABEL, prepare_create=_prepare_create, prepare_update=_prepare_update
    )
}
