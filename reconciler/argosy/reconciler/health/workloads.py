"""Health of Deployments, ReplicaSets, StatefulSets and DaemonSets, as gitops-engine's `pkg/health` sees
them.
"""

from argosy.reconciler.health.observed import Observed
from argosy.reconciler.health.status import Health, degraded, healthy, progressing, suspended

__all__ = ["assess_daemon_set", "assess_deployment", "assess_replica_set", "assess_stateful_set"]

_ROLLOUT = "Waiting for rollout to finish: "


def assess_deployment(found: Observed) -> Health:
    """Healthy when all wanted replicas are of this version and available, and no old one is left."""
    if found.spec.get("paused"):
        return suspended("Deployment is paused")
    if not found.is_observed:
        return progressing(_ROLLOUT + "observed deployment generation less than desired generation")
    condition = found.condition("Progressing")
    if condition is not None and condition.reason == "ProgressDeadlineExceeded":
        return degraded(f'Deployment "{found.name}" exceeded its progress deadline')
    wanted, updated = found.wanted(), found.count("updatedReplicas")
    if wanted is not None and updated < wanted:
        return progressing(f"{_ROLLOUT}{updated} out of {wanted} new replicas have been updated...")
    old = found.count("replicas") - updated
    if old > 0:
        return progressing(f"{_ROLLOUT}{old} old replicas are pending termination...")
    available = found.count("availableReplicas")
    if available < updated:
        return progressing(f"{_ROLLOUT}{available} of {updated} updated replicas are available...")
    return healthy()


def assess_replica_set(found: Observed) -> Health:
    """Healthy when all wanted replicas are available."""
    if not found.is_observed:
        return progressing(_ROLLOUT + "observed replica set generation less than desired generation")
    failure = found.condition("ReplicaFailure")
    if failure is not None and failure.is_true:
        return degraded(failure.message)
    wanted, available = found.wanted(), found.count("availableReplicas")
    if wanted is not None and available < wanted:
        return progressing(f"{_ROLLOUT}{available} out of {wanted} new replicas are available...")
    return healthy()


def assess_stateful_set(found: Observed) -> Health:
    """Healthy when all wanted pods are ready and, unless updates wait for a person, of this version."""
    if not found.count("observedGeneration") or not found.is_observed:
        return progressing("Waiting for statefulset spec update to be observed...")
    wanted, ready = found.wanted(), found.count("readyReplicas")
    if wanted is not None and ready < wanted:
        return progressing(f"Waiting for {wanted - ready} pods to be ready...")
    strategy = found.spec.get("updateStrategy") or {}
    updated = found.count("updatedReplicas")
    rolling = strategy.get("rollingUpdate")
    if strategy.get("type") == "RollingUpdate" and rolling is not None:
        due = (wanted or 0) - (rolling.get("partition") or 0)
        if wanted is not None and "partition" in rolling and updated < due:
            rollout = "Waiting for partitioned roll out to finish: "
            return progressing(f"{rollout}{updated} out of {due} new pods have been updated...")
        return healthy(f"partitioned roll out complete: {updated} new pods have been updated...")
    if strategy.get("type") == "OnDelete":
        return healthy(f"statefulset has {ready} ready pods")
    revision = found.status.get("updateRevision")
    if revision != found.status.get("currentRevision"):
        return progressing(
            f"waiting for statefulset rolling update to complete {updated} pods at revision {revision}..."
        )
    current = found.count("currentReplicas")
    return healthy(f"statefulset rolling update complete {current} pods at revision {revision}...")


def assess_daemon_set(found: Observed) -> Health:
    """Healthy when every node that should has an available pod of this version."""
    if not found.is_observed:
        return progressing(_ROLLOUT + "observed daemon set generation less than desired generation")
    wanted, updated = found.count("desiredNumberScheduled"), found.count("updatedNumberScheduled")
    if (found.spec.get("updateStrategy") or {}).get("type") == "OnDelete":
        return healthy(f"daemon set {updated} out of {wanted} new pods have been updated")
    rollout = f'Waiting for daemon set "{found.name}" rollout to finish: '
    if updated < wanted:
        return progressing(f"{rollout}{updated} out of {wanted} new pods have been updated...")
    available = found.count("numberAvailable")
    if available < wanted:
        return progressing(f"{rollout}{available} of {wanted} updated pods are available...")
    return healthy()
