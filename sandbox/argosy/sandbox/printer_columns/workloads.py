"""Columns of what runs: pods and their controllers."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from argosy.sandbox.printer_columns.column import (
    AGE,
    NAME,
    NONE,
    Column,
    age,
    containers,
    count,
    dig,
    field,
    selector,
    selector_text,
    wide,
)
from argosy.sandbox.store import Object

__all__ = ["WORKLOAD_COLUMNS"]


def _ready(obj: Object, now: datetime) -> object:
    return f"{dig(obj, 'status.readyReplicas', 0)}/{dig(obj, 'spec.replicas', 0)}"


def _pod_ready(obj: Object, now: datetime) -> object:
    statuses = dig(obj, "status.containerStatuses", ())
    ready = sum(bool(item.get("ready")) for item in statuses)
    return f"{ready}/{len(dig(obj, 'spec.containers', ()))}"


def _pod_status(obj: Object, now: datetime) -> object:
    """As `printPod`: what holds the pod up says more than its phase."""
    phase = dig(obj, "status.phase", "Unknown")
    reason = dig(obj, "status.reason") or phase
    conditions = {item["type"]: item for item in dig(obj, "status.conditions", ())}
    if conditions.get("PodScheduled", {}).get("reason") == "SchedulingGated":
        reason = "SchedulingGated"
    held = _initializing(obj)
    if held is None or conditions.get("Initialized", {}).get("status") == "True":
        reason = _main_reason(obj, reason, conditions)
    else:
        reason = held
    if "deletionTimestamp" in obj["metadata"]:
        if dig(obj, "status.reason") == "NodeLost":
            return "Unknown"
        if phase not in {"Succeeded", "Failed"}:
            return "Terminating"
    return reason


def _initializing(obj: Object) -> str | None:
    """The first init container that is not through."""
    specs = {item["name"]: item for item in dig(obj, "spec.initContainers", ())}
    for number, status in enumerate(dig(obj, "status.initContainerStatuses", ())):
        state = status.get("state") or {}
        terminated, waiting = state.get("terminated"), state.get("waiting") or {}
        stays = specs.get(status["name"], {}).get("restartPolicy") == "Always"
        if (terminated and terminated.get("exitCode") == 0) or (stays and status.get("started")):
            continue
        if terminated:
            return f"Init:{_end(terminated)}"
        if waiting.get("reason") not in {None, "", "PodInitializing"}:
            return f"Init:{waiting['reason']}"
        return f"Init:{number}/{len(specs)}"
    return None


def _main_reason(obj: Object, reason: str, conditions: dict[str, Any]) -> str:
    running = False
    for status in reversed(dig(obj, "status.containerStatuses", ())):
        state = status.get("state") or {}
        terminated, waiting = state.get("terminated"), state.get("waiting") or {}
        if waiting.get("reason"):
            reason = waiting["reason"]
        elif terminated:
            reason = _end(terminated)
        elif status.get("ready") and "running" in state:
            running = True
    if reason == "Completed" and running:
        return "Running" if conditions.get("Ready", {}).get("status") == "True" else "NotReady"
    return reason


def _end(terminated: Object) -> str:
    if terminated.get("reason"):
        return str(terminated["reason"])
    if terminated.get("signal"):
        return f"Signal:{terminated['signal']}"
    return f"ExitCode:{terminated.get('exitCode', 0)}"


def _pod_restarts(obj: Object, now: datetime) -> object:
    statuses = dig(obj, "status.containerStatuses", ())
    restarts = sum(item.get("restartCount", 0) for item in statuses)
    last = max((dig(item, "lastState.terminated.finishedAt", "") for item in statuses), default="")
    return f"{restarts} ({age(last, now)} ago)" if restarts and last else str(restarts)


def _job_conditions(obj: Object) -> Iterator[str]:
    for item in dig(obj, "status.conditions", ()):
        if item["status"] == "True":
            yield item["type"]


def _job_status(obj: Object, now: datetime) -> object:
    holding = set(_job_conditions(obj))
    for kind in ("Complete", "Failed"):
        if kind in holding:
            return kind
    if "deletionTimestamp" in obj["metadata"]:
        return "Terminating"
    for kind in ("Suspended", "FailureTarget", "SuccessCriteriaMet"):
        if kind in holding:
            return kind
    return "Running"


def _job_completions(obj: Object, now: datetime) -> object:
    succeeded, wanted = dig(obj, "status.succeeded", 0), dig(obj, "spec.completions")
    if wanted is not None:
        return f"{succeeded}/{wanted}"
    parallel = dig(obj, "spec.parallelism", 0)
    return f"{succeeded}/1 of {parallel}" if parallel > 1 else f"{succeeded}/1"


def _job_duration(obj: Object, now: datetime) -> object:
    start, end = dig(obj, "status.startTime"), dig(obj, "status.completionTime")
    if start is None:
        return ""
    return age(start, now if end is None else datetime.fromisoformat(end))


def _last_schedule(obj: Object, now: datetime) -> object:
    when = dig(obj, "status.lastScheduleTime")
    return age(when, now) if when else NONE


def _controller(obj: Object, now: datetime) -> object:
    for reference in obj["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            group = reference["apiVersion"].partition("/")[0]
            return f"{reference['kind'].lower()}.{group}/{reference['name']}"
    return NONE


def _labels(obj: Object, now: datetime) -> object:
    labels = dig(obj, "template.metadata.labels", {})
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items())) or NONE


_REPLICAS = (
    NAME,
    count("Desired", "spec.replicas"),
    count("Current", "status.replicas"),
    count("Ready", "status.readyReplicas"),
    AGE,
    *wide(*containers(), selector()),
)

WORKLOAD_COLUMNS: dict[tuple[str, str], tuple[Column, ...]] = {
    ("apps", "Deployment"): (
        NAME,
        Column("Ready", _ready),
        count("Up-to-date", "status.updatedReplicas", "string"),
        count("Available", "status.availableReplicas", "string"),
        AGE,
        *wide(*containers(), selector()),
    ),
    ("apps", "ReplicaSet"): _REPLICAS,
    ("", "ReplicationController"): _REPLICAS,
    ("apps", "StatefulSet"): (NAME, Column("Ready", _ready), AGE, *wide(*containers())),
    ("apps", "DaemonSet"): (
        NAME,
        count("Desired", "status.desiredNumberScheduled"),
        count("Current", "status.currentNumberScheduled"),
        count("Ready", "status.numberReady"),
        count("Up-to-date", "status.updatedNumberScheduled"),
        count("Available", "status.numberAvailable"),
        Column("Node Selector", lambda obj, now: selector_text(dig(obj, "spec.template.spec.nodeSelector"))),
        AGE,
        *wide(*containers(), selector()),
    ),
    ("apps", "ControllerRevision"): (
        NAME,
        Column("Controller", _controller),
        count("Revision", "revision", "string"),
        AGE,
    ),
    ("batch", "Job"): (
        NAME,
        Column("Status", _job_status),
        Column("Completions", _job_completions),
        Column("Duration", _job_duration),
        AGE,
        *wide(*containers(), selector()),
    ),
    ("batch", "CronJob"): (
        NAME,
        field("Schedule", "spec.schedule"),
        field("Timezone", "spec.timeZone"),
        Column("Suspend", lambda obj, now: str(bool(dig(obj, "spec.suspend"))), "boolean"),
        Column("Active", lambda obj, now: len(dig(obj, "status.active", ())), "integer"),
        Column("Last Schedule", _last_schedule),
        AGE,
        *wide(
            *containers("spec.jobTemplate.spec.template.spec.containers"),
            selector("spec.jobTemplate.spec.selector"),
        ),
    ),
    ("", "Pod"): (
        NAME,
        Column("Ready", _pod_ready),
        Column("Status", _pod_status),
        Column("Restarts", _pod_restarts),
        AGE,
        *wide(
            field("IP", "status.podIP"),
            field("Node", "spec.nodeName"),
            field("Nominated Node", "status.nominatedNodeName"),
            Column("Readiness Gates", lambda obj, now: NONE),
        ),
    ),
    ("", "PodTemplate"): (
        NAME,
        *containers("template.spec.containers"),
        Column("Pod Labels", _labels),
    ),
}
