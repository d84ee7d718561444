"""Renders an Application's sources through the renderer of `sources`, all of them at their commits of one
snapshot."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from argosy.reconciler.desired import Rendered
from argosy.reconciler.specification import ApplicationSpec
from argosy.reconciler.surroundings import AskCapabilities, Renderings
from argosy.schemas.model.application import instance_name
from argosy.schemas.model.source import Source, SourceType
from argosy.sources.capabilities import Capabilities
from argosy.sources.git import Repositories
from argosy.sources.git_tree import GitTree
from argosy.sources.manifest import RenderRequest
from argosy.sources.rendering import Renderer

__all__ = ["SourceRendering"]


class SourceRendering:
    """The `Render` of the passes. `namespace` is that of Argo CD's control plane."""

    def __init__(self, repositories: Repositories, renderer: Renderer, namespace: str) -> None:
        self._repositories = repositories
        self._renderer = renderer
        self._namespace = namespace

    async def __call__(
        self, spec: ApplicationSpec, commits: tuple[str, ...], capabilities: AskCapabilities
    ) -> Renderings:
        """The manifests of all sources, in their order. Raises `SourceError`; nothing is known then.

        A source that only lends its files to others (`ref` without a path) renders to nothing. The cluster is
        asked what it serves where a source is a chart.
        """
        trees = [
            await asyncio.to_thread(self._repositories.tree, str(source["repoURL"]), commit)
            for source, commit in zip(spec.sources, commits, strict=True)
        ]
        lent: Mapping[str, GitTree] = {
            str(source["ref"]): tree
            for source, tree in zip(spec.sources, trees, strict=True)
            if source.get("ref")
        }
        manifests: list[Rendered] = []
        kinds: list[str] = []
        cluster: Capabilities | None = None
        for source, tree in zip(spec.sources, trees, strict=True):
            if source.get("ref") and not source.get("path"):
                kinds.append("")
                continue
            request = RenderRequest(
                source=Source(source),
                tree=tree,
                name=spec.name,
                namespace=spec.destination.namespace,
                project=spec.project,
                references=lent,
                instance=instance_name(spec.key.namespace, spec.name, self._namespace),
            )
            if await self._renderer.source_type(request) is SourceType.HELM:
                request = replace(request, cluster=await capabilities())
            rendering = await self._renderer.render(request)
            cluster = rendering.cluster or cluster
            kinds.append(str(rendering.source_type))
            manifests += [Rendered(item.value, item.origin) for item in rendering.manifests]
        return Renderings(tuple(manifests), tuple(kinds), cluster)
