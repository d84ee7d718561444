"""Workloads whose number of replicas is in Git, healed by Argo CD, and set by an autoscaler all the same."""

from collections.abc import Iterator
from typing import Any

from argosy.compiler.checks.object_faults import ObjectFault, object_findings
from argosy.compiler.checks.subject import Deployed, Subject
from argosy.compiler.comparison.identity import ObjectKey, object_key
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.model.fields import mapping, text
from argosy.schemas.model.glob import glob_matches

__all__ = ["check"]

_AUTOSCALERS = {
    ("autoscaling", "HorizontalPodAutoscaler"): "a HorizontalPodAutoscaler",
    ("keda.sh", "ScaledObject"): "a ScaledObject",
}
_SCALED = frozenset(("Deployment", "ReplicaSet", "StatefulSet"))


def check(subject: Subject) -> Iterator[Finding]:
    """Each such workload, wherever in the tree its autoscaler is deployed."""
    return object_findings(_faults(subject))


def _faults(subject: Subject) -> Iterator[ObjectFault]:
    autoscalers: dict[ObjectKey, Deployed] = {}
    for each in subject.deployed:
        if (each.group, each.kind) in _AUTOSCALERS:
            autoscalers[_target(each)] = each
    if not autoscalers:
        return
    for each in subject.deployed:
        if each.kind not in _SCALED or mapping(each.value, "spec").get("replicas") is None:
            continue
        autoscaler = autoscalers.get(object_key(each.application, each.value))
        problem = _problem(each) if autoscaler is not None else ""
        if autoscaler is not None and problem:
            yield ObjectFault(
                each,
                "autoscaled-replicas",
                Severity.WARNING,
                f": {problem} what {_AUTOSCALERS[autoscaler.group, autoscaler.kind]} has set",
                each.position(("spec", "replicas"), key=True),
                hint="remove `replicas` from the manifest, or ignore /spec/replicas and add "
                "RespectIgnoreDifferences=true",
                related=(Related(f"scaled by {autoscaler}", autoscaler.position(("metadata", "name"))),),
            )


def _target(autoscaler: Deployed) -> ObjectKey:
    reference = mapping(mapping(autoscaler.value, "spec"), "scaleTargetRef")
    manifest: dict[str, Any] = {
        "apiVersion": text(reference, "apiVersion") or "apps/v1",
        "kind": text(reference, "kind") or "Deployment",
        "metadata": {"name": text(reference, "name"), "namespace": autoscaler.metadata.get("namespace")},
    }
    return object_key(autoscaler.application, manifest)


def _problem(each: Deployed) -> str:
    policy = each.application.sync_policy
    if policy.automated is None or not policy.is_automated or not policy.automated.self_heal:
        return ""
    if not _ignores_replicas(each.application, each):
        return "self-heal puts back the replicas in Git over and over, and undoes"
    if not policy.options.enabled("RespectIgnoreDifferences"):
        return "every sync puts back the replicas in Git, and undoes"
    return ""


def _ignores_replicas(application: Application, each: Deployed) -> bool:
    for rule in application.ignore_differences:
        fits = (
            glob_matches(rule.group or "", each.group)
            and glob_matches(rule.kind, each.kind)
            and rule.name in ("", each.name)
        )
        if fits and (
            "/spec/replicas" in rule.json_pointers
            or any("replicas" in expression for expression in rule.jq_path_expressions)
            or rule.managers
        ):
            return True
    return False
