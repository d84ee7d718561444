"""The one node of a sandbox cluster."""

from argosy.sandbox.simulation.controller import Workshop
from argosy.sandbox.store import Object

__all__ = ["NODE", "create_node"]

NODE = "sandbox-node"


def create_node(workshop: Workshop) -> None:
    """Every cluster with simulated workloads has a node on which they all run."""
    now = workshop.state.now()
    version = f"v{workshop.state.settings.kubernetes_version}.0+sandbox"
    capacity = {"cpu": "64", "memory": "256Gi", "pods": "10000"}
    node: Object = {
        "metadata": {"name": NODE, "labels": {"kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux"}},
        "spec": {},
    }
    workshop.create(("", "nodes"), node)
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "KubeletReady",
        "message": "the sandbox simulates a kubelet",
        "lastTransitionTime": now,
        "lastHeartbeatTime": now,
    }
    workshop.set_status(
        (("", "nodes"), ("", NODE)),
        {
            "capacity": capacity,
            "allocatable": capacity,
            "conditions": [ready],
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "nodeInfo": {
                "architecture": "amd64",
                "bootID": "sandbox",
                "containerRuntimeVersion": "sandbox://1",
                "kernelVersion": "sandbox",
                "kubeProxyVersion": version,
                "kubeletVersion": version,
                "machineID": "sandbox",
                "operatingSystem": "linux",
                "osImage": "Argosy sandbox",
                "systemUUID": "sandbox",
            },
        },
    )
