"""Creates the destination's namespace where the sync option `CreateNamespace=true` asks for it.

The namespace is no object of the Application: it bears no marks, is in no inventory and is never pruned, as
in Argo CD.
"""

from contextlib import suppress

from argosy.clusters.errors import AlreadyExists, ApiError
from argosy.clusters.objects import ObjectRef
from argosy.reconciler.cluster_view import ClusterView
from argosy.reconciler.desired import Desired
from argosy.reconciler.resource import KubernetesObject, ResourceKey
from argosy.reconciler.specification import ApplicationSpec

__all__ = ["ensure_namespace"]


async def ensure_namespace(spec: ApplicationSpec, wanted: Desired, view: ClusterView) -> None:
    """Make sure that the namespace exists, once a process and namespace.

    A refusal is not raised: the objects that need the namespace then fail with the server's own words.
    """
    name = spec.destination.namespace
    if "CreateNamespace=true" not in spec.sync_options or not name or name in view.namespaces:
        return
    if ResourceKey("", "Namespace", "", name) in wanted.by_key:
        return
    ref = ObjectRef("", "v1", "Namespace", "", name)
    try:
        if await view.client.find(ref) is None:
            with suppress(AlreadyExists):
                await view.client.create(_namespace(spec, name), manager=view.installation.manager)
    except ApiError:
        return
    view.namespaces.add(name)


def _namespace(spec: ApplicationSpec, name: str) -> KubernetesObject:
    policy = spec.manifest["spec"].get("syncPolicy") or {}
    marks = policy.get("managedNamespaceMetadata") or {}
    metadata = {key: dict(marks[key]) for key in ("labels", "annotations") if marks.get(key)}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name} | metadata}
