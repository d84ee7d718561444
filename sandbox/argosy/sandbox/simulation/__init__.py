"""The controllers, nodes and load balancers that a bare API server lacks: they make workloads come alive.

Everything works as in a real cluster, from state and not from calls: each controller looks at an object some
time after it, or something it owns, changed, and does what is next.
"""

from argosy.sandbox.deletion import Deleter
from argosy.sandbox.garbage import GarbageCollector
from argosy.sandbox.outcomes import WorkloadSettings
from argosy.sandbox.simulation.addresses import AddressController
from argosy.sandbox.simulation.budgets import AutoscalerController, BudgetController
from argosy.sandbox.simulation.claims import ClaimController
from argosy.sandbox.simulation.controller import Queue, Workshop
from argosy.sandbox.simulation.daemon_sets import DaemonSetController
from argosy.sandbox.simulation.deployments import DeploymentController
from argosy.sandbox.simulation.jobs import JobController
from argosy.sandbox.simulation.nodes import create_node
from argosy.sandbox.simulation.pods import PodController
from argosy.sandbox.simulation.replica_sets import ReplicaSetController
from argosy.sandbox.simulation.stateful_sets import StatefulSetController
from argosy.sandbox.state import ClusterState
from argosy.sandbox.writing import Writer

__all__ = ["start"]

_CONTROLLERS = (
    PodController,
    ReplicaSetController,
    DeploymentController,
    StatefulSetController,
    DaemonSetController,
    JobController,
    ClaimController,
    AddressController,
    AutoscalerController,
    BudgetController,
)


def start(
    state: ClusterState,
    writer: Writer,
    deleter: Deleter,
    garbage: GarbageCollector,
    settings: WorkloadSettings,
) -> None:
    """Sets all controllers of a cluster to work, and gives it a node."""
    workshop = Workshop(state, writer, deleter, garbage, settings)
    Queue(workshop, tuple(controller(workshop) for controller in _CONTROLLERS))
    create_node(workshop)
