"""Prepares a management cluster: our definitions where they are missing, the namespace, the project
`default`.

Existing definitions are never replaced: where Argo CD is, or was, its own stay. Also finds out whether Argo
CD works there.
"""

import asyncio
from contextlib import suppress

from argosy.clusters.client import Client
from argosy.clusters.errors import AlreadyExists, ApiError, NotFound, TooManyRequests, UnknownKind
from argosy.clusters.objects import GroupVersionKind, ObjectRef
from argosy.reconciler.installation import ARGO_GROUP, ARGO_VERSION, Installation
from argosy.reconciler.resource import name_of
from argosy.schemas.crds import custom_resource_definitions
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.appproject import default_project

__all__ = ["BesideArgoError", "install", "refuse_beside_argo_cd"]

_ESTABLISHED_WITHIN = 60.0
_LOOK_EVERY = 0.2
_CONTROLLER = "argocd-application-controller"


class BesideArgoError(ArgosyError):
    """An Argo CD application controller works on the same Applications."""

    code = "beside-argo-cd"


async def install(client: Client, installation: Installation) -> list[str]:
    """Create what is missing; names what was created. Raises `ApiError`."""
    created = []
    for definition in custom_resource_definitions():
        with suppress(AlreadyExists):
            await client.create(definition, manager=installation.manager)
            created.append(f"CustomResourceDefinition {name_of(definition)}")
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": installation.namespace}}
    with suppress(AlreadyExists):
        await client.create(namespace, manager=installation.manager)
        created.append(f"Namespace {installation.namespace}")
    async with asyncio.timeout(_ESTABLISHED_WITHIN):
        await _served(client)
    project = dict(default_project(installation.namespace).manifest)
    with suppress(AlreadyExists):
        await client.create(project, manager=installation.manager)
        created.append("AppProject default")
    return created


async def refuse_beside_argo_cd(client: Client, installation: Installation) -> None:
    """Raises `BesideArgoError` where Argo CD's application controller runs in our namespace."""
    for kind in ("StatefulSet", "Deployment"):
        ref = ObjectRef("apps", "v1", kind, installation.namespace, _CONTROLLER)
        try:
            found = await client.get(ref)
        except (NotFound, UnknownKind):
            continue
        if (found.get("spec") or {}).get("replicas", 1):
            raise BesideArgoError(
                f"{kind} {installation.namespace}/{_CONTROLLER} runs in cluster {client.name}: "
                "two controllers would work on the same Applications",
                hint="scale it to 0 replicas, or give --take-over",
            )


async def _served(client: Client) -> None:
    for kind in ("Application", "ApplicationSet", "AppProject"):
        while True:
            try:
                await client.list(GroupVersionKind(ARGO_GROUP, ARGO_VERSION, kind), limit=1)
                break
            except (UnknownKind, TooManyRequests) as error:
                await _pause(error)


async def _pause(_error: ApiError) -> None:
    # A definition is served some moments after it was created.
    await asyncio.sleep(_LOOK_EVERY)
