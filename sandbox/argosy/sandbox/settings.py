"""What can be set about a sandbox cluster; the defaults are those of a small, healthy, quick cluster."""

from dataclasses import dataclass, field

from argosy.sandbox.outcomes import WorkloadSettings

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Delays are seconds of the cluster's time."""

    kubernetes_version: str = "1.37"
    """The minor version whose API is served; its recorded data must be shipped."""
    seed: int = 0
    """Start of the random numbers behind uids and generated names: same seed, same bytes."""
    definition_delay: float = 0.2
    """From a CustomResourceDefinition's creation until it is Established and served."""
    namespace_delay: float = 0.2
    """From a namespace's deletion until its content is deleted."""
    collection_delay: float = 0.05
    """From an owner's deletion until the garbage collector looks at its dependents."""
    bookmark_interval: float = 60.0
    """Between bookmarks of a watch that allows them."""
    watch_timeout: float = 1800.0
    """Until a watch ends that sets no `timeoutSeconds`."""
    events_kept: int = 10_000
    """Events of a resource that a watch may ask for again; older ones are answered with 410."""
    log_kept: int = 20_000
    """Requests kept in the log in memory."""
    workloads: WorkloadSettings | None = field(default_factory=WorkloadSettings)
    """How workloads are simulated; None for a bare API server, whose objects nobody works on."""
