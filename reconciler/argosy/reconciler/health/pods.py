"""Health of Pods, Jobs and CronJobs, as gitops-engine's `pkg/health` and Argo CD's customizations see
them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from argosy.reconciler.health.observed import Observed
from argosy.reconciler.health.status import Health, HealthStatus, degraded, healthy, progressing, suspended

__all__ = ["assess_cron_job", "assess_job", "assess_pod"]


def assess_pod(found: Observed) -> Health:
    """By phase; a pod that is to run always is Degraded when a container cannot start or ended before.

    Pods that may end (`OnFailure`, `Never`) are Progressing while they run: they are healthy when they have
    ended well.
    """
    message = str(found.status.get("message") or "")
    always = found.spec.get("restartPolicy", "Always") == "Always"
    if always:
        stuck = [state for state in _waiting(found) if _cannot_start(str(state.get("reason") or ""))]
        if stuck:
            texts = (str(state.get("message") or state.get("reason")) for state in stuck)
            return degraded(", ".join(texts))
    match found.status.get("phase"):
        case "Pending":
            return progressing(message)
        case "Succeeded":
            return healthy(message)
        case "Failed":
            return degraded(message or next(_failures(found), ""))
        case "Running" if not always:
            return progressing(message)
        case "Running":
            return _running(found, message)
    return Health(HealthStatus.UNKNOWN, message)


def assess_job(found: Observed) -> Health:
    """Healthy when it has completed."""
    failed, complete = found.condition("Failed"), found.condition("Complete")
    if failed is not None and failed.is_true:
        return degraded(failed.text)
    if complete is not None and complete.is_true:
        return healthy(complete.message)
    paused = found.condition("Suspended")
    if paused is not None and paused.is_true:
        return suspended(paused.text)
    return progressing("Waiting for the job to complete")


def assess_cron_job(found: Observed) -> Health:
    """Degraded only where the last execution is known to have failed."""
    if found.spec.get("suspend"):
        return suspended("CronJob is Suspended")
    scheduled = str(found.status.get("lastScheduleTime") or "")
    succeeded = str(found.status.get("lastSuccessfulTime") or "")
    if not scheduled:
        return healthy("CronJob has not been scheduled yet")
    if not succeeded:
        return healthy("CronJob has not completed an execution yet")
    if found.status.get("active"):
        return healthy("A job of the CronJob is running")
    # Both are RFC 3339 in UTC, so that their order is that of the text.
    if succeeded < scheduled:
        return degraded("CronJob has not completed its last execution successfully")
    return healthy("CronJob has completed its last execution successfully")


def _running(found: Observed, message: str) -> Health:
    ready = found.condition("Ready")
    if ready is not None and ready.is_true:
        return healthy(message)
    if any(
        (item.get("lastState") or {}).get("terminated") for item in _containers(found, "containerStatuses")
    ):
        return degraded(message or "a container ended and was started again")
    return progressing(message)


def _waiting(found: Observed) -> Iterator[Mapping[str, Any]]:
    for field in ("initContainerStatuses", "containerStatuses"):
        for container in _containers(found, field):
            waiting = (container.get("state") or {}).get("waiting")
            if waiting:
                yield waiting


def _cannot_start(reason: str) -> bool:
    return reason.startswith("Err") or reason.endswith(("Error", "BackOff"))


def _failures(found: Observed) -> Iterator[str]:
    for field in ("initContainerStatuses", "containerStatuses"):
        for container in _containers(found, field):
            ended = (container.get("state") or {}).get("terminated") or {}
            if ended.get("message"):
                yield str(ended["message"])
            elif ended.get("reason") == "OOMKilled":
                yield "OOMKilled"
            elif ended.get("exitCode"):
                yield f'container "{container.get("name")}" failed with exit code {ended["exitCode"]}'


def _containers(found: Observed, field: str) -> list[Mapping[str, Any]]:
    listed = found.status.get(field)
    return [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []
