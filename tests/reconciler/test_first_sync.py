"""What a controller does with an Application that nobody has synced yet, and in which order."""

import itertools
import json

import pytest


def available_since(deployment):
    conditions = {item["type"]: item for item in deployment["status"]["conditions"]}
    assert conditions["Available"]["status"] == "True"
    return conditions["Available"]["lastTransitionTime"]


def applied_at(live):
    (entry,) = [item for item in live["metadata"]["managedFields"] if item["manager"] == "argosy-test"]
    return entry["time"]


def image(deployment):
    return deployment["spec"]["template"]["spec"]["containers"][0]["image"]


def test_an_application_is_synced_and_healthy(world, make):
    async def story(stage):
        text = make.config_map("settings") + "---\n" + make.deployment("shop")
        commit = stage.repository.commit({"app/all.yaml": text})
        await stage.apply(make.application("shop", stage.repository.url, "app"))
        async with stage.controller():
            await stage.settled("shop", at=commit)
        live = await stage.get("Deployment", "shop", "apps")
        assert live["metadata"]["labels"]["argosy.dev/installation"] == "test"
        tracking = live["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"]
        assert tracking == "shop:apps/Deployment:apps/shop"
        assert "argosy.dev/installation" not in live["spec"]["template"]["metadata"]["labels"]
        status = (await stage.application("shop"))["status"]
        assert status["operationState"]["phase"] == "Succeeded"
        assert [entry["revision"] for entry in status["history"]] == [commit]
        assert {item["name"] for item in status["resources"]} == {"settings", "shop"}
        assert status["summary"]["images"] == ["shop:1", "side:1"]

    world.run(story)


def test_waves_within_an_application_wait_for_health(world, make):
    async def story(stage):
        stage.repository.commit(
            {
                "app/first.yaml": make.deployment("first", sync_wave="0"),
                "app/second.yaml": make.config_map("second", sync_wave="1"),
                "app/third.yaml": make.deployment("third", sync_wave="2"),
            }
        )
        await stage.apply(make.application("shop", stage.repository.url, "app"))
        async with stage.controller():
            await stage.settled("shop")
        second = await stage.get("ConfigMap", "second", "apps")
        first = await stage.get("Deployment", "first", "apps")
        assert second["metadata"]["creationTimestamp"] >= available_since(first)

    world.run(story)


@pytest.mark.core
def test_children_roll_out_in_the_waves_of_their_parent_on_every_commit(world, make):
    names = ("infrastructure", "shop", "status")

    async def story(stage):
        url, files = stage.repository.url, {}
        for wave, name in enumerate(names):
            child = make.application(name, url, f"apps/{name}", wave=wave, server=make.PRODUCTION)
            files[f"root/{name}.yaml"] = json.dumps(child)
            files[f"apps/{name}/all.yaml"] = make.deployment(name)
        stage.repository.commit(files)
        await stage.apply(make.application("root", url, "root", namespace="argocd"))
        async with stage.controller() as controller:
            await stage.settled("root", *names)
            found = [await stage.get("Deployment", name, "apps", "production") for name in names]
            for before, after in itertools.pairwise(found):
                assert after["metadata"]["creationTimestamp"] >= available_since(before)
            changed = {f"apps/{name}/all.yaml": make.deployment(name, "shop:2") for name in names}
            commit = stage.repository.commit(changed)
            await controller.refresh()

            order = []

            async def all_changed():
                for name in names:
                    live = await stage.get("Deployment", name, "apps", "production")
                    if image(live) == "shop:2" and name not in order:
                        order.append(name)
                return len(order) == 3

            await stage.until("all three run the second commit", all_changed)
            assert tuple(order) == names
            await stage.settled("root", *names, at=commit)
        found = [await stage.get("Deployment", name, "apps", "production") for name in names]
        assert applied_at(found[0]) <= applied_at(found[1]) <= applied_at(found[2])

    world.run(story)


def test_a_predecessor_that_fails_holds_only_what_depends_on_it(world, make):
    async def story(stage):
        url, files = stage.repository.url, {}
        for name, wave in (("broken", 0), ("beside", 0), ("later", 1)):
            files[f"root/{name}.yaml"] = json.dumps(make.application(name, url, f"apps/{name}", wave=wave))
            files[f"apps/{name}/all.yaml"] = make.config_map(name)
        files["apps/broken/all.yaml"] = (
            "apiVersion: example.com/v1\nkind: Nothing\nmetadata: {name: broken}\n"
        )
        stage.repository.commit(files)
        await stage.apply(make.application("root", url, "root", namespace="argocd"))
        async with stage.controller() as controller:
            await stage.settled("beside")

            async def failed():
                conditions = await stage.conditions("broken")
                return "does not serve Nothing" in conditions.get("SyncError", "")

            await stage.until("the broken one says why", failed)
            await stage.quiet(controller)
            assert await stage.find("ConfigMap", "later", "apps") is None
            assert await stage.find("Application", "later") is None

    world.run(story, settles=False)


def test_an_application_without_automation_is_only_compared(world, make):
    async def story(stage):
        stage.repository.commit({"app/all.yaml": make.config_map("settings")})
        manual = make.application("shop", stage.repository.url, "app", policy=None, namespace="argocd")
        await stage.apply(manual)
        async with stage.controller() as controller:

            async def out_of_sync():
                status = (await stage.application("shop")).get("status") or {}
                return (status.get("sync") or {}).get("status") == "OutOfSync"

            await stage.until("it is out of sync", out_of_sync)
            await stage.quiet(controller)
            assert await stage.find("ConfigMap", "settings", "argocd") is None
            operation = {"operation": {"sync": {}, "initiatedBy": {"username": "somebody"}}}
            await stage.patch("Application", "shop", operation, "argocd")
            await stage.settled("shop")
            assert "operation" not in await stage.application("shop")

    world.run(story)


def test_a_commit_that_changes_nothing_here_is_a_sync_that_found_all_in_place(world, make):
    async def story(stage):
        stage.repository.commit({"app/map.yaml": make.config_map("settings")})
        await stage.apply(make.application("shop", stage.repository.url, "app"))
        async with stage.controller() as controller:
            await stage.settled("shop")
            commit = stage.repository.commit({"elsewhere/note.txt": "nothing to deploy"})
            await controller.refresh()
            await stage.settled("shop", at=commit)
        state = (await stage.application("shop"))["status"]["operationState"]
        # What a sync after a restart says, which asks for each object anew.
        assert state["syncResult"]["revision"] == commit
        assert [item["name"] for item in state["syncResult"]["resources"]] == ["settings"]

    world.run(story)
