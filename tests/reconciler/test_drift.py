"""Hand edits: reverted where selfHeal is on, only reported where it is off, always seen by the watch."""

import base64
import json

import pytest

TEXT = """apiVersion: v1
kind: Secret
metadata:
  name: password
stringData:
  text: as in git
"""


async def set_image(stage, _make):
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "evil:1"}]}}}}
    await stage.apply(
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop", "namespace": "apps"}}
        | patch,
        manager="kubectl-set",
    )


async def scale(stage, _make):
    await stage.patch("Deployment", "shop", {"spec": {"replicas": 5}})


async def relabel(stage, _make):
    await stage.patch("ConfigMap", "settings", {"metadata": {"labels": {"tier": "edited"}}})


async def take_ownership_away(stage, _make):
    await stage.patch("ConfigMap", "settings", {"metadata": {"labels": {"argosy.dev/installation": None}}})


async def delete(stage, _make):
    await stage.delete("ConfigMap", "settings")


async def edit_secret(stage, _make):
    data = {"text": base64.b64encode(b"edited by hand").decode()}
    await stage.patch("Secret", "password", {"data": data})


async def reorder(stage, _make):
    live = await stage.get("Deployment", "shop", "apps")
    containers = list(reversed(live["spec"]["template"]["spec"]["containers"]))
    await stage.patch("Deployment", "shop", {"spec": {"template": {"spec": {"containers": containers}}}})


async def write_under_our_name(stage, _make):
    value = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "apps"}}
    await stage.apply(value | {"data": {"value": "second writer"}}, manager="argosy-test")


def wanted(objects):
    """The parts of the live objects that Git determines."""
    containers = objects["shop"]["spec"]["template"]["spec"]["containers"]
    return (
        objects["shop"]["spec"]["replicas"],
        [(item["name"], item["image"]) for item in containers],
        objects["settings"]["data"],
        objects["settings"]["metadata"].get("labels"),
        objects["password"]["data"],
    )


def writes_to_apps(method, target, _status):
    return method != "GET" and "/namespaces/apps/" in target and "dryRun" not in target


async def look(stage):
    return {
        "shop": await stage.get("Deployment", "shop", "apps"),
        "settings": await stage.find("ConfigMap", "settings", "apps"),
        "password": await stage.get("Secret", "password", "apps"),
    }


def files(make):
    settings = json.dumps(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "settings", "labels": {"tier": "git"}},
            "data": {"value": "1"},
        }
    )
    return {"app/shop.yaml": make.deployment("shop"), "app/settings.json": settings, "app/secret.yaml": TEXT}


EDITS = [set_image, scale, relabel, take_ownership_away, delete, edit_secret, reorder, write_under_our_name]


@pytest.mark.core
@pytest.mark.parametrize("edit", EDITS, ids=lambda item: item.__name__)
def test_drift_is_reverted_with_self_heal(world, make, edit):
    async def story(stage):
        stage.repository.commit(files(make))
        await stage.apply(make.application("shop", stage.repository.url, "app"))
        async with stage.controller() as controller:
            await stage.synced("shop")
            await stage.quiet(controller)
            before = wanted(await look(stage))
            await edit(stage, make)

            async def reverted():
                objects = await look(stage)
                return objects["settings"] is not None and wanted(objects) == before

            await stage.until("the edit is reverted", reverted, within=10.0)
            await stage.synced("shop")

    world.run(story)


@pytest.mark.parametrize("edit", EDITS, ids=lambda item: item.__name__)
def test_drift_is_only_reported_without_self_heal(world, make, edit):
    async def story(stage):
        stage.repository.commit(files(make))
        policy = {"automated": {"prune": True}, "syncOptions": ["CreateNamespace=true"]}
        await stage.apply(make.application("shop", stage.repository.url, "app", policy=policy))
        async with stage.controller() as controller:
            await stage.synced("shop")
            await stage.quiet(controller)
            calls = len(stage.calls)
            await edit(stage, make)

            async def reported():
                status = (await stage.application("shop"))["status"]
                return status["sync"]["status"] == "OutOfSync"

            await stage.until("it is out of sync", reported, within=10.0)
            await stage.quiet(controller)
            assert [call for call in stage.calls[calls:] if writes_to_apps(*call)] == []

    world.run(story)


def test_foreign_fields_and_objects_stay(world, make):
    async def story(stage):
        stage.repository.commit(files(make))
        await stage.apply(make.application("shop", stage.repository.url, "app"))
        async with stage.controller() as controller:
            await stage.synced("shop")
            await stage.quiet(controller)
            await stage.versions_at_rest()
            await stage.quiet(controller)
            await stage.patch("ConfigMap", "settings", {"metadata": {"labels": {"mine": "yes"}}})
            foreign = {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "mine", "namespace": "apps"},
            }
            await stage.apply(foreign)
            calls = len(stage.calls)
            await stage.quiet(controller)
            assert stage.calls[calls:] == []
        assert (await stage.get("ConfigMap", "settings", "apps"))["metadata"]["labels"]["mine"] == "yes"
        assert await stage.find("ConfigMap", "mine", "apps") is not None

    world.run(story)
