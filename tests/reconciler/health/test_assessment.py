"""Health of each kind, by objects as API servers answer them."""

from typing import Any

import pytest

from argosy.reconciler.health import RULES, HealthStatus, assess, worst

Object = dict[str, Any]


def made(api_version: str, kind: str, spec: Object | None = None, status: Object | None = None) -> Object:
    metadata = {"name": "it", "namespace": "shop", "generation": 2}
    found: Object = {"apiVersion": api_version, "kind": kind, "metadata": metadata}
    return {**found, "spec": spec or {}, **({} if status is None else {"status": status})}


def conditions(*listed: tuple[str, str] | tuple[str, str, str] | tuple[str, str, str, str]) -> list[Object]:
    return [dict(zip(("type", "status", "reason", "message"), item, strict=False)) for item in listed]


def deployment(spec: Object | None = None, **status: Any) -> Object:
    done = {"observedGeneration": 2, "replicas": 3, "updatedReplicas": 3, "availableReplicas": 3}
    return made("apps/v1", "Deployment", {"replicas": 3, **(spec or {})}, {**done, **status})


def stateful(strategy: Object, **status: Any) -> Object:
    done = {"observedGeneration": 2, "readyReplicas": 3, "updatedReplicas": 3, "currentReplicas": 3}
    same = {"currentRevision": "a", "updateRevision": "a"}
    spec = {"replicas": 3, "updateStrategy": strategy}
    return made("apps/v1", "StatefulSet", spec, {**done, **same, **status})


def daemon(spec: Object | None = None, **status: Any) -> Object:
    done = {
        "observedGeneration": 2,
        "desiredNumberScheduled": 2,
        "updatedNumberScheduled": 2,
        "numberAvailable": 2,
    }
    return made("apps/v1", "DaemonSet", spec, {**done, **status})


def pod(phase: str, policy: str = "Always", **status: Any) -> Object:
    return made("v1", "Pod", {"restartPolicy": policy}, {"phase": phase, **status})


def waiting(reason: str) -> list[Object]:
    return [{"name": "main", "state": {"waiting": {"reason": reason, "message": f"said {reason}"}}}]


def autoscaler(*listed: tuple[str, str, str, str]) -> Object:
    return made("autoscaling/v2", "HorizontalPodAutoscaler", {}, {"conditions": conditions(*listed)})


def job(*listed: tuple[str, str, str, str]) -> Object:
    return made("batch/v1", "Job", {}, {"conditions": conditions(*listed)})


def cron(spec: Object | None = None, **status: Any) -> Object:
    return made("batch/v1", "CronJob", spec, status)


def definition(*listed: tuple[str, str]) -> Object:
    kind = "CustomResourceDefinition"
    return made("apiextensions.k8s.io/v1", kind, {}, {"conditions": conditions(*listed)})


def application_set(*listed: tuple[str, str]) -> Object:
    return made("argoproj.io/v1alpha1", "ApplicationSet", {}, {"conditions": conditions(*listed)})


def custom(status: Object | None) -> Object:
    return made("example.com/v1", "Gadget", {}, status)


ADDRESS = {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}
ENDED = [{"name": "main", "state": {"terminated": {"exitCode": 3}}}]
RESTARTED = [{"name": "main", "state": {}, "lastState": {"terminated": {"exitCode": 1}}}]

