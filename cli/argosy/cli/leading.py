"""Holds the installation's Lease for as long as a controller works, and runs a controller under it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import click

from argosy.cli.controlling import controlling, management_client, stop_on_signals
from argosy.cli.holder import identity, is_gone
from argosy.cli.target import Target
from argosy.cli.told_output import TellLines
from argosy.clusters.client import Client
from argosy.reconciler.installing import install, refuse_beside_argo_cd
from argosy.reconciler.lease import Holder, Lease

__all__ = ["make_lease", "prepare", "renewing", "run_controller"]


def make_lease(client: Client, target: Target) -> Lease:
    """The Lease of the installation, with this process as its holder to be."""
    names = target.names
    holder = Holder(identity(), is_gone)
    return Lease(client, names.namespace, names.lease, holder, lambda: datetime.now(UTC))


async def prepare(client: Client, target: Target) -> None:
    """Refuse to work beside Argo CD, and create what is missing of ours."""
    if not target.take_over:
        await refuse_beside_argo_cd(client, target.names)
    for created in await install(client, target.names):
        click.echo(f"created {created}", err=True)


@asynccontextmanager
async def renewing(lease: Lease) -> AsyncIterator[None]:
    """Renew a Lease that is ours while the block runs, release it afterwards."""
    task = asyncio.get_running_loop().create_task(lease.keep())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await lease.release()


async def run_controller(target: Target) -> None:
    """Work until a signal comes or the Lease is lost."""
    stop = stop_on_signals()
    client = management_client(target)
    try:
        await prepare(client, target)
        lease = make_lease(client, target)
        waiting = asyncio.ensure_future(
            lease.acquire(lambda other: click.echo(f"waiting: {other} holds the lease", err=True))
        )
        if not await _unless(stop, waiting):
            return
        async with renewing(lease), controlling(target, client, TellLines()) as controller:
            await controller.start()
            click.echo(f"reconciling the Applications of namespace {target.namespace}", err=True)
            lost = asyncio.ensure_future(lease.lost.wait())
            if await _unless(stop, lost):
                raise click.ClickException("another controller took the lease, or it could not be renewed")
            click.echo("ending", err=True)
    finally:
        await client.close()


async def _unless(stop: asyncio.Event, task: asyncio.Future[Any]) -> bool:
    """Wait for a task or the wish to stop; whether the task came to its end."""
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({stopped, task}, return_when=asyncio.FIRST_COMPLETED)
    done = task.done()
    for each in (stopped, task):
        if not each.done():
            each.cancel()
    await asyncio.gather(stopped, task, return_exceptions=True)
    if done:
        task.result()
    return done
