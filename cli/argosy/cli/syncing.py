"""Asks for a sync and follows it: through the controller that holds the Lease, or with one of this
process's own."""

from contextlib import AsyncExitStack
from typing import Any

import click

from argosy.cli.controlling import controlling, management_client, stop_on_signals
from argosy.cli.following import Followed, follow
from argosy.cli.leading import make_lease, prepare, renewing
from argosy.cli.live_state import Row, read_live_state
from argosy.cli.target import Target
from argosy.cli.told_output import TellLines
from argosy.clusters.client import Client
from argosy.clusters.objects import ObjectRef
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.annotations import REFRESH

__all__ = ["apply_and_follow", "sync"]

_WANTED = "argoproj.io", "v1alpha1"


async def sync(target: Target, names: tuple[str, ...], *, prune: bool, timeout: float) -> Followed:
    """Sync these Applications, or all and what they make meanwhile; how they are at the end."""
    client = management_client(target)
    try:
        await prepare(client, target)
        live = await read_live_state(client, target.names)
        known = {row.name for row in live.rows}
        if missing := [name for name in names if name not in known]:
            raise ArgosyError(
                f"there is no Application {', '.join(missing)} in namespace {target.namespace}",
                hint=f"there are: {', '.join(sorted(known)) or 'none'}",
                code="unknown-application",
            )
        if not known and not live.sets:
            raise ArgosyError(
                f"there is no Application and no ApplicationSet in namespace {target.namespace}",
                hint="`argosy bootstrap ROOT.yaml` applies a root Application and follows its rollout",
                code="unknown-application",
            )
        wanted = frozenset(names) if names else None
        async with AsyncExitStack() as stack:
            await _work_here_unless_held(stack, client, target, wanted)
            for name in sorted(names or known):
                await _ask(client, target, name, asked=name in names, prune=prune)
            return await _follow(client, target, wanted, timeout)
    finally:
        await client.close()


async def apply_and_follow(target: Target, root: dict[str, Any], timeout: float) -> Followed:
    """Apply a root Application and follow everything below it."""
    client = management_client(target)
    try:
        await prepare(client, target)
        async with AsyncExitStack() as stack:
            await _work_here_unless_held(stack, client, target, None)
            await client.apply(root, manager="argosy-bootstrap", force=True)
            return await _follow(client, target, None, timeout)
    finally:
        await client.close()


async def _work_here_unless_held(
    stack: AsyncExitStack, client: Client, target: Target, wanted: frozenset[str] | None
) -> None:
    """Be the controller for a while, unless one runs already."""
    lease = make_lease(client, target)
    other = await lease.try_acquire()
    if other:
        click.echo(f"the controller {other} does it", err=True)
        return
    await stack.enter_async_context(renewing(lease))
    controller = await stack.enter_async_context(controlling(target, client, TellLines(_plain(wanted))))
    await controller.start()


def _plain(names: frozenset[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(name.rpartition("/")[2] for name in names)


async def _ask(client: Client, target: Target, name: str, *, asked: bool, prune: bool) -> None:
    """Have the repositories looked at now; where the Application was named, sync it whatever its policy."""
    namespace, _, plain = name.rpartition("/")
    ref = ObjectRef(*_WANTED, "Application", namespace or target.namespace, plain)
    body: dict[str, Any] = {"metadata": {"annotations": {REFRESH: "normal"}}}
    if asked:
        body["operation"] = {"initiatedBy": {"username": "argosy sync"}, "sync": {"prune": prune}}
    await client.patch(ref, body, manager="argosy-sync")


async def _follow(client: Client, target: Target, names: frozenset[str] | None, timeout: float) -> Followed:
    stop = stop_on_signals()

    def wanted(rows: list[Row]) -> list[Row]:
        return [row for row in rows if names is None or row.name in names]

    return await follow(client, target.names, wanted, timeout, sets=names is None, stop=stop.is_set)
