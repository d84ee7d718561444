"""Expands a set as often as its generators ask something new: what they miss is gathered in between."""

import asyncio
from collections.abc import Callable

from argosy.compiler.expansion import Expansion, UnknownExpansion, expand
from argosy.generators.generator import Settings
from argosy.reconciler.live_world import LiveWorld
from argosy.reconciler.outside import Outside
from argosy.reconciler.revisions import Revisions
from argosy.schemas.model.applicationset import ApplicationSet

__all__ = ["gather_and_expand"]

_GATHERINGS = 6
"""A matrix may ask for what another generator's answer names, which may name a ConfigMap; nobody nests
deeper than this."""


async def gather_and_expand(
    applicationset: ApplicationSet,
    make_world: Callable[[], LiveWorld],
    revisions: Revisions,
    outside: Outside,
    settings: Settings,
) -> tuple[Expansion | UnknownExpansion, LiveWorld]:
    """The expansion with everything that could be learnt, and the world that answered last."""
    for _ in range(_GATHERINGS):
        world = make_world()
        expansion = await asyncio.to_thread(expand, applicationset, world, settings)
        if not world.missing and not world.unasked:
            break
        await asyncio.gather(
            *(revisions.resolve(url, revision) for url, revision in sorted(world.missing)),
            *(outside.ask(question, world.unasked[question]) for question in sorted(world.unasked)),
        )
    return expansion, world
