"""The controllers of the group `apps`: Deployment, ReplicaSet, StatefulSet, DaemonSet.

Defaults: `k8s.io/kubernetes/pkg/apis/apps/v1/defaults.go`; validation: `pkg/apis/apps/validation`.
"""

from typing import Any

from argosy.sandbox.decoding import TypeDefault
from argosy.sandbox.field_errors import Problems, at
from argosy.sandbox.fieldset import from_paths
from argosy.sandbox.kinds.label_selectors import selects, validate_selector
from argosy.sandbox.kinds.pods import validate_pod_template
from argosy.sandbox.kinds.rules import Allocation, KindRules, spec_changed
from argosy.sandbox.schema import Object

__all__ = ["DEFAULTS", "RULES"]

_APPS = "io.k8s.api.apps.v1."
_TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"


def _default_deployment(spec: Object) -> None:
    for name, value in (("replicas", 1), ("revisionHistoryLimit", 10), ("progressDeadlineSeconds", 600)):
        spec.setdefault(name, value)
    strategy = spec["strategy"]
    strategy.setdefault("type", "RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxUnavailable", "25%")
        rolling.setdefault("maxSurge", "25%")


def _default_daemon_set(spec: Object) -> None:
    spec.setdefault("revisionHistoryLimit", 10)
    strategy = spec["updateStrategy"]
    strategy.setdefault("type", "RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxUnavailable", 1)
        rolling.setdefault("maxSurge", 0)


def _default_stateful_set(spec: Object) -> None:
    spec.setdefault("podManagementPolicy", "OrderedReady")
    strategy = spec["updateStrategy"]
    if "type" not in strategy:
        strategy["type"] = "RollingUpdate"
        strategy.setdefault("rollingUpdate", {})
    if strategy["type"] == "RollingUpdate" and "rollingUpdate" in strategy:
        strategy["rollingUpdate"].setdefault("partition", 0)
        strategy["rollingUpdate"].setdefault("maxUnavailable", 1)
    retention = spec.setdefault("persistentVolumeClaimRetentionPolicy", {})
    retention.setdefault("whenDeleted", "Retain")
    retention.setdefault("whenScaled", "Retain")
    spec.setdefault("replicas", 1)
    spec.setdefault("revisionHistoryLimit", 10)
    for claim in spec.get("volumeClaimTemplates", ()):
        claim.setdefault("apiVersion", "v1")
        claim.setdefault("kind", "PersistentVolumeClaim")


def _default_daemon_set_object(value: Object) -> None:
    """A counter of old, kept in an annotation by the conversion from the internal type."""
    value["metadata"].setdefault("annotations", {}).setdefault(_TEMPLATE_GENERATION, "0")


def _prepare_daemon_set(value: Object, _: Allocation) -> None:
    value["metadata"]["annotations"][_TEMPLATE_GENERATION] = "1"


def _prepare_daemon_set_update(new: Object, old: Object, _: Allocation) -> None:
    count = int((old["metadata"].get("annotations") or {}).get(_TEMPLATE_GENERATION, "0"))
    if new["spec"]["template"] != old["spec"]["template"]:
        count += 1
    new["metadata"].setdefault("annotations", {})[_TEMPLATE_GENERATION] = str(count)


DEFAULTS: dict[str, TypeDefault] = {
    _APPS + "DaemonSet": _default_daemon_set_object,
    _APPS + "DeploymentSpec": _default_deployment,
    _APPS + "DaemonSetSpec": _default_daemon_set,
    _APPS + "StatefulSetSpec": _default_stateful_set,
    _APPS + "ReplicaSetSpec": lambda spec: spec.setdefault("replicas", 1) and None,
}


def _deployment_generation(new: Object, old: Object) -> bool:
    """Annotations count too: they are copied to the replica sets."""
    before, after = (found["metadata"].get("annotations") or {} for found in (old, new))
    return spec_changed(new, old) or before != after


def _validate_selected_template(value: Object, problems: Problems) -> None:
    """The selector is there and selects the template's labels."""
    spec = value["spec"]
    selector: Object | None = spec.get("selector")
    path = "spec.selector"
    template = spec.get("template") or {}
    labels = (template.get("metadata") or {}).get("labels") or {}
    if selector is None:
        if value["kind"] != "DaemonSet":
            problems.required(path)
    else:
        validate_selector(selector, path, problems)
        if not (selector.get("matchLabels") or selector.get("matchExpressions")):
            kind = _KIND_WORDS[value["kind"]]
            problems.invalid(path, selector, f"empty selector is invalid for {kind}")
    if selector is None or not selects(selector, labels):
        text = "`selector` does not match template `labels`"
        problems.invalid("spec.template.metadata.labels", labels or None, text)
    validate_pod_template(template, "spec.template", problems)
    restart = (template.get("spec") or {}).get("restartPolicy")
    if restart != "Always":
        problems.unsupported("spec.template.spec.restartPolicy", restart, ("Always",))


_KIND_WORDS = {
    "Deployment": "deployment",
    "ReplicaSet": "deployment",
    "StatefulSet": "statefulset",
    "DaemonSet": "daemonset",
}


