"""Renders an Application's sources through the renderer of `sources`, all of them at their commits of one
snapshot."""

import asyncio
from collections.abc import Mapping

from argosy.reconciler.desired import Rendered
from argosy.reconciler.specification import ApplicationSpec
from argosy.reconciler.surroundings import Renderings
from argosy.schemas.model.source import Source
from argosy.sources.git import Repositories
from argosy.sources.git_tree import GitTree
from argosy.sources.manifest import RenderRequest
from argosy.sources.rendering import Renderer

__all__ = ["SourceRendering"]


class SourceRendering:
    """The `Render` of the passes."""

    def __init__(self, repositories: Repositories, renderer: Renderer) -> None:
        self._repositories = repositories
        self._renderer = renderer

    async def __call__(self, spec: ApplicationSpec, commits: tuple[str, ...]) -> Renderings:
        """The manifests of all sources, in their order. Raises `SourceError`; nothing is known then.

        A source that only lends its files to others (`ref` without a path) renders to nothing.
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
            )
            rendering = await self._renderer.render(request)
            kinds.append(str(rendering.source_type))
            manifests += [Rendered(item.value, item.origin) for item in rendering.manifests]
        return Renderings(tuple(manifests), tuple(kinds))
