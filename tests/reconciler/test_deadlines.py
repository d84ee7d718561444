"""Every wait ends in a status that names what was waited for, and goes on as soon as that is settled."""

import json


def test_a_wave_that_never_gets_healthy_is_given_up_in_the_status(world, make):
    async def story(stage):
        never = make.deployment("first", sync_wave="0").replace(
            "    metadata:\n      labels:",
            # Sandbox and kwok both read it.
            "    metadata:\n      annotations: {argosy.test/outcome: never}\n      labels:",
        )
        assert "outcome" in never
        stage.repository.commit(
            {
                "app/first.yaml": never,
                "app/second.yaml": make.config_map("second", sync_wave="1"),
            }
        )
        marks = {"argosy.dev/timeout": "5s"}
        await stage.apply(make.application("shop", stage.repository.url, "app", annotations=marks))
        async with stage.controller():

            async def given_up():
                state = ((await stage.application("shop")).get("status") or {}).get("operationState") or {}
                return state.get("phase") == "Failed" and "gave up after 5 s" in state["message"]

            await stage.until("the status gives up", given_up)
        message = (await stage.application("shop"))["status"]["operationState"]["message"]
        assert "apps/Deployment apps/first" in message
        assert await stage.find("ConfigMap", "second", "apps") is None

    world.run(story, settles=False)


def test_a_cycle_of_dependencies_is_named_and_holds_nobody_else(world, make):
    async def story(stage):
        url = stage.repository.url
        files = {f"apps/{name}/all.yaml": make.config_map(name) for name in ("one", "two", "free")}
        for name, other in (("one", "two"), ("two", "one"), ("free", "")):
            marks = {"argosy.dev/depends-on": other} if other else {}
            child = make.application(name, url, f"apps/{name}", annotations=marks)
            files[f"root/{name}.json"] = json.dumps(child)
        stage.repository.commit(files)
        await stage.apply(make.application("root", url, "root", namespace="argocd"))
        async with stage.controller() as controller:
            await stage.settled("free")
            await stage.quiet(controller)
        for name in ("one", "two"):
            message = (await stage.application(name))["status"]["operationState"]["message"]
            assert "cycle" in message and "Application one" in message and "Application two" in message
            assert await stage.find("ConfigMap", name, "apps") is None

    world.run(story, settles=False)


def test_a_wait_names_the_next_blocker_once_the_first_is_settled(world, make):
    async def story(stage):
        url = stage.repository.url
        files = {f"apps/{name}/all.yaml": make.config_map(name) for name in ("one", "two", "later")}
        by_hand = {"syncOptions": ["CreateNamespace=true"]}
        for name in ("one", "two"):
            child = make.application(name, url, f"apps/{name}", policy=by_hand)
            files[f"root/{name}.json"] = json.dumps(child)
        marks = {"argosy.dev/depends-on": "one, two"}
        later = make.application("later", url, "apps/later", annotations=marks)
        files["root/later.json"] = json.dumps(later)
        stage.repository.commit(files)
        await stage.apply(make.application("root", url, "root", namespace="argocd"))

        def waits_for(name):
            async def told():
                state = ((await stage.application("later")).get("status") or {}).get("operationState") or {}
                message = state.get("message") or ""
                return f"Application {name}" in message

            return told

        async with stage.controller() as controller:
            await stage.synced("root")
            await stage.until("the first blocker is named", waits_for("one"))
            operation = {"operation": {"sync": {}, "initiatedBy": {"username": "somebody"}}}
            await stage.patch("Application", "one", operation, "argocd")
            await stage.settled("one")
            await stage.until("the next blocker is named", waits_for("two"))
            await stage.quiet(controller)
        assert await stage.find("ConfigMap", "later", "apps") is None

    world.run(story, settles=False)
