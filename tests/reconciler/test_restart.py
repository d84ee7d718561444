"""A controller that ends at any moment, and one that starts from nothing over the same clusters."""

import asyncio
import json

import pytest


async def three_waves(stage, make):
    url, files = stage.repository.url, {}
    for wave, name in enumerate(("one", "two", "three")):
        child = make.application(name, url, f"apps/{name}", wave=wave)
        files[f"root/{name}.json"] = json.dumps(child)
        files[f"apps/{name}/all.yaml"] = (
            make.config_map(name) + "---\n" + make.config_map(f"{name}-b", sync_wave="1")
        )
    stage.repository.commit(files)
    await stage.apply(make.application("root", url, "root", namespace="argocd"))


@pytest.mark.parametrize("calls", [1, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30])
def test_a_rollout_goes_on_where_it_was_cut_off(world, make, calls):
    async def story(stage):
        await three_waves(stage, make)
        stage.die_after(calls)
        async with stage.controller() as controller:
            await stage.quiet(controller)
        stage.live_on()
        async with stage.controller():
            await stage.settled("root", "one", "two", "three")

    world.run(story)


def test_a_set_that_is_expanded_waits_for_nothing_after_a_restart(world, make):
    async def story(stage):
        url = stage.repository.url
        generated = make.application("generated", url, "apps/generated")
        template = {"metadata": {"name": "{{name}}"}, "spec": generated["spec"]}
        generators = [{"list": {"elements": [{"name": "generated"}]}}]
        expanding = generated | {"kind": "ApplicationSet", "spec": {"generators": generators}}
        expanding["metadata"] = {
            "name": "all",
            "namespace": "argocd",
            "annotations": {"argocd.argoproj.io/sync-wave": "1"},
        }
        expanding["spec"]["template"] = template
        root = make.application("root", url, "root", namespace="argocd")
        stage.repository.commit(
            {
                "root/first.json": json.dumps(make.application("first", url, "apps/first")),
                "root/set.json": json.dumps(expanding),
                "apps/first/all.yaml": make.deployment("first"),
                "apps/generated/all.yaml": make.config_map("generated"),
            }
        )
        await stage.apply(root)
        async with stage.controller() as controller:
            await stage.settled("root", "first", "generated")
            # From now on the gate before the set is closed: pods that no node and no sandbox will run.
            stuck = make.deployment("first", "shop:never").replace(
                "    spec:\n", "    spec:\n      nodeSelector:\n        there-is: none\n"
            )
            stage.repository.commit({"apps/first/all.yaml": stuck})
            await controller.refresh()
            await stage.quiet(controller)
            await stage.versions_at_rest()
        before = await stage.get("ApplicationSet", "all")
        async with stage.controller() as controller:
            await asyncio.sleep(5)
            await stage.quiet(controller)
        assert await stage.get("ApplicationSet", "all") == before

    world.run(story, settles=False)


def test_a_commit_that_reverts_rolls_back(world, make):
    async def story(stage):
        first = stage.repository.commit({"app/all.yaml": make.config_map("settings", "first")})
        await stage.apply(make.application("shop", stage.repository.url, "app"))
        async with stage.controller() as controller:
            await stage.settled("shop", at=first)
            second = stage.repository.commit({"app/all.yaml": make.config_map("settings", "second")})
            await controller.refresh()
            await stage.settled("shop", at=second)
            stage.repository.git("revert", "--no-edit", "HEAD")
            third = stage.repository.git("rev-parse", "HEAD")
            await controller.refresh()
            await stage.settled("shop", at=third)
        assert (await stage.get("ConfigMap", "settings", "apps"))["data"]["value"] == "first"
        history = (await stage.application("shop"))["status"]["history"]
        assert [entry["revision"] for entry in history] == [first, second, third]

    world.run(story)


def test_a_secret_shows_nowhere(world, make):
    marker = "s3cr3t-marker-value"

    async def story(stage):
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "password"},
            "stringData": {"a": marker},
        }
        stage.repository.commit({"app/secret.json": json.dumps(secret)})
        await stage.apply(make.application("shop", stage.repository.url, "app"))
        async with stage.controller() as controller:
            await stage.settled("shop")
            broken = secret | {"type": "kubernetes.io/tls", "immutable": marker}
            stage.repository.commit({"app/secret.json": json.dumps(broken)})
            await controller.refresh()

            async def failed():
                return "SyncError" in await stage.conditions("shop")

            await stage.until("the broken Secret is reported", failed)
        text = json.dumps(await stage.application("shop")) + repr(stage.told)
        assert marker not in text
        assert "czNjcjN0LW1hcmtlci12YWx1ZQ" not in text

    world.run(story, settles=False)
