"""The Job controller: pods run for a while, in batches of the parallelism, and succeed or fail."""

from datetime import datetime

from argosy.sandbox.outcomes import Outcome
from argosy.sandbox.simulation.controller import Workshop, condition, conditions_of
from argosy.sandbox.simulation.pods import PODS, pod_of
from argosy.sandbox.store import Key, Object, ResourceKey, key_of

__all__ = ["JOBS", "JobController"]

JOBS: ResourceKey = ("batch", "jobs")
_UNFINISHED = {"Pending", "Running"}


class JobController:
    """Looks after Jobs. A pod that crashes uses up the whole backoff limit at once."""

    resources = (JOBS,)

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def reconcile(self, key: Key, obj: Object) -> None:
        conditions = conditions_of(obj)
        for kind in ("Complete", "Failed"):
            if conditions.get(kind, {}).get("status") == "True":
                self._expire(key, obj)
                return
        if obj["spec"].get("suspend"):
            self._suspend(key, obj)
            return
        status = obj.get("status") or {}
        now = self._workshop.state.now()
        if not status.get("startTime"):
            status = {**status, "startTime": now}
            if "Suspended" in conditions:
                resumed = condition(obj, now, "Suspended", False, "JobResumed", "Job resumed")
                status["conditions"] = [resumed]
            self._start(key, obj, status)
            return
        fate = self._workshop.fate_of(obj)
        begun = status.get("startTime", now)
        limit = obj["spec"].get("activeDeadlineSeconds")
        if limit is not None and self._seconds_since(begun) >= limit:
            text = "Job was active longer than specified deadline"
            self._finish(key, obj, "Failed", "DeadlineExceeded", text, {"failed": status.get("active", 0)})
            return
        if fate.outcome in {Outcome.NEVER, Outcome.IMAGE}:
            return
        running = [pod for pod in self._workshop.owned(obj, PODS) if _phase(pod) in _UNFINISHED]
        batch = max((pod["metadata"]["creationTimestamp"] for pod in running), default=begun)
        if self._seconds_since(batch) < fate.after:
            self._workshop.later(fate.after - self._seconds_since(batch), key)
            return
        ended = "Succeeded" if fate.outcome is Outcome.READY else "Failed"
        for pod in running:
            self._workshop.set_status(
                (PODS, key_of(pod)), {**(pod.get("status") or {}), **_ended(pod, now, ended)}
            )
        if ended == "Failed":
            text = "Job has reached the specified backoff limit"
            failed = obj["spec"].get("backoffLimit", 6) + 1
            self._finish(key, obj, "Failed", "BackoffLimitExceeded", text, {"failed": failed})
            return
        succeeded = status.get("succeeded", 0) + status.get("active", 0)
        wanted = obj["spec"].get("completions")
        if succeeded < (1 if wanted is None else wanted):
            self._start(key, obj, {**status, "succeeded": succeeded})
            return
        text = "Reached expected number of succeeded pods"
        self._finish(key, obj, "Complete", "CompletionsReached", text, {"succeeded": succeeded})

    def _start(self, key: Key, obj: Object, status: Object) -> None:
        """Begins a batch: as many pods as the parallelism and what is left allow."""
        completions = obj["spec"].get("completions")
        left = (1 if completions is None else completions) - status.get("succeeded", 0)
        parallelism = obj["spec"].get("parallelism", 1)
        active = parallelism if completions is None else min(parallelism, left)
        for _ in range(min(active, self._workshop.settings.most_pods)):
            name = f"{obj['metadata']['name'][:57]}-{self._workshop.state.name_suffix()}"
            self._workshop.create(PODS, pod_of(obj, name), obj)
        kept = {name: value for name, value in status.items() if name != "active"}
        self._workshop.set_status(key, {**kept, "active": active, "ready": 0, "terminating": 0})
        fate = self._workshop.fate_of(obj)
        self._workshop.later(fate.after, key)
        if (limit := obj["spec"].get("activeDeadlineSeconds")) is not None:
            self._workshop.later(float(limit) + 1.0, key)

    def _suspend(self, key: Key, obj: Object) -> None:
        for pod in self._workshop.owned(obj, PODS):
            if _phase(pod) in _UNFINISHED:
                self._workshop.delete(pod, PODS)
        now = self._workshop.state.now()
        suspended = condition(obj, now, "Suspended", True, "JobSuspended", "Job suspended")
        self._workshop.set_status(key, {"conditions": [suspended]})

    def _finish(
        self, key: Key, obj: Object, kind: str, reason: str, message: str, counts: dict[str, int]
    ) -> None:
        now = self._workshop.state.now()
        status = obj.get("status") or {}
        first = "SuccessCriteriaMet" if kind == "Complete" else "FailureTarget"
        kept = {name: value for name, value in status.items() if name not in {"active", "conditions"}}
        conditions = [condition(obj, now, name, True, reason, message) for name in (first, kind)]
        finished: Object = {
            **kept,
            **{name: count for name, count in counts.items() if count},
            "ready": 0,
            "terminating": 0,
            "uncountedTerminatedPods": {},
            "conditions": [{**item, "lastProbeTime": now} for item in conditions],
        }
        if kind == "Complete":
            finished["completionTime"] = now
        self._workshop.set_status(key, finished)

    def _expire(self, key: Key, obj: Object) -> None:
        """`ttlSecondsAfterFinished`: finished Jobs go by themselves."""
        ttl = obj["spec"].get("ttlSecondsAfterFinished")
        if ttl is None:
            return
        conditions = conditions_of(obj)
        ended = (conditions.get("Complete") or conditions["Failed"])["lastTransitionTime"]
        left = float(ttl) - self._seconds_since(ended)
        if left <= 0:
            self._workshop.delete(obj, JOBS)
        else:
            self._workshop.later(left, key)

    def _seconds_since(self, timestamp: str) -> float:
        return (self._workshop.state.clock.now() - datetime.fromisoformat(timestamp)).total_seconds() + 0.001


def _phase(pod: Object) -> str:
    return str((pod.get("status") or {}).get("phase", "Pending"))


def _ended(pod: Object, now: str, phase: str) -> Object:
    good = phase == "Succeeded"
    terminated = {
        "exitCode": 0 if good else 1,
        "reason": "Completed" if good else "Error",
        "startedAt": (pod.get("status") or {}).get("startTime", now),
        "finishedAt": now,
    }
    return {
        "phase": phase,
        "containerStatuses": [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": f"sandbox/{container['image']}",
                "ready": False,
                "started": False,
                "restartCount": 0,
                "state": {"terminated": terminated},
            }
            for container in pod["spec"]["containers"]
        ],
    }