CASES: dict[str, tuple[Object, str, str]] = {
    "deployment: done": (deployment(), "Healthy", ""),
    "deployment: no replicas wanted": (
        deployment({"replicas": 0}, replicas=0, updatedReplicas=0, availableReplicas=0),
        "Healthy",
        "",
    ),
    "deployment: paused": (deployment({"paused": True}), "Suspended", "paused"),
    "deployment: not observed": (deployment(observedGeneration=1), "Progressing", "observed deployment"),
    "deployment: no status yet": (made("apps/v1", "Deployment", {"replicas": 1}), "Progressing", "observed"),
    "deployment: updating": (deployment(updatedReplicas=1), "Progressing", "1 out of 3 new replicas"),
    "deployment: old pods left": (deployment(replicas=4), "Progressing", "1 old replicas"),
    "deployment: not available": (deployment(availableReplicas=2), "Progressing", "2 of 3 updated"),
    "deployment: out of time": (
        deployment(conditions=conditions(("Progressing", "False", "ProgressDeadlineExceeded"))),
        "Degraded",
        'Deployment "it" exceeded its progress deadline',
    ),
    "replica set: not available": (
        made("apps/v1", "ReplicaSet", {"replicas": 2}, {"observedGeneration": 2, "availableReplicas": 1}),
        "Progressing",
        "1 out of 2",
    ),
    "replica set: refused": (
        made(
            "apps/v1",
            "ReplicaSet",
            {"replicas": 2},
            {
                "observedGeneration": 2,
                "conditions": conditions(("ReplicaFailure", "True", "FailedCreate", "quota")),
            },
        ),
        "Degraded",
        "quota",
    ),
    "stateful set: done": (
        stateful({"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}),
        "Healthy",
        "",
    ),
    "stateful set: never observed": (
        stateful({"type": "RollingUpdate"}, observedGeneration=0),
        "Progressing",
        "to be observed",
    ),
    "stateful set: not ready": (
        stateful({"type": "RollingUpdate"}, readyReplicas=1),
        "Progressing",
        "2 pods to be ready",
    ),
    "stateful set: partition under way": (
        stateful({"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}, updatedReplicas=1),
        "Progressing",
        "1 out of 2 new pods",
    ),
    "stateful set: partition done": (
        stateful({"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}, updatedReplicas=2),
        "Healthy",
        "partitioned roll out complete",
    ),
    "stateful set: another revision": (
        stateful({"type": "RollingUpdate"}, updateRevision="b"),
        "Progressing",
        "at revision b",
    ),
    "stateful set: updated by hand": (
        stateful({"type": "OnDelete"}, updateRevision="b", updatedReplicas=0),
        "Healthy",
        "3 ready pods",
    ),
    "daemon set: done": (daemon(), "Healthy", ""),
    "daemon set: not observed": (daemon(observedGeneration=1), "Progressing", "observed daemon set"),
    "daemon set: updating": (daemon(updatedNumberScheduled=1), "Progressing", "1 out of 2 new pods"),
    "daemon set: not available": (daemon(numberAvailable=0), "Progressing", "0 of 2 updated"),
    "daemon set: updated by hand": (
        daemon({"updateStrategy": {"type": "OnDelete"}}, updatedNumberScheduled=0),
        "Healthy",
        "0 out of 2",
    ),
    "pod: ready": (pod("Running", conditions=conditions(("Ready", "True"))), "Healthy", ""),
    "pod: not ready yet": (pod("Running"), "Progressing", ""),
    "pod: started again": (pod("Running", containerStatuses=RESTARTED), "Degraded", "started again"),
    "pod: crash loop": (
        pod("Running", containerStatuses=waiting("CrashLoopBackOff")),
        "Degraded",
        "said CrashLoopBackOff",
    ),
    "pod: no image": (pod("Pending", containerStatuses=waiting("ErrImagePull")), "Degraded", "ErrImagePull"),
    "pod: init container cannot start": (
        pod("Pending", initContainerStatuses=waiting("ImagePullBackOff")),
        "Degraded",
        "ImagePullBackOff",
    ),
    "pod: being made": (pod("Pending", containerStatuses=waiting("ContainerCreating")), "Progressing", ""),
    "pod: a hook waits for its image": (
        pod("Pending", "Never", containerStatuses=waiting("ImagePullBackOff")),
        "Progressing",
        "",
    ),
    "pod: a hook runs": (
        pod("Running", "OnFailure", conditions=conditions(("Ready", "True"))),
        "Progressing",
        "",
    ),
    "pod: ended well": (pod("Succeeded", "Never"), "Healthy", ""),
    "pod: failed": (
        pod("Failed", "Never", containerStatuses=ENDED),
        "Degraded",
        'container "main" failed with exit code 3',
    ),
    "pod: phase unknown": (pod("Unknown"), "Unknown", ""),
    "job: running": (job(), "Progressing", ""),
    "job: complete": (job(("Complete", "True", "", "all done")), "Healthy", "all done"),
    "job: failed": (job(("Failed", "True", "BackoffLimitExceeded", "too often")), "Degraded", "too often"),
    "job: not failed": (job(("Failed", "False", "", "")), "Progressing", ""),
    "job: suspended": (job(("Suspended", "True", "JobSuspended", "waits")), "Suspended", "waits"),
    "cron job: suspended": (cron({"suspend": True}), "Suspended", ""),
    "cron job: never ran": (cron(), "Healthy", "not been scheduled"),
    "cron job: runs": (
        cron(lastScheduleTime="2026-01-02T00:00:00Z", lastSuccessfulTime="2026-01-01T00:00:00Z", active=[{}]),
        "Healthy",
        "running",
    ),
    "cron job: failed": (
        cron(lastScheduleTime="2026-01-02T00:00:00Z", lastSuccessfulTime="2026-01-01T00:00:00Z"),
        "Degraded",
        "not completed its last",
    ),
    "cron job: succeeded": (
        cron(lastScheduleTime="2026-01-02T00:00:00Z", lastSuccessfulTime="2026-01-02T00:01:00Z"),
        "Healthy",
        "",
    ),
    "service: in the cluster": (
        made("v1", "Service", {"type": "ClusterIP"}, {"loadBalancer": {}}),
        "Healthy",
        "",
    ),
    "service: waits for an address": (
        made("v1", "Service", {"type": "LoadBalancer"}, {"loadBalancer": {}}),
        "Progressing",
        "address",
    ),
    "service: has an address": (made("v1", "Service", {"type": "LoadBalancer"}, ADDRESS), "Healthy", ""),
    "ingress: waits": (made("networking.k8s.io/v1", "Ingress", {}, {}), "Progressing", "address"),
    "ingress: has an address": (made("networking.k8s.io/v1", "Ingress", {}, ADDRESS), "Healthy", ""),
    "claim: bound": (made("v1", "PersistentVolumeClaim", {}, {"phase": "Bound"}), "Healthy", ""),
    "claim: pending": (made("v1", "PersistentVolumeClaim", {}, {"phase": "Pending"}), "Progressing", ""),
    "claim: lost": (made("v1", "PersistentVolumeClaim", {}, {"phase": "Lost"}), "Degraded", ""),
    "autoscaler: new": (autoscaler(), "Progressing", "Waiting to Autoscale"),
    "autoscaler: no metric": (
        autoscaler(("ScalingActive", "False", "FailedGetResourceMetric", "no metrics")),
        "Degraded",
        "no metrics",
    ),
    "autoscaler: in range": (
        autoscaler(("ScalingLimited", "False", "DesiredWithinRange", "fine")),
        "Healthy",
        "fine",
    ),
    "autoscaler: conditions in an annotation": (
        {
            "apiVersion": "autoscaling/v1",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {
                "name": "it",
                "annotations": {
                    "autoscaling.alpha.kubernetes.io/conditions": (
                        '[{"type": "AbleToScale", "reason": "SucceededRescale", "message": "ok"}]'
                    )
                },
            },
        },
        "Healthy",
        "ok",
    ),
    "definition: new": (definition(), "Progressing", "not established"),
    "definition: established": (
        definition(("NamesAccepted", "True"), ("Established", "True")),
        "Healthy",
        "",
    ),
    "definition: names taken": (definition(("NamesAccepted", "False")), "Degraded", "names"),
    "definition: wrong schema": (
        definition(("Established", "True"), ("NonStructuralSchema", "True")),
        "Degraded",
        "Schema violations",
    ),
    "api service: no answer": (
        made(
            "apiregistration.k8s.io/v1",
            "APIService",
            {},
            {"conditions": conditions(("Available", "False", "Missing", "no endpoints"))},
        ),
        "Progressing",
        "Missing: no endpoints",
    ),
    "disruption budget: too few pods": (
        made(
            "policy/v1",
            "PodDisruptionBudget",
            {},
            {"conditions": conditions(("DisruptionAllowed", "False", "InsufficientPods"))},
        ),
        "Healthy",
        "InsufficientPods",
    ),
    "disruption budget: cannot be computed": (
        made(
            "policy/v1",
            "PodDisruptionBudget",
            {},
            {"conditions": conditions(("DisruptionAllowed", "False", "SyncFailed"))},
        ),
        "Degraded",
        "SyncFailed",
    ),
    "namespace: going": (made("v1", "Namespace", {}, {"phase": "Terminating"}), "Progressing", ""),
    "namespace: there": (made("v1", "Namespace", {}, {"phase": "Active"}), "Healthy", ""),
    "application: says it": (
        made("argoproj.io/v1alpha1", "Application", {}, {"health": {"status": "Degraded", "message": "why"}}),
        "Degraded",
        "why",
    ),
    "application: says nothing yet": (made("argoproj.io/v1alpha1", "Application", {}), "Progressing", ""),
    "set: failed": (
        application_set(("ErrorOccurred", "True"), ("ResourcesUpToDate", "True")),
        "Degraded",
        "",
    ),
    "set: up to date": (
        application_set(("ErrorOccurred", "False"), ("ResourcesUpToDate", "True")),
        "Healthy",
        "",
    ),
    "set: rolls out": (
        application_set(("RolloutProgressing", "True"), ("ResourcesUpToDate", "True")),
        "Progressing",
        "",
    ),
    "custom: no status": (custom(None), "Healthy", ""),
    "custom: not observed": (custom({"observedGeneration": 1}), "Progressing", "observe"),
    "custom: ready": (
        custom({"observedGeneration": 2, "conditions": conditions(("Ready", "True", "", "up"))}),
        "Healthy",
        "up",
    ),
    "custom: not ready": (
        custom({"conditions": conditions(("Ready", "False", "Installing"))}),
        "Progressing",
        "Installing",
    ),
    "custom: stalled": (
        custom({"conditions": conditions(("Ready", "False"), ("Stalled", "True", "NoQuota"))}),
        "Degraded",
        "NoQuota",
    ),
    "custom: reconciling": (
        custom({"conditions": conditions(("Ready", "True"), ("Reconciling", "True", "Upgrading"))}),
        "Progressing",
        "Upgrading",
    ),
    "config map": ({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "it"}}, "Healthy", ""),
}


@pytest.mark.parametrize(("value", "status", "message"), CASES.values(), ids=CASES.keys())
def test_health_of(value: Object, status: str, message: str) -> None:
    found = assess(value)
    assert found.status == HealthStatus(status), found
    assert message in found.message


def test_what_is_being_deleted_is_progressing_and_says_what_holds_it() -> None:
    value = deployment()
    value["metadata"] |= {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["example.com/hold"]}
    found = assess(value)
    assert found.status is HealthStatus.PROGRESSING
    assert "example.com/hold" in found.message


def test_an_annotation_takes_an_object_out_of_account() -> None:
    value = deployment(conditions=conditions(("Progressing", "False", "ProgressDeadlineExceeded")))
    value["metadata"]["annotations"] = {"argocd.argoproj.io/ignore-healthcheck": "true"}
    assert assess(value).status is HealthStatus.HEALTHY
    value["metadata"]["annotations"] = {"argocd.argoproj.io/ignore-healthcheck": "false"}
    assert assess(value).status is HealthStatus.DEGRADED


@pytest.mark.parametrize(("group", "kind"), RULES.keys())
@pytest.mark.parametrize(
    "status",
    [
        None,
        {},
        {"conditions": None},
        {"conditions": [None, "x"]},
        {"containerStatuses": [None]},
        "text",
        {"replicas": "x"},
    ],
)
def test_no_rule_breaks_on_a_strange_status(group: str, kind: str, status: Any) -> None:
    api_version = f"{group}/v1" if group else "v1"
    assess({"apiVersion": api_version, "kind": kind, "metadata": {"name": "it"}, "status": status})


def test_the_worst_counts_in_argo_cds_order() -> None:
    order = ["Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"]
    for place in range(len(order)):
        assert worst(HealthStatus(name) for name in reversed(order[: place + 1])) == order[place]
    assert worst([]) is HealthStatus.HEALTHY
