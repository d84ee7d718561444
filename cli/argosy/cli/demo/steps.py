"""The demo's four steps: bootstrap, hand edit, commit, revert. Each ends when the API shows it."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from argosy.cli.demo.observer import Observer, applied_at, created_at, image_of, in_order
from argosy.cli.demo.repository import DemoError
from argosy.cli.demo.stage import MANAGEMENT, Stage
from argosy.cli.demo.table import ApplicationRow

__all__ = ["STEPS", "Say"]

Say = Callable[[str], None]

_APPLICATIONS = 9
"""What the root of `examples/shop` leads to: 3 platform, 2 monitoring, 3 shop, 1 status page."""
_WAVE_OF = {"platform": 0, "monitoring": 1, "shop": 2, "status": 3}
_ON_MAIN = ("dev", "staging")
_GATEWAY = ("infrastructure/platform/values.yaml", "gateway:1.0.0", "gateway:2.0.0")
_APPS = ("apps/shop/kustomization.yaml", "newTag: 1.0.0", "newTag: 2.0.0")


def _all_at(revision: str, rows: list[ApplicationRow]) -> bool:
    """Whether all is settled, and what follows main at the revision (as the picture calls it)."""
    return len(rows) == _APPLICATIONS and all(
        row.settled and (row.target != "main" or row.revision == revision) for row in rows
    )


async def bootstrap(stage: Stage, observer: Observer, say: Say) -> str:
    """From one root Application to running objects on three clusters, wave by wave."""
    say("$ argosy bootstrap root.yaml")
    observer.words[stage.repository.git("rev-parse", "HEAD")] = "v1.0.0"
    command = asyncio.create_task(
        stage.argosy(
            "bootstrap",
            str(stage.root_manifest),
            "--context",
            MANAGEMENT,
            "--allow-file-repositories",
        )
    )
    try:
        passed = await observer.until(
            f"{_APPLICATIONS} Applications are Synced and Healthy",
            lambda rows: (command.done() and command.exception() is not None) or _all_at("v1.0.0", rows),
        )
        await command
    finally:
        command.cancel()
    created: dict[int, list[datetime]] = {}
    for (_, namespace, _name), deployment in (await observer.deployments()).items():
        if namespace in _WAVE_OF:
            created.setdefault(_WAVE_OF[namespace], []).append(created_at(deployment))
    if sorted(created) != [0, 1, 2, 3] or not in_order(created):
        raise DemoError("Deployments were not created in wave order")
    return f"{_APPLICATIONS} Applications on 4 clusters, created wave after wave in {passed:.1f} s"


async def hand_edit(stage: Stage, observer: Observer, say: Say) -> str:
    """Somebody scales a Deployment by hand; it is put back."""
    before = await observer.deployment("dev", "shop", "backend")
    wanted, generation = before["spec"]["replicas"], before["metadata"]["generation"]
    say("$ kubectl --context dev --namespace shop scale deployment backend --replicas=5")
    await stage.kubectl("dev", "--namespace", "shop", "scale", "deployment", "backend", "--replicas=5")
    loop = asyncio.get_running_loop()
    begin = loop.time()
    while loop.time() - begin < 30:
        now = await observer.deployment("dev", "shop", "backend")
        # Two generations: the edit and its revert. One alone would mean that the edit never arrived.
        if now["spec"]["replicas"] == wanted and now["metadata"]["generation"] >= generation + 2:
            passed = loop.time() - begin
            await observer.until("all is settled again", lambda rows: _all_at("v1.0.0", rows))
            return f"5 replicas were {wanted} again after {passed:.2f} s"
        await asyncio.sleep(0.02)
    raise DemoError("the hand edit was not reverted within 30 s")


async def commit(stage: Stage, observer: Observer, say: Say) -> str:
    """One commit to infrastructure and apps rolls out in that order; production stays on its tag."""
    before = await observer.deployments()
    for file, old, new in (_GATEWAY, _APPS):
        stage.repository.replace(file, old, new)
        say(f"edit {file}: {old} -> {new}")
    say("$ git commit --all && git push")
    revision = stage.repository.commit_and_push("Change infrastructure and apps together")
    observer.words[revision] = "main+1"
    passed = await observer.until("dev and staging run the commit", lambda rows: _all_at("main+1", rows))
    after = await observer.deployments()
    touched: dict[int, list[datetime]] = {}
    for key, deployment in after.items():
        if image_of(deployment) != image_of(before[key]):
            if key[0] not in _ON_MAIN:
                raise DemoError(f"{key[0]} is on a tag and was changed")
            touched.setdefault(_WAVE_OF[key[1]], []).append(applied_at(deployment))
    if sorted(touched) != [0, 2] or not in_order(touched):
        raise DemoError("the commit was not rolled out in wave order")
    return f"platform first, then shop, on dev and staging in {passed:.1f} s; production stayed on v1.0.0"


async def revert(stage: Stage, observer: Observer, say: Say) -> str:
    """`git revert` is the roll-back."""
    say("$ git revert HEAD && git push")
    revision = stage.repository.revert_and_push()
    observer.words[revision] = "main+2"
    passed = await observer.until("dev and staging are rolled back", lambda rows: _all_at("main+2", rows))
    backend = await observer.deployment("dev", "shop", "backend")
    gateway = await observer.deployment("staging", "platform", "gateway")
    if not (image_of(backend).endswith(":1.0.0") and image_of(gateway).endswith(":1.0.0")):
        raise DemoError("the revert did not bring the old images back")
    return f"the images of the first commit run again after {passed:.1f} s"


STEPS = (
    ("One root Application bootstraps four clusters, wave by wave", bootstrap),
    ("A hand edit is reverted", hand_edit),
    ("A commit to infrastructure and apps rolls out in wave order", commit),
    ("git revert rolls back", revert),
)
"""Title and player of each step, in order."""
