"""Volumes and claims (`k8s.io/kubernetes/pkg/apis/core`, `pkg/apis/storage`)."""

from argosy.sandbox.decoding import TypeDefault
from argosy.sandbox.field_errors import Problems
from argosy.sandbox.kinds.rules import Allocation, KindRules
from argosy.sandbox.quantity import quantity_value
from argosy.sandbox.schema import Object

__all__ = ["DEFAULTS", "RULES"]

_CORE = "io.k8s.api.core.v1."
_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")


def _default_claim(claim: Object) -> None:
    claim["status"].setdefault("phase", "Pending")


def _default_claim_spec(spec: Object) -> None:
    spec.setdefault("volumeMode", "Filesystem")


def _default_volume(volume: Object) -> None:
    volume["status"].setdefault("phase", "Pending")
    volume["spec"].setdefault("persistentVolumeReclaimPolicy", "Retain")
    volume["spec"].setdefault("volumeMode", "Filesystem")


def _default_storage_class(value: Object) -> None:
    value.setdefault("reclaimPolicy", "Delete")
    value.setdefault("volumeBindingMode", "Immediate")


DEFAULTS: dict[str, TypeDefault] = {
    _CORE + "PersistentVolumeClaim": _default_claim,
    _CORE + "PersistentVolumeClaimSpec": _default_claim_spec,
    _CORE + "PersistentVolume": _default_volume,
    "io.k8s.api.storage.v1.StorageClass": _default_storage_class,
}


def _prepare_create(claim: Object, _: Allocation) -> None:
    claim["status"] = {"phase": "Pending"}
    claim["metadata"].setdefault("finalizers", []).append("kubernetes.io/pvc-protection")


def _validate_claim(claim: Object, problems: Problems) -> None:
    spec = claim["spec"]
    modes = spec.get("accessModes") or ()
    if not modes:
        problems.required("spec.accessModes", "at least 1 access mode is required")
    for mode in modes:
        if mode not in _MODES:
            problems.unsupported("spec.accessModes", mode, _MODES)
    storage = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if storage is None:
        problems.required("spec.resources[storage]")
    else:
        amount = quantity_value(storage)
        if amount is not None and amount <= 0:
            problems.invalid("spec.resources[storage]", storage, "must be greater than zero")
    if spec.get("volumeMode") not in ("Block", "Filesystem"):
        problems.unsupported("spec.volumeMode", spec.get("volumeMode"), ("Block", "Filesystem"))


def _frozen(spec: Object) -> Object:
    """The spec of a claim without what an update may change."""
    rest = {name: value for name, value in spec.items() if name != "volumeAttributesClassName"}
    resources = dict(rest.get("resources") or {})
    resources["requests"] = {
        name: value for name, value in (resources.get("requests") or {}).items() if name != "storage"
    }
    rest["resources"] = resources
    return rest


def _validate_claim_change(new: Object, old: Object, problems: Problems) -> None:
    if _frozen(new["spec"]) != _frozen(old["spec"]):
        problems.forbidden(
            "spec",
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for "
            "bound claims",
        )
        return
    before, after = (
        quantity_value(found["spec"]["resources"]["requests"]["storage"]) for found in (old, new)
    )
    if before is not None and after is not None and after < before:
        text = "field can not be less than status.capacity"
        problems.forbidden("spec.resources.requests.storage", text)


def _validate_storage_class_change(new: Object, old: Object, problems: Problems) -> None:
    if new.get("parameters") != old.get("parameters"):
        problems.forbidden("parameters", "updates to parameters are forbidden.")
    if new.get("provisioner") != old.get("provisioner"):
        problems.forbidden("provisioner", "updates to provisioner are forbidden.")
    if new.get("reclaimPolicy") != old.get("reclaimPolicy"):
        problems.forbidden("reclaimPolicy", "updates to reclaimPolicy are forbidden.")
    if new.get("volumeBindingMode") != old.get("volumeBindingMode"):
        problems.invalid("volumeBindingMode", new.get("volumeBindingMode"), "field is immutable")


RULES = {
    ("", "PersistentVolumeClaim"): KindRules(
        prepare_create=_prepare_create, validate=_validate_claim, validate_update=_validate_claim_change
    ),
    ("storage.k8s.io", "StorageClass"): KindRules(validate_update=_validate_storage_class_change),
}