def _not_negative(spec: Object, name: str, problems: Problems) -> None:
    value = spec.get(name)
    if isinstance(value, int) and value < 0:
        problems.invalid(at("spec", name), value, "must be greater than or equal to 0")


def _validate_deployment(value: Object, problems: Problems) -> None:
    spec = value["spec"]
    _not_negative(spec, "replicas", problems)
    _validate_selected_template(value, problems)
    strategy: dict[str, Any] = spec["strategy"]
    match strategy.get("type"):
        case "Recreate":
            if "rollingUpdate" in strategy:
                text = "may not be specified when strategy `type` is 'Recreate'"
                problems.forbidden("spec.strategy.rollingUpdate", text)
        case "RollingUpdate":
            rolling = strategy.get("rollingUpdate") or {}
            if rolling.get("maxUnavailable") in (0, "0%") and rolling.get("maxSurge") in (0, "0%"):
                path = "spec.strategy.rollingUpdate.maxUnavailable"
                shown = rolling["maxUnavailable"]
                problems.invalid(path, shown, "may not be 0 when `maxSurge` is 0")
        case other:
            shown = {"Type": other, "RollingUpdate": strategy.get("rollingUpdate")}
            problems.unsupported("spec.strategy", shown, ("Recreate", "RollingUpdate"))
    _not_negative(spec, "minReadySeconds", problems)
    _not_negative(spec, "revisionHistoryLimit", problems)
    deadline = spec.get("progressDeadlineSeconds")
    if isinstance(deadline, int):
        _not_negative(spec, "progressDeadlineSeconds", problems)
        if deadline <= spec.get("minReadySeconds", 0):
            text = "must be greater than minReadySeconds"
            problems.invalid("spec.progressDeadlineSeconds", deadline, text)


def _validate_replica_set(value: Object, problems: Problems) -> None:
    _not_negative(value["spec"], "replicas", problems)
    _not_negative(value["spec"], "minReadySeconds", problems)
    _validate_selected_template(value, problems)


def _validate_stateful_set(value: Object, problems: Problems) -> None:
    spec = value["spec"]
    management = spec.get("podManagementPolicy")
    if management not in ("OrderedReady", "Parallel"):
        text = "must be 'OrderedReady' or 'Parallel'"
        problems.invalid("spec.podManagementPolicy", management, text)
    strategy = spec["updateStrategy"].get("type")
    if strategy not in ("OnDelete", "RollingUpdate"):
        problems.invalid(
            "spec.updateStrategy", spec["updateStrategy"], "must be 'RollingUpdate' or 'OnDelete'"
        )
    elif strategy == "OnDelete" and "rollingUpdate" in spec["updateStrategy"]:
        rolling = spec["updateStrategy"]["rollingUpdate"]
        shown = {"Partition": rolling.get("partition", 0), "MaxUnavailable": rolling.get("maxUnavailable")}
        text = "only allowed for updateStrategy 'RollingUpdate'"
        problems.invalid("spec.updateStrategy.rollingUpdate", shown, text)
    _not_negative(spec, "replicas", problems)
    _not_negative(spec, "minReadySeconds", problems)
    _validate_selected_template(value, problems)


def _validate_selector_change(new: Object, old: Object, problems: Problems) -> None:
    if new["spec"].get("selector") != old["spec"].get("selector"):
        problems.invalid("spec.selector", new["spec"].get("selector"), "field is immutable")


_STATEFUL_SET_IMMUTABLE = ("selector", "volumeClaimTemplates", "serviceName", "podManagementPolicy")
_STATEFUL_SET_MUTABLE = (
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
)


def _validate_stateful_set_change(new: Object, old: Object, problems: Problems) -> None:
    for name in _STATEFUL_SET_IMMUTABLE:
        value = new["spec"].get(name)
        if value != old["spec"].get(name):
            problems.invalid(at("spec", name), value, "field is immutable")
    ignored = (*_STATEFUL_SET_MUTABLE, *_STATEFUL_SET_IMMUTABLE)
    before, after = (
        {name: value for name, value in found["spec"].items() if name not in ignored} for found in (old, new)
    )
    if before != after:
        names = ", ".join(f"'{name}'" for name in _STATEFUL_SET_MUTABLE[:-1])
        problems.forbidden(
            "spec",
            f"updates to statefulset spec for fields other than {names} and 'minReadySeconds' are forbidden",
        )


RULES = {
    ("apps", "Deployment"): KindRules(
        has_generation=True,
        generation_changes=_deployment_generation,
        validate=_validate_deployment,
        validate_update=_validate_selector_change,
        status_reset=from_paths(("metadata", "labels")),
    ),
    ("apps", "ReplicaSet"): KindRules(
        has_generation=True, validate=_validate_replica_set, validate_update=_validate_selector_change
    ),
    ("apps", "DaemonSet"): KindRules(
        has_generation=True,
        prepare_create=_prepare_daemon_set,
        prepare_update=_prepare_daemon_set_update,
        validate=_validate_selected_template,
        validate_update=_validate_selector_change,
    ),
    ("apps", "StatefulSet"): KindRules(
        has_generation=True, validate=_validate_stateful_set, validate_update=_validate_stateful_set_change
    ),
}
