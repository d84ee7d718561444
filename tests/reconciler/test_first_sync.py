"""What a controller does with an Application that nobody has synced yet."""


def test_an_application_is_synced_and_healthy(world, make):
    async def story(stage):
        commit = stage.repository.commit(
            {"app/all.yaml": make.config_map("settings") + "---\n" + make.deployment("shop")}
        )
        await stage.apply(make.application("shop", stage.repository.url, "app"))
        async with stage.controller():
            await stage.settled("shop", at=commit)
        live = await stage.get("Deployment", "shop", "apps")
        assert live["metadata"]["labels"]["argosy.dev/installation"] == "test"
        assert (
            live["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"]
            == "shop:apps/Deployment:apps/shop"
        )
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

            async def first_exists():
                return await stage.find("Deployment", "first", "apps") is not None

            await stage.until("the first wave is applied", first_exists)
            assert await stage.find("ConfigMap", "second", "apps") is None
            state = (await stage.application("shop"))["status"]["operationState"]
            assert state["phase"] == "Running"
            await stage.settled("shop")
        available = next(
            item
            for item in (await stage.get("Deployment", "first", "apps"))["status"]["conditions"]
            if item["type"] == "Available"
        )
        assert (await stage.get("ConfigMap", "second", "apps"))["metadata"]["creationTimestamp"] >= available[
            "lastTransitionTime"
        ]

    world.run(story)


def test_children_roll_out_in_the_waves_of_their_parent(world, make):
    async def story(stage):
        import json

        url = stage.repository.url
        files = {}
        for name, wave in (("infrastructure", 0), ("shop", 1), ("status", 2)):
            child = make.application(name, url, f"apps/{name}", wave=wave, server=make.PRODUCTION)
            files[f"root/{name}.yaml"] = json.dumps(child)
            files[f"apps/{name}/all.yaml"] = make.deployment(name)
        stage.repository.commit(files)
        await stage.apply(make.application("root", url, "root", namespace="argocd"))
        async with stage.controller() as controller:
            await stage.settled("root", "infrastructure", "shop", "status")
            created = [
                (await stage.get("Deployment", name, "apps", "production"))["metadata"]["creationTimestamp"]
                for name in ("infrastructure", "shop", "status")
            ]
            assert created[0] < created[1] < created[2]
            # The second commit changes everything at once and rolls out in the same order.
            files = {
                f"apps/{name}/all.yaml": make.deployment(name, "shop:2")
                for name in ("infrastructure", "shop", "status")
            }
            commit = stage.repository.commit(files)
            await controller.refresh()
            await stage.settled("root", "infrastructure", "shop", "status", at=commit)
        applied = []
        for name in ("infrastructure", "shop", "status"):
            live = await stage.get("Deployment", name, "apps", "production")
            assert live["spec"]["template"]["spec"]["containers"][0]["image"] == "shop:2"
            entry = next(e for e in live["metadata"]["managedFields"] if e["manager"] == "argosy-test")
            applied.append(entry["time"])
        assert applied[0] < applied[1] < applied[2]

    world.run(story)
